/// Whether an id was ever used, shown from what headers commit to: no block need be executed.
#pragma once

#include <vector>

#include "audit/archive/archives.h"

namespace vostro::audit {

struct IdSearch {
  struct Use {
    Height height;
    UnixMillis time;
    chain::OwnedId name;
  };
  std::vector<Use> uses;  ///< whoever used it; empty: nobody, up to `last`
  Height last;
  Hash block;             ///< id of `last`, which a quorum has signed
  UnixMillis time;        ///< of it
  std::uint64_t ids = 0;  ///< looked at
};

/// Follows the whole archive. `agent`: only under this bank's name.
[[nodiscard]] Checked<IdSearch> search_id(Archive& archive, const genesis::Definition& definition,
                                          const Uuid& id, const std::optional<Bic>& agent);

}  // namespace vostro::audit
