#include "tests/sim/world.h"

#include <algorithm>
#include <numeric>

#include "base/codec.h"

namespace vostro::sim {
Outcome run(const Scenario& scenario, bool keep_history) {
  return World(scenario, keep_history).run();
}

World::World(const Scenario& scenario, bool keep_history)
    : scenario_(scenario),
      keep_history_(keep_history),
      random_(scenario.seed),
      genesis_(make_genesis(scenario.validators, scenario.banks())) {
  std::size_t twins = 0;
  for (const auto& [validator, lie] : scenario_.liars) twins += lie == Lie::twin ? 1 : 0;
  nodes_.resize(scenario_.banks() + twins);
  for (std::size_t i = 0; i < scenario_.banks(); ++i) nodes_[i].bank = i;
  std::size_t twin = scenario_.banks();
  for (const auto& [bank, lie] : scenario_.liars) {
    nodes_.at(bank).is_liar = true;
    nodes_[bank].liar = make_liar(lie);
    if (lie != Lie::twin) continue;
    nodes_[twin].bank = bank;
    nodes_[twin++].is_liar = true;
  }
  for (Node& node : nodes_) {
    node.store = genesis_.store;
    node.journals.resize(scenario_.keys_of(node.bank));
    node.head = genesis_.anchor;
    node.head_time = genesis_time;
    if (scenario_.clock_skew)
      node.clock_offset_ms = static_cast<std::int64_t>(random_.uniform(400)) - 200;
  }
  nodes_[0].clock_offset_ms += scenario_.first_clock_ms;
  make_transactions();
  make_motions();
}

// ---- Time ----

void World::after(std::uint64_t delay_ms, Work work) {
  events_.push({now_ms_ + delay_ms, ++order_, std::move(work)});
}

void World::run_until(std::uint64_t at_ms) {
  while (!events_.empty() && events_.top().at_ms <= at_ms) {
    Work work = events_.top().work;
    now_ms_ = events_.top().at_ms;
    events_.pop();
    work();
    if (!is_ok()) return;
  }
  now_ms_ = at_ms;
}

void World::mix(std::string_view what, std::uint64_t a, std::uint64_t b) {
  Bytes bytes;
  append(bytes, outcome_.action_hash.view());
  append(bytes, as_bytes(what));
  append_big_endian(bytes, now_ms_);
  append_big_endian(bytes, a);
  append_big_endian(bytes, b);
  outcome_.action_hash = hash("sim", bytes);
}

void World::note(std::string what) {
  if (keep_history_)
    outcome_.history.push_back(std::to_string(now_ms_) + " ms: " + std::move(what));
}

// ---- Phases ----

Outcome World::run() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) start(i);
  const std::size_t all = transactions_.size();
  if (!scenario_.steps.empty()) {
    schedule_steps();
    run_until(scenario_.steps.back().at_ms);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (is_judged(i) && nodes_[i].is_up) core_.insert(i);
    }
    healed_ = true;
  } else {
    const std::size_t first = scenario_.quiet_phase ? all / 2 : all;
    run_phase(0, first);
    if (scenario_.quiet_phase && is_ok()) {
      restore_all();
      await_everything_final();
      if (is_ok()) check_silence();
      for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (!is_judged(i)) nodes_[i].is_gone = false;
        start(i);
      }
      if (is_ok()) run_phase(first, all);
    }
    if (is_ok()) heal();
  }
  if (scenario_.may_fork) {
    run_until(now_ms_ + 20'000);
    compare_archives();
  } else {
    if (is_ok()) await_everything_final();
    if (is_ok()) check_silence();
    if (is_ok()) check_end();
  }
  outcome_.violations = oracle_.violations();
  outcome_.height = oracle_.height();
  outcome_.settled = oracle_.settled();
  return std::move(outcome_);
}

void World::run_phase(std::size_t first_payment, std::size_t end_payment) {
  healed_ = false;
  core_.clear();
  schedule_payments(first_payment, end_payment, scenario_.trouble_ms);
  schedule_trouble(now_ms_ + scenario_.trouble_ms);
  run_until(now_ms_ + 500 + scenario_.trouble_ms);
}

void World::restore_all() {
  note("trouble ends");
  healed_ = true;
  cuts_.clear();
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (std::abs(nodes_[i].clock_offset_ms) > 10'000) nodes_[i].clock_offset_ms = 0;
    if (is_judged(i)) core_.insert(i);
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) start(i);
}

/// All faults end, or only those within a quorum of honest nodes: the others are gone for good, and
/// liars lie on.
void World::heal() {
  if (!scenario_.heals_quorum_only) return restore_all();
  note("trouble ends for a quorum");
  std::vector<std::size_t> honest;
  for (std::size_t i = 0; i < scenario_.validators; ++i) {
    if (is_judged(i)) honest.push_back(i);
  }
  random_.shuffle(honest);
  const std::size_t quorum = scenario_.validators - (scenario_.validators - 1) / 3;
  VOSTRO_CHECK(honest.size() >= quorum);
  for (std::size_t i = quorum; i < honest.size(); ++i) crash(honest[i], false);
  honest.resize(quorum);
  core_ = {honest.begin(), honest.end()};
  healed_ = true;
  std::erase_if(cuts_, [this](const auto& cut) {
    return core_.contains(cut.first) && core_.contains(cut.second);
  });
  for (const std::size_t i : core_) {
    if (std::abs(nodes_[i].clock_offset_ms) > 10'000) nodes_[i].clock_offset_ms = 0;
    start(i);
  }
}

/// Consensus-spec sections 10 and 15, L5: the views now under way end, then among f + 1 views one
/// has a leader of the core. What was lost meanwhile is sent again within retransmit_max, twice
/// where its answer is lost too; a node that lags asks once a status period.
std::uint64_t World::liveness_bound_ms() const {
  std::uint64_t now = 0;
  View view;
  View final_view(~std::uint64_t{0});
  const consensus::Pacing* slowest = nullptr;
  Epoch newest;
  Epoch oldest(~std::uint64_t{0});
  for (const std::size_t i : core_) {
    newest = std::max(newest, nodes_[i].committee->epoch());
    oldest = std::min(oldest, nodes_[i].committee->epoch());
  }
  for (const std::size_t i : core_) {
    if (nodes_[i].committee->epoch() != newest) continue;
    const consensus::Engine& engine = nodes_[i].replica->engine();
    view = std::max(view, engine.view());
    final_view = std::min(final_view, engine.final_view());
    const std::uint64_t view_ms = engine.pacing().view_ms(engine.view(), engine.final_view());
    if (view_ms >= now) slowest = &engine.pacing();
    now = std::max(now, view_ms);
  }
  std::uint64_t bound = now;
  for (std::size_t i = 0; i <= committees_.at(newest)->faulty_max(); ++i) {
    view = view.next();
    bound += slowest->view_ms(view, final_view);
  }
  constexpr std::uint64_t kRetransmit = 2 * 5'000;
  constexpr std::uint64_t kStatus = 5'000;
  bound += kRetransmit + kStatus;
  // A laggard hears of the end of its epoch at the next STATUS, and learns that of each later one
  // by one question more.
  constexpr std::uint64_t kEpoch = 3'000;
  bound += (newest.value - oldest.value) * kEpoch;
  for (const Motion& motion : motions_) {
    if (motion.is_in_force) continue;
    // Propose, votes and READY, each through a door that may be closed, the block that closes the
    // epoch, and the first view of the next one.
    bound += 15'000;
    bound += motion.change.due_at_ms > now_ms_ ? motion.change.due_at_ms - now_ms_ : 0;
  }
  return bound;
}

/// By the author of the batches that it was in, as long as that has a lane. Who votes no more has
/// none: its clients must turn to another door.
bool World::is_owed_by(const std::set<std::size_t>& doors) const {
  return std::ranges::any_of(doors,
                             [this](std::size_t at) { return core_.contains(at) && votes(at); });
}

void World::await_everything_final() {
  const std::uint64_t began = now_ms_;
  outcome_.heal_bound_ms = liveness_bound_ms();
  const auto is_owed = [this](const auto& accepted) { return is_owed_by(accepted.second); };
  const auto is_done = [&] {
    const bool all = std::ranges::all_of(accepted_, [&](const auto& accepted) {
      return !is_owed(accepted) || oracle_.is_final(accepted.first);
    });
    return all && has_changed() && std::ranges::all_of(core_, [this](std::size_t i) {
             return nodes_[i].height == oracle_.height();
           });
  };
  while (!is_done() && is_ok()) {
    if (now_ms_ > began + outcome_.heal_bound_ms) {
      return oracle_.fault("not everything accepted is final on every node " +
                           std::to_string(outcome_.heal_bound_ms) +
                           " ms after the faults were healed");
    }
    run_until(now_ms_ + 20);
  }
  outcome_.heal_ms = now_ms_ - began;
}

/// Liars, who need not be silent, are switched off for it; and clients have gone.
void World::check_silence() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (!is_judged(i)) crash(i, false);
  }
  run_until(now_ms_ + 30'000);
  const std::uint64_t before = busy_messages_;
  run_until(now_ms_ + 20'000);
  if (busy_messages_ != before) {
    oracle_.fault("an idle network is not silent: " + std::to_string(busy_messages_ - before) +
                  " messages other than STATUS and HAVE in 20 s");
  }
}

void World::check_end() {
  for (const std::size_t i : core_) {
    oracle_.on_end(i, nodes_[i].height);
    outcome_.votes[i] = votes(i);
    if (nodes_[i].is_up) outcome_.flush_ms[i] = nodes_[i].replica->engine().pacing().flush_ms();
    if (const auto sound = chain::check_whole_state(nodes_[i].store); !sound)
      oracle_.fault("node " + std::to_string(i) + ": money is not conserved: " + sound.error());
    for (const std::string& wrong : oracle_.books().compare(nodes_[i].store))
      oracle_.fault("node " + std::to_string(i) + ": " + wrong);
    for (const auto& [id, doors] : accepted_) {
      if (is_owed_by(doors) && !nodes_[i].store.find_id(id))
        oracle_.fault("node " + std::to_string(i) + " lacks an accepted payment");
    }
  }
  for (auto& [epoch, witness] : witnesses_) witness.on_end();
}

}  // namespace vostro::sim
