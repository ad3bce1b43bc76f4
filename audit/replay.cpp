#include "audit/replay.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "audit/block_rules.h"
#include "audit/book.h"
#include "audit/lookahead.h"
#include "audit/reserves.h"
#include "base/check.h"
#include "base/codec.h"
#include "chain/invariants.h"
#include "chain/store/rows.h"
#include "chain/store/work_store.h"
#include "chain/versions.h"
#include "client/proof.h"
#include "consensus/evidence.h"
#include "genesis/continuation.h"

namespace vostro::audit {
namespace {

using consensus::Committee;
using consensus::Header;

constexpr std::size_t kRowsAtOnce = 2'000;
constexpr std::size_t kTrustedMax = 4'096;

/// Beside the ledger in the work store, at the same block.
struct Progress {
  Hash network;  ///< whose blocks come next
  Link link;
  Height final_to;  ///< a proof at this height was checked; 0: none yet
  std::uint16_t version = 1;
  Epoch epoch;
  consensus::BlockId anchor;
  Height anchor_height;
  UnixMillis anchor_time;
  std::vector<consensus::Validator> validators;
  Counts counts;
  std::vector<Blocks> trusted;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(network, link.id, link.height, link.time, link.view, final_to, version, epoch, anchor,
            anchor_height, anchor_time, bounded<consensus::validators_max>(validators), counts,
            bounded<kTrustedMax>(trusted));
  }
};
const Bytes kProgressKey{'P'};

Hash as_hash(const consensus::BlockId& id) {
  return Hash{id.bytes};
}
std::uint64_t now_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

/// The blocks that are in both of two lists of runs, each ascending.
std::vector<Blocks> in_both(const std::vector<Blocks>& one, const std::vector<Blocks>& other) {
  std::vector<Blocks> both;
  for (auto a = one.begin(), b = other.begin(); a != one.end() && b != other.end();) {
    const Height first = std::max(a->first, b->first);
    const Height last = std::min(a->second, b->second);
    if (first <= last) both.emplace_back(first, last);
    ++(a->second < b->second ? a : b);
  }
  return both;
}

/// The network whose blocks come after the one at `height`.
Hash network_after(const genesis::Definition& definition, Height height) {
  // A continuation's `before` is the network that ends with it.
  for (const genesis::Continuation& each : definition.continuations)
    if (height <= each.height) return each.before;
  return definition.network_id;
}

/// The first receipt that is another one in the source, and in what.
std::string difference(const std::vector<chain::Receipt>& own,
                       const std::vector<chain::Receipt>& found, Divergence& divergence) {
  if (own.size() != found.size()) {
    divergence.expected = std::to_string(own.size());
    divergence.found = std::to_string(found.size());
    return "count of the node's receipts";
  }
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (own[i] == found[i]) continue;
    const std::string name = "receipt " + std::to_string(i);
    const auto say = [&](std::string expected, std::string other) {
      divergence.expected = std::move(expected);
      divergence.found = std::move(other);
    };
    if (own[i].id != found[i].id) {
      say(to_text(own[i].id), to_text(found[i].id));
      return name + " id";
    }
    if (own[i].status != found[i].status) {
      say(std::string(to_string(own[i].status)), std::string(to_string(found[i].status)));
      return name + " status";
    }
    if (own[i].entries != found[i].entries) {
      say("what executing the block posts", "other entries");
      return name + " entries";
    }
    say("what executing the block gives", "another one");
    return name;
  }
  return {};
}

class Replay {
 public:
  Replay(const genesis::Definition& definition, const Source& source, const ReplayOptions& options,
         const OnProgress& on_progress)
      : definition_(definition),
        source_(source),
        options_(options),
        on_progress_(on_progress),
        book_([this](ByteView key) { return ledger_->note(key); }),
        reserves_([this](ByteView key) { return ledger_->note(key); }) {
    report_.network_id = definition.network_id;
    report_.network_name = definition.name;
    report_.source = source.name();
    report_.source_last = source.last();
    report_.has_tables = source.has_tables();
    report_.has_files = source.has_files();
  }

  Result<Report, CannotCheck> run() {
    begun_ms_ = now_ms();
    const auto done = check_all();
    report_.elapsed_ms = now_ms() - begun_ms_;
    if (!done) {
      const auto* divergence = std::get_if<Divergence>(&done.error());
      if (divergence == nullptr) return fail(std::get<CannotCheck>(done.error()));
      report_.divergence = *divergence;
    }
    report_.checked_to = progress_.link.height;
    report_.block = as_hash(progress_.link.id);
    report_.time = progress_.link.time;
    if (ledger_ && ledger_->head()) report_.state_root = ledger_->head()->state_root;
    report_.counts = progress_.counts;
    report_.trusted = progress_.trusted;
    return report_;
  }

 private:
  Checked<void> check_all() {
    if (auto opened = open_ledger(); !opened) return opened;
    auto proved = source_.last_proof();
    if (!proved && source_.last().value > 0) return unproved(Height(1));
    // What stands for a continuation is final by the mandate, once the block below it is.
    if (proved && *proved < source_.last() && continuation_after(*proved)) proved = proved->next();
    report_.last = std::min(options_.to.value_or(source_.last()), proved.value_or(Height(0)));
    if (report_.last < progress_.link.height)
      return cannot_check("the work directory is at block " +
                          std::to_string(progress_.link.height.value) + ", beyond block " +
                          std::to_string(report_.last.value) +
                          ", the last to be looked at: use another work directory");
    if (auto done = execute_all(); !done) return done;
    if (auto final_too = confirm(); !final_too) return final_too;
    if (auto saved = save(); !saved) return saved;
    if (const Height wanted = options_.to.value_or(source_.last()); report_.last < wanted)
      return unproved(report_.last.next());
    if (auto sound = check_ledger(); !sound) return sound;
    if (options_.on_end)
      if (auto told = options_.on_end(*ledger_); !told) return told;
    if (progress_.link.height == source_.last() && source_.has_tables()) {
      if (auto same = source_.compare_tables(*ledger_); !same) return same;
      report_.tables_compared = true;
    }
    if (options_.check_files && source_.has_files()) {
      if (auto sound = source_.check_files(); !sound) return sound;
      report_.files_checked = true;
    }
    return {};
  }

  static tl::unexpected<Finding> unproved(Height height) {
    return diverges({height, std::nullopt, "finality proof",
                     "one of this block or of a later one, signed by a quorum", "none"});
  }

  /// How far the replay of another work directory has come.
  Checked<void> learn_checked() {
    if (options_.checked_in.empty()) return {};
    const auto opened = chain::WorkStore::open(options_.checked_in, definition_.founding_id);
    if (!opened) return cannot_check(to_string(opened.error()));
    const auto note = (*opened)->note(kProgressKey);
    if (!note) return {};
    auto progress = decode<Progress>(*note);
    if (!progress) return is_damaged(options_.checked_in);
    // Nothing is left to the quorum that this replay was not told to leave to it.
    if (progress->trusted.empty() || options_.trust_finality) checked_ = *std::move(progress);
    return {};
  }

  /// What was left to the quorum up to here was looked at there, but for what was left to it there,
  /// too: the id of a block stands for all blocks before it. To be called at each block.
  void take_over_checked() {
    if (!checked_ || checked_->link.height != progress_.link.height ||
        checked_->link.id != progress_.link.id)
      return;
    auto both = in_both(progress_.trusted, checked_->trusted);
    if (both.size() <= kTrustedMax) progress_.trusted = std::move(both);
  }

  static tl::unexpected<Finding> is_damaged(const std::string& work) {
    return cannot_check(work + ": the work directory is damaged; use another one");
  }

  Checked<void> open_ledger() {
    if (auto learnt = learn_checked(); !learnt) return learnt;
    // By the name under which the ledger began: it is the same one after each continuation.
    auto opened = chain::WorkStore::open(options_.work, definition_.founding_id);
    if (!opened) return cannot_check(to_string(opened.error()));
    ledger_ = *std::move(opened);
    if (const auto note = ledger_->note(kProgressKey)) return go_on(*note);

    const genesis::Anchor anchor = genesis::make_anchor(definition_);
    const auto committee = client::committee_of(definition_, definition_.founding_id);
    VOSTRO_CHECK(committee.has_value());  // the founding network's own
    committee_ = std::make_shared<const Committee>(*committee);
    chain::ExecutedBlock genesis;
    genesis.time = anchor.time;
    genesis.state = anchor.state;
    genesis.nodes = anchor.nodes;
    genesis.state_root = anchor.state_root;
    progress_.link = {consensus::BlockId{anchor.digest.bytes}, Height(0), anchor.time, View(0)};
    if (auto same = source_.compare_block(anchor.digest, genesis, 0); !same) return same;
    if (auto told = tell({anchor.digest, nullptr, genesis, *ledger_, *committee_, {}}); !told)
      return told;
    return store(std::make_shared<const chain::ExecutedBlock>(std::move(genesis)), {});
  }

  Checked<void> go_on(const Bytes& note) {
    auto progress = decode<Progress>(note);
    if (!progress || !ledger_->head() || ledger_->head()->height != progress->link.height)
      return is_damaged(options_.work);
    progress_ = *std::move(progress);
    if (progress_.network != network_after(definition_, progress_.link.height))
      return cannot_check(options_.work +
                          ": the work directory went on by another continuation than the genesis "
                          "file says; use another one");
    auto set = consensus::ValidatorSet::make(progress_.validators);
    if (!set) return is_damaged(options_.work);
    committee_ = std::make_shared<const Committee>(consensus::EpochContext{
        progress_.network, progress_.version, progress_.epoch, progress_.anchor,
        progress_.anchor_height, progress_.anchor_time, *std::move(set)});
    report_.resumed_from = progress_.link.height;
    if (auto same = is_of_this_source(); !same) return same;
    take_over_checked();
    return {};
  }

  /// Where no proof was seen of the block to go on from, it may have been another source's.
  [[nodiscard]] Checked<void> is_of_this_source() const {
    const Height height = progress_.link.height;
    if (progress_.final_to == height || height > source_.last()) return {};
    const auto raw = source_.header(height);
    if (!raw) return tl::unexpected<Finding>(raw.error());
    const auto header = decode<Header>(raw->header);
    if (!header || header->id() != progress_.link.id)
      return cannot_check(
          options_.work + ": the work directory ends with block " + std::to_string(height.value) +
          ", which no proof covered and this source has otherwise; use another one");
    return {};
  }

  /// The continuation that the block after `height` stands for.
  [[nodiscard]] const genesis::Continuation* continuation_after(Height height) const {
    const auto found =
        std::ranges::find(definition_.continuations, height, &genesis::Continuation::height);
    return found == definition_.continuations.end() ? nullptr : &*found;
  }

  /// What was done and is final stays done, also where a source cannot be read any more.
  Checked<void> execute_all() {
    auto done = execute_blocks();
    const bool is_broken_off = !done && std::holds_alternative<CannotCheck>(done.error());
    if (is_broken_off && progress_.final_to == progress_.link.height)
      if (auto saved = save(); !saved) return saved;
    return done;
  }

  /// Blocks of one network after the other.
  Checked<void> execute_blocks() {
    signatures_from_ = options_.trust_finality ? report_.last.next() : options_.signatures_from;
    if (checked_ && checked_->link.height <= report_.last)
      signatures_from_ = std::max(signatures_from_, checked_->link.height.next());
    while (progress_.link.height < report_.last) {
      if (const auto* continuation = continuation_after(progress_.link.height)) {
        if (auto done = continue_by(*continuation); !done) return done;
        continue;
      }
      Height last = report_.last;
      for (const genesis::Continuation& each : definition_.continuations)
        if (each.height > progress_.link.height) last = std::min(last, each.height);
      if (auto done = execute_to(last); !done) return done;
    }
    return {};
  }

  Checked<void> save() {
    // What is kept elsewhere is never behind the point that a later run goes on from.
    if (options_.on_save)
      if (auto told = options_.on_save(); !told) return told;
    if (const auto saved = ledger_->save(); !saved) return cannot_check(to_string(saved.error()));
    return {};
  }

  Checked<void> execute_to(Height last) {
    const Height first = progress_.link.height.next();
    LookaheadOptions options;
    options.first = first;
    options.last = last;
    options.threads = std::max<std::size_t>(1, options_.threads);
    options.signatures_from = signatures_from_;
    options.keep_batches = options_.keep_batches;
    Lookahead ahead(source_, committee_, options);
    std::uint64_t saved_ms = now_ms();
    for (Height height = first; height <= last; height = height.next()) {
      if (const auto version = committee_->context().version; !chain::is_supported(version))
        return cannot_check("from block " + std::to_string(height.value) +
                            " on the network speaks protocol version " + std::to_string(version) +
                            ", which this program does not know: use a newer vostro-audit");
      const PreparedBlock block = ahead.take();
      if (auto good = check_block(block); !good) return good;
      if (block.header.closes_epoch() && height < last) ahead.begin_epoch(committee_);
      const std::uint64_t now = now_ms();
      if (on_progress_) on_progress_(height, report_.last, now - begun_ms_, report_.run);
      // A later run goes on from what a quorum signed, not from what is still to be proved.
      if (options_.save_every_ms > 0 && now - saved_ms >= options_.save_every_ms &&
          progress_.final_to == height) {
        if (auto saved = save(); !saved) return saved;
        saved_ms = now_ms();
      }
    }
    return {};
  }

  /// A network that lost its quorum goes on: no block, no signature of a validator, but a mandate
  /// in the genesis file, which is judged by the state that the auditor computed himself.
  Checked<void> continue_by(const genesis::Continuation& continuation) {
    const Height height = continuation.height.next();
    const auto differs = [&](std::string field, std::string expected, std::string found) {
      return diverges(
          {height, std::nullopt, std::move(field), std::move(expected), std::move(found)});
    };
    if (continuation.block != as_hash(progress_.link.id))
      return differs("continuation in the genesis file, block", hex(progress_.link.id),
                     hex(continuation.block));
    if (continuation.state_root != ledger_->head()->state_root)
      return differs("continuation in the genesis file, state_root",
                     hex(ledger_->head()->state_root), hex(continuation.state_root));
    const auto mandate = genesis::check_mandate(*ledger_, continuation);
    if (const auto broken = ledger_->failure()) return cannot_check(to_string(*broken));
    if (!mandate)
      return differs("continuation in the genesis file",
                     "a mandate of those who owned the validators", mandate.error());

    const chain::ExecutedBlock block =
        genesis::continuation_block(*ledger_, *ledger_, continuation, progress_.link.time);
    if (const auto broken = ledger_->failure()) return cannot_check(to_string(*broken));
    const Hash network = network_after(definition_, height);
    const Hash digest = genesis::anchor_of(network, continuation.state_root);
    if (auto same = source_.compare_block(digest, block, 0); !same) return same;
    auto set = consensus::ValidatorSet::make(validators_of(*block.next_epoch));
    VOSTRO_CHECK(set.has_value());  // the file was checked
    const consensus::BlockId anchor{digest.bytes};
    committee_ = std::make_shared<const Committee>(
        consensus::EpochContext{network, block.next_epoch->version, continuation.epoch, anchor,
                                height, block.time, *std::move(set)});
    progress_.link = {anchor, height, block.time, View(0)};
    take_over_checked();
    progress_.final_to = height;
    ++progress_.counts.epochs;
    ++report_.run.epochs;
    if (auto told = tell({digest, nullptr, block, *ledger_, *committee_, network}); !told)
      return told;
    return store(std::make_shared<const chain::ExecutedBlock>(block), {});
  }

  /// The lanes after the parent. A closing block's execution leaves none for the next epoch.
  [[nodiscard]] consensus::LanePositions positions() const {
    consensus::LanePositions all;
    if (progress_.link.id == committee_->context().anchor) return all;
    for (std::uint16_t author = 0; author < committee_->size(); ++author) {
      const auto lane = chain::load<chain::Lane>(*ledger_, author);
      if (!lane) continue;
      all.emplace(consensus::ValidatorIndex(author),
                  consensus::LanePosition{lane->record.incarnation, lane->record.seq,
                                          consensus::BatchId{lane->record.tip.bytes}});
    }
    return all;
  }

  Checked<void> check_block(const PreparedBlock& block) {
    if (block.fault) return tl::unexpected<Finding>(*block.fault);
    const Header& header = block.header;
    if (auto fault = check_header(progress_.link, *committee_, header)) return diverges(*fault);
    const auto lanes = positions();
    if (auto fault = check_cut(*committee_, header, block.cut, lanes)) return diverges(*fault);
    if (auto fault = batch_fault(block, false)) return diverges(*fault);
    std::vector<BatchFacts> facts;
    for (const PreparedBatch& batch : block.batches) facts.push_back(batch.facts);
    if (auto fault = check_batches(*committee_, header, block.cut, lanes, facts))
      return diverges(*fault);
    if (auto fault = batch_fault(block, true)) return diverges(*fault);
    if (auto fault = size_fault(block)) return diverges(*fault);
    if (auto proof = check_proof(header, block.proof); !proof) return proof;
    return execute(block);
  }

  /// The first batch that is wrong by itself, or the first wrong transaction.
  static std::optional<Divergence> batch_fault(const PreparedBlock& block, bool in_transactions) {
    std::uint32_t before = 0;
    for (const PreparedBatch& batch : block.batches) {
      if (batch.fault && batch.fault->transaction.has_value() == in_transactions) {
        Divergence fault = *batch.fault;
        if (fault.transaction) *fault.transaction += before;
        return fault;
      }
      before += static_cast<std::uint32_t>(batch.transactions.size());
    }
    return std::nullopt;
  }

  std::optional<Divergence> size_fault(const PreparedBlock& block) const {
    // Fixed for the life of a network: chain/registry.h, ParameterName.
    const chain::Parameters& most = definition_.state.parameters;
    std::size_t bytes = 0;
    std::size_t items = 0;
    for (const PreparedBatch& batch : block.batches) {
      bytes += batch.bytes;
      for (const auto& transaction : batch.transactions) items += transaction->items();
    }
    const auto above = [&](const char* what, std::size_t limit, std::size_t found) {
      return Divergence{block.height, std::nullopt, what, "at most " + std::to_string(limit),
                        std::to_string(found)};
    };
    if (bytes > most.max_block_bytes)
      return above("bytes of the batches", most.max_block_bytes, bytes);
    if (items > most.max_block_items)
      return above("transactions and bulk items", most.max_block_items, items);
    return std::nullopt;
  }

  Checked<void> check_proof(const Header& header, const std::optional<Bytes>& bytes) {
    const auto differs = [&](std::string expected, std::string found) {
      return diverges(
          {header.height, std::nullopt, "finality proof", std::move(expected), std::move(found)});
    };
    if (!bytes) {
      if (continuation_after(header.height) != nullptr)
        return differs("one, since the network went on by a continuation after it", "none");
      if (header.closes_epoch()) return differs("one, since the block closes its epoch", "none");
      return {};
    }
    if (auto fault = check_finality(*committee_, header, *bytes))
      return diverges(*std::move(fault));
    ++progress_.counts.proofs;
    ++report_.run.proofs;
    return {};
  }

  Checked<void> execute(const PreparedBlock& block) {
    const Header& header = block.header;
    chain::BlockInput input;
    input.network_id = committee_->context().network_id;
    input.height = header.height;
    input.time = header.time;
    input.parent = as_hash(progress_.link.id);
    input.parent_time = progress_.link.time;
    for (const PreparedBatch& batch : block.batches)
      input.candidates.insert(input.candidates.end(), batch.transactions.begin(),
                              batch.transactions.end());
    for (const consensus::LaneRef& lane : block.cut.lanes)
      input.lanes.emplace(lane.author.value,
                          chain::LaneRecord{lane.incarnation, lane.last_seq, Hash{lane.tip.bytes}});
    auto result = chain::execute_block(*ledger_, *ledger_, judge_, input);
    if (const auto broken = ledger_->failure()) return cannot_check(to_string(*broken));
    if (!result)
      return diverges(
          {header.height, std::nullopt, "execution", "a block that can be", result.error().what});
    const auto executed = std::make_shared<const chain::ExecutedBlock>(*std::move(result));
    if (auto same = compare(block, *executed); !same) return same;
    if (auto same = source_.compare_block(as_hash(block.id), *executed, block.batches.size());
        !same)
      return same;
    if (auto balanced = book_.post(header.height, executed->receipts, executed->state); !balanced)
      return balanced;
    if (auto covered = reserves_.post(*executed); !covered) return covered;
    return advance(block, executed);
  }

  /// What executing gives against what the header says, and the receipts shown.
  Checked<void> compare(const PreparedBlock& block, const chain::ExecutedBlock& executed) const {
    const Header& header = block.header;
    const auto differs = [&](std::string field, std::string expected, std::string found) {
      return diverges(
          {header.height, std::nullopt, std::move(field), std::move(expected), std::move(found)});
    };
    if (executed.transactions.size() != header.tx_count)
      return differs("header.tx_count", std::to_string(executed.transactions.size()),
                     std::to_string(header.tx_count));
    if (executed.tx_root != header.tx_root)
      return differs("header.tx_root", hex(executed.tx_root), hex(header.tx_root));
    if (executed.receipt_root != header.receipt_root)
      return differs("header.receipt_root", hex(executed.receipt_root), hex(header.receipt_root));
    if (executed.state_root != header.state_root)
      return differs("header.state_root", hex(executed.state_root), hex(header.state_root));
    const bool closes = executed.next_epoch.has_value();
    if (closes != header.closes_epoch())
      return differs("header.flags", closes ? "1: the epoch closes" : "0",
                     std::to_string(header.flags));
    Hash next_set;
    if (closes) {
      const auto set = consensus::ValidatorSet::make(validators_of(*executed.next_epoch));
      if (!set) return differs("next validators", "a set that can be", "none");
      next_set = set->digest();
    }
    if (next_set != header.next_set_hash)
      return differs("header.next_set_hash", hex(next_set), hex(header.next_set_hash));
    if (block.receipt_rows && *block.receipt_rows != chain::receipt_rows(executed.receipts)) {
      const auto shown = source_.receipts(header.height);
      if (!shown) return tl::unexpected<Finding>(shown.error());
      Divergence divergence{header.height, std::nullopt, {}, {}, {}};
      divergence.field = difference(executed.receipts, **shown, divergence);
      if (divergence.field.empty()) {
        divergence.field = "receipts, as the node stores them";
        divergence.expected = "their rows and no more";
        divergence.found = std::to_string(block.receipt_rows->size()) + " rows";
      }
      return diverges(std::move(divergence));
    }
    return {};
  }

  static std::vector<consensus::Validator> validators_of(const chain::NextEpoch& next) {
    std::vector<consensus::Validator> all;
    for (const chain::Validator& each : next.validators)
      all.push_back({consensus::MemberId{each.id.bytes}, each.key});
    return all;
  }

  Checked<void> advance(const PreparedBlock& block,
                        const std::shared_ptr<const chain::ExecutedBlock>& done) {
    const chain::ExecutedBlock& executed = *done;
    Counts more;
    more.transactions = executed.transactions.size();
    more.receipts = executed.receipts.size();
    more.batches = block.batches.size();
    more.signatures = block.signatures;
    for (const chain::Receipt& receipt : executed.receipts) {
      more.payments += receipt.payment.has_value() ? 1 : 0;
      more.entries += receipt.entries.size();
    }
    more.epochs = executed.next_epoch ? 1 : 0;
    for (Counts* counts : {&progress_.counts, &report_.run}) {
      counts->transactions += more.transactions;
      counts->receipts += more.receipts;
      counts->batches += more.batches;
      counts->signatures += more.signatures;
      counts->payments += more.payments;
      counts->entries += more.entries;
      counts->epochs += more.epochs;
    }
    if (block.height < signatures_from_) {
      if (!progress_.trusted.empty() && progress_.trusted.back().second.next() == block.height) {
        progress_.trusted.back().second = block.height;
      } else if (progress_.trusted.size() < kTrustedMax) {
        progress_.trusted.emplace_back(block.height, block.height);
      } else {
        return cannot_check("the work directory was used in more than " +
                            std::to_string(kTrustedMax) + " ways; use another one");
      }
    }
    progress_.link = {block.id, block.height, block.header.time, block.header.view};
    take_over_checked();
    const auto voted = committee_;
    if (executed.next_epoch) {
      auto context = context_after(*committee_, block.header, executed.next_epoch->version,
                                   validators_of(*executed.next_epoch));
      committee_ =
          std::make_shared<const Committee>(*std::move(context));  // the set was made before
      progress_.link.view = View(0);
    }
    if (block.proof) progress_.final_to = block.height;
    if (auto told = tell({as_hash(block.id), &block, executed, *ledger_, *voted, {}}); !told)
      return told;
    chain::Changes rows = book_.take_rows();
    rows.merge(reserves_.take_rows());
    return store(done, std::move(rows));
  }

  [[nodiscard]] Checked<void> tell(const Step& step) const {
    if (!options_.on_block) return {};
    auto told = options_.on_block(step);
    if (const auto broken = ledger_->failure()) return cannot_check(to_string(*broken));
    return told;
  }

  Checked<void> store(std::shared_ptr<const chain::ExecutedBlock> executed, chain::Changes notes) {
    const consensus::EpochContext& context = committee_->context();
    progress_.network = context.network_id;
    progress_.version = context.version;
    progress_.epoch = context.epoch;
    progress_.anchor = context.anchor;
    progress_.anchor_height = context.anchor_height;
    progress_.anchor_time = context.anchor_time;
    progress_.validators = context.validators.all();
    notes.insert_or_assign(kProgressKey, encode(progress_));
    const auto stored =
        ledger_->commit(as_hash(progress_.link.id), std::move(executed), std::move(notes));
    if (!stored) return cannot_check(to_string(stored.error()));
    return {};
  }

  /// A block below the newest proof is final by the headers that lead from it to a proof; and so is
  /// the next one, where its time is asked for.
  Checked<void> confirm() {
    const Height end = progress_.link.height;
    const bool asks = options_.next_is_after && end < source_.last_proof().value_or(Height(0));
    // The beginning, a closing block with its own proof, or what stands for a continuation.
    bool is_final = progress_.link.id == committee_->context().anchor;
    if (!is_final) {
      const auto raw = source_.header(end);  // it was checked, and so was its proof
      if (!raw) return tl::unexpected<Finding>(raw.error());
      is_final = raw->proof.has_value();
    }
    if (is_final && !asks) return {};
    if (asks && continuation_after(end) != nullptr)
      return diverges({end.next(), std::nullopt, "header",
                       "none: the block stands for a continuation", "one of a later time"});
    Link link = progress_.link;
    for (Height height = end.next();; height = height.next()) {
      if (!source_.last_proof() || height > *source_.last_proof()) return unproved(height);
      const auto raw = source_.header(height);
      if (!raw) return tl::unexpected<Finding>(raw.error());
      const auto header = decode<Header>(raw->header);
      if (!header)
        return diverges(
            {height, std::nullopt, "header", "its encoding", to_string(header.error())});
      if (auto fault = check_header(link, *committee_, *header)) return diverges(*fault);
      if (asks && height == end.next() && header->time <= *options_.next_is_after)
        return diverges({height, std::nullopt, "header.time",
                         "above " + std::to_string(options_.next_is_after->value),
                         std::to_string(header->time.value)});
      if (auto proof = check_proof(*header, raw->proof); !proof) return proof;
      if (raw->proof) return {};
      link = {header->id(), height, header->time, header->view};
    }
  }

  /// What is true of the whole ledger, by the ledger's own rule and by the book.
  Checked<void> check_ledger() {
    const Height height = progress_.link.height;
    if (const auto sound = chain::check_whole_state(*ledger_); !sound)
      return diverges({height, std::nullopt, "state", "the money equation", sound.error()});
    auto whole = Book::compare_whole(
        height, [this](ByteView from) { return ledger_->notes(from, kRowsAtOnce); },
        [this](ByteView from) {
          return ledger_->rows(chain::StoredTable::state, from, kRowsAtOnce);
        });
    if (const auto broken = ledger_->failure()) return cannot_check(to_string(*broken));
    return whole;
  }

  const genesis::Definition& definition_;
  const Source& source_;
  const ReplayOptions& options_;
  const OnProgress& on_progress_;
  std::unique_ptr<chain::WorkStore> ledger_;
  consensus::Judge judge_;
  Book book_;
  Reserves reserves_;
  std::shared_ptr<const Committee> committee_;
  Progress progress_;
  std::optional<Progress> checked_;  ///< of `checked_in`
  Height signatures_from_;
  Report report_;
  std::uint64_t begun_ms_ = 0;
};

}  // namespace

Result<Report, CannotCheck> replay(const genesis::Definition& definition, const Source& source,
                                   const ReplayOptions& options, const OnProgress& on_progress) {
  return Replay(definition, source, options, on_progress).run();
}

}  // namespace vostro::audit
