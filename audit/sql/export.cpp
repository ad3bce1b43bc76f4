#include "audit/sql/export.h"

#include "audit/sql/rows.h"
#include "audit/sql/schema.h"
#include "base/time.h"
#include "chain/store/work_store.h"

namespace vostro::audit {
namespace {

constexpr std::size_t kRowsAtOnce = 20'000;
constexpr std::size_t kBlocksAtOnce = 2'000;

class Export {
 public:
  Export(const genesis::Definition& definition, const DatabaseAddress& address)
      : definition_(definition), database_(address, true) {
    open();
  }

  [[nodiscard]] const std::optional<Height>& before() const { return before_; }
  [[nodiscard]] bool is_new() const { return !before_; }

  Checked<void> take(const Step& step) {
    const Height height = step.executed.height;
    if (last_ && height <= *last_) {
      // What is there was exported before; that it is of this chain its last block shows.
      if (height == *last_ && hex(step.id) != block_)
        return cannot_check("the database has block " + block_ + " at height " +
                            std::to_string(height.value) + ", the source has " + hex(step.id) +
                            ": it is of another chain");
      return {};
    }
    if (last_ ? height != last_->next() : height.value != 0)
      return is_behind(Height(height.value - 1));
    if (!has_learnt_) rows_.learn_currencies(step.before);
    has_learnt_ = true;
    rows_.add(step);
    last_ = height;
    block_ = hex(step.id);
    time_ = to_text(step.executed.time);
    ++blocks_;
    is_final_ = step.block == nullptr || step.block->proof.has_value();
    const bool is_full = rows_.size() >= kRowsAtOnce || blocks_ >= kBlocksAtOnce;
    if (!is_full) return {};
    return is_final_ ? save() : tried([this] { write(); });
  }

  /// All blocks up to this one are in the database, whether they were taken now or before.
  [[nodiscard]] Checked<void> check_reaches(Height height) const {
    if (last_ && *last_ >= height) return {};
    return is_behind(height);
  }

  /// Whether a proof of the last block that was taken was checked. Above the last such one a block
  /// is what one copy says, until a proof above it holds.
  [[nodiscard]] bool is_final() const { return is_final_; }

  /// What was taken is in the database when this returns. Called where all of it is final.
  Checked<void> save() {
    return tried([this] {
      write();
      if (!is_writing_) return;
      database_.run(
          "UPDATE chain SET network_id = :v0, network_name = :v1, height = :v2, block = :v3, "
          "time = :v4",
          {hex(definition_.network_id), definition_.name, static_cast<std::int64_t>(last_->value),
           block_, time_});
      database_.commit();
      is_writing_ = false;
    });
  }

 private:
  [[nodiscard]] tl::unexpected<Finding> is_behind(Height work) const {
    return cannot_check("the work directory is at block " + std::to_string(work.value) +
                        ", and the database at " + (last_ ? std::to_string(last_->value) : "none") +
                        ": they do not belong together; use another work directory");
  }
  template <class Work>
  static Checked<void> tried(const Work& work) {
    try {
      work();
    } catch (const DatabaseError& error) {
      return cannot_check(std::string("the database: ") + error.what());
    }
    return {};
  }

  /// Into the transaction that `save` ends: without it nobody sees any of these rows. Throws
  /// DatabaseError.
  void write() {
    if (blocks_ == 0) return;
    if (!is_writing_) database_.begin();
    is_writing_ = true;
    for (const TableDefinition& table : tables) {
      const auto found = rows_.rows().find(std::string(table.name));
      if (found != rows_.rows().end()) database_.insert(table.name, table.columns, found->second);
    }
    for (const BlockRows::Statement& statement : rows_.statements())
      database_.run(statement.text, statement.values);
    rows_.clear();
    blocks_ = 0;
  }

  /// Throws DatabaseError.
  void open() {
    if (!database_.has_table("chain")) {
      database_.begin();
      for (const TableDefinition& table : tables) database_.run(table.statement);
      for (const std::string_view index : indexes) database_.run(index);
      for (const std::string_view view : views) database_.run(view);
      database_.run("INSERT INTO chain VALUES (:v0, :v1, :v2, :v3, -1, '', '')",
                    {schema_version, hex(definition_.founding_id), hex(definition_.network_id),
                     definition_.name});
      database_.commit();
      return;
    }
    const auto found =
        database_.query("SELECT schema_version, founding_id, height, block FROM chain");
    const TextRow& row = found.rows.at(0);
    if (row.at(0) != std::to_string(schema_version))
      throw DatabaseError("it was made by another version of vostro-audit: export into a new one");
    if (row.at(1) != hex(definition_.founding_id))
      throw DatabaseError("it is of network " + row.at(1).value_or("") +
                          ", the genesis file says " + hex(definition_.founding_id));
    const std::int64_t height = std::stoll(row.at(2).value_or("-1"));
    if (height < 0) return;
    before_ = last_ = Height(static_cast<std::uint64_t>(height));
    block_ = row.at(3).value_or("");
  }

  const genesis::Definition& definition_;
  Database database_;
  BlockRows rows_;
  std::optional<Height> before_;
  std::optional<Height> last_;
  std::string block_;
  std::string time_;
  std::size_t blocks_ = 0;
  bool is_final_ = true;
  bool is_writing_ = false;  ///< a transaction is open
  bool has_learnt_ = false;
};

}  // namespace

Result<Exported, CannotCheck> export_chain(const genesis::Definition& definition,
                                           const Source& source, const DatabaseAddress& address,
                                           ReplayOptions options, const OnProgress& on_progress) {
  std::optional<Export> made;
  try {
    made.emplace(definition, address);
  } catch (const DatabaseError& error) {
    return fail(CannotCheck{std::string("the database: ") + error.what()});
  }
  options.on_block = [&](const Step& step) { return made->take(step); };
  options.on_save = [&] { return made->save(); };
  auto report = replay(definition, source, options, on_progress);
  if (!report) return fail(report.error());
  if (!report->divergence) {
    if (const auto there = made->check_reaches(report->checked_to); !there)
      return fail(std::get<CannotCheck>(there.error()));
  } else if (made->is_final()) {
    if (const auto saved = made->save(); !saved) return fail(std::get<CannotCheck>(saved.error()));
  }
  return Exported{*std::move(report), made->before().value_or(Height(0)), made->is_new()};
}

Result<bool, CannotCheck> can_go_on(const genesis::Definition& definition,
                                    const DatabaseAddress& address, const std::string& work) {
  const auto ledger = chain::WorkStore::open(work, definition.founding_id);
  if (!ledger) return fail(CannotCheck{to_string(ledger.error())});
  const auto& head = (*ledger)->head();
  if (!head) return true;
  try {
    return Export(definition, address).check_reaches(head->height).has_value();
  } catch (const DatabaseError& error) {
    return fail(CannotCheck{address.where + ": " + error.what()});
  }
}

}  // namespace vostro::audit
