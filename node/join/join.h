/// The thread of a node that joins: feeds a Joiner, sends what it asks for, and says what came of
/// it. Public functions: any thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "node/join/joiner.h"
#include "p2p/inbox.h"

namespace vostro::node::join {

class Join {
 public:
  enum class Outcome : std::uint8_t {
    whole,
    needless,
    forked,  ///< as JoinPhase::forked
    later,   ///< peers, or the disk, do not allow it now: what was fetched is good for another try
    failed,  ///< what was fetched is of no use
  };
  /// Run on the thread of the join.
  struct Callbacks {
    std::function<void(const std::string& peer, Byte type, Bytes frame)> send;
    std::function<void(const std::string& peer, const std::string& why)> penalise;
    std::function<void()> on_fetching;  ///< it is decided: from now on it is worth the node's whole
                                        ///< attention. Once.
    std::function<void(Outcome, const std::string& failure)> on_end;  ///< once, and last
  };
  /// Errors: the staging's.
  [[nodiscard]] static Result<std::unique_ptr<Join>, chain::StoreError> start(
      const std::string& store_path, const chain::StoreOptions& options, JoinerConfig config,
      Ground ground, const Hash& network_id, Callbacks callbacks);
  /// Ends the thread; what was fetched stays where the next one goes on.
  ~Join();
  Join(const Join&) = delete;
  Join& operator=(const Join&) = delete;

  void on_peer_up(std::string peer);
  void on_peer_down(std::string peer);
  /// A SNAPSHOT or PART. `lease` is let go of when the frame has been dealt with.
  void on_frame(std::string peer, Byte type, Bytes frame, p2p::InboundLease lease);
  void stop();

 private:
  using Event = std::function<JoinActions(Joiner&, std::uint64_t now_ms)>;
  Join(std::unique_ptr<chain::Staging> staging, std::uint64_t reserve_bytes, JoinerConfig config,
       Ground ground, const Hash& network_id, Callbacks callbacks);
  void post(Event event);
  void run();
  void carry_out(JoinActions actions);
  void note_progress(std::uint64_t now_ms);
  [[nodiscard]] bool has_ended();

  std::unique_ptr<chain::Staging> staging_;
  std::uint64_t reserve_bytes_;
  Joiner joiner_;
  Callbacks callbacks_;
  bool is_fetching_ = false;
  std::uint64_t noted_ms_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Event> events_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace vostro::node::join
