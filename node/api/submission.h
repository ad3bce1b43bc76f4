/// What posting a transaction and posting one for approval share. Include in .cpp files only.
#pragma once

#include <vector>

#include "base/result.h"
#include "node/api/handlers.h"

namespace vostro::node::api {

/// The body's transactions in their canonical encoding: one of JSON, or several of canonical bytes.
/// Errors: the refusal.
[[nodiscard]] Result<std::vector<Bytes>, Response> read_transactions(const Context& context,
                                                                     const Request& request);
[[nodiscard]] Response refuse_form(const chain::FormError& error);
[[nodiscard]] Response refuse_inclusion(chain::Inclusion inclusion);
/// The answer to what the door said.
[[nodiscard]] Response response_to(const Context& context, const SubmitOutcome& outcome);

}  // namespace vostro::node::api
