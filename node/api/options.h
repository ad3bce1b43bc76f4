/// What an operator may set of the API. Plain data with the defaults of docs/api.md, "Limits".
#pragma once

#include <string>

#include "base/identifiers.h"
#include "net/http/options.h"
#include "node/webhooks/options.h"

namespace vostro::node::api {

/// Length-prefixed transactions in one request.
inline constexpr std::size_t transactions_max = 1'000;
inline constexpr std::size_t annexes_max = 256;  ///< the same

struct Options : net::http::Options {
  WebhookOptions webhooks;
  Bic bank;             ///< whose systems this node serves
  std::string version;  ///< of this program
};

}  // namespace vostro::node::api
