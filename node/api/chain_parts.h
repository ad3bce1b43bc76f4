/// What GET /v1/chain answers with. Pure over a view of the store. Include in .cpp files only.
#pragma once

#include "chain/chain_part.h"
#include "chain/store/view.h"
#include "node/api/http.h"

namespace vostro::node::api {

inline constexpr std::size_t chain_part_bytes = 1024 * 1024;

/// Blocks from this one on, of the first the batches from `batch` on; without a height the newest
/// block with a finality proof. A part ends with the batch that brings it to `bytes`. Errors:
/// unknown_block, history_elsewhere, store_failed.
[[nodiscard]] Result<chain::ChainPart, Response> chain_part(const chain::StoreView& view,
                                                            const std::optional<Height>& from,
                                                            std::uint64_t batch, std::size_t bytes);

}  // namespace vostro::node::api
