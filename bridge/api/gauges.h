/// What Prometheus reads of a bridge: docs/bridge.md, "Metrics".
#pragma once

#include <string>

#include "bridge/api/counter.h"
#include "net/http/metrics_text.h"

namespace vostro::bridge::api {

/// Of the book and the directories; vostro_bridge_book_up is 0 where the book does not answer, and
/// nothing else of it is there then. `node_height`: none where the node does not answer.
void add_gauges(net::http::MetricsText& out, SharedBook& book, const Directories& directories,
                const Hash& network_id, std::optional<Height> node_height, UnixMillis now);

}  // namespace vostro::bridge::api
