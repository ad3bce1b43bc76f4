/// N and U: one notarization and one nullification a view above the final one, and the search for
/// what a leader may build on. Holds only certificates that have been verified.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "consensus/messages.h"
#include "consensus/types.h"

namespace vostro::consensus {

/// What a leader of a view may build on, or what it lacks.
struct BaseSearch {
  std::optional<View> base;           ///< u, if there is one
  std::optional<ProposalId> lacking;  ///< the notarization of a view is held, its proposal is not
  View gap_from;                      ///< else: views without a certificate, both included
  View gap_to;

  bool operator==(const BaseSearch&) const = default;
};

class CertificateTable {
 public:
  [[nodiscard]] const HeldCertificate* notarization(View view) const;
  [[nodiscard]] const Certificate* nullification(View view) const;
  [[nodiscard]] const std::map<View, HeldCertificate>& notarizations() const {
    return notarizations_;
  }
  [[nodiscard]] const std::map<View, Certificate>& nullifications() const {
    return nullifications_;
  }
  /// The highest view with a certificate of either kind; 0 if there is none.
  [[nodiscard]] View highest() const;

  /// There must be none of this view yet.
  void add_notarization(HeldCertificate held);
  void add_nullification(Certificate certificate);
  /// Sets the proposal of the notarization of its view, which must be held and be for it.
  void learn(const Proposal& proposal);

  /// Highest u < view with N[u] and its proposal, or u = `final`, such that U[w] is held for all w
  /// with u < w < view.
  [[nodiscard]] BaseSearch find_base(View view, View final) const;

  /// Removes the views up to `final` and returns what they had, ascending by view.
  [[nodiscard]] std::vector<HeldCertificate> take_up_to(View final);

 private:
  std::map<View, HeldCertificate> notarizations_;
  std::map<View, Certificate> nullifications_;
};

}  // namespace vostro::consensus
