#include "consensus/certificates.h"

#include <algorithm>

#include "base/check.h"

namespace vostro::consensus {

const HeldCertificate* CertificateTable::notarization(View view) const {
  const auto found = notarizations_.find(view);
  return found == notarizations_.end() ? nullptr : &found->second;
}

const Certificate* CertificateTable::nullification(View view) const {
  const auto found = nullifications_.find(view);
  return found == nullifications_.end() ? nullptr : &found->second;
}

View CertificateTable::highest() const {
  View highest;
  if (!notarizations_.empty()) highest = notarizations_.rbegin()->first;
  if (!nullifications_.empty()) highest = std::max(highest, nullifications_.rbegin()->first);
  return highest;
}

void CertificateTable::add_notarization(HeldCertificate held) {
  const View view = held.certificate.view;
  VOSTRO_CHECK(held.certificate.type == VoteType::notarize);
  VOSTRO_CHECK(notarizations_.try_emplace(view, std::move(held)).second);
}

void CertificateTable::add_nullification(Certificate certificate) {
  const View view = certificate.view;
  VOSTRO_CHECK(certificate.type == VoteType::nullify);
  VOSTRO_CHECK(nullifications_.try_emplace(view, std::move(certificate)).second);
}

void CertificateTable::learn(const Proposal& proposal) {
  const auto found = notarizations_.find(proposal.view);
  VOSTRO_CHECK(found != notarizations_.end());
  found->second.proposal = proposal;
}

BaseSearch CertificateTable::find_base(View view, View final) const {
  BaseSearch search;
  for (View at = view.previous(); at > final; at = at.previous()) {
    const HeldCertificate* notarized = notarization(at);
    if (notarized != nullptr && notarized->proposal) {
      search.base = at;
      return search;
    }
    if (nullifications_.contains(at)) continue;
    if (notarized != nullptr) {
      search.lacking = notarized->certificate.proposal;
      return search;
    }
    search.gap_from = search.gap_to = at;
    // The gap ends above the next view with a certificate, or above the final one.
    View below = final;
    if (const auto n = notarizations_.lower_bound(at); n != notarizations_.begin())
      below = std::max(below, std::prev(n)->first);
    if (const auto u = nullifications_.lower_bound(at); u != nullifications_.begin())
      below = std::max(below, std::prev(u)->first);
    search.gap_from = below.next();
    return search;
  }
  search.base = final;
  return search;
}

std::vector<HeldCertificate> CertificateTable::take_up_to(View final) {
  std::vector<HeldCertificate> taken;
  const auto notarized_end = notarizations_.upper_bound(final);
  for (auto at = notarizations_.begin(); at != notarized_end; ++at)
    taken.push_back(std::move(at->second));
  const auto nullified_end = nullifications_.upper_bound(final);
  for (auto at = nullifications_.begin(); at != nullified_end; ++at)
    taken.push_back({std::move(at->second), std::nullopt});
  notarizations_.erase(notarizations_.begin(), notarized_end);
  nullifications_.erase(nullifications_.begin(), nullified_end);
  std::stable_sort(taken.begin(), taken.end(),
                   [](const HeldCertificate& a, const HeldCertificate& b) {
                     return a.certificate.view < b.certificate.view;
                   });
  return taken;
}

}  // namespace vostro::consensus
