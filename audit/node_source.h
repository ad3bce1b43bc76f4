/// The data directory of a node, stopped or running: as it is when it is opened, and left as it is.
#pragma once

#include <memory>
#include <string>

#include "audit/source.h"
#include "genesis/definition.h"

namespace vostro::audit {

/// `path` is a node's data directory, or the store in it. A running node may just be between a
/// block and its proof: then it is looked at again, for a second at most. A copy may be from before
/// a continuation of the file.
[[nodiscard]] Checked<std::unique_ptr<Source>> open_node_source(
    const std::string& path, const genesis::Definition& definition);

}  // namespace vostro::audit
