/// The run-time invariants of consensus-spec section 15 that the engine can see, one named
/// predicate each. They hold after every step; a violation halts the engine before any further
/// vote. I6 (a finalized block extends the one before) is completed by delivery, I8 (synced before
/// sent) and I9 (state root) are the driver's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "consensus/certificates.h"
#include "consensus/config.h"
#include "consensus/types.h"

namespace vostro::consensus {

/// What must never go back.
struct Progress {
  View view;
  View final_view;
  View floor;
  Height final_height;
};

/// Sizes of the tables, for metrics and I11.
struct TableSizes {
  std::size_t vote_views = 0;
  std::size_t finalize_views = 0;
  std::size_t proposals = 0;
  std::size_t blocks = 0;
  std::size_t checks = 0;
  std::size_t certificates = 0;
  std::size_t peers = 0;
  std::size_t evidence_largest = 0;
};

/// I1: a second NOTARIZE in a view would be for the same proposal.
[[nodiscard]] bool notarizes_once(const std::map<View, ProposalId>& notarized, View view,
                                  const ProposalId& id);
/// I2: no view has an own NULLIFY and an own FINALIZE.
[[nodiscard]] bool excludes_each_other(const std::set<View>& nullified,
                                       const std::map<View, ProposalId>& finalized, View view);
/// I3: an own FINALIZE is for the proposal whose notarization is held.
[[nodiscard]] bool finalizes_notarized(const HeldCertificate* notarization, const ProposalId& id);
/// I4: no own NOTARIZE beyond the current view.
[[nodiscard]] bool notarizes_current_only(const std::map<View, ProposalId>& notarized,
                                          View current);
/// I5: view, final view, floor and final height never decrease.
[[nodiscard]] bool never_goes_back(const Progress& before, const Progress& after);
/// I6, the part seen here: a proof of a later view is for the same block or a higher one.
[[nodiscard]] bool extends_final(const FinalityProof& before, const FinalityProof& after);
/// I7: no nullification beside a finalization of one view, and the notarization agrees with the
/// finalization.
[[nodiscard]] bool agrees_with(const CertificateTable& certificates,
                               const Certificate& finalization);
/// I10: F is below the current view.
[[nodiscard]] bool final_is_behind(const Progress& now);
/// I11: no table is above its cap.
[[nodiscard]] bool is_bounded(const TableSizes& sizes, const Caps& caps, const Progress& now,
                              std::size_t validators);
/// I12: a vote that leaves is for the current epoch's context.
[[nodiscard]] bool votes_in_context(const Hash& ctx, const EpochContext& context);

}  // namespace vostro::consensus
