#include "client/diagnosis.h"

#include <algorithm>
#include <charconv>

#include "client/diagnosis_parts.h"

namespace vostro::client {
namespace {

constexpr std::string_view kRunbook = "docs/operating/runbook.md";

std::string mib(std::uint64_t bytes) {
  return std::to_string(bytes / (1024 * 1024)) + " MiB";
}

/// What a halted node's sentence asks for: docs/operating/runbook.md, "It halted".
struct Halt {
  std::string_view begins;
  std::string_view code;
  std::string_view remedy;
};
constexpr Halt kHalts[] = {
    {"certificates that cannot both exist", "disagreeing",
     "Do not restart it. Keep its data directory and log, call the other banks, and compare the "
     "block ids of this height."},
    {"a final block does not descend", "disagreeing",
     "Do not restart it. Keep its data directory and log, call the other banks, and compare the "
     "block ids of this height."},
    {"two blocks of one height are final", "disagreeing",
     "Do not restart it. Keep its data directory and log, call the other banks, and compare the "
     "block ids of this height."},
    {"a notarized block is invalid on this node", "disagreeing",
     "Compare its version with the others': it executes blocks otherwise than they do. Keep its "
     "data directory and log, and report both roots of the sentence."},
    {"the final block at height", "disagreeing",
     "Compare its version with the others': it executes blocks otherwise than they do. Keep its "
     "data directory and log, and report both roots of the sentence."},
    {"another process votes with this key", "key_in_use_twice",
     "Find the other process that uses its validator key, and stop it. If there is none, the key "
     "is stolen: replace it."},
    {"a batch signed with this node's key", "key_in_use_twice",
     "Find the other process that uses its validator key, and stop it. If there is none, the key "
     "is stolen: replace it."},
    {"protocol version", "outdated",
     "Install a release that speaks that version there, and start it: it catches up by itself."},
};

}  // namespace

std::string name_of(const AskedNode& node) {
  return node.status ? vostro::to_text(node.status->participant) : node.address;
}

std::string in_seconds(std::uint64_t ms) {
  const std::uint64_t seconds = ms / 1'000;
  if (seconds >= 3'600)
    return std::to_string(seconds / 3'600) + " h " + std::to_string(seconds % 3'600 / 60) + " min";
  return std::to_string(seconds) + "." + std::to_string(ms % 1'000 / 100) + " s";
}

Doctor::Doctor(const std::vector<AskedNode>& nodes, const std::optional<Hash>& network_id,
               const DiagnosisLimits& limits)
    : nodes_(nodes), limits_(limits) {
  for (const AskedNode& node : nodes)
    if (node.status) answering_.push_back(&node);
  if (network_id) {
    network_id_ = *network_id;
  } else if (!answering_.empty()) {
    network_id_ = answering_.front()->status->network_id;
  }
  std::erase_if(answering_,
                [this](const AskedNode* node) { return node->status->network_id != network_id_; });
}

std::vector<Finding> Doctor::run() {
  for (const AskedNode& node : nodes_) look_at_answer(node);
  for (const AskedNode* node : answering_) look_at_node(*node);
  look_at_versions();
  look_at_roots();
  look_at_clocks();
  look_at_validators();
  look_at_evidence();
  look_at_quorum();
  std::ranges::stable_sort(
      found_, [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
  return std::move(found_);
}

void Doctor::add(Severity severity, std::string code, std::string about,
                 std::optional<UnixMillis> since, std::string what, std::string remedy) {
  for (Finding& each : found_) {
    if (each.code != code || each.about != about) continue;
    if (since && (!each.since || *since < *each.since)) each.since = since;
    return;
  }
  found_.push_back(
      {severity, std::move(code), std::move(about), since, std::move(what), std::move(remedy)});
}

/// One finding a bank, by the first of its acts that is on no record.
void Doctor::look_at_evidence() {
  for (const bool recorded : {false, true}) {
    for (const AskedNode* node : answering_) {
      for (const EvidenceView& each : node->evidence) {
        if (each.record.has_value() != recorded) continue;
        const std::string bank = to_text(each.act.owner);
        const std::string id = chain::to_text(each.act);
        const std::string what = "The validator of " + bank + " " +
                                 std::string(sentence(each.act.kind)) + " (" + id +
                                 (recorded ? "), which is on record at height " +
                                                 std::to_string(each.record->height.value) + "."
                                           : "), and nobody has reported it.");
        const std::string ask_bank =
            "Ask that bank whether its key runs on two machines, or was restored with an old "
            "journal; if nobody knows, the key is stolen: it is rotated by vote.";
        add(recorded ? Severity::warning : Severity::fault, "evidence", bank, {}, what,
            recorded ? ask_bank
                     : "`vostro evidence report " + id + "` puts it on record. " + ask_bank);
      }
    }
  }
}

void Doctor::look_at_answer(const AskedNode& node) {
  if (node.status && node.status->network_id != network_id_) {
    add(Severity::fault, "wrong_network", name_of(node), {},
        "The node at " + node.address + " is of another network, \"" + node.status->network_name +
            "\".",
        "Compare `vostro-genesis id` of its genesis file with the other banks', or correct the "
        "address.");
    return;
  }
  if (!node.failure) return;
  const ApiError& failure = *node.failure;
  if (failure.is_problem(401) || failure.is_problem(403)) {
    add(Severity::fault, "not_admitted", node.address, {},
        "The node at " + node.address + " does not take the token (" + failure.problem->code + ").",
        "See whether the token has expired or was revoked (`vostro-node token list`), and make a "
        "new one where it was.");
  } else if (failure.kind == ApiError::Kind::cannot_connect) {
    add(Severity::fault, "unreachable", node.address, {},
        "Nobody answers at " + node.address + " (" + failure.detail + ").",
        "See whether the node's process runs, and read the last line of its log: a node that "
        "does not start says why in one sentence. Then look at the address, and at what lies "
        "between.");
  } else if (failure.kind == ApiError::Kind::timed_out) {
    add(Severity::fault, "unreachable", node.address, {},
        "The node at " + node.address + " takes the connection and does not answer (" +
            failure.detail + ").",
        "Its process is stopped or its machine stalls: look at the process (`ps`: state T is "
        "stopped), at load, memory and disk; then restart it.");
  } else {
    add(Severity::fault, "unreachable", node.address, {},
        "The node at " + node.address + " gives no usable answer: " + client::to_string(failure) +
            ".",
        "See whether a Vostro node listens there, and whether this program is of its version.");
  }
}

void Doctor::look_at_node(const AskedNode& node) {
  const NodeStatus& status = *node.status;
  const std::string name = name_of(node);
  if (status.halted) look_at_halt(name, status);
  if (status.outdated) {
    const std::string version = "protocol version " + std::to_string(*status.outdated);
    add(Severity::warning, "outdated", name, {},
        name + "'s node is outdated: " + version + " was passed, and its program, " +
            status.version + ", does not speak it. It halts when that version is in force.",
        "Install a release that speaks " + version +
            " there, before enough of the others do: `vostro network validators` says how many "
            "are ready.");
  }
  if (status.is_disk_full) {
    add(Severity::fault, "disk_full", name, status.disk_full_since,
        name + "'s node has " + mib(status.disk_free_bytes) +
            " of free disk space, less than its reserve of " + mib(status.disk_reserve_bytes) +
            ": it takes, signs and writes nothing.",
        "Make space where its data directory is. It goes on by itself once there is an eighth "
        "more than the reserve.");
  } else if (status.disk_reserve_bytes > 0 &&
             status.disk_free_bytes < limits_.disk_low_times * status.disk_reserve_bytes) {
    add(Severity::warning, "disk_low", name, {},
        name + "'s node has " + mib(status.disk_free_bytes) + " of free disk space; below " +
            mib(status.disk_reserve_bytes) + " it stands still.",
        "Make space where its data directory is, soon.");
  }
  if (status.is_syncing && !status.halted && !status.is_disk_full) {
    add(Severity::warning, "behind", name, status.block_time,
        name + "'s node is catching up: it has height " + std::to_string(status.height.value) + ".",
        "Wait: it takes orders again when it is there. If its height does not grow, look at its "
        "connections and its disk.");
  }
  const bool is_stuck = status.is_ready && status.pending_transactions > 0 && node.height_later &&
                        *node.height_later == status.height;
  if (is_stuck) {
    add(Severity::fault, "stuck", name, status.block_time,
        name + "'s node has a quorum and " + std::to_string(status.pending_transactions) +
            " orders pending, and its height " + std::to_string(status.height.value) +
            " does not grow.",
        "Look at the other findings first. If there are none, keep the logs of all nodes and "
        "compare their views (`GET /v1/validators`).");
  }
}

void Doctor::look_at_halt(const std::string& name, const NodeStatus& status) {
  const std::string what = name + "'s node has halted: " + *status.halted +
                           ". It signs and writes nothing more, and answers reads.";
  for (const Halt& each : kHalts)
    if (status.halted->starts_with(each.begins))
      return add(Severity::fault, std::string(each.code), name, status.halted_since, what,
                 std::string(each.remedy));
  add(Severity::fault, "halted", name, status.halted_since, what,
      "Look the sentence up in " + std::string(kRunbook) +
          ", \"It halted\": it says whether a restart is safe. After a disk that failed: see to "
          "the disk, then restart.");
}

void Doctor::look_at_versions() {
  std::string newest;
  for (const AskedNode* node : answering_)
    if (newest.empty() || is_older(newest, node->status->version)) newest = node->status->version;
  for (const AskedNode* node : answering_) {
    if (!is_older(node->status->version, newest)) continue;
    add(Severity::warning, "outdated", name_of(*node), {},
        name_of(*node) + "'s node runs version " + node->status->version + ", and another one " +
            newest + ".",
        "Install " + newest + " there, one node after the other.");
  }
}

void Doctor::look_at_roots() {
  std::map<std::pair<Hash, Hash>, std::size_t> groups;
  for (const AskedNode* node : answering_)
    if (node->common) ++groups[{node->common->block_id, node->common->state_root}];
  if (groups.size() < 2) return;
  const auto most =
      std::ranges::max_element(groups, {}, [](const auto& each) { return each.second; });
  const bool has_majority = std::ranges::count_if(groups, [&](const auto& each) {
                              return each.second == most->second;
                            }) == 1;
  for (const AskedNode* node : answering_) {
    if (!node->common || (has_majority && std::pair(node->common->block_id,
                                                    node->common->state_root) == most->first))
      continue;
    const std::string at =
        node->differs_from
            ? "from height " + std::to_string(node->differs_from->first.value) + " on"
            : "at height " + std::to_string(node->common->height.value);
    add(Severity::fault, "disagreeing", name_of(*node),
        node->differs_from ? std::optional(node->differs_from->second) : std::nullopt,
        name_of(*node) + "'s node shows another ledger than the others " + at + ": state root " +
            to_hex(node->common->state_root.view()) + " at height " +
            std::to_string(node->common->height.value) + ".",
        "Stop paying through it. Keep its data directory and log, do not restart it, compare "
        "versions, and call the other banks.");
  }
}

void Doctor::look_at_clocks() {
  for (const AskedNode* node : answering_) {
    std::vector<std::int64_t> offsets;
    for (const ValidatorView& each : node->validators)
      if (each.clock_offset_ms && each.is_connected) offsets.push_back(*each.clock_offset_ms);
    const std::int64_t own = offsets.size() < 2 ? 0 : -median_of(offsets);
    if (std::abs(own) > limits_.clock_ms)
      add_clock(name_of(*node), own, "the median of the others'");
    for (const ValidatorView& each : node->validators) {
      if (!each.clock_offset_ms || !each.is_connected) continue;
      const std::int64_t offset = *each.clock_offset_ms + own;
      if (std::abs(offset) > limits_.clock_ms)
        add_clock(vostro::to_text(each.participant), offset, "the others'");
    }
    if (node->status->time && answering_.size() == 1 && offsets.empty()) {
      const auto apart = static_cast<std::int64_t>(node->status->time->value) -
                         static_cast<std::int64_t>(node->asked_at.value);
      if (std::abs(apart) > 10 * limits_.clock_ms)
        add_clock(name_of(*node), apart, "this machine's");
    }
  }
}

void Doctor::add_clock(const std::string& name, std::int64_t offset_ms, const std::string& from) {
  add(Severity::fault, "clock", name, {},
      name + "'s clock is " + in_seconds(static_cast<std::uint64_t>(std::abs(offset_ms))) +
          (offset_ms > 0 ? " ahead of " : " behind ") + from + ".",
      "Synchronise that machine's clock (chrony, systemd-timesyncd). Blocks with a time in the "
      "future wait, and so does who sees them.");
}

std::vector<Finding> diagnose(const std::vector<AskedNode>& nodes,
                              const std::optional<Hash>& network_id,
                              const DiagnosisLimits& limits) {
  return Doctor(nodes, network_id, limits).run();
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::warning:
      return "warning";
    case Severity::fault:
      return "fault";
  }
  return "";
}

bool is_older(std::string_view version, std::string_view than) {
  const auto next = [](std::string_view& text) {
    std::uint64_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    if (!text.empty()) text.remove_prefix(1);
    return error == std::errc{} ? number : 0;
  };
  while (!version.empty() || !than.empty()) {
    const std::uint64_t one = next(version);
    const std::uint64_t other = next(than);
    if (one != other) return one < other;
  }
  return false;
}

}  // namespace vostro::client
