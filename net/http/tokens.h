/// API tokens: 32 random bytes that are shown once and kept as a hash, with what they may do and
/// until when. Kept in one private file of the data directory, which the command line changes and
/// the running node reads again when it has changed.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "base/strong.h"
#include "net/http/request.h"

namespace vostro::net::http {

inline constexpr std::string_view token_prefix = "vst_";
inline constexpr std::size_t tokens_max = 1'000;
inline constexpr std::uint32_t token_grace_max_s = 7 * 24 * 3600;
inline constexpr std::uint32_t token_rate_max = 1'000'000;  ///< requests per second

struct Token {
  Hash hash;  ///< H("api-token", the whole text of the token)
  Role role = Role::read;
  UnixSeconds created;
  std::optional<UnixSeconds> expires;
  std::uint32_t requests_per_second = 100;
  std::string name;  ///< 1 to 34 of [a-z0-9-]

  /// The first 12 digits of the hash: names the token in lists and logs.
  [[nodiscard]] std::string id() const;
  bool operator==(const Token&) const = default;
};

[[nodiscard]] std::string_view to_string(Role role);
[[nodiscard]] std::optional<Role> parse_role(std::string_view word);

/// What a new token is to be.
struct TokenWish {
  Role role = Role::read;
  std::string name = "token";
  std::optional<std::uint32_t> days{};  ///< 1 to 3650; none: for ever
  std::uint32_t requests_per_second = 100;
};

/// The file's text, one token a line; strict. Errors: a sentence with the line.
[[nodiscard]] Result<std::vector<Token>, std::string> parse_tokens(std::string_view text);
[[nodiscard]] std::string tokens_text(const std::vector<Token>& tokens);

/// For the command line; each holds a lock on the file meanwhile. Errors: a sentence for the
/// operator. Returns the token's text: the only time that it is seen.
[[nodiscard]] Result<std::string, std::string> create_token(const std::string& file,
                                                            const TokenWish& wish, UnixSeconds now);
/// A new secret for the token of this id: role, name, rate and end stay. The old one is no token
/// any more, unless it is given `grace_s` (at most token_grace_max_s) to go on: then both are, and
/// the old one ends of itself, never later than it would have.
[[nodiscard]] Result<std::string, std::string> rotate_token(const std::string& file,
                                                            std::string_view id,
                                                            std::uint32_t grace_s, UnixSeconds now);
/// By id or by name; returns how many it removed, at least one.
[[nodiscard]] Result<std::size_t, std::string> revoke_token(const std::string& file,
                                                            std::string_view id_or_name);
/// Empty where there is no file yet.
[[nodiscard]] Result<std::vector<Token>, std::string> list_tokens(const std::string& file);

/// The running node's view of the file. Any thread.
class TokenBook {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  explicit TokenBook(std::string file) : file_(std::move(file)) {}

  /// Who presents this token; none where it is unknown, expired or revoked. Looks at every token,
  /// each in constant time, so that a wrong one takes as long as a right one. Asks each time
  /// whether the file has changed; one that cannot be read is read again after a second.
  [[nodiscard]] std::optional<Caller> find(std::string_view presented, UnixSeconds now,
                                           SteadyTime steady);

 private:
  void refresh(SteadyTime steady);

  /// What tells one version of the file from another: it is replaced as a whole, and its mode says
  /// whether it may be read at all.
  struct Stamp {
    std::uint64_t inode = 0;
    std::int64_t changed_ns = 0;
    std::int64_t status_changed_ns = 0;  ///< also by chmod
    std::int64_t size = 0;
    bool operator==(const Stamp&) const = default;
  };

  std::string file_;
  std::mutex mutex_;
  std::vector<Token> tokens_;
  std::optional<Stamp> stamp_;  ///< none: the file was not read
  std::string told_;            ///< why, in the log
  std::optional<SteadyTime> unreadable_since_;
};

}  // namespace vostro::net::http
