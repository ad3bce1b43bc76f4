/// For whoever looks at each signature once: nothing is worth remembering.
#pragma once

#include "consensus/verify.h"

namespace vostro::consensus {

class NoCache final : public SignatureCache {
 public:
  [[nodiscard]] bool contains(const Hash&) override { return false; }
  void insert(const Hash&) override {}
};

}  // namespace vostro::consensus
