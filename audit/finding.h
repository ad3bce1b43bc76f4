/// What an audit finds: where a chain stops being what it claims, or why that could not be judged.
/// Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/bytes.h"
#include "base/result.h"
#include "base/strong.h"

namespace vostro::audit {

/// The first thing that is not as it must be.
struct Divergence {
  Height height;  ///< the block; 0 is the beginning that the genesis file describes
  /// In the block, from 0, in the order of its batches; none where no transaction is to blame.
  std::optional<std::uint32_t> transaction;
  std::string field;     ///< "header.state_root", "batch 2 signature", "receipt 4 entries"
  std::string expected;  ///< by the rules and by everything before it
  std::string found;     ///< in the source

  bool operator==(const Divergence&) const = default;
};

/// Nothing was found wrong, but something that is needed could not be read or written.
struct CannotCheck {
  std::string what;  ///< what, where, and what the system said

  bool operator==(const CannotCheck&) const = default;
};

using Finding = std::variant<Divergence, CannotCheck>;
template <class T>
using Checked = Result<T, Finding>;

[[nodiscard]] inline tl::unexpected<Finding> diverges(Divergence divergence) {
  return tl::unexpected<Finding>(Finding(std::move(divergence)));
}
[[nodiscard]] inline tl::unexpected<Finding> cannot_check(std::string what) {
  return tl::unexpected<Finding>(Finding(CannotCheck{std::move(what)}));
}

/// Of a hash or an id, in lower case.
template <class FixedBytes>
[[nodiscard]] std::string hex(const FixedBytes& bytes) {
  return to_hex(bytes.view());
}
/// "block 12, transaction 3, signatures[1]: expected ..., found ..."
[[nodiscard]] std::string to_string(const Divergence& divergence);
[[nodiscard]] std::string to_string(const Finding& finding);

}  // namespace vostro::audit
