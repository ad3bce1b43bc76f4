#include "tests/sim/world.h"

namespace vostro::sim {

using consensus::PeerId;

namespace {

/// Small, so that segments roll over and are deleted in every run.
constexpr std::uint64_t kSegmentBytes = 256 * 1024;

node::ReplicaConfig replica_config() {
  node::ReplicaConfig config;
  config.engine.timeouts.listen_ms = 300;
  return config;
}

}  // namespace

consensus::Time World::time_of(const Node& node) const {
  constexpr std::uint64_t kStart = 1'700'000'000'000;
  const auto wall = static_cast<std::int64_t>(kStart + now_ms_) + node.clock_offset_ms;
  return {now_ms_, UnixMillis(static_cast<std::uint64_t>(wall))};
}

void World::start(std::size_t at) {
  Node& node = nodes_[at];
  const consensus::JournalIdentity identity{signers_[at]->key(), committee_->context().network_id};
  consensus::JournalSalt salt;
  salt.bytes[0] = static_cast<Byte>(at + 1);
  if (node.disk.segments().empty()) {
    auto created = consensus::create_journal(identity, salt, committee_->context(), kSegmentBytes);
    node.disk.write(std::move(created.steps));
    node.disk.sync();
  }
  auto scan = consensus::scan_journal(identity, committee_->context(), node.disk.segments());
  if (!scan)
    return oracle_.fault("node " + std::to_string(at) +
                         ": an honest journal is not believed after a crash: " +
                         std::string(consensus::to_string(scan.error().kind)));
  node.disk.write(std::move(scan->repair));
  node.disk.sync();
  node.journal.emplace(std::move(scan->resume));
  consensus::RecoveredState recovered = std::move(scan->state);
  if (node.newest_proof && (!recovered.finality ||
                            recovered.finality->proposal.view < node.newest_proof->proposal.view)) {
    recovered.finality = node.newest_proof;
    recovered.floor = std::max(recovered.floor, node.newest_proof->proposal.view);
  }
  if (scenario_.planted == Planted::forgotten_votes) {
    recovered.notarized.clear();
    recovered.nullified.clear();
    recovered.finalized.clear();
  }
  node.proof_synced = recovered.finality ? recovered.finality->header.height : Height(0);
  node.timers.clear();
  node.unsynced.clear();
  node.held.clear();
  node.syncing = false;
  node.is_up = true;
  ++node.generation;
  node.replica = std::make_unique<node::Replica>(
      replica_config(), committee_->context(),
      consensus::ValidatorIndex(static_cast<std::uint16_t>(at)),
      node::Replica::Ports{signers_[at].get(), &node.store, &node.store},
      node::BasePoint{node.head, node.height, node.head_time}, std::move(recovered));
  note("node " + std::to_string(at) + " starts at height " + std::to_string(node.height.value));
  step(at, node::ReplicaStarted{});
  if (node.is_up) connect(at);
  node::ResubmitTransactions again;
  if (node.is_up) perform(at, again);
}

void World::crash(std::size_t at) {
  Node& node = nodes_[at];
  if (!node.is_up) return;
  note("node " + std::to_string(at) + " crashes");
  mix("crash", at, node.generation);
  ++outcome_.crashes;
  node.is_up = false;
  ++node.generation;
  node.disk.crash(random_);
  disconnect(at);
  after(50 + random_.uniform(2'500), [this, at] {
    if (!nodes_[at].is_up) start(at);
  });
}

void World::step(std::size_t at, const node::ReplicaEvent& event) {
  Node& node = nodes_[at];
  const std::uint64_t generation = node.generation;
  node::Effects effects = node.replica->on(time_of(node), event);
  mix("step", at * 64 + event.index(), effects.size());
  for (node::Effect& effect : effects) {
    // A crash can fall between any two outputs.
    if (!healed_ && scenario_.crashes && random_.happens(1, scenario_.outputs_per_crash)) crash(at);
    if (node.generation != generation) return;
    mix("effect", at, effect.index());
    std::visit([this, at](auto& e) { perform(at, e); }, effect);
  }
}

void World::submit(std::size_t at, const chain::VerifiedTransactionPtr& transaction) {
  Node& node = nodes_[at];
  if (!node.is_up || node.store.find_id(transaction->id())) return;
  accepted_.insert(transaction->id());
  if (!node.admitted.emplace(transaction->id(), transaction).second) return;
  step(at, node::TransactionsSubmitted{{transaction}});
}

/// What a kernel would measure: twice the mean delay of a link.
void World::perform(std::size_t at, node::MeasureRoundTrips&) {
  after(0, [this, at, generation = nodes_[at].generation] {
    if (nodes_[at].generation != generation) return;
    step(at, node::RoundTrip{static_cast<std::uint32_t>(scenario_.delay_max_ms)});
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

void World::perform(std::size_t at, node::PersistRecords& effect) {
  Node& node = nodes_[at];
  for (consensus::Record& record : effect.records) {
    if (const auto* begun = std::get_if<consensus::IncarnationRecord>(&record))
      node.incarnation = begun->incarnation;
    node.unsynced.push_back(std::move(record));
  }
  begin_sync(at);
}

void World::begin_sync(std::size_t at) {
  Node& node = nodes_[at];
  if (node.syncing || node.unsynced.empty()) return;
  node.syncing = true;
  node.disk.write(node.journal->append(node.unsynced));
  Height proof = node.proof_synced;
  for (const consensus::Record& record : node.unsynced) {
    if (const auto* finality = std::get_if<consensus::NewFinality>(&record))
      proof = finality->proof.header.height;
  }
  node.unsynced.clear();
  const std::uint64_t slow = random_.happens(1, 50) ? 100 : 0;
  after(random_.uniform(3) + slow, [this, at, generation = node.generation, proof] {
    Node& then = nodes_[at];
    if (then.generation != generation) return;
    then.disk.sync();
    then.syncing = false;
    then.proof_synced = std::max(then.proof_synced, proof);
    end_sync(at);
  });
}

void World::end_sync(std::size_t at) {
  Node& node = nodes_[at];
  if (!node.unsynced.empty())
    return begin_sync(at);  // held messages may follow records that came meanwhile
  std::deque<node::SendMessage> held = std::move(node.held);
  node.held.clear();
  for (const node::SendMessage& message : held) send(at, message);
  report_final(at);
}

void World::perform(std::size_t at, node::SendMessage& effect) {
  Node& node = nodes_[at];
  const bool waits = node.syncing || !node.unsynced.empty();
  if (waits && scenario_.planted != Planted::send_before_sync) {
    node.held.push_back(std::move(effect));
  } else {
    send(at, effect);
  }
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

void World::perform(std::size_t at, node::CheckTransactions& effect) {
  after(random_.uniform(3), [this, at, generation = nodes_[at].generation, batch = effect.batch] {
    if (nodes_[at].generation != generation) return;
    std::optional<std::vector<chain::VerifiedTransactionPtr>> transactions(std::in_place);
    for (const consensus::RawTransaction& raw : batch.batch().transactions) {
      // Each client's transaction was verified when it was made; the bytes in a batch must be one
      // of these.
      const auto known = std::ranges::find_if(
          transactions_, [&](const auto& t) { return t->bytes() == raw.bytes; });
      if (known == transactions_.end()) {
        transactions.reset();
        break;
      }
      transactions->push_back(*known);
    }
    step(at, node::TransactionsChecked{batch.id, std::move(transactions)});
  });
}

void World::perform(std::size_t at, node::StoreBlock& effect) {
  // One writer: blocks are durable in the order in which they were handed over.
  Node& writer = nodes_[at];
  writer.stored_at_ms = std::max(writer.stored_at_ms, now_ms_) + random_.uniform(4);
  after(writer.stored_at_ms - now_ms_, [this, at, generation = writer.generation,
                                        block = std::move(effect)] {
    Node& node = nodes_[at];
    if (node.generation != generation) return;
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
    for (const auto& [id, record] : block.executed->ids) node.admitted.erase(id);
    mix("store", at, header.height.value);
    note("node " + std::to_string(at) + " stores block " + std::to_string(header.height.value) +
         " of view " + std::to_string(header.view.value) + " with " +
         std::to_string(header.tx_count) + " transactions");
    oracle_.on_stored(at, block.id, header, *block.executed);
    report_final(at);
    step(at, node::BlockStored{header.height});
  });
}

void World::report_final(std::size_t at) {
  oracle_.on_reported(at, std::min(nodes_[at].height, nodes_[at].proof_synced));
}

void World::perform(std::size_t at, node::ServeHistory& effect) {
  std::visit([&](const auto& request) { serve(at, effect.peer, request); }, effect.request);
}

void World::perform(std::size_t at, node::ReleaseJournal& effect) {
  Node& node = nodes_[at];
  if (node.syncing) return;  // the next final block releases as well
  node.disk.write(node.journal->release(effect.archived));
  node.disk.sync();
}

void World::perform(std::size_t at, node::KeepEvidence& effect) {
  const consensus::ValidatorIndex accused = consensus::accused_by(effect.evidence);
  ++outcome_.evidence;
  note("node " + std::to_string(at) + " has evidence against " + std::to_string(accused.value));
  oracle_.on_evidence(std::to_string(accused.value), scenario_.equivocator && accused.value == 0);
}

void World::perform(std::size_t at, node::HaltReplica& effect) {
  note("node " + std::to_string(at) + " halts: " + effect.reason);
  nodes_[at].is_up = false;
  ++nodes_[at].generation;
  oracle_.on_halt(at, effect.reason);
}

}  // namespace vostro::sim
