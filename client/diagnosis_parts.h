/// The parts of client/diagnosis.h, for its two .cpp files alone.
#pragma once

#include <algorithm>

#include "client/diagnosis.h"

namespace vostro::client {

/// One diagnosis, from asked nodes to findings. Used once.
class Doctor {
 public:
  Doctor(const std::vector<AskedNode>& nodes, const std::optional<Hash>& network_id,
         const DiagnosisLimits& limits);
  std::vector<Finding> run();

 private:
  /// The same finding is told once, with its earliest time.
  void add(Severity severity, std::string code, std::string about, std::optional<UnixMillis> since,
           std::string what, std::string remedy);

  // What nodes say of themselves, and how they differ: diagnosis.cpp.
  void look_at_answer(const AskedNode& node);
  void look_at_node(const AskedNode& node);
  void look_at_halt(const std::string& name, const NodeStatus& status);
  void look_at_versions();
  void look_at_evidence();
  void look_at_roots();
  /// A node from which most others are off to one side is off itself.
  void look_at_clocks();

  // What nodes say of each other: diagnosis_validators.cpp.
  void add_clock(const std::string& name, std::int64_t offset_ms, const std::string& from);
  const AskedNode* asked(const Bic& bank) const;
  bool is_silent(const AskedNode& node, const ValidatorView& each) const;
  /// No other validator is in its reach.
  bool is_cut_off(const AskedNode& node) const;
  /// It hears the others, or says itself why not.
  bool is_of_use(const AskedNode& node) const;
  static UnixMillis lost_at(const AskedNode& node, const ValidatorView& each);
  void look_at_validators();
  void cut_off(const AskedNode& node);
  void look_at_validator(const Bic& bank);
  using Views = std::vector<std::pair<const AskedNode*, const ValidatorView*>>;
  void look_at_missing(const Bic& bank, const Views& views, const AskedNode* self);
  /// Of two reasons why a node is not connected, the one that tells a person more.
  static bool says_more(const std::string& one, const std::string& other);
  static std::string describe(const std::string& reason);
  void look_at_pace(const AskedNode& node, const ValidatorView& each);
  bool takes_part(const AskedNode& node, const ValidatorView& each) const;
  void look_at_quorum();
  /// When the last one that was still needed was lost.
  std::optional<UnixMillis> lost_quorum_at(const AskedNode& node) const;

  const std::vector<AskedNode>& nodes_;
  const DiagnosisLimits limits_;
  std::vector<const AskedNode*> answering_;  ///< of the network in question
  Hash network_id_;
  std::vector<Finding> found_;
};

/// BIC, or the address of a node that told none.
[[nodiscard]] std::string name_of(const AskedNode& node);
/// "12.5 s", "2 h 5 min".
[[nodiscard]] std::string in_seconds(std::uint64_t ms);

/// Of a list that is not empty; of an even number the upper one of the middle.
template <class Number>
Number median_of(std::vector<Number> numbers) {
  std::ranges::sort(numbers);
  return numbers[numbers.size() / 2];
}

}  // namespace vostro::client
