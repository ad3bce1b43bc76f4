// What happens to the network: by chance, or step by step as a test says.
#include <algorithm>
#include <numeric>

#include "tests/sim/world.h"

namespace vostro::sim {

// ---- By chance ----

void World::schedule_trouble(std::uint64_t end_ms) {
  for (std::uint64_t at = now_ms_ + 400; at < end_ms; at += 300 + random_.uniform(1'200))
    after(at - now_ms_, [this] { make_trouble(); });
}

void World::make_trouble() {
  if (healed_) return;
  if (scenario_.partitions) cut_links();
  if (scenario_.clock_jumps && random_.happens(1, 3)) {
    const std::size_t node = random_.uniform(nodes_.size());
    // An hour, a second, or twenty years; forwards and back.
    constexpr std::array<std::int64_t, 4> kJumps{1'000, 60'000, 3'600'000, 630'720'000'000};
    const std::int64_t jump = kJumps[random_.uniform(kJumps.size())];
    nodes_[node].clock_offset_ms =
        random_.happens(1, 3) ? 0 : (random_.happens(1, 2) ? jump : -jump);
    note("the clock of node " + std::to_string(node) + " is off by " +
         std::to_string(nodes_[node].clock_offset_ms) + " ms");
  }
  if (!scenario_.crashes) return;
  if (scenario_.all_crash && random_.happens(1, 3)) {
    note("power fails everywhere");
    for (std::size_t i = 0; i < nodes_.size(); ++i) crash(i);
  } else if (random_.happens(1, 2)) {
    crash(random_.uniform(nodes_.size()));
  }
}

void World::cut_both(std::size_t one, std::size_t other) {
  if (one == other) return;
  cuts_.insert({one, other});
  cuts_.insert({other, one});
}

void World::cut_links() {
  cuts_.clear();
  const std::size_t n = nodes_.size();
  const std::uint64_t kind = random_.uniform(8);
  const std::size_t one = random_.uniform(n);
  const std::size_t other = random_.uniform(n);
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  random_.shuffle(order);
  const std::size_t side = random_.uniform(n + 1);
  for (std::size_t i = 0; i < n; ++i) {
    if (kind == 1 && i != one) cuts_.insert({i, one});  // deaf
    if (kind == 2 && i != one) cuts_.insert({one, i});  // mute
    if (kind == 5) cut_both(order[i], order[(i + n / 2) % n]);
    for (std::size_t j = 0; kind == 3 && j < n; ++j) {
      if ((i < side) != (j < side)) cuts_.insert({order[i], order[j]});  // two sides
    }
  }
  if (kind == 4) cut_both(one, other);        // one link
  if (kind == 6) flap(one, other, 12);        // one link, on and off
  if (kind == 7) cuts_.insert({one, other});  // one direction of one link
  if (kind != 0)
    note("links are cut, kind " + std::to_string(kind) + ", node " + std::to_string(one));
}

void World::flap(std::size_t one, std::size_t other, std::uint64_t times) {
  if (healed_ || times == 0 || one == other) return;
  if (cuts_.erase({one, other}) + cuts_.erase({other, one}) == 0) cut_both(one, other);
  after(20 + random_.uniform(200), [this, one, other, times] { flap(one, other, times - 1); });
}

// ---- Step by step ----

void World::schedule_steps() {
  for (const Step& planned : scenario_.steps)
    after(planned.at_ms, [this, planned] { perform_step(planned); });
}

void World::perform_step(const Step& planned) {
  const std::size_t n = nodes_.size();
  switch (planned.kind) {
    case Step::Kind::crash:
      return crash(planned.node);
    case Step::Kind::start:
      return start(planned.node);
    case Step::Kind::split: {
      std::map<std::size_t, std::size_t> group_of;
      for (std::size_t g = 0; g < planned.groups.size(); ++g) {
        for (const std::size_t node : planned.groups[g]) group_of[node] = g;
      }
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
          if (group_of[i] != group_of[j]) cuts_.insert({i, j});
        }
      }
      return note("the network splits");
    }
    case Step::Kind::cut:
      cuts_.insert({planned.node, planned.other});
      return note("nothing gets from node " + std::to_string(planned.node) + " to node " +
                  std::to_string(planned.other));
    case Step::Kind::deaf:
      for (std::size_t i = 0; i < n; ++i) cuts_.insert({i, planned.node});
      return note("node " + std::to_string(planned.node) + " is deaf");
    case Step::Kind::mute:
      for (std::size_t i = 0; i < n; ++i) cuts_.insert({planned.node, i});
      return note("node " + std::to_string(planned.node) + " is mute");
    case Step::Kind::join:
      cuts_.clear();
      return note("all links work");
    case Step::Kind::clock:
      nodes_[planned.node].clock_offset_ms += planned.ms;
      return note("the clock of node " + std::to_string(planned.node) + " jumps");
    case Step::Kind::fsync:
      nodes_[planned.node].fsync_ms = static_cast<std::uint64_t>(planned.ms);
      return;
    case Step::Kind::submit: {
      const std::size_t next = outcome_.payments.size();
      if (next >= transactions_.size()) return;
      outcome_.payments.emplace(next, std::pair(now_ms_, std::nullopt));
      return submit(planned.node, transactions_[next]);
    }
  }
}

}  // namespace vostro::sim
