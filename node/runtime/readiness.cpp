#include "node/runtime/readiness.h"

#include <algorithm>
#include <variant>
#include <vector>

#include "chain/membership.h"
#include "chain/records.h"
#include "chain/versions.h"

namespace vostro::node {
namespace {

std::optional<chain::Change> change_of(const chain::StateReader& state,
                                       const chain::OwnedId& proposal) {
  const auto record = chain::load<chain::Proposal>(state, proposal);
  return record ? std::optional(record->change) : std::nullopt;
}

std::vector<std::uint16_t> own_versions() {
  const auto versions = chain::supported_versions();
  return {versions.begin(), versions.end()};
}

}  // namespace

bool wants_ready(const chain::StateReader& state, const PublicKey& key, UnixMillis now) {
  const auto said = chain::load<chain::Readiness>(state, key);
  if (said && said->versions == own_versions()) return false;
  for (const chain::PendingChange& pending : chain::pending_changes(state, now)) {
    const auto change = change_of(state, pending.proposal);
    if (change && chain::new_key_of(*change) == key) return true;
  }
  const auto validators = chain::load<chain::Validators>(state, chain::Only{});
  if (!validators) return false;
  const bool votes =
      std::ranges::find(validators->now, key, &chain::Validator::key) != validators->now.end();
  return votes && own_versions() != std::vector<std::uint16_t>{validators->version};
}

std::optional<std::uint16_t> unknown_version(const chain::StateReader& state, UnixMillis now) {
  std::vector<std::uint16_t> coming;
  if (const auto validators = chain::load<chain::Validators>(state, chain::Only{})) {
    coming.push_back(validators->version);
    if (!validators->next.empty()) coming.push_back(validators->next_version);
  }
  for (const chain::PendingChange& pending : chain::pending_changes(state, now)) {
    const auto change = change_of(state, pending.proposal);
    const auto* activate = change ? std::get_if<chain::ActivateVersion>(&*change) : nullptr;
    if (activate != nullptr) coming.push_back(activate->version);
  }
  std::ranges::sort(coming);
  const auto unknown = std::ranges::find_if_not(coming, chain::is_supported);
  return unknown == coming.end() ? std::nullopt : std::optional(*unknown);
}

}  // namespace vostro::node
