/// Why the guidelines leave elements of the standard out: a table, so that a refusal has a reason
/// and not only a place.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace vostro::iso20022 {

struct Refusal {
  std::string_view element;
  std::string_view reason;  ///< one sentence, with what to do
};
[[nodiscard]] std::span<const Refusal> refusals();
[[nodiscard]] std::optional<std::string_view> refusal_of(std::string_view element);

}  // namespace vostro::iso20022
