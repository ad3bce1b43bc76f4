/// What the commands for people share. For the files of such commands.
#pragma once

#include <string>
#include <string_view>

#include "bridge/commands.h"
#include "bridge/setup.h"

namespace vostro::bridge {

struct Desk {
  Setup setup;
  Book book;
};
[[nodiscard]] Result<Desk, SetupError> open_desk(const std::string& config_file);

/// Tells whether what one person has just decided is decided by two now, in the sentence for it.
Exit tell_decided(bool is_json, std::size_t persons, std::string_view decided,
                  std::string_view wanting);

/// "1250.00 EUR"
[[nodiscard]] std::string amount_text(const Money& amount);

}  // namespace vostro::bridge
