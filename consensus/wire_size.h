/// Sizes on the wire without encoding, for budgets, and the form in which a proposal is sent.
#pragma once

#include "consensus/messages.h"

namespace vostro::consensus {

/// Type, view, proposal id, two lengths of one byte, bitmap, signatures.
[[nodiscard]] inline std::size_t wire_size(const Certificate& certificate) {
  return 1 + 8 + 32 + 2 + certificate.bitmap.size() + 64 * certificate.signatures.size();
}
[[nodiscard]] inline std::size_t wire_size(const HeldCertificate& held) {
  return wire_size(held.certificate) + 81;
}
/// An upper bound: everything of fixed size in a PROPOSE is below 1 KiB.
[[nodiscard]] std::size_t wire_size(const Propose& propose);

/// The proposal with its justification if that fits, else without (it is then asked for in parts).
[[nodiscard]] Propose wire_form(const Propose& propose);

}  // namespace vostro::consensus
