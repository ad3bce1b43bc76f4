/// The ledger's state while one block is executed: records read through StateReader, decoded once,
/// and what is written over them. Writes since the last `commit` can be rolled back, so a rejected
/// transaction leaves no trace. One thread; a value of one block, thrown away after it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "chain/id_order.h"
#include "chain/records.h"

namespace vostro::chain {

/// Records of one kind, cached. Rows stay where they are, so a pointer to a record is good until
/// that record is written or rolled back.
template <class Record>
class Table {
 public:
  using Key = typename Record::Key;
  struct Row {
    std::optional<Record> now;
    std::optional<Record> before;  ///< as the parent's state has it; only where `is_changed`
    bool is_changed = false;
  };

  Table() = default;
  Table(const Table&) = delete;  // it points at its own rows
  Table& operator=(const Table&) = delete;

  /// Null where there is none. Sets `damaged` where stored bytes are no such record.
  const Record* find(const StateReader& reader, const Key& key, bool& damaged) {
    const Row& row = row_of(reader, key, damaged);
    return row.now ? &*row.now : nullptr;
  }
  void put(const StateReader& reader, const Key& key, std::optional<Record> value, bool& damaged) {
    Row& row = row_of(reader, key, damaged);
    if (!row.is_changed) {
      row.before = row.now;
      row.is_changed = true;
    }
    undo_.emplace_back(&row, std::exchange(row.now, std::move(value)));
  }
  void commit() { undo_.clear(); }
  [[nodiscard]] bool is_committed() const { return undo_.empty(); }
  void roll_back() {
    for (; !undo_.empty(); undo_.pop_back())
      undo_.back().first->now = std::move(undo_.back().second);
  }
  [[nodiscard]] const std::map<Key, Row>& rows() const { return rows_; }

 private:
  using Place = typename std::map<Key, Row>::value_type;

  /// A bulk's debtor and the creditor at hand are asked for in turns, many times for each credit.
  Row& row_of(const StateReader& reader, const Key& key, bool& damaged) {
    if (last_ != nullptr && last_->first == key) return last_->second;
    std::swap(last_, last_but_one_);
    if (last_ != nullptr && last_->first == key) return last_->second;
    last_ = &place_of(reader, key, damaged);
    return last_->second;
  }
  Place& place_of(const StateReader& reader, const Key& key, bool& damaged) {
    const auto at = rows_.lower_bound(key);
    if (at != rows_.end() && at->first == key) return *at;
    Row row;
    if (const auto bytes = reader.get(key_of<Record>(key))) {
      row.now = decode_record<Record>(*bytes);
      if (!row.now) damaged = true;
    }
    return *rows_.emplace_hint(at, key, std::move(row));
  }

  std::map<Key, Row> rows_;
  Place* last_ = nullptr;  ///< of what was asked for last; rows stay where they are
  Place* last_but_one_ = nullptr;
  std::vector<std::pair<Row*, std::optional<Record>>> undo_;
};

class State {
 public:
  /// `reader` must outlive this.
  explicit State(const StateReader& reader) : reader_(reader) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  template <class Record>
  [[nodiscard]] const Record* find(const typename Record::Key& key) {
    return std::get<Table<Record>>(tables_).find(reader_, key, is_damaged_);
  }
  template <class Record>
  void put(const typename Record::Key& key, Record value) {
    std::get<Table<Record>>(tables_).put(reader_, key, std::move(value), is_damaged_);
  }
  template <class Record>
  void erase(const typename Record::Key& key) {
    std::get<Table<Record>>(tables_).put(reader_, key, std::nullopt, is_damaged_);
  }

  [[nodiscard]] const Parameters& parameters();
  [[nodiscard]] const Validators& validators();
  [[nodiscard]] MinorUnits balance(const AccountId& account, const Currency& currency);
  /// No record remains for zero. `units` is what the balance becomes.
  void set_balance(const AccountId& account, const Currency& currency, MinorUnits units);
  /// Some currency's balance of the account is not zero.
  [[nodiscard]] bool has_balance(const AccountId& account);
  /// Stores a hold that is new or has another state, and counts new ones at the accounts concerned.
  void put_hold(const OwnedId& name, const Hold& hold);
  void erase_hold(const OwnedId& name);
  /// Whose policy an account's orders are signed under: its own or its owner's.
  [[nodiscard]] PolicyScope scope_of(const AccountId& account);
  /// Null where account, participant or currency is unknown.
  [[nodiscard]] const Policy* policy_of(const PolicyScope& scope);
  /// Currencies of a settlement agent, ascending.
  [[nodiscard]] std::vector<Currency> currencies_of(const Bic& agent);
  /// Corridor rules in force, ascending by number.
  [[nodiscard]] const std::map<std::uint16_t, CorridorRecord>& corridor_rules();
  void set_corridor_rule(std::uint16_t number, std::optional<CorridorRecord> record);
  /// An account of the participant has a balance or is party to a hold.
  [[nodiscard]] bool has_money(const Bic& owner);
  /// Names of passed changes that are not in force yet, in order of acceptance.
  [[nodiscard]] std::vector<OwnedId> pending_changes();
  void set_pending_changes(std::vector<OwnedId> proposals);
  /// Names of proposals that still take votes, ascending. Reads every proposal ever made, so only
  /// where an epoch ends.
  [[nodiscard]] std::vector<OwnedId> open_proposals();
  /// The lanes of an epoch end with it.
  void erase_lanes();
  /// Participants, ascending.
  [[nodiscard]] std::vector<Bic> participants();
  /// Due markers whose time has passed at `now`, ascending, at most `limit`; of the parent's state.
  [[nodiscard]] std::vector<std::pair<DueKey, DueKind>> due_before(UnixMillis now,
                                                                   std::size_t limit);
  /// Fills of quotes that have expired at `now`, ascending, at most `limit`; of the parent's state.
  [[nodiscard]] std::vector<DueKey> expired_fills(UnixMillis now, std::size_t limit);

  // The id set: what the parent's branch used, and what this block did.
  [[nodiscard]] bool is_id_used(const OwnedId& id);
  void use_id(const OwnedId& id, const IdRecord& record);
  /// False, and nothing happens, where it was used before.
  [[nodiscard]] bool use_new_id(const OwnedId& id, const IdRecord& record);
  [[nodiscard]] const std::vector<std::pair<OwnedId, IdRecord>>& new_ids() const {
    return new_ids_;
  }
  [[nodiscard]] std::optional<Hash> receipt_root(Height height) const {
    return reader_.receipt_root(height);
  }

  /// Ends a step: what was written stays.
  void commit();
  /// Undoes what was written since the last `commit`. Ids stay used.
  void roll_back();

  /// Calls `visit(key, before, now)` for each record of the kind that the block changed, ascending
  /// by key; a null pointer stands for none.
  template <class Record, class Visit>
  void for_each_change(Visit&& visit) const {
    for (const auto& [key, row] : std::get<Table<Record>>(tables_).rows())
      if (row.is_changed && row.before != row.now)
        visit(key, row.before ? &*row.before : nullptr, row.now ? &*row.now : nullptr);
  }
  /// All changes as bytes.
  [[nodiscard]] Changes changes() const;
  /// Stored bytes were met that are no record: the store is damaged, and what was computed means
  /// nothing.
  [[nodiscard]] bool is_damaged() const { return is_damaged_; }
  void report_damage() { is_damaged_ = true; }

 private:
  const StateReader& reader_;
  bool is_damaged_ = false;
  std::tuple<Table<Participant>, Table<Validators>, Table<Parameters>, Table<AccountRecord>,
             Table<Balance>, Table<HoldCount>, Table<CurrencyRecord>, Table<IssuedEntry>,
             Table<Hold>, Table<DelayedOrder>, Table<DueMarker>, Table<OpenRecall>,
             Table<ReturnedPayment>, Table<QuoteFill>, Table<FillExpiry>, Table<Spent>,
             Table<Proposal>, Table<CorridorRecord>, Table<CorridorSpent>, Table<EpochRecord>,
             Table<PendingChanges>, Table<Readiness>, Table<Misbehaviour>, Table<Lane>>
      tables_;
  std::set<OwnedId, ById> ids_;  ///< of `new_ids_`, and some that were used before
  std::vector<std::pair<OwnedId, IdRecord>> new_ids_;
  /// Looked up for every credit, so read once; none: to be read again.
  std::optional<std::map<std::uint16_t, CorridorRecord>> corridor_rules_;
};

/// Deadlines come from outside and may be any number: true in the first block whose time is above
/// it, without overflow.
[[nodiscard]] constexpr bool is_past(UnixSeconds deadline, UnixMillis now) {
  return deadline.value < now.value / 1000 + (now.value % 1000 != 0 ? 1 : 0);
}
/// `deadline` is more than `span_s` seconds after `now`.
[[nodiscard]] constexpr bool is_beyond(UnixSeconds deadline, UnixMillis now, std::uint64_t span_s) {
  const std::uint64_t now_s = now.value / 1000;
  return deadline.value > now_s && deadline.value - now_s > span_s;
}
/// The first whole second that is not before `now` plus `delay_ms`.
[[nodiscard]] constexpr UnixSeconds whole_seconds_after(UnixMillis now, std::uint64_t delay_ms) {
  return UnixSeconds((now.value + delay_ms + 999) / 1000);
}

}  // namespace vostro::chain
