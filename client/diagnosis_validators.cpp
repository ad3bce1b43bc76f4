#include <set>

#include "client/diagnosis_parts.h"

namespace vostro::client {
namespace {

/// When the node's process began, by its own clock.
UnixMillis started(const NodeStatus& status) {
  const std::uint64_t now = status.time ? status.time->value : 0;
  return UnixMillis(now - std::min(now, status.uptime_seconds * 1'000));
}

}  // namespace

const AskedNode* Doctor::asked(const Bic& bank) const {
  for (const AskedNode* node : answering_)
    if (node->status->participant == bank) return node;
  return nullptr;
}

bool Doctor::is_silent(const AskedNode& node, const ValidatorView& each) const {
  return each.is_connected && !each.is_this_node && node.status->time && each.last_seen &&
         node.status->time->value > each.last_seen->value + limits_.silent_ms;
}

bool Doctor::is_cut_off(const AskedNode& node) const {
  if (node.validators.size() < 2) return false;
  return std::ranges::none_of(node.validators, [&](const ValidatorView& each) {
    return !each.is_this_node && each.is_connected && !is_silent(node, each);
  });
}

bool Doctor::is_of_use(const AskedNode& node) const {
  return !node.validators.empty() && !node.status->halted && !node.status->is_disk_full;
}

UnixMillis Doctor::lost_at(const AskedNode& node, const ValidatorView& each) {
  if (each.is_connected) return each.last_seen.value_or(started(*node.status));
  return each.since.value_or(started(*node.status));
}

void Doctor::look_at_validators() {
  std::set<Bic> banks;
  for (const AskedNode* node : answering_) {
    for (const ValidatorView& each : node->validators) banks.insert(each.participant);
    if (is_of_use(*node) && is_cut_off(*node)) cut_off(*node);
  }
  for (const Bic& bank : banks) look_at_validator(bank);
}

void Doctor::cut_off(const AskedNode& node) {
  UnixMillis since;
  std::string reasons;
  for (const ValidatorView& each : node.validators) {
    if (each.is_this_node) continue;
    since = std::max(since, lost_at(node, each));
    if (!each.failure) continue;
    reasons += (reasons.empty() ? "" : ", ") + vostro::to_text(each.participant) + ": " +
               each.failure->reason;
  }
  const std::string name = name_of(node);
  add(Severity::fault, "cut_off", name, since,
      name + "'s node reaches no other validator" + (reasons.empty() ? "" : " (" + reasons + ")") +
          ".",
      "Unless all the others are down, it is its own line, firewall, addresses "
      "(`[[peers.peer]]`) or TLS key: look there first.");
}

void Doctor::look_at_validator(const Bic& bank) {
  const AskedNode* self = asked(bank);
  if (self != nullptr && !is_of_use(*self)) return;  // it has said itself what ails it
  std::vector<std::pair<const AskedNode*, const ValidatorView*>> views;
  for (const AskedNode* node : answering_) {
    if (node == self || !is_of_use(*node) || is_cut_off(*node)) continue;
    for (const ValidatorView& each : node->validators)
      if (each.participant == bank && !each.is_this_node) views.emplace_back(node, &each);
  }
  if (views.empty()) return;
  const auto missing =
      std::ranges::count_if(views, [](const auto& each) { return !each.second->is_connected; });
  if (missing == static_cast<std::ptrdiff_t>(views.size()))
    return look_at_missing(bank, views, self);
  for (const auto& [node, each] : views) {
    if (!each->is_connected) {
      add(Severity::warning, "no_link", vostro::to_text(bank), lost_at(*node, *each),
          name_of(*node) + " and " + vostro::to_text(bank) +
              " do not reach each other, and others reach both" +
              (each->failure ? ": " + describe(each->failure->reason) : std::string()) + ".",
          "Look at the firewalls of these two banks, and at the address that each has of the "
          "other (`[[peers.peer]]`).");
    } else if (is_silent(*node, *each)) {
      add(Severity::fault, "silent", vostro::to_text(bank), each->last_seen,
          vostro::to_text(bank) +
              "'s node is connected and says nothing; it should every 5 s. Its process is "
              "stopped, its machine stalls, or the line was cut without a word.",
          "Ask that bank to look at the process (`ps`: state T is stopped), at load, memory and "
          "disk, and at the line between.");
    } else {
      look_at_pace(*node, *each);
    }
  }
}

void Doctor::look_at_missing(const Bic& bank, const Views& views, const AskedNode* self) {
  UnixMillis since;
  std::string reason;
  for (const auto& [node, each] : views) {
    since = std::max(since, lost_at(*node, *each));
    if (each->failure && (reason.empty() || says_more(each->failure->reason, reason)))
      reason = each->failure->reason;
  }
  const std::string name = vostro::to_text(bank);
  const std::string seen = name + "'s node is not connected" +
                           (reason.empty() ? std::string() : ": " + describe(reason)) + ".";
  const std::string runs = self != nullptr ? " Its API answers, so its process runs." : "";
  if (reason == "unknown_key" || reason == "tls_failed") {
    add(Severity::fault, "wrong_key", name, since, seen + runs,
        "See whether its address (`[[peers.peer]]`) is that bank's, and whether its node uses "
        "the TLS key that the network's registry pins. Nothing in between may end TLS.");
  } else if (reason == "other_network") {
    add(Severity::fault, "wrong_network", name, since, seen + runs,
        "Compare `vostro-genesis id` of the genesis files by telephone.");
  } else if (reason == "other_protocol") {
    add(Severity::fault, "outdated", name, since, seen + runs,
        "Compare the versions: one of the two nodes is too old for the other.");
  } else if (reason == "shut_out" || reason == "penalised") {
    add(Severity::fault, "shut_out", name, since, seen + runs,
        "It sent what no honest node sends. Ask that bank for its version and log; it is let in "
        "again by itself, after 1 min to 1 h.");
  } else if (self != nullptr) {
    add(Severity::fault, "partitioned", name, since, seen + runs,
        "Look at the line and the firewalls between: the peer ports of both sides must be open "
        "both ways.");
  } else {
    add(Severity::fault, "missing", name, since, seen,
        "Call that bank: is its node's process running, and its peer port open? If others reach "
        "it, look at this bank's line and firewall.");
  }
}

bool Doctor::says_more(const std::string& one, const std::string& other) {
  const auto rank = [](const std::string& reason) {
    if (reason == "unreachable" || reason == "handshake_timeout" || reason == "connection_lost" ||
        reason == "closed_by_peer")
      return 0;
    return 1;
  };
  return rank(one) > rank(other);
}

std::string Doctor::describe(const std::string& reason) {
  if (reason == "unreachable") return "nobody listens at its address, or the host does not answer";
  if (reason == "handshake_timeout")
    return "its address takes no connection, or does not go on with it in time";
  if (reason == "unknown_key")
    return "at its address answers somebody with another key than the registry pins for it";
  if (reason == "tls_failed") return "the TLS handshake fails";
  if (reason == "other_network") return "it runs another network: its genesis file differs";
  if (reason == "other_protocol") return "it speaks another version of the protocol";
  if (reason == "shut_out" || reason == "penalised") return "it is shut out for what it sent";
  return "the last attempt failed with \"" + reason + "\"";
}

void Doctor::look_at_pace(const AskedNode& node, const ValidatorView& each) {
  const std::string name = vostro::to_text(each.participant);
  if (const auto lacks = node.lacks_since.find(each.participant);
      lacks != node.lacks_since.end() && node.status->time &&
      node.status->time->value > lacks->second.value + limits_.behind_ms) {
    add(Severity::warning, "behind", name, lacks->second,
        name + "'s node tells height " +
            (each.finalized_height ? std::to_string(each.finalized_height->value) : "0") +
            ", and " + name_of(node) + "'s has " + std::to_string(node.status->height.value) +
            ": it lacks a block that is " +
            in_seconds(node.status->time->value - lacks->second.value) + " old.",
        "It is catching up, or has halted, or its disk is full or slow: that bank's `vostro "
        "network doctor` says which.");
  }
  if (!each.round_trip_us) return;
  std::vector<std::uint64_t> others;
  for (const ValidatorView& other : node.validators)
    if (&other != &each && other.is_connected && other.round_trip_us)
      others.push_back(*other.round_trip_us);
  const std::uint64_t usual = others.empty() ? 0 : median_of(others);
  const std::uint64_t took = *each.round_trip_us;
  if (took < limits_.slow_always_us &&
      !(took > limits_.slow_us && !others.empty() && took > limits_.slow_times * usual))
    return;
  add(Severity::warning, "slow", name, {},
      "To " + name + "'s host and back takes " + std::to_string(took / 1'000) + " ms from " +
          name_of(node) + "'s; the median of the others is " + std::to_string(usual / 1'000) +
          " ms.",
      "Look at the line between the two, and at that host's load. When half of the validators "
      "are slow, all timers become longer.");
}

bool Doctor::takes_part(const AskedNode& node, const ValidatorView& each) const {
  if (each.is_this_node) return is_of_use(node);
  if (!each.is_connected || is_silent(node, each)) return false;
  const AskedNode* self = asked(each.participant);
  return self == nullptr || is_of_use(*self);
}

void Doctor::look_at_quorum() {
  const AskedNode* best = nullptr;
  std::size_t most = 0;
  for (const AskedNode* node : answering_) {
    if (node->validators.empty()) continue;
    const auto count = static_cast<std::size_t>(std::ranges::count_if(
        node->validators, [&](const auto& each) { return takes_part(*node, each); }));
    if (best != nullptr && count <= most) continue;
    best = node;
    most = count;
  }
  if (best == nullptr) return;
  const std::uint64_t quorum = best->status->quorum;
  const std::string of_all = std::to_string(most) + " of " +
                             std::to_string(best->validators.size()) +
                             " validators take part, as " + name_of(*best) + "'s node sees it";
  if (most < quorum) {
    add(Severity::fault, "no_quorum", "network", lost_quorum_at(*best),
        "The network stands still: " + of_all + ", and " + std::to_string(quorum) +
            " are needed. Nothing that was final is lost, and nothing can become final.",
        "Bring back those that the other findings name; the network goes on by itself within "
        "seconds. Do not start with an older copy of anything.");
  } else if (most == quorum && best->validators.size() > quorum) {
    add(Severity::warning, "no_margin", "network", {},
        "The network goes on, and bears no further failure: " + of_all + ", and " +
            std::to_string(quorum) + " are needed.",
        "Bring back those that the other findings name, before anything else is stopped.");
  }
}

std::optional<UnixMillis> Doctor::lost_quorum_at(const AskedNode& node) const {
  std::vector<UnixMillis> lost;
  for (const ValidatorView& each : node.validators)
    if (!each.is_this_node && !takes_part(node, each)) lost.push_back(lost_at(node, each));
  std::ranges::sort(lost);
  const std::size_t bearable =
      node.validators.size() - static_cast<std::size_t>(node.status->quorum);
  if (lost.size() <= bearable) return std::nullopt;
  return lost[bearable];
}

}  // namespace vostro::client
