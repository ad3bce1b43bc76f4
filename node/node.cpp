#include "node/node.h"

#include <algorithm>

#include "base/check.h"
#include "base/codec.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/private_file.h"
#include "base/signature_selftest.h"

namespace vostro::node {
namespace {

constexpr std::size_t kPaymentLinesPerBlock = 20;
constexpr int kWorkersNiceness = 5;

consensus::EpochContext genesis_context(const genesis::Definition& definition,
                                        const genesis::Anchor& anchor) {
  consensus::BlockId id;
  id.bytes = anchor.digest.bytes;
  return {definition.network_id, definition.protocol_version,        Epoch(0), id, Height(0),
          anchor.time,           set_of(definition.state.validators)};
}

consensus::MemberId member_of(const Bic& bic) {
  consensus::MemberId member;
  std::ranges::copy(bic.text, member.bytes.begin());
  return member;
}

std::string journal_dir(const NodeOptions& options) {
  return options.data_dir + "/journal";
}

consensus::JournalIdentity journal_identity(const genesis::Definition& definition,
                                            const SecretKey& key) {
  return {key.public_key(), definition.network_id};
}

}  // namespace

Result<void, std::string> Node::init(const NodeOptions& options,
                                     const genesis::Definition& definition,
                                     const std::optional<SecretKey>& validator) {
  if (const auto made = ensure_private_directory(options.data_dir); !made)
    return fail(options.data_dir + ": " + std::string(to_string(made.error())));
  if (!validator) return {};
  const auto context = genesis_context(definition, genesis::make_anchor(definition));
  return JournalFile::create(journal_dir(options), options.validator_key_file,
                             journal_identity(definition, *validator), context);
}

Node::Node(NodeOptions options, genesis::Definition definition, NodeKeys keys)
    : options_(std::move(options)),
      definition_(std::move(definition)),
      keys_(std::move(keys)),
      started_ms_(steady_ms()) {}

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
  const genesis::Anchor anchor = genesis::make_anchor(definition_);
  committee_ = std::make_shared<const consensus::Committee>(genesis_context(definition_, anchor));
  options_.store.proof_window = definition_.state.parameters.proof_window;
  auto store =
      chain::Store::open(options_.data_dir + "/store", definition_.network_id, options_.store);
  if (!store) return fail("cannot open the block store: " + to_string(store.error()));
  store_ = std::move(*store);
  VOSTRO_FAILPOINT("start-store-opened");
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
  const PublicKey tls_key = keys_.tls.public_key();
  const bool is_pinned =
      std::ranges::any_of(definition_.state.participants,
                          [&](const chain::Participant& each) {
                            return each.bic == options_.participant && each.tls_key == tls_key;
                          }) ||
      std::ranges::any_of(definition_.observers, [&](const genesis::Observer& each) {
        return each.owner == options_.participant && each.tls_key == tls_key;
      });
  if (!is_pinned)
    return fail("the TLS key is not one that the genesis file names for " +
                to_text(options_.participant) + ": every peer would refuse it");
  if (options_.validator) {
    VOSTRO_CHECK(keys_.validator.has_value());
    own_ = committee_->context().validators.index_of(member_of(options_.participant));
    if (!own_) return fail(to_text(options_.participant) + " is no validator of this network");
    if (committee_->key(*own_) != keys_.validator->public_key())
      return fail("the validator key in " + options_.validator_key_file +
                  " is not the one that the genesis file names for " +
                  to_text(options_.participant));
    auto journal =
        JournalFile::open(journal_dir(options_), options_.validator_key_file,
                          journal_identity(definition_, *keys_.validator), committee_->context());
    if (!journal) return fail(journal.error());
    if (journal->dropped_torn_group)
      log::warning("a torn last group of the vote journal was dropped");
    journal_file_ = std::move(journal->file);
    recovered_ = std::move(journal->recovered);
    VOSTRO_FAILPOINT("start-journal-opened");
    signer_ = std::make_unique<KeySigner>(*keys_.validator);
  }
  // What the store knows to be final may be newer than what the journal says, and is all that an
  // observer has.
  if (const auto stored = store_->view().newest_proof()) {
    auto proof = decode<consensus::FinalityProof>(stored->bytes);
    if (!proof)
      return fail("the newest finality proof in the store is damaged: " + to_string(proof.error()));
    newest_proof_ = std::move(*proof);
  }
  auto archive = CertificateArchive::open(options_.data_dir + "/certificates", recovered_.outlived);
  if (!archive) return fail(archive.error());
  archive_ = std::move(*archive);
  recovered_.outlived.clear();
  auto evidence =
      AppendFile::open(options_.data_dir + "/evidence", [this](ByteView) { ++evidence_count_; });
  if (!evidence) return fail(evidence.error());
  evidence_ = std::move(*evidence);
  VOSTRO_FAILPOINT("start-files-opened");
  return {};
}

consensus::PeerId Node::Here::peer_of(const consensus::MemberId& member) {
  const consensus::PeerId next(static_cast<std::uint32_t>(node_.peer_ids_.size()));
  return node_.peer_ids_.try_emplace(member, next).first->second;
}

std::optional<Voter> Node::Here::voter_of(const PublicKey& key) {
  if (!node_.signer_ || node_.keys_.validator->public_key() != key) return std::nullopt;
  return Voter{node_.signer_.get(), std::move(node_.recovered_)};
}

std::vector<PeerEntry> Node::peer_entries() {
  std::vector<PeerEntry> entries;
  const PublicKey own_key = keys_.tls.public_key();
  const auto address_of = [this](const Bic& bic) {
    const auto found = std::ranges::find(options_.peers, bic, &PeerAddress::participant);
    return found == options_.peers.end() ? nullptr : &*found;
  };
  for (const chain::Participant& participant : definition_.state.participants) {
    if (participant.tls_key == own_key) continue;
    const auto index = committee_->context().validators.index_of(member_of(participant.bic));
    PeerEntry entry;
    entry.id = here_.peer_of(member_of(participant.bic));
    entry.identity.name = to_text(participant.bic);
    entry.identity.tls_key = participant.tls_key;
    if (const PeerAddress* address = address_of(participant.bic)) {
      entry.identity.host = address->host;
      entry.identity.port = address->port;
      entry.identity.dial = index.has_value() &&
                            (!options_.validator || p2p::is_dialler(own_key, participant.tls_key));
    }
    if (options_.validator || index) entries.push_back(std::move(entry));
  }
  // Above those of members, of which there may be more one day.
  std::uint32_t next_observer = 1U << 31U;
  for (const genesis::Observer& observer : definition_.observers) {
    if (!options_.validator || observer.tls_key == own_key) continue;
    PeerEntry entry;
    entry.id = consensus::PeerId(next_observer++);
    entry.identity.name = to_text(observer.owner) + "." + observer.name;
    entry.identity.tls_key = observer.tls_key;
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<void, std::string> Node::start() {
  urgent_workers_ = std::make_unique<WorkerPool>(1, 0);
  workers_ = std::make_unique<WorkerPool>(options_.worker_threads, kWorkersNiceness);
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

  for (const auto* proof : {&recovered_.finality, &newest_proof_}) {
    if (*proof) final_synced_ = std::max(final_synced_, (*proof)->header.height);
  }
  Admission::Callbacks door;
  door.batch = [this](auto transactions) {
    loop_->post(TransactionsSubmitted{std::move(transactions)});
  };
  // An observer has no lane to put them in.
  door.is_ready = [this] { return own_ && is_ready(); };
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
  consensus::BlockId base;
  base.bytes = head->block.bytes;
  options_.replica.engine.timeouts.heartbeat_ms = definition_.state.parameters.heartbeat_ms;
  options_.replica.lanes.block_bytes_max = definition_.state.parameters.max_block_bytes;
  options_.replica.lanes.block_items_max = definition_.state.parameters.max_block_items;
  auto replica = std::make_unique<Replica>(
      options_.replica, definition_.network_id, Replica::Ports{&here_, store_.get(), store_.get()},
      BasePoint{base, head->height, head->time}, newest_proof_);
  loop_ = std::make_unique<ConsensusLoop>(std::move(replica), sinks());

  p2p::Config network{.network_id = definition_.network_id,
                      .protocol_version = definition_.protocol_version,
                      .listen = options_.listen,
                      .frames = frame_limits(),
                      .limits = options_.network};
  const Hash seed = hash("jitter", keys_.tls.public_key().bytes);
  for (std::size_t i = 0; i < 8; ++i)
    network.jitter_seed = network.jitter_seed << 8U | seed.bytes[i];
  peers_ = std::make_unique<Peers>(
      std::move(network), keys_.tls, peer_entries(), committee_, *store_, *urgent_workers_,
      *workers_,
      Peers::Callbacks{[this](ReplicaEvent event, p2p::InboundLease lease) {
                         loop_->post(std::move(event), std::move(lease));
                       },
                       [this](const std::string& peer, const chain::SignedQuote& quote) {
                         const auto added = quotes_->add(quote);
                         if (added.is_new) peers_->broadcast_quote(quote);
                         if (added.outcome == QuoteOutcome::bad_form)
                           peers_->penalise(peer, "a quote whose form or signature is wrong");
                       },
                       [this] { return quotes_->all(); }, [this] { return loop_->view(); }});

  journal_ = std::make_unique<JournalThread>(
      std::move(journal_file_),
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
  loop_->start();
  const auto port = peers_->start();
  if (!port) return fail(port.error());
  port_ = *port;
  admission_->resubmit();
  release_approvals();
  VOSTRO_FAILPOINT("start-resubmitted");
  log::info("node started", {{"participant", options_.participant},
                             {"role", options_.validator ? "validator" : "observer"},
                             {"network", definition_.network_id},
                             {"height", head->height},
                             {"port", port_}});
  return {};
}

ConsensusLoop::Sinks Node::sinks() {
  ConsensusLoop::Sinks sinks;
  sinks.epoch_began = [this](const EpochBegan& effect) {
    if (effect.committee->epoch().value > 0)
      halt("epoch " + std::to_string(effect.committee->epoch().value) +
           " begins: this version keeps one set of validators for ever");
  };
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
  {
    const std::lock_guard lock(announce_mutex_);
    stored_.push_back(block.executed);
  }
  announce();
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

void Node::halt(const std::string& reason) {
  {
    const std::lock_guard lock(announce_mutex_);
    if (halted_) return;
    halted_ = reason;
  }
  log::error("halted: this node signs and writes no more, reads go on", {{"reason", reason}});
  if (admission_) admission_->halt();
  if (loop_) loop_->halt();
}

/// Below the reserve the node stands still, as one that is suspended does, and goes on by itself.
void Node::on_room(bool has_room) {
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
  loop_->pause(!has_room);
}

void Node::keep_evidence(const KeepEvidence& effect) {
  ++evidence_count_;
  log::error("a validator signed what no honest one signs: evidence kept",
             {{"validator", consensus::accused_by(effect.evidence)},
              {"kind", static_cast<int>(consensus::kind_of(effect.evidence))}});
  const Bytes bytes =
      encode(consensus::Message{effect.epoch, consensus::EvidenceMessage{effect.evidence}});
  if (const auto done = evidence_->append(bytes); !done) return halt(done.error());
  if (const auto done = evidence_->sync(); !done) return halt(done.error());
}

bool Node::is_ready() const {
  if (halted() || disk_full_) return false;
  if (loop_->status().behind) return false;
  return peers_->connected_validators() + (own_ ? 1 : 0) >= committee_->quorum();
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
  if (peers_) peers_->stop();
  if (loop_) loop_->stop();
  if (journal_) journal_->stop();
  if (writer_) writer_->stop();
  if (urgent_workers_) urgent_workers_->stop();
  if (workers_) workers_->stop();
  if (admission_) admission_->stop();
}

NodeStatus Node::status() const {
  NodeStatus status;
  const ReplicaStatus replica = loop_->status();
  const auto head = store_->head();
  status.network_id = definition_.network_id;
  status.network_name = definition_.name;
  status.development = definition_.development;
  status.participant = options_.participant;
  status.validator = options_.validator;
  status.height = head->height;
  status.block_id = head->block;
  if (head->height.value > 0) status.block_time = head->time;
  status.state_root = head->state_root;
  status.epoch = committee_->epoch();
  status.view = replica.view;
  status.finalized_view = replica.final_view;
  status.validators = committee_->size();
  status.quorum = committee_->quorum();
  status.connected_validators = peers_->connected_validators() + (own_ ? 1 : 0);
  status.syncing = replica.behind;
  status.halted = halted();
  status.disk_full = disk_full_;
  status.ready = is_ready();
  status.pending_transactions = admission_->pending_count();
  status.uptime_s = (steady_ms() - started_ms_) / 1000;
  return status;
}

std::vector<ValidatorStatus> Node::validators() const {
  const ReplicaStatus replica = loop_->status();
  const auto peers = peers_->validators();
  std::vector<ValidatorStatus> found;
  // The state lists them in the order of the committee: both are ascending by id.
  for (const chain::Validator& validator : definition_.state.validators) {
    const consensus::ValidatorIndex index(static_cast<std::uint16_t>(found.size()));
    ValidatorStatus one{.index = index.value, .member = validator.id, .key = validator.key};
    std::copy_n(validator.id.bytes.begin(), one.participant.text.size(),
                one.participant.text.begin());
    if (own_ == index) {
      one.is_this_node = one.connected = true;
      one.last_seen = wall_clock();
      one.view = replica.view;
      one.finalized_view = replica.final_view;
      one.finalized_height = replica.final_height;
    } else if (const auto peer = peers.find(index); peer != peers.end()) {
      one.connected = peer->second.connected;
      one.round_trip_us = peer->second.round_trip_us;
      if (const auto& heard = peer->second.heard) {
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
