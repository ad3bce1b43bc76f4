/// What the commands for people share. For the files of such commands.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "bridge/commands.h"
#include "bridge/setup.h"

namespace vostro::bridge {

struct Desk {
  Setup setup;
  Book book;
};
[[nodiscard]] Result<Desk, SetupError> open_desk(const std::string& config_file);

/// Who decides, with the key in hand.
struct Deciding {
  SecretKey key;
  std::string person;
};
/// Errors: the reason is none; the key cannot be opened, or is no person's of the configuration.
[[nodiscard]] Result<Deciding, SetupError> open_person(const BridgeConfig& config,
                                                       const std::string& reason,
                                                       const std::string& key_file,
                                                       const std::string& passphrase_file);

/// The only one of `found` whose key begins with `digits`. `none`: the sentence where there is
/// none; `several`: what they are called.
template <class Thing>
[[nodiscard]] Result<Thing, std::string> one_named(std::vector<Thing> found,
                                                   const std::string& digits,
                                                   const std::string& none,
                                                   const std::string& several) {
  std::erase_if(found, [&](const Thing& each) { return !key_of(each).starts_with(digits); });
  if (digits.empty() || found.empty()) return fail(none);
  if (found.size() > 1)
    return fail("several " + several + " begin with \"" + digits + "\": write more of it");
  return std::move(found.front());
}

/// What `find` reads in the book; the exit code where it cannot be read, or is not there, which has
/// been said.
template <class Find>
[[nodiscard]] auto look_up(Desk& desk, UnixMillis now, const Find& find) {
  using Found = typename std::invoke_result_t<Find, BookTransaction&>::value_type;
  Result<Found, std::string> found = fail(std::string());
  const auto read = desk.book.read(now, [&](BookTransaction& rows) { found = find(rows); });
  using Outcome = Result<Found, Exit>;
  if (!read) return Outcome(fail(complain(Exit::failed, to_string(read.error()))));
  if (!found) return Outcome(fail(complain(Exit::bad_config, found.error())));
  return Outcome(*std::move(found));
}

/// Tells whether what one person has just decided is decided by two now, in the sentence for it.
Exit tell_decided(bool is_json, std::size_t persons, std::string_view decided,
                  std::string_view wanting);

/// "1250.00 EUR"
[[nodiscard]] std::string amount_text(const Money& amount);

}  // namespace vostro::bridge
