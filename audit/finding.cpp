#include "audit/finding.h"

namespace vostro::audit {

std::string to_string(const Divergence& d) {
  std::string text = "block " + std::to_string(d.height.value);
  if (d.transaction) text += ", transaction " + std::to_string(*d.transaction);
  return text + ", " + d.field + ": expected " + d.expected + ", found " + d.found;
}

std::string to_string(const Finding& finding) {
  const auto* divergence = std::get_if<Divergence>(&finding);
  return divergence != nullptr ? to_string(*divergence) : std::get<CannotCheck>(finding).what;
}

}  // namespace vostro::audit
