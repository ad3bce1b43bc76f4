// One node: its process, journal, store and what it asks of its driver.
#include "tests/sim/world.h"

namespace vostro::sim {

using consensus::PeerId;

namespace {

/// Small, so that segments roll over and are deleted in every run.
constexpr std::uint64_t kSegmentBytes = 256 * 1024;
/// What the node's journal lets records wait that need no sync of their own.
constexpr std::uint64_t kLoneRecordMs = 200;

node::ReplicaConfig replica_config() {
  node::ReplicaConfig config;
  config.engine.timeouts.listen_ms = 300;
  config.engine.caps.evidence_views = evidence_views;
  return config;
}

}  // namespace

consensus::Time World::time_of(const Node& node) const {
  constexpr std::uint64_t kStart = 1'700'000'000'000;
  const auto wall = static_cast<std::int64_t>(kStart + now_ms_) + node.clock_offset_ms;
  return {now_ms_, UnixMillis(static_cast<std::uint64_t>(wall))};
}

// ---- Start and crash ----

void World::start(std::size_t at) {
  Node& node = nodes_[at];
  if (node.is_up || node.is_gone) return;
  node.here = std::make_unique<Here>();
  for (std::size_t number = 0; number < node.journals.size(); ++number) {
    if (!open_journal(at, number)) return;
  }
  node.proof_synced = Height(0);
  for (const Here::Key& key : node.here->keys) {
    if (const auto& proof = key.recovered.finality)
      node.proof_synced = std::max(node.proof_synced, proof->header.height);
  }
  if (node.newest_proof)
    node.proof_synced = std::max(node.proof_synced, node.newest_proof->header.height);
  node.timers.clear();
  node.waiting.clear();
  node.writing.clear();
  node.must_sync = node.syncing = false;
  node.votes_waiting = node.votes_writing = 0;
  node.held.clear();
  node.holding.clear();
  node.releasable.reset();
  node.sessions.clear();
  node.committee.reset();
  node.key.reset();
  node.is_up = true;
  ++node.generation;
  node.replica = std::make_unique<node::Replica>(
      replica_config(), test::network(),
      node::Replica::Ports{node.here.get(), &node.store, &node.store},
      node::BasePoint{node.head, node.height, node.head_time}, node.newest_proof);
  note("node " + std::to_string(at) + " starts at height " + std::to_string(node.height.value));
  step(at, node::ReplicaStarted{});
  if (node.is_up) connect(at);
  node::ResubmitTransactions again;
  if (node.is_up) perform(at, again);
}

/// Made with its key, read back at each start. False where it is not believed.
bool World::open_journal(std::size_t at, std::size_t number) {
  Node& node = nodes_[at];
  Journal& journal = node.journals[number];
  const consensus::EpochContext& genesis = genesis_.committee->context();
  KeySigner signer(node.bank, number);
  const consensus::JournalIdentity identity{signer.key(), genesis.network_id};
  consensus::JournalSalt salt;
  salt.bytes[0] = static_cast<Byte>(at + 1);
  salt.bytes[1] = static_cast<Byte>(number);
  if (journal.disk.segments().empty()) {
    auto created = consensus::create_journal(identity, salt, genesis, kSegmentBytes);
    journal.disk.write(std::move(created.steps));
    journal.disk.sync();
  }
  auto scan = consensus::scan_journal(identity, genesis, journal.disk.segments());
  if (!scan) {
    oracle_.fault("node " + std::to_string(at) +
                  ": an honest journal is not believed after a crash: " +
                  std::string(consensus::to_string(scan.error().kind)));
    return false;
  }
  journal.disk.write(std::move(scan->repair));
  journal.disk.sync();
  journal.writer.emplace(std::move(scan->resume));
  consensus::RecoveredState recovered = std::move(scan->state);
  const auto lie = scenario_.liars.find(node.bank);
  if (lie != scenario_.liars.end() && lie->second == Lie::amnesiac) {
    recovered.notarized.clear();
    recovered.nullified.clear();
    recovered.finalized.clear();
  }
  const std::uint16_t index = index_of(at, recovered.epoch);
  if (is_judged(at) && index != no_validator)
    witness_of(recovered.epoch).on_recovered(index, recovered);
  node.here->keys.push_back({std::move(signer), std::move(recovered)});
  return true;
}

std::uint16_t World::index_of(std::size_t at, Epoch epoch) const {
  const auto committee = committees_.find(epoch);
  if (committee == committees_.end()) return no_validator;
  const auto index = committee->second->validator_of(
      consensus::PeerId(static_cast<std::uint32_t>(nodes_[at].bank)));
  return index ? index->value : no_validator;
}

void World::crash(std::size_t at, bool comes_back) {
  Node& node = nodes_[at];
  if (!comes_back) node.is_gone = true;
  if (!node.is_up) return;
  note("node " + std::to_string(at) + (comes_back ? " crashes" : " is gone"));
  mix("crash", at, node.generation);
  ++outcome_.crashes;
  node.is_up = false;
  ++node.generation;
  for (Journal& journal : node.journals) journal.disk.crash(random_);
  for (auto& [epoch, witness] : witnesses_) witness.on_gone(at);
  disconnect(at);
  if (comes_back && scenario_.steps.empty()) after(50 + chance(2'500), [this, at] { start(at); });
}

void World::step(std::size_t at, const node::ReplicaEvent& event) {
  Node& node = nodes_[at];
  const std::uint64_t generation = node.generation;
  node::Effects effects = node.replica->on(time_of(node), event);
  mix("step", at * 64 + event.index(), effects.size());
  for (node::Effect& effect : effects) {
    // A crash can fall between any two outputs.
    if (!healed_ && scenario_.crashes && random_.happens(1, scenario_.outputs_per_crash)) crash(at);
    ++node.outputs;
    if (const auto& here = scenario_.crash_at;
        here && here->node == at && here->output == node.outputs)
      crash(at);
    if (node.generation != generation) return;
    mix("effect", at, effect.index());
    std::visit([this, at](auto& e) { perform(at, e); }, effect);
  }
  if (is_judged(at) && node.is_up)
    witness_of(node.committee->epoch()).on_tables(at, node.replica->engine());
}

/// All who begin an epoch begin the same one.
void World::perform(std::size_t at, node::EpochBegan& effect) {
  Node& node = nodes_[at];
  const Epoch epoch = effect.committee->epoch();
  const auto [known, is_first] = committees_.try_emplace(epoch, effect.committee);
  if (known->second->ctx() != effect.committee->ctx())
    oracle_.fault("node " + std::to_string(at) + " begins another epoch " +
                  std::to_string(epoch.value) + " than others");
  if (is_first) {
    std::set<std::uint16_t> liars;
    for (const auto& [bank, lie] : scenario_.liars) {
      const auto index = effect.committee->validator_of(PeerId(static_cast<std::uint32_t>(bank)));
      if (index) liars.insert(index->value);
    }
    witnesses_.try_emplace(epoch, effect.committee->size(), nodes_.size(), std::move(liars),
                           effect.committee->ctx(),
                           [this](std::string what) { oracle_.fault(std::move(what)); });
  }
  if (epoch.value > 0) {
    outcome_.epochs[epoch.value].try_emplace(at, Outcome::Begun{now_ms_, node.outputs});
    note("node " + std::to_string(at) + (effect.own ? " votes" : " observes") + " in epoch " +
         std::to_string(epoch.value));
  }
  node.committee = effect.committee;
  std::optional<std::size_t> key;
  if (effect.own) key = node.here->number_of(effect.committee->key(*effect.own));
  if (key != node.key) change_journal(at, key);
}

/// Never two quorums at one height, of whichever epochs.
void World::check_proven(std::size_t at, const consensus::FinalityProof& proof) {
  if (!is_judged(at)) return;
  const auto [seen, is_first] = proven_.try_emplace(proof.header.height, proof.proposal.block);
  if (seen->second != proof.proposal.block)
    oracle_.fault("node " + std::to_string(at) +
                  " holds another block final than others at height " +
                  std::to_string(proof.header.height.value) + ": the ledger has forked");
}

/// What was persisted before goes into the old one, in its place before what comes.
void World::change_journal(std::size_t at, std::optional<std::size_t> key) {
  Node& node = nodes_[at];
  if (node.key) {
    Journal& old = node.journals[*node.key];
    if (!node.waiting.empty()) old.disk.write(old.writer->append(node.waiting));
    old.disk.sync();
    ++node.sync_number;
    for (consensus::Record& record : node.waiting) node.writing.push_back(std::move(record));
    node.waiting.clear();
    for (node::SendMessage& message : node.held) node.holding.push_back(std::move(message));
    node.held.clear();
    node.votes_waiting = 0;
    node.must_sync = false;
    node.releasable.reset();
    end_sync(at);
  }
  node.key = key;
  node.synced_epoch = node.committee->epoch();
}

// ---- The journal, as node/runtime/journal_thread.cpp drives it ----

void World::perform(std::size_t at, node::PersistRecords& effect) {
  Node& node = nodes_[at];
  const Epoch epoch = node.committee->epoch();
  if (!node.key) {
    // It observes: there is no journal, and what it knows to be final it would learn again.
    for (const consensus::Record& record : effect.records) {
      if (is_judged(at)) witness_of(epoch).on_recorded(no_validator, record);
      if (const auto* finality = std::get_if<consensus::NewFinality>(&record)) {
        check_proven(at, finality->proof);
        node.proof_synced = std::max(node.proof_synced, finality->proof.header.height);
      }
    }
    return report_final(at);
  }
  if (effect.needs_sync) {
    ++node.votes_waiting;
    node.must_sync = true;
  }
  for (consensus::Record& record : effect.records) {
    if (const auto* begun = std::get_if<consensus::IncarnationRecord>(&record))
      node.incarnation = begun->incarnation;
    if (const auto* finality = std::get_if<consensus::NewFinality>(&record))
      check_proven(at, finality->proof);
    if (std::holds_alternative<consensus::NewFinality>(record)) node.must_sync = true;
    if (is_judged(at)) witness_of(epoch).on_recorded(index_of(at, epoch), record);
    node.waiting.push_back(std::move(record));
  }
  if (node.must_sync) return begin_sync(at);
  after(kLoneRecordMs, [this, at, generation = node.generation] {
    Node& then = nodes_[at];
    if (then.generation != generation || then.waiting.empty()) return;
    then.must_sync = true;
    begin_sync(at);
  });
}

/// How long this sync takes; none where the disk fails, or is full and the next segment does not
/// fit.
std::optional<std::uint64_t> World::sync_time(std::size_t at) {
  std::uint64_t time = random_.uniform(3) + nodes_[at].fsync_ms;
  if (random_.happens(1, 50)) time += 100;
  if (scenario_.bad_disks && !healed_) {
    if (random_.happens(1, 20)) time += 200 + random_.uniform(800);
    if (random_.happens(1, 400)) return std::nullopt;
  }
  return time;
}

void World::begin_sync(std::size_t at) {
  Node& node = nodes_[at];
  if (node.syncing || (!node.must_sync && !node.releasable)) return;
  node.syncing = true;
  Journal& journal = node.journals[*node.key];
  if (node.must_sync) {
    journal.disk.write(journal.writer->append(node.waiting));
    node.writing = std::move(node.waiting);
    node.waiting.clear();
    node.must_sync = false;
    node.votes_writing = std::exchange(node.votes_waiting, 0);
  } else {
    journal.disk.write(journal.writer->release(node.releasable->epoch, node.releasable->archived));
    node.releasable.reset();
  }
  node.holding = std::move(node.held);
  node.held.clear();
  const auto time = sync_time(at);
  after(time.value_or(1),
        [this, at, generation = node.generation, number = ++node.sync_number, failed = !time] {
          Node& then = nodes_[at];
          if (then.generation != generation || then.sync_number != number) return;
          if (failed) {
            // A failed sync is fatal: nothing that waits for it leaves, and nobody tries again.
            note("the disk of node " + std::to_string(at) + " fails or is full: it stops");
            return crash(at);
          }
          then.journals[*then.key].disk.sync();
          end_sync(at);
        });
}

void World::end_sync(std::size_t at) {
  Node& node = nodes_[at];
  node.syncing = false;
  node.votes_writing = 0;
  for (const consensus::Record& record : node.writing) {
    if (const auto* begun = std::get_if<consensus::EpochRecord>(&record))
      node.synced_epoch = begun->epoch;
    if (is_judged(at))
      witness_of(node.synced_epoch).on_synced(index_of(at, node.synced_epoch), {&record, 1});
    if (const auto* finality = std::get_if<consensus::NewFinality>(&record))
      node.proof_synced = std::max(node.proof_synced, finality->proof.header.height);
  }
  node.writing.clear();
  std::deque<node::SendMessage> holding = std::move(node.holding);
  node.holding.clear();
  if (node.votes_waiting == 0) {
    for (node::SendMessage& message : node.held) holding.push_back(std::move(message));
    node.held.clear();
  }
  const std::uint64_t generation = node.generation;
  for (const node::SendMessage& message : holding) {
    send(at, message);
    if (node.generation != generation) return;
  }
  report_final(at);
  begin_sync(at);
}

void World::perform(std::size_t at, node::SendMessage& effect) {
  Node& node = nodes_[at];
  if (node.votes_waiting + node.votes_writing > 0) {
    node.held.push_back(std::move(effect));
  } else {
    send(at, effect);
  }
}

void World::perform(std::size_t at, node::ReleaseJournal& effect) {
  nodes_[at].releasable = effect;
  begin_sync(at);
}

// ---- Timers, checks, the store ----

/// What a kernel would measure: twice the mean delay of a link.
void World::perform(std::size_t at, node::MeasureRoundTrips&) {
  after(0, [this, at, generation = nodes_[at].generation] {
    if (nodes_[at].generation != generation) return;
    step(at, node::RoundTrip{static_cast<std::uint32_t>(scenario_.links.delay_max_ms)});
  });
}

void World::perform(std::size_t at, node::ResubmitTransactions&) {
  Node& node = nodes_[at];
  std::vector<chain::VerifiedTransactionPtr> waiting;
  for (const auto& [id, transaction] : node.admitted) waiting.push_back(transaction);
  if (waiting.empty()) return;
  after(0, [this, at, generation = node.generation, waiting] {
    if (nodes_[at].generation == generation) step(at, node::TransactionsSubmitted{waiting});
  });
}

void World::perform(std::size_t at, node::StartTimer& effect) {
  Node& node = nodes_[at];
  const std::uint64_t token = ++order_;
  node.timers[effect.timer] = token;
  const std::uint64_t delay = effect.at_ms > now_ms_ ? effect.at_ms - now_ms_ : 0;
  after(delay,
        [this, at, token, generation = node.generation, timer = effect.timer, view = effect.view] {
          Node& then = nodes_[at];
          if (!then.is_up || then.generation != generation) return;
          const auto set = then.timers.find(timer);
          if (set == then.timers.end() || set->second != token) return;
          then.timers.erase(set);
          step(at, node::TimerExpired{timer, view});
        });
}

void World::perform(std::size_t at, node::StopTimer& effect) {
  nodes_[at].timers.erase(effect.timer);
}

/// Each client's transaction was verified when it was made; the bytes in a batch must be one of
/// these.
void World::perform(std::size_t at, node::CheckTransactions& effect) {
  after(random_.uniform(3), [this, at, generation = nodes_[at].generation, batch = effect.batch] {
    if (nodes_[at].generation != generation) return;
    std::optional<std::vector<chain::VerifiedTransactionPtr>> transactions(std::in_place);
    for (const consensus::RawTransaction& raw : batch.batch().transactions) {
      const auto known = by_bytes_.find(raw.bytes);
      if (known == by_bytes_.end()) {
        transactions.reset();
        break;
      }
      transactions->push_back(known->second);
    }
    step(at, node::TransactionsChecked{batch.id, std::move(transactions)});
  });
}

void World::perform(std::size_t at, node::StoreBlock& effect) {
  // One writer: blocks are durable in the order in which they were handed over.
  Node& writer = nodes_[at];
  std::uint64_t time = random_.uniform(4) + writer.fsync_ms;
  if (scenario_.bad_disks && !healed_ && random_.happens(1, 20)) time += random_.uniform(1'000);
  writer.stored_at_ms = std::max(writer.stored_at_ms, now_ms_) + time;
  after(writer.stored_at_ms - now_ms_,
        [this, at, generation = writer.generation, block = std::move(effect)] {
          if (nodes_[at].generation == generation) store_block(at, block);
        });
}

void World::store_block(std::size_t at, const node::StoreBlock& block) {
  Node& node = nodes_[at];
  const consensus::Header& header = block.body->header;
  node.store.apply(*block.executed);
  node.head = block.id;
  node.height = header.height;
  node.head_time = header.time;
  Stored stored{*block.body, {}, block.proof};
  for (const consensus::HeldBatch& batch : block.batches)
    stored.batches.push_back({batch.signed_batch});
  node.history.push_back(std::move(stored));
  if (block.proof) node.newest_proof = block.proof;
  const bool is_first = included_.try_emplace(header.height).second;
  for (const auto& [id, record] : block.executed->ids) {
    node.admitted.erase(id);
    if (is_first && number_of_.contains(id)) included_[header.height].push_back(number_of_.at(id));
  }
  mix("store", at, header.height.value);
  note("node " + std::to_string(at) + " stores block " + std::to_string(header.height.value) +
       " of view " + std::to_string(header.view.value) + " with " +
       std::to_string(header.tx_count) + " transactions");
  if (is_judged(at)) {
    oracle_.on_stored(at, block.id, header, block.body->cut, *block.executed, node.store);
    if (is_first) look_at_records(*block.executed);
    if (block.proof) witness_of(header.epoch).on_proof(index_of(at, header.epoch), *block.proof);
  }
  report_final(at);
  step(at, node::BlockStored{header.height});
}

void World::report_final(std::size_t at) {
  if (!is_judged(at)) return;
  const Height height = std::min(nodes_[at].height, nodes_[at].proof_synced);
  oracle_.on_reported(at, height);
  while (outcome_.final_at_ms.size() < height.value) {
    outcome_.final_at_ms.push_back(now_ms_);
    for (const std::size_t number : included_[Height(outcome_.final_at_ms.size())])
      outcome_.payments[number].second = now_ms_;
  }
}

void World::perform(std::size_t at, node::ServeHistory& effect) {
  std::visit([&](const auto& request) { serve(at, effect.peer, effect.epoch, request); },
             effect.request);
}

void World::perform(std::size_t at, node::KeepCertificates& effect) {
  if (!is_judged(at) || !scenario_.may_fork) return;
  for (const consensus::ArchivedCertificate& each : effect.certificates)
    archives_[at][{each.epoch, each.held.certificate.view}].push_back(each.held.certificate);
}

void World::perform(std::size_t at, node::KeepEvidence& effect) {
  if (!is_judged(at)) return;
  const consensus::ValidatorIndex index = consensus::accused_by(effect.evidence);
  const std::size_t accused = committees_.at(effect.epoch)->peer_of(index).value;
  ++outcome_.evidence;
  ++outcome_.accused[accused];
  note("node " + std::to_string(at) + " has evidence against " + std::to_string(accused));
  witness_of(effect.epoch).on_evidence(index.value);
  oracle_.on_evidence(std::to_string(accused), scenario_.liars.contains(accused));
  report_evidence(at, effect);
}

void World::perform(std::size_t at, node::HaltReplica& effect) {
  note("node " + std::to_string(at) + " halts: " + effect.reason);
  nodes_[at].is_up = false;
  nodes_[at].is_gone = true;
  ++nodes_[at].generation;
  disconnect(at);
  outcome_.halted.emplace(at, effect.reason);
  if (is_judged(at) && !scenario_.may_fork) oracle_.on_halt(at, effect.reason);
}

}  // namespace vostro::sim
