/// What ails a network, told from what its nodes say: who is missing, behind, disagreeing, slow,
/// outdated, out of time or out of disk, since when, and what to do about it. Pure: what was asked
/// of whom is an argument; nothing here is proved, for nodes tell of themselves and of each other.
/// Any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/answers.h"
#include "client/api_error.h"

namespace vostro::client {

/// From what age or size on something is a finding.
struct DiagnosisLimits {
  std::uint64_t silent_ms = 12'000;  ///< validators speak every 5 s, also when idle
  std::uint64_t behind_ms = 15'000;  ///< age of the first block that a node lacks
  std::int64_t clock_ms = 250;       ///< half of what a vote forgives a block's time
  /// Of the round trip to a host: above the first always, above the second where it is also so many
  /// times the median of the others.
  std::uint64_t slow_always_us = 1'000'000;
  std::uint64_t slow_us = 150'000;
  std::uint64_t slow_times = 5;
  std::uint64_t disk_low_times = 4;  ///< free space below so many times the reserve
};

/// A node's block at the height that all asked nodes have.
struct CommonBlock {
  Height height;
  Hash block_id;
  Hash state_root;

  auto operator<=>(const CommonBlock&) const = default;
};

/// One node, and what it said when it was asked.
struct AskedNode {
  std::string address;
  std::optional<ApiError> failure;   ///< it gave no answer; then nothing else is here
  std::optional<NodeStatus> status;  ///< none: `failure` says why
  std::vector<ValidatorView> validators;
  std::vector<EvidenceView> evidence;  ///< that it keeps, or that is on record
  UnixMillis asked_at;                 ///< by the asking machine's clock, in the middle of asking
  std::optional<CommonBlock> common;
  /// First block at which this node says otherwise than most of the asked ones, with its time.
  std::optional<std::pair<Height, UnixMillis>> differs_from;
  /// Time of the first block that a validator lacks, of those that are not at this node's height.
  std::map<Bic, UnixMillis> lacks_since;
  std::optional<Height> height_later;  ///< some seconds later, where orders were pending
};

enum class Severity : std::uint8_t {
  warning,  ///< it works; it may not for long
  fault,    ///< somebody has to do something
};

struct Finding {
  Severity severity = Severity::fault;
  std::string code;   ///< a word of docs/cli.md, "vostro network doctor"
  std::string about;  ///< BIC of a bank; the address of a node that told no BIC; "network"
  std::optional<UnixMillis> since;
  std::string what;    ///< sentences
  std::string remedy;  ///< sentences

  bool operator==(const Finding&) const = default;
};

/// The genesis file's network, where one is known. Findings: faults first, each once, in the order
/// of the nodes.
[[nodiscard]] std::vector<Finding> diagnose(const std::vector<AskedNode>& nodes,
                                            const std::optional<Hash>& network_id,
                                            const DiagnosisLimits& limits = {});

[[nodiscard]] std::string_view to_string(Severity severity);

/// True where the first version is older: numbers between dots are compared as numbers.
[[nodiscard]] bool is_older(std::string_view version, std::string_view than);

}  // namespace vostro::client
