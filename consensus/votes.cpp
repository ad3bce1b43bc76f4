#include "consensus/votes.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace vostro::consensus {
namespace {

constexpr std::array kTypes{VoteType::notarize, VoteType::nullify, VoteType::finalize};

}  // namespace

const VoteTable::Tally& VoteTable::tally_of(const Tallies& tallies, VoteType type) {
  switch (type) {
    case VoteType::notarize:
      return tallies.notarize;
    case VoteType::nullify:
      return tallies.nullify;
    case VoteType::finalize:
      return tallies.finalize;
  }
  VOSTRO_CHECK(false);
}

VoteTable::Tally& VoteTable::tally_of(Tallies& tallies, VoteType type) {
  return const_cast<Tally&>(tally_of(std::as_const(tallies), type));
}

std::optional<Vote> VoteTable::conflict_of(const Vote& vote) const {
  const auto tallies = views_.find(vote.view);
  if (tallies == views_.end()) return std::nullopt;
  const auto held = [&](VoteType type) -> const Vote* {
    const auto& by_signer = tally_of(tallies->second, type).by_signer;
    const auto found = by_signer.find(vote.signer);
    return found == by_signer.end() ? nullptr : &found->second;
  };
  const Vote* same_type = held(vote.type);
  if (same_type != nullptr && same_type->proposal != vote.proposal) return *same_type;
  if (vote.type == VoteType::notarize) return std::nullopt;
  // E3: NULLIFY and FINALIZE of one view exclude each other.
  const Vote* other = held(vote.type == VoteType::nullify ? VoteType::finalize : VoteType::nullify);
  return other == nullptr ? std::nullopt : std::optional<Vote>(*other);
}

bool VoteTable::has(const Vote& vote) const {
  const auto tallies = views_.find(vote.view);
  if (tallies == views_.end()) return false;
  const auto& by_signer = tally_of(tallies->second, vote.type).by_signer;
  const auto found = by_signer.find(vote.signer);
  return found != by_signer.end() && found->second.proposal == vote.proposal;
}

bool VoteTable::add(const Vote& vote) {
  VOSTRO_CHECK(vote.signer.value < validators_);
  VOSTRO_CHECK(!conflict_of(vote));
  if (vote.type != VoteType::finalize && vote.view < left_) return false;
  Tally& tally = tally_of(views_[vote.view], vote.type);
  if (!tally.by_signer.try_emplace(vote.signer, vote).second) return false;
  ++tally.counts[vote.proposal];
  if (vote.type == VoteType::finalize) finalize_views_.insert(vote.view);
  return true;
}

std::optional<Certificate> VoteTable::certificate_for(const Vote& vote) const {
  const auto tallies = views_.find(vote.view);
  if (tallies == views_.end()) return std::nullopt;
  const Tally& tally = tally_of(tallies->second, vote.type);
  const auto count = tally.counts.find(vote.proposal);
  if (count == tally.counts.end() || count->second < quorum_) return std::nullopt;
  std::vector<const Vote*> chosen;
  for (const auto& [signer, held] : tally.by_signer) {
    if (held.proposal == vote.proposal && chosen.size() < quorum_) chosen.push_back(&held);
  }
  VOSTRO_CHECK(chosen.size() == quorum_);
  return make_certificate(validators_, chosen);
}

std::vector<Vote> votes_in(const Certificate& certificate) {
  std::vector<Vote> votes;
  votes.reserve(certificate.signatures.size());
  for (std::size_t i = 0; i < certificate.bitmap.size() * 8; ++i) {
    const ValidatorIndex signer(static_cast<std::uint16_t>(i));
    if (!certificate.has_signer(signer)) continue;
    if (votes.size() == certificate.signatures.size()) break;  // malformed, and not verified
    votes.push_back({certificate.type, certificate.view, certificate.proposal, signer,
                     certificate.signatures[votes.size()]});
  }
  return votes;
}

bool exclude_each_other(const Vote& one, const Vote& other) {
  if (one.signer != other.signer || one.view != other.view) return false;
  if (one.type == other.type)
    return one.type != VoteType::nullify && one.proposal != other.proposal;
  return one.type != VoteType::notarize && other.type != VoteType::notarize;
}

Certificate make_certificate(std::size_t validators, const std::vector<const Vote*>& votes) {
  VOSTRO_CHECK(!votes.empty());
  Certificate certificate{votes.front()->type,
                          votes.front()->view,
                          votes.front()->proposal,
                          Bytes((validators + 7) / 8),
                          {}};
  for (const Vote* vote : votes) {
    Byte& byte = certificate.bitmap.at(vote->signer.value / 8U);
    byte = static_cast<Byte>(byte | (1U << (vote->signer.value % 8U)));
    certificate.signatures.push_back(vote->signature);
  }
  return certificate;
}

std::vector<Vote> VoteTable::of_view(View view) const {
  std::vector<Vote> votes;
  const auto tallies = views_.find(view);
  if (tallies == views_.end()) return votes;
  for (const VoteType type : kTypes) {
    for (const auto& [signer, vote] : tally_of(tallies->second, type).by_signer)
      votes.push_back(vote);
  }
  return votes;
}

std::vector<ValidatorIndex> VoteTable::signers_from(View view) const {
  std::vector<ValidatorIndex> signers;
  for (auto tallies = views_.lower_bound(view); tallies != views_.end(); ++tallies) {
    for (const VoteType type : kTypes) {
      for (const auto& [signer, vote] : tally_of(tallies->second, type).by_signer)
        signers.push_back(signer);
    }
  }
  std::sort(signers.begin(), signers.end());
  signers.erase(std::unique(signers.begin(), signers.end()), signers.end());
  return signers;
}

std::optional<Vote> VoteTable::find(VoteType type, View view, ValidatorIndex signer) const {
  const auto tallies = views_.find(view);
  if (tallies == views_.end()) return std::nullopt;
  const auto& by_signer = tally_of(tallies->second, type).by_signer;
  const auto found = by_signer.find(signer);
  return found == by_signer.end() ? std::nullopt : std::optional<Vote>(found->second);
}

bool VoteTable::has_nullify(View view, ValidatorIndex signer) const {
  return find(VoteType::nullify, view, signer).has_value();
}

bool VoteTable::has_finalize_tally(View view) const {
  return finalize_views_.contains(view);
}

void VoteTable::prune_left(View oldest) {
  if (oldest <= left_) return;
  const auto end = views_.lower_bound(oldest);
  for (auto tallies = views_.lower_bound(left_); tallies != end;) {
    tallies->second.notarize = Tally{};
    tallies->second.nullify = Tally{};
    tallies =
        tallies->second.finalize.by_signer.empty() ? views_.erase(tallies) : std::next(tallies);
  }
  left_ = oldest;
}

void VoteTable::prune(View oldest) {
  views_.erase(views_.begin(), views_.lower_bound(oldest));
  finalize_views_.erase(finalize_views_.begin(), finalize_views_.lower_bound(oldest));
}

std::size_t VoteTable::finalize_views_above(View view) const {
  return finalize_views_.size() - static_cast<std::size_t>(std::distance(
                                      finalize_views_.begin(), finalize_views_.upper_bound(view)));
}

}  // namespace vostro::consensus
