#include "genesis/cli.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/private_file.h"
#include "genesis/format.h"

namespace vostro::genesis::cli {
namespace {

constexpr std::string_view kTreasury = "treasury";

std::string text_of(const chain::Roles& roles) {
  std::string out;
  for (const auto& [role, word] : key_role_words) {
    if (!roles.has(role)) continue;
    if (!out.empty()) out += "+";
    out += word;
  }
  return out;
}

Passphrase must(Result<Passphrase, SecretError> secret, const std::string& from) {
  if (!secret) refuse("the passphrase (" + from + "): " + std::string(to_string(secret.error())));
  return *std::move(secret);
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(file) == 0;
}

}  // namespace

void refuse(std::string what) {
  throw Stop{Exit::refused, std::move(what)};
}
void refuse_usage(std::string what) {
  throw Stop{Exit::usage, std::move(what)};
}
void refuse(const std::string& path, const GenesisError& error) {
  refuse(path + ": " + to_string(error));
}

Passphrase read_passphrase(const SecretSource& source, bool confirm) {
  if (!source.file.empty()) return must(read_secret_from_file(source.file), source.file);
  if (source.descriptor >= 0)
    return must(read_secret_from_descriptor(source.descriptor),
                "descriptor " + std::to_string(source.descriptor));
  Passphrase first = must(ask_secret("Passphrase of the keys: "), "at the terminal");
  if (!confirm) return first;
  const Passphrase second = must(ask_secret("Once more: "), "at the terminal");
  if (!first.equals(second)) refuse("the two passphrases differ; nothing was written");
  return first;
}

Draft load_draft(const std::string& path) {
  const auto text = read_text_file(path);
  if (!text) refuse(path, text.error());
  auto draft = parse_draft(*text);
  if (!draft) refuse(path, draft.error());
  return *std::move(draft);
}

void write_new_file(const std::string& path, std::string_view text, bool replace) {
  std::error_code error;
  if (!replace && std::filesystem::exists(std::filesystem::symlink_status(path, error)))
    refuse(path + " exists already; it was left as it is");
  // Beside it under another name, then put in place as a whole: nobody ever reads half a file.
  const std::string temporary = path + ".new-" + std::to_string(::getpid());
  OpenFile file(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file.is_open())
    refuse(path + ": cannot be written; does its directory exist, and is it yours?");
  const bool is_written = write_all(file.get(), text) && file.close();
  const bool is_placed = is_written && (replace ? ::rename(temporary.c_str(), path.c_str()) == 0
                                                : ::link(temporary.c_str(), path.c_str()) == 0);
  const int why = errno;
  if (!is_placed || !replace) ::unlink(temporary.c_str());
  if (!is_placed)
    refuse(path + (why == EEXIST ? " exists already; it was left as it is"
                                 : ": the system refused to write it"));
}

std::string to_text(const TreasuryPurpose& purpose) {
  return std::string(kTreasury) + " " + purpose.person + " " + text_of(purpose.roles);
}

std::optional<TreasuryPurpose> treasury_purpose_from(std::string_view text) {
  const auto words = split(text, ' ');
  if (words.size() != 3 || words[0] != kTreasury) return std::nullopt;
  const auto roles = key_roles_from(words[2]);
  if (!roles) return std::nullopt;
  return TreasuryPurpose{words[1], *roles};
}

std::optional<chain::Roles> key_roles_from(std::string_view text) {
  chain::Roles roles;
  for (const std::string& word : split(text, '+')) {
    const auto role = key_role_from(word);
    if (!role) return std::nullopt;
    roles.bits = static_cast<std::uint8_t>(roles.bits | static_cast<std::uint8_t>(*role));
  }
  return roles;
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find(at, begin);
    parts.emplace_back(text.substr(begin, end == std::string_view::npos ? end : end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

}  // namespace vostro::genesis::cli
