/// Judges a simulated network by what leaves it, knowing nothing of how it decides. Recomputes
/// instead of calling the code under test where it can. How it votes is the witness's to judge, the
/// money is counted in books.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "chain/execute.h"
#include "consensus/types.h"
#include "tests/sim/books.h"

namespace vostro::sim {

class Oracle {
 public:
  /// An honest node stored this block. Agreement, one execution result, no id twice, money as the
  /// clients asked, lanes without a gap.
  void on_stored(std::size_t node, const consensus::BlockId& id, const consensus::Header& header,
                 const consensus::Cut& cut, const chain::ExecutedBlock& block,
                 const test::MemoryStore& store);
  /// A node told its clients that everything up to this height is final.
  void on_reported(std::size_t node, Height height);
  /// A client read this of a node that reports it final.
  void on_read(std::size_t node, const chain::OwnedId& id, const chain::IdRecord& record);
  void on_evidence(const std::string& accused, bool is_liar);
  void on_halt(std::size_t node, const std::string& why);
  /// At the end: what was reported final stands on this node too.
  void on_end(std::size_t node, Height stored);
  void fault(std::string what) { violations_.push_back(std::move(what)); }

  [[nodiscard]] Books& books() { return books_; }
  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
  [[nodiscard]] std::size_t settled() const { return settled_; }
  [[nodiscard]] Height height() const {
    return blocks_.empty() ? Height(0) : blocks_.rbegin()->first;
  }
  [[nodiscard]] Height reported() const { return reported_; }
  [[nodiscard]] bool is_final(const chain::OwnedId& id) const { return first_use_.contains(id); }

 private:
  struct Seen {
    consensus::BlockId id;
    Hash state_root;
  };
  void check_lanes(const std::string& where, Epoch epoch, const consensus::Cut& cut);
  void check_first(const std::string& where, const consensus::Header& header,
                   const chain::ExecutedBlock& block);

  std::map<Height, Seen> blocks_;
  std::map<chain::OwnedId, Height> first_use_;
  std::map<chain::OwnedId, chain::IdRecord> read_;
  std::map<std::size_t, Height> stored_;
  std::map<std::pair<Epoch, std::uint16_t>, std::pair<std::uint32_t, std::uint64_t>> lanes_;
  Books books_;
  Height reported_;
  std::size_t settled_ = 0;
  std::vector<std::string> violations_;
};

}  // namespace vostro::sim
