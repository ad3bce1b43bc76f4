/// For whoever looks at each signature once: nothing is worth remembering.
#pragma once

#include "consensus/verify.h"

namespace vostro::audit {

class NoCache final : public consensus::SignatureCache {
 public:
  bool contains(const Hash&) override { return false; }
  void insert(const Hash&) override {}
};

}  // namespace vostro::audit
