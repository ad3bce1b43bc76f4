#include "consensus/invariants.h"

namespace vostro::consensus {

bool notarizes_once(const std::map<View, ProposalId>& notarized, View view, const ProposalId& id) {
  const auto found = notarized.find(view);
  return found == notarized.end() || found->second == id;
}

bool excludes_each_other(const std::set<View>& nullified,
                         const std::map<View, ProposalId>& finalized, View view) {
  return !(nullified.contains(view) && finalized.contains(view));
}

bool finalizes_notarized(const HeldCertificate* notarization, const ProposalId& id) {
  return notarization != nullptr && notarization->certificate.proposal == id;
}

bool notarizes_current_only(const std::map<View, ProposalId>& notarized, View current) {
  return notarized.empty() || notarized.rbegin()->first <= current;
}

bool never_goes_back(const Progress& before, const Progress& after) {
  return before.view <= after.view && before.final_view <= after.final_view &&
         before.floor <= after.floor && before.final_height <= after.final_height;
}

bool extends_final(const FinalityProof& before, const FinalityProof& after) {
  if (after.proposal.view <= before.proposal.view) return false;
  return after.proposal.block == before.proposal.block ||
         after.header.height > before.header.height;
}

bool agrees_with(const CertificateTable& certificates, const Certificate& finalization) {
  if (certificates.nullification(finalization.view) != nullptr) return false;
  const HeldCertificate* notarization = certificates.notarization(finalization.view);
  return notarization == nullptr || notarization->certificate.proposal == finalization.proposal;
}

bool final_is_behind(const Progress& now) {
  return now.final_view < now.view;
}

bool is_bounded(const TableSizes& sizes, const Caps& caps, const Progress& now,
                std::size_t validators) {
  const std::size_t unfinalized =
      static_cast<std::size_t>(now.view.value - now.final_view.value) + 1;
  if (sizes.finalize_views > caps.finalize_views) return false;
  // FINALIZE above F, the views kept for evidence below F and below cur, and cur + 1.
  if (sizes.vote_views > caps.finalize_views + 2 * caps.evidence_views + 3) return false;
  if (sizes.proposals > unfinalized || sizes.checks > unfinalized) return false;
  if (sizes.certificates > 2 * unfinalized) return false;
  // One block a proposal, one fetched a notarized view, and the final one.
  if (sizes.blocks > 2 * unfinalized + 2) return false;
  return sizes.peers <= caps.peers && sizes.evidence_largest <= caps.evidence_per_kind &&
         validators <= validators_max;
}

bool votes_in_context(const Hash& ctx, const EpochContext& context) {
  return ctx == context.digest();
}

}  // namespace vostro::consensus
