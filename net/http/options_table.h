/// Where a server listens, out of a table of a configuration file: `listen`, `tls_certificate` and
/// `tls_key`, alike in every program that serves.
#pragma once

#include "net/http/options.h"

namespace vostro::net::http {

/// `Table` reads one table as genesis::TableReader does; `path_if_any(from, key)` gives the path of
/// a key, or empty.
template <class Table, class PathIfAny>
void read_listening(Table& from, Options& options, PathIfAny&& path_if_any) {
  if (const auto listen =
          from.value_if_any("listen", parse_listen, "ADDRESS:PORT, as \"127.0.0.1:8080\"")) {
    options.host = listen->host;
    options.port = listen->port;
  }
  options.tls_certificate = path_if_any(from, "tls_certificate");
  options.tls_key = path_if_any(from, "tls_key");
  if (options.tls_certificate.empty() != options.tls_key.empty())
    from.refuse(options.tls_key.empty() ? "tls_certificate" : "tls_key",
                "tls_certificate and tls_key are set together, or neither is");
  if (options.tls_certificate.empty() && !is_loopback(options.host))
    from.refuse("listen",
                "another address than loopback needs TLS: set tls_certificate and tls_key");
}

}  // namespace vostro::net::http
