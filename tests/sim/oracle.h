/// Judges a simulated network by what leaves it, knowing nothing of how it decides. Recomputes
/// instead of calling the code under test where it can.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "chain/execute.h"
#include "consensus/types.h"

namespace vostro::sim {

class Oracle {
 public:
  /// A node stored this block. Agreement, one execution result, no id twice, entries that balance.
  void on_stored(std::size_t node, const consensus::BlockId& id, const consensus::Header& header,
                 const chain::ExecutedBlock& block);
  /// A node told its clients that everything up to this height is final.
  void on_reported(std::size_t node, Height height);
  void on_evidence(const std::string& accused, bool is_liar);
  void on_halt(std::size_t node, const std::string& why);
  /// At the end: what was reported final stands on this node too.
  void on_end(std::size_t node, Height stored);
  void fault(std::string what) { violations_.push_back(std::move(what)); }

  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
  [[nodiscard]] std::size_t settled() const { return settled_; }
  [[nodiscard]] Height height() const {
    return blocks_.empty() ? Height(0) : blocks_.rbegin()->first;
  }
  [[nodiscard]] bool is_final(const chain::OwnedId& id) const { return first_use_.contains(id); }

 private:
  struct Seen {
    consensus::BlockId id;
    Hash state_root;
  };
  std::map<Height, Seen> blocks_;
  std::map<chain::OwnedId, Height> first_use_;
  std::map<std::size_t, Height> stored_;
  Height reported_;
  std::size_t settled_ = 0;
  std::vector<std::string> violations_;
};

}  // namespace vostro::sim
