/// What posting a transaction, posting one for approval and posting annexes share. Include in .cpp
/// files only.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "node/api/handlers.h"

namespace vostro::node::api {

/// The body's transactions in their canonical encoding: one of JSON, or several of canonical bytes.
/// Errors: the refusal.
[[nodiscard]] Result<std::vector<Bytes>, Response> read_transactions(const Context& context,
                                                                     const Request& request);
/// The canonical encodings of a body, each with its length before it, in four bytes: one to
/// `count_max` of them. Errors: the refusal.
[[nodiscard]] Result<std::vector<Bytes>, Response> split_canonical(std::string_view body,
                                                                   std::size_t count_max);
/// {"items": [...]}: each answer's body, with its status before what is in it.
[[nodiscard]] Response items_response(std::span<const Response> items);
[[nodiscard]] Response refuse_form(const chain::FormError& error);
[[nodiscard]] Response refuse_inclusion(chain::Inclusion inclusion);
/// The answer to what the door said.
[[nodiscard]] Response response_to(const Context& context, const SubmitOutcome& outcome);

}  // namespace vostro::node::api
