/// One receiver of a webhook: which addresses it may have, and the connection to it. The addresses
/// of its name are judged each time a connection is made, and the connection goes to the judged
/// ones: a name that has come to mean something else leads nowhere (catalogue row A11). Asio and
/// Beast stay in the .cpp file.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/ip.h"
#include "net/url.h"

namespace vostro::node {

/// Why the receiver may not be called at these addresses, all of which its name stands for: one is
/// neither public nor allowed, or it is to be called in clear where that is not allowed. Pure.
[[nodiscard]] std::optional<std::string> refusal_of(const net::Url& url,
                                                    const std::vector<net::IpAddress>& addresses,
                                                    const std::vector<net::IpNetwork>& allowed);

/// Whose certificates are trusted; shared by all receivers.
class CallbackTrust {
 public:
  /// The system's authorities, or those in `ca_file` where it is not empty. Errors: a sentence.
  [[nodiscard]] static Result<std::shared_ptr<CallbackTrust>, std::string> load(
      const std::string& ca_file);
  ~CallbackTrust();

 private:
  friend class Callback;
  struct Context;
  explicit CallbackTrust(std::unique_ptr<Context> context);
  std::unique_ptr<Context> context_;
};

class Callback {
 public:
  static constexpr std::size_t answer_bytes_max = 64 * 1024;  ///< read, and not looked at

  struct Setting {
    net::Url url;
    std::vector<net::IpNetwork> allowed;
    std::chrono::milliseconds timeout{10'000};  ///< to resolve, connect, shake hands; to answer
    std::shared_ptr<CallbackTrust> trust;
  };
  explicit Callback(Setting setting);
  ~Callback();

  /// Posts JSON with these header lines, each ended by CR LF, and gives the status of the answer,
  /// whatever it is: redirections are not followed. The connection is kept; where a kept one turns
  /// out to be closed, the request is sent once more. Errors: why there is no answer. One thread.
  [[nodiscard]] Result<unsigned, std::string> post(const std::string& header_lines,
                                                   const std::string& body);
  /// Ends what is under way, and every later call, at once. Any thread.
  void give_up();

 private:
  class Link;
  std::unique_ptr<Link> link_;
};

}  // namespace vostro::node
