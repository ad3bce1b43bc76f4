/// Four validators' engines that agree on blocks of nothing, in one thread and in the order in
/// which messages are sent. Each message is encoded, decoded and checked as a node does it, but for
/// the signatures, which count as known: what is left is what voting costs beside them. For
/// callgrind.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "consensus/engine.h"
#include "consensus/events.h"
#include "tests/support/consensus_net.h"

namespace vostro::bench {

class Voting {
 public:
  static constexpr std::size_t validators = 4;

  Voting();
  /// Until all four have made a block of this height final. Aborts where they do not get there.
  void run_to(Height height);
  /// The least that is final at all four.
  [[nodiscard]] Height height() const;

 private:
  struct Node {
    std::unique_ptr<consensus::Engine> engine;
    std::map<Height, consensus::BlockId> blocks;  ///< the newest final one and those above it
  };
  struct Post {
    std::size_t to = 0;
    consensus::Event event;
  };

  void step(std::size_t node, const consensus::Event& event);
  void carry(std::size_t from, std::size_t to, const consensus::Message& message);
  void learn(std::size_t node, const consensus::Header& header);
  void tell_work(std::size_t node);
  void perform(std::size_t node, const consensus::Send& action);
  void perform(std::size_t node, const consensus::Broadcast& action);
  void perform(std::size_t node, const consensus::BuildBlock& action);
  void perform(std::size_t node, const consensus::CheckBlock& action);
  void perform(std::size_t node, const consensus::Finalized& action);
  void perform(std::size_t node, const consensus::Halt& action);
  template <class Action>
  void perform(std::size_t, const Action&) {}  // disk and timers: nothing waits for them here

  consensus::net::Keys keys_{validators};
  consensus::Committee committee_{keys_.committee()};
  std::vector<Node> nodes_{validators};
  std::deque<Post> posts_;
  std::uint64_t now_ms_ = 0;
};

}  // namespace vostro::bench
