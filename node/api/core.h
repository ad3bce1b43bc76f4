/// What the streams of the API share. Internal to it; include in .cpp files only.
#pragma once

#include <atomic>
#include <optional>

#include "net/http/session.h"
#include "node/api/handlers.h"
#include "node/api/options.h"

namespace vostro::node::api {

struct Core {
  Core(const Options& with, Service& service)
      : options(with),
        context{service, options.bank, options.version},
        streams(options.limits.streams) {}

  Options options;
  Context context;
  net::http::Places streams;
  std::atomic<std::uint64_t> dropped_streams{0};
  std::atomic<std::uint64_t> announced{0};  ///< the newest height that clients may be told of
};

/// Takes over connections that ask for the stream of events. Errors: the refusal.
[[nodiscard]] Result<std::function<void(net::http::Upgrade)>, Response> upgrade_to_events(
    Core& core, const Request& request);

}  // namespace vostro::node::api
