/// Votes by view and type, at most one of each signer, and the certificates they make. Holds only
/// votes whose signature has been checked; the window of views is the engine's affair.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "consensus/committee.h"
#include "consensus/types.h"

namespace vostro::consensus {

class VoteTable {
 public:
  explicit VoteTable(const Committee& committee)
      : validators_(committee.size()), quorum_(committee.quorum()) {}

  /// The vote already held that an honest signer never signs beside this one (E1, E2, E3 of spec
  /// section 8), if any.
  [[nodiscard]] std::optional<Vote> conflict_of(const Vote& vote) const;
  [[nodiscard]] bool has(const Vote& vote) const;  ///< the same type, view, proposal and signer
  /// False if it is held already. The vote must have no conflict.
  bool add(const Vote& vote);
  /// The certificate for what `vote` is for, made of exactly Q votes, lowest signers first; none
  /// before there are Q.
  [[nodiscard]] std::optional<Certificate> certificate_for(const Vote& vote) const;

  [[nodiscard]] std::vector<Vote> of_view(View view) const;  ///< ascending by type and signer
  /// Distinct signers with a vote of any type in `view` or later.
  [[nodiscard]] std::vector<ValidatorIndex> signers_from(View view) const;
  [[nodiscard]] std::optional<Vote> find(VoteType type, View view, ValidatorIndex signer) const;
  [[nodiscard]] bool has_nullify(View view, ValidatorIndex signer) const;
  [[nodiscard]] bool has_finalize_tally(View view) const;

  /// Forgets the NOTARIZE and NULLIFY votes of views below `oldest`.
  void prune_left(View oldest);
  /// Forgets everything of views below `oldest`.
  void prune(View oldest);

  [[nodiscard]] std::size_t views() const { return views_.size(); }
  [[nodiscard]] std::size_t finalize_views_above(View view) const;

 private:
  struct Tally {
    std::map<ValidatorIndex, Vote> by_signer;
    std::map<ProposalId, std::size_t> counts;
  };
  struct Tallies {
    Tally notarize;
    Tally nullify;
    Tally finalize;
  };
  [[nodiscard]] static const Tally& tally_of(const Tallies& tallies, VoteType type);
  [[nodiscard]] static Tally& tally_of(Tallies& tallies, VoteType type);

  std::size_t validators_;
  std::size_t quorum_;
  std::map<View, Tallies> views_;
  View left_;  ///< NOTARIZE and NULLIFY below this are gone
  std::set<View> finalize_views_;
};

/// The votes that a certificate is made of, ascending by signer.
[[nodiscard]] std::vector<Vote> votes_in(const Certificate& certificate);
/// True if they are of one signer and view, and no honest signer signs both (E1, E2, E3 of spec
/// section 8).
[[nodiscard]] bool exclude_each_other(const Vote& one, const Vote& other);

/// Certificate of exactly these votes, which are for the same thing and ascend by signer.
[[nodiscard]] Certificate make_certificate(std::size_t validators,
                                           const std::vector<const Vote*>& votes);

}  // namespace vostro::consensus
