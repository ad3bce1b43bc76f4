#include "consensus/wire_size.h"

namespace vostro::consensus {

std::size_t wire_size(const Propose& propose) {
  std::size_t size = 1024 + 54 * propose.cut.lanes.size();
  if (propose.justification) {
    if (propose.justification->parent) size += wire_size(*propose.justification->parent);
    for (const Certificate& certificate : propose.justification->nullifications)
      size += wire_size(certificate);
  }
  return size;
}

Propose wire_form(const Propose& propose) {
  const auto& justification = propose.justification;
  const bool fits = justification &&
                    justification->nullifications.size() + (justification->parent ? 1 : 0) <=
                        inline_certificates_max &&
                    wire_size(propose) <= propose_bytes_max;
  if (fits) return propose;
  return {propose.proposal, propose.parent_proposal, propose.header, propose.cut, std::nullopt,
          propose.vote};
}

}  // namespace vostro::consensus
