#include "node/node.h"

#include <algorithm>

#include "base/check.h"
#include "base/codec.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/signature_selftest.h"
#include "chain/store/staging.h"
#include "node/annexes/ledger.h"
#include "node/runtime/data_dir.h"

namespace vostro::node {
namespace {

constexpr std::size_t kPaymentLinesPerBlock = 20;
constexpr int kWorkersNiceness = 5;
/// For others' joining, which nobody here waits for.
constexpr int kJoinWorkerNiceness = 10;
constexpr std::chrono::seconds kJoinTryEvery{5};

consensus::EpochContext genesis_context(const genesis::Definition& definition,
                                        const genesis::Anchor& anchor) {
  consensus::BlockId id;
  id.bytes = anchor.digest.bytes;
  return {definition.network_id, definition.protocol_version,        Epoch(0), id, Height(0),
          anchor.time,           set_of(definition.state.validators)};
}

std::uint64_t count_records(const chain::StateReader& state, Byte prefix) {
  constexpr std::size_t kPage = 1'000;
  std::uint64_t count = 0;
  Bytes from{prefix};
  for (;;) {
    const auto rows = state.scan(Bytes{prefix}, from, kPage);
    count += rows.size();
    if (rows.size() < kPage) return count;
    from = rows.back().first;
    from.push_back(0);
  }
}

}  // namespace

Result<void, std::string> Node::init(const NodeOptions& options,
                                     const genesis::Definition& definition,
                                     const std::vector<ValidatorKey>& keys) {
  if (const auto made = ensure_private_directory(options.data_dir); !made)
    return fail(options.data_dir + ": " + std::string(to_string(made.error())));
  bool has_new = keys.empty();
  for (const ValidatorKey& key : keys) {
    if (ValidatorKeys::has_marker(key.file)) continue;
    if (const auto made = make_journal(options, definition, key.file, key.secret.public_key());
        !made)
      return made;
    has_new = true;
  }
  // Where every key has had a journal, this refuses, and says why.
  if (!has_new)
    return make_journal(options, definition, keys.front().file, keys.front().secret.public_key());
  return {};
}

Result<void, std::string> Node::make_journal(const NodeOptions& options,
                                             const genesis::Definition& definition,
                                             const std::string& key_file, const PublicKey& key) {
  return ValidatorKeys::create_journal(
      options.data_dir, genesis_context(definition, genesis::make_anchor(definition)), key_file,
      key);
}

Node::Node(NodeOptions options, genesis::Definition definition, NodeKeys keys)
    : options_(std::move(options)),
      definition_(std::move(definition)),
      keys_(std::move(keys)),
      started_ms_(steady_ms()) {
  VOSTRO_CHECK(!keys_.tls.empty());
  tls_keys_ = std::move(keys_.tls);
  roster_ = std::make_unique<Roster>(definition_.observers);
  roster_->set_addresses(options_.peers);
}

Result<std::unique_ptr<Node>, std::string> Node::open(NodeOptions options,
                                                      genesis::Definition definition,
                                                      NodeKeys keys) {
  if (const auto rules = check_signature_rules(); !rules) return fail(rules.error());
  std::unique_ptr<Node> node(new Node(std::move(options), std::move(definition), std::move(keys)));
  if (const auto done = node->open_store(); !done) return fail(done.error());
  if (const auto done = node->open_files(); !done) return fail(done.error());
  if (const auto done = node->start(); !done) return fail(done.error());
  return node;
}

Result<void, std::string> Node::open_store() {
  if (const auto made = ensure_private_directory(options_.data_dir); !made)
    return fail(options_.data_dir + ": " + std::string(to_string(made.error())));
  // Before a directory in it is moved: the store has a lock only where it lies.
  auto lock = lock_data_dir(options_.data_dir);
  if (!lock) return fail(lock.error());
  data_dir_lock_ = std::move(*lock);
  const genesis::Anchor anchor = genesis::make_anchor(definition_);
  validator_keys_ =
      std::make_unique<ValidatorKeys>(options_.data_dir, genesis_context(definition_, anchor));
  options_.store.proof_window = definition_.state.parameters.proof_window;
  const auto settled = chain::settle_joined(options_.data_dir + "/store");
  if (!settled) return fail("cannot put the fetched store in place: " + to_string(settled.error()));
  if (*settled) log::info("the fetched ledger is this node's now");
  auto store =
      chain::Store::open(options_.data_dir + "/store", definition_.network_id, options_.store);
  if (!store) return fail("cannot open the block store: " + to_string(store.error()));
  store_ = std::move(*store);
  VOSTRO_FAILPOINT("start-store-opened");
  // The first ledger of a network that goes on from another is no ledger of this one: it says whom
  // to ask for that.
  has_ledger_ =
      definition_.continuations.empty() ||
      (store_->head() && store_->head()->height > definition_.continuations.back().height);
  if (store_->head()) return {};
  // Height 0 is the state that the genesis file describes.
  chain::ExecutedBlock genesis;
  genesis.time = anchor.time;
  genesis.state = anchor.state;
  genesis.nodes = anchor.nodes;
  genesis.state_root = anchor.state_root;
  const auto done = store_->commit({anchor.digest, {}, {}, {}, false, {}, genesis});
  if (!done) return fail("cannot write the genesis state: " + to_string(done.error()));
  return {};
}

Result<void, std::string> Node::open_files() {
  for (ValidatorKey& key : keys_.validator) {
    if (const auto added = validator_keys_->add(std::move(key)); !added) return added;
    VOSTRO_FAILPOINT("start-journal-opened");
  }
  keys_.validator.clear();
  if (const auto stored = store_->view().newest_proof()) {
    auto proof = decode<consensus::FinalityProof>(stored->bytes);
    if (!proof)
      return fail("the newest finality proof in the store is damaged: " + to_string(proof.error()));
    newest_proof_ = std::move(*proof);
  }
  // Before the certificates go to the archive: a power cut may have taken what the journal was told
  // last of finality, and the store has it.
  validator_keys_->learn(store_->view());
  auto archive = CertificateArchive::open(options_.data_dir + "/certificates",
                                          validator_keys_->take_outlived());
  if (!archive) return fail(archive.error());
  archive_ = std::move(*archive);
  auto evidence = EvidenceBook::open(options_.data_dir + "/evidence");
  if (!evidence) return fail(evidence.error());
  evidence_ = std::move(*evidence);
  acts_recorded_ = count_records(*store_, chain::Misbehaviour::prefix);
  VOSTRO_FAILPOINT("start-files-opened");
  return {};
}

Result<void, std::string> Node::start() {
  urgent_workers_ = std::make_unique<WorkerPool>(1, 0);
  workers_ = std::make_unique<WorkerPool>(options_.worker_threads, kWorkersNiceness);
  join_server_ = std::make_unique<join::Server>(*store_, join::ServerLimits{}, steady_ms);
  join_worker_ = std::make_unique<WorkerPool>(1, kJoinWorkerNiceness);
  annex_worker_ = std::make_unique<WorkerPool>(1, kWorkersNiceness);
  auto approvals =
      ApprovalBook::open(options_.data_dir + "/approvals",
                         {definition_.network_id, options_.participant, *store_, wall_clock,
                          [this] {
                            const auto head = store_->head();
                            return head ? head->time : UnixMillis(0);
                          },
                          [this](const std::string& what) { halt(what); }});
  if (!approvals) return fail(approvals.error());
  approvals_ = std::move(*approvals);
  quotes_ = std::make_unique<QuoteBook>(definition_.network_id, *store_, wall_clock);

  open_replica();
  Admission::Callbacks door;
  door.batch = [this](auto transactions) {
    // What was taken before this node ceased to validate others have to batch.
    if (!standing().own) return hand_over(transactions);
    loop_->post(TransactionsSubmitted{std::move(transactions)});
  };
  // An observer has no lane to put them in.
  door.is_ready = [this] { return standing().own && is_ready(); };
  door.has_room = [this] { return !disk_full_; };
  door.now = wall_clock;
  door.on_failure = [this](const std::string& what) { halt(what); };
  auto admission = Admission::open(
      options_.data_dir + "/admission", definition_.network_id, options_.admission, *store_,
      std::min(store_->head()->height, final_synced_), *workers_, std::move(door));
  if (!admission) return fail(admission.error());
  admission_ = std::move(*admission);

  const auto head = store_->head();
  announced_ = head->height;

  p2p::Config network{.network_id = definition_.network_id,
                      .protocol_version = definition_.protocol_version,
                      .listen = options_.listen,
                      .frames = frame_limits(),
                      .limits = options_.network};
  const Hash seed = hash("jitter", tls_keys_.front().public_key().bytes);
  for (std::size_t i = 0; i < 8; ++i)
    network.jitter_seed = network.jitter_seed << 8U | seed.bytes[i];
  choose_tls_key(known_peers());
  registry_ = current_registry();
  peers_ = std::make_unique<Peers>(
      std::move(network), tls_keys_[tls_shown_], registry_, numbers_, standing().committee, *store_,
      *urgent_workers_, *workers_,
      Peers::Callbacks{
          [this](ReplicaEvent event, p2p::InboundLease lease) {
            post_to_loop(std::move(event), std::move(lease));
          },
          [this](const std::string& peer, const chain::SignedQuote& quote) {
            const auto added = quotes_->add(quote);
            if (added.is_new) peers_->broadcast_quote(quote);
            if (added.outcome == QuoteOutcome::bad_form)
              peers_->penalise(peer, "a quote whose form or signature is wrong");
          },
          [this] { return quotes_->all(); },
          [this](const std::string& peer, Bytes transaction) {
            take_handed_over(peer, std::move(transaction));
          },
          [this] { return loop_->view(); },
          [this](p2p::InboundFrame frame) { on_annex_frame(std::move(frame)); },
          [this](const std::string& peer, Height height) { on_claim(peer, height); },
          [this](p2p::InboundFrame frame) { on_join_frame(std::move(frame)); },
          [this](const std::string& peer, bool is_up) { on_connection(peer, is_up); }});
  if (const auto done = open_annexes(); !done) return done;

  journal_ = std::make_unique<JournalThread>(
      JournalThread::Callbacks{[this](const SendMessage& message) { peers_->send(message); },
                               [this](Height height) { on_final_synced(height); },
                               [this](const std::string& what) { halt(what); },
                               [this] {
                                 const auto synced = archive_->sync();
                                 if (!synced) halt(synced.error());
                                 return synced.has_value();
                               }});
  writer_ = std::make_unique<BlockWriter>(
      *store_, BlockWriter::Callbacks{[this](const StoreBlock& block) { on_stored(block); },
                                      [this](const std::string& what) { halt(what); },
                                      [this](bool has_room) { on_room(has_room); }});
  pruner_ =
      std::make_unique<HistoryPruner>(*store_, [this](const std::string& what) { halt(what); });
  watch_threads();
  // Of another network's ledger nothing may be decided.
  if (!has_ledger_) joining_ = true;
  loop_->pause(joining_);
  loop_->start();
  const auto port = peers_->start();
  if (!port) return fail(port.error());
  port_ = *port;
  // Without it nothing else here has a clock that goes: the replica rests until there is a ledger.
  if (!has_ledger_)
    join_ticker_ = std::make_unique<Ticker>(kJoinTryEvery, [this] { begin_join(); });
  admission_->resubmit();
  release_approvals();
  VOSTRO_FAILPOINT("start-resubmitted");
  log::info("node started", {{"participant", options_.participant},
                             {"role", standing().own ? "validator" : "observer"},
                             {"epoch", standing().committee->epoch()},
                             {"network", definition_.network_id},
                             {"height", head->height},
                             {"port", port_}});
  return {};
}

Result<void, std::string> Node::open_annexes() {
  const std::string path = options_.data_dir + "/annex";
  auto annexes = AnnexStore::open(path, {}, [this] { return store_->head()->time; });
  if (!annexes) return fail(annexes.error());
  annexes_ = std::move(*annexes);
  auto courier = AnnexCourier::open(
      {.mark_file = path + "/mark",
       .bank = options_.participant,
       .store = *store_,
       .annexes = *annexes_,
       .steady_ms = steady_ms,
       .has_room = [this] { return !disk_full_; },
       .send_to_bank =
           [this](const Bic& bank, Bytes body) {
             return peers_->send_frame(peer_name_of(bank), annex_frame, std::move(body));
           },
       .send_to_peer =
           [this](const std::string& peer, Bytes body) {
             return peers_->send_frame(peer, annex_frame, std::move(body));
           },
       .penalise = [this](const std::string& peer,
                          std::string why) { peers_->penalise(peer, std::move(why)); }});
  if (!courier) return fail(courier.error());
  courier_ = std::move(*courier);
  courier_->on_block(announced_, true);
  return {};
}

/// A disk that takes long to sync holds up annexes, and no batch that waits to be checked.
void Node::on_annex_frame(p2p::InboundFrame frame) {
  const auto shared = std::make_shared<const p2p::InboundFrame>(std::move(frame));
  annex_worker_->post(WorkFor::peers, [this, shared] {
    if (!stopped_) courier_->on_frame(shared->peer, shared->body);
  });
}

/// The replica says which epoch this is, and whether a key of this node votes in it.
void Node::open_replica() {
  const auto head = store_->head();
  consensus::BlockId base;
  base.bytes = head->block.bytes;
  if (newest_proof_) final_synced_ = newest_proof_->header.height;
  options_.replica.engine.timeouts.heartbeat_ms = definition_.state.parameters.heartbeat_ms;
  options_.replica.lanes.block_bytes_max = definition_.state.parameters.max_block_bytes;
  options_.replica.lanes.block_items_max = definition_.state.parameters.max_block_items;
  auto replica = std::make_unique<Replica>(
      options_.replica, definition_.network_id, Replica::Ports{&here_, store_.get(), store_.get()},
      BasePoint{base, head->height, head->time}, newest_proof_);
  standing_ = {std::make_shared<const consensus::Committee>(replica->committee()), replica->own()};
  loop_ = std::make_unique<ConsensusLoop>(std::move(replica), sinks());
}

ConsensusLoop::Sinks Node::sinks() {
  ConsensusLoop::Sinks sinks;
  sinks.epoch_began = [this](const EpochBegan& effect) { begin_epoch(effect); };
  sinks.persist = [this](PersistRecords records) { journal_->add(std::move(records)); };
  sinks.send = [this](SendMessage message) { journal_->send(std::move(message)); };
  sinks.check = [this](CheckTransactions effect) { check_batch(std::move(effect)); };
  sinks.store = [this](StoreBlock block) { writer_->add(std::move(block)); };
  sinks.serve = [this](ServeHistory request) { peers_->serve(std::move(request)); };
  sinks.release = [this](ReleaseJournal effect) { journal_->release(effect); };
  sinks.archive = [this](const KeepCertificates& effect) {
    if (const auto done = archive_->keep(effect.certificates); !done) halt(done.error());
  };
  sinks.evidence = [this](const KeepEvidence& effect) { keep_evidence(effect); };
  sinks.invalid_proposal = [](const NoteInvalidProposal& effect) {
    log::warning("a signed proposal holds an invalid block",
                 {{"view", effect.propose.proposal.view}, {"leader", effect.propose.vote.signer}});
  };
  sinks.misbehaved = [this](const PeerMisbehaved& effect) { peers_->report(effect); };
  sinks.clock_alarm = [](const ClockAlarm& alarm) {
    log::warning(
        "this clock and those of the other validators are apart: see to time synchronisation",
        {{"duration_ms", alarm.offset_ms}});
  };
  sinks.measure_round_trips = [this] {
    if (const auto median_ms = peers_->median_round_trip_ms()) loop_->post(RoundTrip{*median_ms});
    workers_->post(WorkFor::peers, [this] { on_status_period(); });
  };
  sinks.resubmit = [this] { admission_->resubmit(); };
  sinks.halted = [this](const std::string& reason) { halt(reason); };
  sinks.store_failure = [this]() -> std::optional<std::string> {
    const auto failure = store_->failure();
    if (!failure) return std::nullopt;
    return "the block store failed: " + to_string(*failure);
  };
  return sinks;
}

void Node::check_batch(CheckTransactions effect) {
  workers_->post(WorkFor::peers, [this, batch = std::move(effect.batch)] {
    std::vector<chain::VerifiedTransactionPtr> transactions;
    transactions.reserve(batch.batch().transactions.size());
    for (const consensus::RawTransaction& raw : batch.batch().transactions) {
      auto transaction = admission_->verify_once(raw.bytes);
      if (!transaction) {
        log::warning("a batch holds a bad transaction",
                     {{"batch", batch.id},
                      {"origin", batch.batch().author},
                      {"reason", to_string(transaction.error())}});
        return loop_->post(TransactionsChecked{batch.id, std::nullopt});
      }
      transactions.push_back(std::move(*transaction));
    }
    loop_->post(TransactionsChecked{batch.id, std::move(transactions)});
  });
}

void Node::on_stored(const StoreBlock& block) {
  VOSTRO_FAILPOINT("block-stored");
  loop_->post(BlockStored{block.executed->height});
  transactions_final_ += block.executed->transactions.size();
  log::debug("block stored", {{"height", block.executed->height},
                              {"transactions", block.executed->transactions.size()},
                              {"root", block.executed->state_root}});
  note_misbehaviour(*block.executed);
  const bool registry_changed = std::ranges::any_of(block.executed->state, [](const auto& change) {
    const Byte kind = change.first.front();
    return kind == chain::Participant::prefix || kind == chain::Validators::prefix ||
           kind == chain::PendingChanges::prefix;
  });
  {
    const std::lock_guard lock(announce_mutex_);
    stored_.push_back(block.executed);
    // The store keeps the proof as the journal would. An observer has no other, and is given none
    // for the blocks below it.
    if (block.proof || !standing().own)
      final_synced_ = std::max(final_synced_, block.executed->height);
  }
  announce();
  if (registry_changed) follow_ledger();
}

void Node::on_final_synced(Height height) {
  {
    const std::lock_guard lock(announce_mutex_);
    final_synced_ = std::max(final_synced_, height);
  }
  announce();
}

/// Nobody is told of finality before the block is in the store and its proof in the journal, both
/// synced.
void Node::announce() {
  // In the order of heights, whichever thread comes first.
  const std::lock_guard in_order(announcing_mutex_);
  std::vector<std::shared_ptr<const chain::ExecutedBlock>> ready;
  std::vector<std::function<void(Height)>> listeners;
  {
    const std::lock_guard lock(announce_mutex_);
    const auto end = std::ranges::find_if(
        stored_, [this](const auto& block) { return block->height > final_synced_; });
    ready.assign(stored_.begin(), end);
    stored_.erase(stored_.begin(), end);
    listeners = listeners_;
  }
  for (const auto& block : ready) {
    log_payments(*block);
    VOSTRO_FAILPOINT("block-before-answers");
    admission_->on_final(*block);
    announced_ = block->height;
    VOSTRO_FAILPOINT("block-answered");
    courier_->on_block(block->height, has_annexes(*block));
    for (const auto& listener : listeners) listener(block->height);
  }
  if (!ready.empty()) release_approvals();
}

/// What has its signatures and did not get through the door when the last of them came, because the
/// node was busy or went down.
void Node::release_approvals() {
  approvals_->close_passed();
  for (const chain::VerifiedTransactionPtr& transaction : approvals_->complete()) {
    admission_->submit({transaction->bytes(), false}, [this, name = transaction->id()](
                                                          const SubmitOutcome& outcome) {
      if (outcome.kind == SubmitKind::accepted || outcome.kind == SubmitKind::final_)
        approvals_->note_released(name);
    });
  }
}

/// The payments of this bank, so that one can be followed; the log itself bounds how many lines.
void Node::log_payments(const chain::ExecutedBlock& block) const {
  std::size_t lines = 0;
  for (const chain::Receipt& receipt : block.receipts) {
    if (!receipt.payment || lines == kPaymentLinesPerBlock) continue;
    const chain::PaymentFacts& payment = *receipt.payment;
    const Bic& own = options_.participant;
    if (payment.debtor.owner != own && payment.creditor.owner != own) continue;
    ++lines;
    log::info("payment", {{"uetr", payment.uetr},
                          {"participant", payment.debtor.owner},
                          {"status", chain::to_string(receipt.status)},
                          {"code", receipt.reason ? chain::to_string(*receipt.reason) : ""},
                          {"height", block.height}});
  }
}

void Node::watch_threads() {
  std::vector<Watchdog::Watched> threads{{"the consensus loop", &loop_->pulse()},
                                         {"the journal", &journal_->pulse()},
                                         {"the block writer", &writer_->pulse()}};
  for (const Pulse& pulse : urgent_workers_->pulses())
    threads.push_back({"the protocol's worker", &pulse});
  // Not that which answers those who join: a reading of the whole state takes as long as it takes.
  for (const Pulse& pulse : workers_->pulses()) threads.push_back({"a worker", &pulse});
  for (const Pulse& pulse : annex_worker_->pulses())
    threads.push_back({"the worker for annexes", &pulse});
  watchdog_ = std::make_unique<Watchdog>(
      threads,
      Watchdog::Callbacks{
          [](const std::string& name) {
            log::error("stalled: a thread does not come back from its work", {{"kind", name}});
          },
          [](const std::string& name) {
            log::warning("a thread that had stalled goes on", {{"kind", name}});
          }});
  watchdog_->start();
}

void Node::halt(const std::string& reason) {
  {
    const std::lock_guard lock(announce_mutex_);
    if (halted_) return;
    halted_ = reason;
    halted_at_ = wall_clock();
  }
  log::error("halted: this node signs and writes no more, reads go on", {{"reason", reason}});
  if (admission_) admission_->halt();
  if (loop_) loop_->halt();
  keep_what_is_here();
}

/// Below the reserve the node stands still, as one that is suspended does, and goes on by itself.
void Node::on_room(bool has_room) {
  disk_full_since_ms_ = has_room ? 0 : wall_clock().value;
  disk_full_ = !has_room;
  const std::uint64_t free = store_->free_bytes();
  if (has_room) {
    log::info("there is disk space again: this node goes on", {{"bytes", free}});
  } else {
    log::warning(
        "free disk space is below the reserve: this node takes, signs and writes nothing until "
        "there is more",
        {{"bytes", free}, {"limit", options_.store.reserve_bytes}});
  }
  loop_->pause(!has_room || joining_);
}

void Node::keep_evidence(const KeepEvidence& effect) {
  const auto is_new = evidence_->keep({effect.epoch, consensus::EvidenceMessage{effect.evidence}});
  if (!is_new) return halt(is_new.error());
  if (!*is_new) return;  // known from before the start, or told by a peer and seen here
  const Offence offence = consensus::offence_of(effect.evidence);
  const auto& accused =
      standing().committee->context().validators.at(consensus::ValidatorIndex(offence.validator));
  const auto owner = chain::owner_of(chain::ValidatorId{accused.member.bytes}).value_or(Bic{});
  log::error("a validator signed what no honest one signs: evidence kept",
             {{"validator", offence.validator},
              {"participant", owner},
              {"evidence", to_text(chain::MisbehaviourKey{owner, offence.kind, effect.epoch,
                                                          offence.place, offence.number})}});
}

/// What a bank has reported and the ledger has found proved.
void Node::note_misbehaviour(const chain::ExecutedBlock& block) {
  for (const auto& [key, value] : block.state) {
    if (key.front() != chain::Misbehaviour::prefix) continue;
    ++acts_recorded_;
    if (const auto act = chain::misbehaviour_of_key(key))
      log::warning(
          "evidence against a validator is on record",
          {{"participant", act->owner}, {"evidence", to_text(*act)}, {"height", block.height}});
  }
}

bool Node::is_ready() const {
  if (halted() || disk_full_ || joining_ || watchdog_->stalled() > 0) return false;
  if (loop_->status().behind) return false;
  const Standing now = standing();
  return peers_->connected_validators() + (now.own ? 1 : 0) >= now.committee->quorum();
}

std::optional<std::string> Node::halted() const {
  const std::lock_guard lock(announce_mutex_);
  return halted_;
}

Node::~Node() {
  stop();
}

void Node::stop() {
  if (stopped_.exchange(true)) return;
  log::info("node stops");
  if (admission_) admission_->halt();
  if (watchdog_) watchdog_->stop();
  if (join_ticker_) join_ticker_->stop();
  if (peers_) peers_->stop();
  std::unique_ptr<join::Join> join;
  {
    const std::lock_guard lock(join_mutex_);
    join = std::move(join_);
  }
  join.reset();
  if (loop_) loop_->stop();
  if (journal_) journal_->stop();
  if (writer_) writer_->stop();
  if (courier_) courier_->stop();
  if (join_server_) join_server_->stop();
  if (join_worker_) join_worker_->stop();
  if (annex_worker_) annex_worker_->stop();
  if (pruner_) pruner_->stop();
  if (urgent_workers_) urgent_workers_->stop();
  if (workers_) workers_->stop();
  if (admission_) admission_->stop();
}

NodeStatus Node::status() const {
  NodeStatus status;
  const ReplicaStatus replica = loop_->status();
  // As every other answer: who asks for the height before and after other things compares them.
  const chain::StoreView view = store_->view();
  const auto head = view.head();
  const Standing now = standing();
  status.network_id = definition_.network_id;
  status.network_name = definition_.name;
  status.development = definition_.development;
  status.participant = options_.participant;
  status.validator = now.own.has_value();
  status.height = head->height;
  status.history_begins = view.history_begins();
  status.block_id = head->block;
  if (head->height.value > 0) status.block_time = head->time;
  status.state_root = head->state_root;
  status.epoch = now.committee->epoch();
  status.protocol_version = now.committee->context().version;
  status.view = replica.view;
  status.finalized_view = replica.final_view;
  status.validators = now.committee->size();
  status.quorum = now.committee->quorum();
  status.connected_validators = peers_->connected_validators() + (now.own ? 1 : 0);
  {
    const std::lock_guard lock(membership_mutex_);
    status.unknown_version = unknown_version_;
  }
  status.syncing = replica.behind || joining_;
  status.halted = halted();
  status.disk_full = disk_full_;
  status.ready = is_ready();
  status.pending_transactions = admission_->pending_count();
  status.uptime_s = (steady_ms() - started_ms_) / 1000;
  status.now = wall_clock();
  {
    const std::lock_guard lock(announce_mutex_);
    if (halted_) status.halted_since = halted_at_;
  }
  if (const std::uint64_t since = disk_full_since_ms_; since != 0)
    status.disk_full_since = UnixMillis(since);
  status.disk_free_bytes = store_->free_bytes();
  status.disk_reserve_bytes = store_->reserve_bytes();
  return status;
}

std::vector<ValidatorStatus> Node::validators() const {
  const ReplicaStatus replica = loop_->status();
  const auto peers = peers_->validators();
  const Standing now = standing();
  std::vector<ValidatorStatus> found;
  for (const consensus::Validator& validator : now.committee->context().validators.all()) {
    const consensus::ValidatorIndex index(static_cast<std::uint16_t>(found.size()));
    ValidatorStatus one{.index = index.value, .key = validator.key};
    one.member.bytes = validator.member.bytes;
    one.participant = chain::owner_of(one.member).value_or(Bic{});
    if (now.own == index) {
      one.is_this_node = one.connected = true;
      one.last_seen = wall_clock();
      one.view = replica.view;
      one.finalized_view = replica.final_view;
      one.finalized_height = replica.final_height;
    } else if (const auto peer = peers.find(index); peer != peers.end()) {
      one.connected = peer->second.connected;
      one.round_trip_us = peer->second.round_trip_us;
      if (const auto& heard = peer->second.heard) {
        one.since = heard->since;
        if (heard->failure && !one.connected)
          one.failure.emplace(heard->failure->reason, heard->failure->at);
        one.last_seen = heard->at;
        one.view = heard->view;
        one.finalized_view = heard->final_view;
        one.finalized_height = heard->final_height;
        one.clock_offset_ms = heard->clock_offset_ms;
      }
    }
    found.push_back(one);
  }
  return found;
}

std::optional<Hash> Node::pending(const chain::OwnedId& id) const {
  return admission_->pending(id);
}

void Node::submit(Submission submission, std::function<void(SubmitOutcome)> done) {
  admission_->submit(std::move(submission), std::move(done));
}

QuoteOutcome Node::publish_quote(const chain::SignedQuote& quote) {
  const auto added = quotes_->add(quote);
  if (added.is_new) peers_->broadcast_quote(quote);
  return added.outcome;
}

std::vector<LiveQuote> Node::quotes() const {
  return quotes_->live();
}

void Node::on_block(std::function<void(Height)> listener) {
  // No block between the two: the network may rest for long after it.
  const std::lock_guard in_order(announcing_mutex_);
  listener(announced_);
  const std::lock_guard lock(announce_mutex_);
  listeners_.push_back(std::move(listener));
}

}  // namespace vostro::node
