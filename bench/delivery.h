/// Posting groups of canonical bytes to one node and reading what became of each, cheaply: a load
/// generator that parsed every answer as JSON would measure itself. One thread for each object.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bench/network.h"
#include "client/http.h"

namespace vostro::bench {

/// What the node said of one transaction of a group.
enum class Verdict : std::uint8_t {
  accepted,       ///< 202, or 200: durably noted, or final already
  later,          ///< 429 or 503: nothing was kept; offer it again after Retry-After
  bad_signature,  ///< 400 `bad_signature`
  refused,        ///< any other refusal
};

struct GroupAnswer {
  std::vector<Verdict> verdicts;        ///< as many as were posted, in their order
  std::chrono::seconds retry_after{1};  ///< for those that are to come later
  std::string first_refusal;            ///< the problem of the first `refused` one, for a person
  std::map<std::string, std::uint64_t>
      put_off_for;  ///< how many come later, by status and problem code
};

/// Reads the answer to a post of `count` transactions. Errors: a sentence; the answer is not of the
/// form of docs/api.md.
[[nodiscard]] Result<GroupAnswer, std::string> read_group_answer(
    const client::HttpResponse& response, std::size_t count);

class Door {
 public:
  /// Errors: a sentence.
  [[nodiscard]] static Result<Door, std::string> of(const Member& member);
  /// Posts `body`, framed canonical bytes of `count` transactions. Errors: a sentence; what became
  /// of the group is then unknown, and it may be posted again.
  [[nodiscard]] Result<GroupAnswer, std::string> post(const std::string& body, std::size_t count);

 private:
  Door(const Member& member, SecretText token);

  std::string name_;
  client::HttpConnection connection_;
  SecretText token_;
  client::HttpRequest request_;  ///< its body is used again and again
};

/// Posts each bank's framed transactions at its own node until all are accepted, then waits until
/// all are final on all nodes. For setting up, not for measuring. Errors: a sentence.
[[nodiscard]] Result<void, std::string> deliver_all(
    const Network& network, const std::vector<std::vector<std::string>>& framed_by_bank);

/// Waits until no node has anything pending and all have the same height and state root. Errors: a
/// sentence that says what differs, after `patience`.
[[nodiscard]] Result<void, std::string> settle(const Network& network,
                                               std::chrono::seconds patience);

}  // namespace vostro::bench
