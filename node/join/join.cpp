#include "node/join/join.h"

#include "base/log.h"
#include "node/runtime/consensus_loop.h"

namespace vostro::node::join {
namespace {

constexpr auto kTickEvery = std::chrono::milliseconds(100);
constexpr std::uint64_t kNoteEvery_ms = 5'000;

}  // namespace

Result<std::unique_ptr<Join>, chain::StoreError> Join::start(const std::string& store_path,
                                                             const chain::StoreOptions& options,
                                                             JoinerConfig config, Ground ground,
                                                             const Hash& network_id,
                                                             Callbacks callbacks) {
  auto staging = chain::Staging::open(chain::staging_path(store_path), options, network_id);
  if (!staging) return fail(staging.error());
  return std::unique_ptr<Join>(new Join(std::move(*staging), options.reserve_bytes, config,
                                        std::move(ground), network_id, std::move(callbacks)));
}

Join::Join(std::unique_ptr<chain::Staging> staging, std::uint64_t reserve_bytes,
           JoinerConfig config, Ground ground, const Hash& network_id, Callbacks callbacks)
    : staging_(std::move(staging)),
      reserve_bytes_(reserve_bytes),
      joiner_(config, std::move(ground), network_id, *staging_),
      callbacks_(std::move(callbacks)),
      thread_([this] { run(); }) {}

Join::~Join() {
  stop();
}

void Join::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void Join::post(Event event) {
  const std::lock_guard lock(mutex_);
  events_.push_back(std::move(event));
  changed_.notify_one();
}

void Join::on_peer_up(std::string peer) {
  post([peer = std::move(peer)](Joiner& joiner, std::uint64_t now_ms) {
    return joiner.on_peer_up(peer, now_ms);
  });
}

void Join::on_peer_down(std::string peer) {
  post([peer = std::move(peer)](Joiner& joiner, std::uint64_t) {
    joiner.on_peer_down(peer);
    return JoinActions();
  });
}

void Join::on_frame(std::string peer, Byte type, Bytes frame, p2p::InboundLease lease) {
  const auto held = std::make_shared<p2p::InboundLease>(std::move(lease));
  post([peer = std::move(peer), type, frame = std::move(frame), held](Joiner& joiner,
                                                                      std::uint64_t now_ms) {
    if (type == snapshot_frame) {
      const auto snapshot = decode_snapshot(frame);
      return snapshot ? joiner.on_snapshot(peer, *snapshot, now_ms)
                      : joiner.on_garbage(peer, now_ms);
    }
    const auto part = decode_part(frame);
    return part ? joiner.on_part(peer, *part, now_ms) : joiner.on_garbage(peer, now_ms);
  });
}

void Join::run() {
  for (;;) {
    std::deque<Event> events;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kTickEvery, [this] { return stopping_ || !events_.empty(); });
      if (stopping_) return;
      events.swap(events_);
    }
    for (; !events.empty(); events.pop_front()) {
      carry_out(events.front()(joiner_, steady_ms()));
      if (has_ended()) return;
    }
    carry_out(joiner_.tick(steady_ms()));
    if (has_ended()) return;
    note_progress(steady_ms());
  }
}

void Join::carry_out(JoinActions actions) {
  for (JoinAction& action : actions) {
    if (auto* ask = std::get_if<Ask>(&action)) {
      callbacks_.send(ask->peer, ask->type, std::move(ask->frame));
      continue;
    }
    const Blame& blame = std::get<Blame>(action);
    if (blame.lied) {
      callbacks_.penalise(blame.peer, "as help to join it " + blame.what);
    } else {
      log::debug("peer fell short", {{"peer", blame.peer}, {"reason", blame.what}});
    }
  }
  const JoinPhase phase = joiner_.phase();
  if ((phase == JoinPhase::fetching || phase == JoinPhase::whole) && !is_fetching_) {
    is_fetching_ = true;
    log::info("joining by the ledger of a final block", {{"height", joiner_.target()}});
    callbacks_.on_fetching();
  }
}

void Join::note_progress(std::uint64_t now_ms) {
  if (!is_fetching_ || now_ms < noted_ms_ + kNoteEvery_ms) return;
  noted_ms_ = now_ms;
  const auto missing = joiner_.missing();
  log::info("joining: parts that are missing still",
            {{"height", joiner_.target()},
             {"count", missing.headers + missing.id_blocks + missing.state_parts}});
}

bool Join::has_ended() {
  switch (joiner_.phase()) {
    case JoinPhase::choosing:
      return false;
    case JoinPhase::fetching:
      // What other nodes hold must not take what this one needs to write its votes.
      if (staging_->free_bytes() >= reserve_bytes_) return false;
      callbacks_.on_end(Outcome::later, "free disk space is below the reserve");
      return true;
    case JoinPhase::whole:
      callbacks_.on_end(Outcome::whole, {});
      return true;
    case JoinPhase::needless:
      callbacks_.on_end(Outcome::needless, {});
      return true;
    case JoinPhase::forked:
      callbacks_.on_end(Outcome::forked, {});
      return true;
    case JoinPhase::stuck:
      callbacks_.on_end(Outcome::later, "nothing comes from the peers");
      return true;
    case JoinPhase::failed: {
      const auto broken = staging_->failure();
      const bool is_of_the_disk = broken && broken->fault != chain::StoreFault::damaged;
      callbacks_.on_end(is_of_the_disk ? Outcome::later : Outcome::failed, joiner_.failure());
      return true;
    }
  }
  return true;
}

}  // namespace vostro::node::join
