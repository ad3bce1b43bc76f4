#include "net/http/tokens.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/constant_time.h"
#include "base/identifiers.h"
#include "base/keys.h"
#include "base/log.h"
#include "base/private_file.h"
#include "base/secret_text.h"
#include "base/time.h"
#include "net/http/target.h"

namespace vostro::net::http {
namespace {

constexpr std::size_t kFileSizeMax = 256 * 1024;
constexpr std::string_view kFirstLine = "vostro-tokens 1";
constexpr std::size_t kFieldCount = 6;

Hash hash_of(std::string_view token) {
  return hash("api-token", as_bytes(token));
}

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

std::optional<Token> parse_line(std::string_view line) {
  std::vector<std::string_view> fields;
  while (true) {
    const std::size_t end = line.find(' ');
    fields.push_back(line.substr(0, end));
    if (end == std::string_view::npos) break;
    line.remove_prefix(end + 1);
  }
  if (fields.size() != kFieldCount) return std::nullopt;
  const auto hash = fixed_from_hex<Hash>(fields[0]);
  const auto role = parse_role(fields[1]);
  const auto created = parse_time(fields[2]);
  const bool is_lasting = fields[3] == "-";
  const auto expires = is_lasting ? std::nullopt : parse_time(fields[3]);
  const auto rate = parse_number(fields[4]);
  const auto name = parse_label(fields[5]);
  if (!hash || !role || !created || (!is_lasting && !expires) || !name) return std::nullopt;
  if (!rate || *rate == 0 || *rate > token_rate_max) return std::nullopt;
  return Token{*hash, *role, *created, expires, static_cast<std::uint32_t>(*rate), *name};
}

/// Two command lines at once change the file one after the other.
class FileLock {
 public:
  explicit FileLock(const std::string& file)
      : lock_(::open((file + ".lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    is_held_ = lock_.is_open() && ::flock(lock_.get(), LOCK_EX) == 0;
  }
  [[nodiscard]] bool is_held() const { return is_held_; }

 private:
  OpenFile lock_;  // the lock ends with the descriptor
  bool is_held_ = false;
};

Result<void, std::string> save(const std::string& file, const std::vector<Token>& tokens) {
  const auto saved = save_private_file(file, as_bytes(tokens_text(tokens)), IfExists::replace);
  if (!saved) return fail(file + ": " + std::string(to_string(saved.error())));
  return {};
}

}  // namespace

std::string Token::id() const {
  return to_hex(hash.view()).substr(0, 12);
}

std::string_view to_string(Role role) {
  switch (role) {
    case Role::audit:
      return "audit";
    case Role::read:
      return "read";
    case Role::write:
      return "write";
    case Role::operate:
      return "operate";
  }
  return "unknown";
}

std::optional<Role> parse_role(std::string_view word) {
  for (const Role role : {Role::audit, Role::read, Role::write, Role::operate})
    if (to_string(role) == word) return role;
  return std::nullopt;
}

Result<std::vector<Token>, std::string> parse_tokens(std::string_view text) {
  std::vector<Token> tokens;
  if (take_line(text) != kFirstLine)
    return fail(std::string("it is no token file of this version"));
  for (std::size_t number = 2; !text.empty(); ++number) {
    auto token = parse_line(take_line(text));
    if (!token) return fail("line " + std::to_string(number) + " is damaged");
    if (tokens.size() == tokens_max) return fail(std::string("it holds more than 1000 tokens"));
    tokens.push_back(*std::move(token));
  }
  return tokens;
}

std::string tokens_text(const std::vector<Token>& tokens) {
  std::string text(kFirstLine);
  text += "\n";
  for (const Token& token : tokens) {
    text += to_hex(token.hash.view()) + " " + std::string(to_string(token.role)) + " " +
            to_text(token.created) + " " + (token.expires ? to_text(*token.expires) : "-") + " " +
            std::to_string(token.requests_per_second) + " " + token.name + "\n";
  }
  return text;
}

Result<std::vector<Token>, std::string> list_tokens(const std::string& file) {
  const auto bytes = read_private_file(file, kFileSizeMax);
  if (!bytes && bytes.error() == FileError::missing) return std::vector<Token>{};
  if (!bytes) return fail(file + ": " + std::string(to_string(bytes.error())));
  auto tokens = parse_tokens(as_text(*bytes));
  if (!tokens) return fail(file + ": " + tokens.error());
  return tokens;
}

namespace {

std::string new_secret() {
  Bytes random(32);
  fill_random(random);
  std::string text = std::string(token_prefix) + to_hex(random);
  wipe(random);
  return text;
}

}  // namespace

Result<std::string, std::string> create_token(const std::string& file, const TokenWish& wish,
                                              UnixSeconds now) {
  if (!parse_label(wish.name))
    return fail(std::string("a token's name has 1 to 34 of a-z, 0-9 and -"));
  if (wish.requests_per_second == 0 || wish.requests_per_second > token_rate_max)
    return fail(std::string("the rate must be from 1 to 1000000 requests per second"));
  if (wish.days && (*wish.days == 0 || *wish.days > 3'650))
    return fail(std::string("a token lives 1 to 3650 days"));
  const FileLock lock(file);
  if (!lock.is_held()) return fail(file + ".lock cannot be locked: is there such a directory?");
  auto tokens = list_tokens(file);
  if (!tokens) return fail(tokens.error());
  if (tokens->size() >= tokens_max)
    return fail(std::string("there are 1000 tokens already: revoke some"));
  const std::string text = new_secret();
  Token token{hash_of(text), wish.role, now, {}, wish.requests_per_second, wish.name};
  if (wish.days) token.expires = UnixSeconds(now.value + std::uint64_t{*wish.days} * 24 * 3600);
  tokens->push_back(std::move(token));
  if (const auto saved = save(file, *tokens); !saved) return fail(saved.error());
  return text;
}

Result<std::string, std::string> rotate_token(const std::string& file, std::string_view id,
                                              std::uint32_t grace_s, UnixSeconds now) {
  if (grace_s > token_grace_max_s)
    return fail(std::string("the old secret may go on for at most 7 days"));
  const FileLock lock(file);
  if (!lock.is_held()) return fail(file + ".lock cannot be locked");
  auto tokens = list_tokens(file);
  if (!tokens) return fail(tokens.error());
  const auto old = std::ranges::find(*tokens, id, &Token::id);
  if (old == tokens->end())
    return fail(std::string("there is no token of that id: see token list"));
  if (old->expires && now >= *old->expires)
    return fail(std::string("that token has ended: create another one"));
  const std::string text = new_secret();
  Token next = *old;
  next.hash = hash_of(text);
  next.created = now;
  if (grace_s == 0) {
    *old = std::move(next);
  } else {
    if (tokens->size() >= tokens_max)
      return fail(std::string("there are 1000 tokens already: revoke some"));
    const UnixSeconds end(now.value + grace_s);
    old->expires = old->expires ? std::min(*old->expires, end) : end;
    tokens->push_back(std::move(next));
  }
  if (const auto saved = save(file, *tokens); !saved) return fail(saved.error());
  return text;
}

Result<std::size_t, std::string> revoke_token(const std::string& file,
                                              std::string_view id_or_name) {
  const FileLock lock(file);
  if (!lock.is_held()) return fail(file + ".lock cannot be locked");
  auto tokens = list_tokens(file);
  if (!tokens) return fail(tokens.error());
  const std::size_t removed = std::erase_if(*tokens, [&](const Token& token) {
    return token.id() == id_or_name || token.name == id_or_name;
  });
  if (removed == 0)
    return fail(std::string("there is no token of that id or name: see token list"));
  if (const auto saved = save(file, *tokens); !saved) return fail(saved.error());
  return removed;
}

void TokenBook::refresh(SteadyTime steady) {
  if (unreadable_since_ && steady - *unreadable_since_ < std::chrono::seconds(1)) return;
  unreadable_since_.reset();
  struct stat info {};
  if (::stat(file_.c_str(), &info) != 0) {
    tokens_.clear();
    stamp_.reset();
    return;
  }
  const Stamp stamp{
      info.st_ino, std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec,
      std::int64_t{info.st_ctim.tv_sec} * 1'000'000'000 + info.st_ctim.tv_nsec, info.st_size};
  if (stamp_ == stamp) return;
  auto tokens = list_tokens(file_);
  if (!tokens) {
    // Whoever damages the file must not thereby keep a revoked token alive. What failed may lie in
    // this process (no descriptor), so that the same file is read again.
    if (told_ != tokens.error())
      log::error("the token file cannot be read: no token is valid", {{"error", tokens.error()}});
    told_ = tokens.error();
    tokens_.clear();
    stamp_.reset();
    unreadable_since_ = steady;
    return;
  }
  tokens_ = *std::move(tokens);
  stamp_ = stamp;
  told_.clear();
  log::info("tokens read", {{"count", tokens_.size()}});
}

std::optional<Caller> TokenBook::find(std::string_view presented, UnixSeconds now,
                                      SteadyTime steady) {
  const Hash wanted = hash_of(presented);
  const std::lock_guard lock(mutex_);
  refresh(steady);
  const Token* found = nullptr;
  for (const Token& token : tokens_) {
    if (equal_in_constant_time(token.hash.view(), wanted.view())) found = &token;
  }
  if (found == nullptr || (found->expires && now >= *found->expires)) return std::nullopt;
  return Caller{found->id(), found->role, found->requests_per_second};
}

}  // namespace vostro::net::http
