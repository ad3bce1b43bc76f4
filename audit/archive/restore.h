/// Makes the store of a node from any source: by executing it again, so that every table follows
/// from the blocks and nothing is taken over that was not checked.
#pragma once

#include <string>

#include "audit/replay.h"

namespace vostro::audit {

/// `data_directory` is made where it is missing and must have no store; `options.work` is thrown
/// away afterwards. The store is there once the report holds, and not before. What else a validator
/// needs, its vote journal above all, is not in it.
[[nodiscard]] Result<Report, CannotCheck> restore(const genesis::Definition& definition,
                                                  const Source& source,
                                                  const std::string& data_directory,
                                                  ReplayOptions options,
                                                  const OnProgress& on_progress);

}  // namespace vostro::audit
