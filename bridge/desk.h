/// What the commands for people share. For the files of such commands.
#pragma once

#include <string>

#include "bridge/setup.h"

namespace vostro::bridge {

struct Desk {
  Setup setup;
  Book book;
};
[[nodiscard]] Result<Desk, SetupError> open_desk(const std::string& config_file);

/// "1250.00 EUR"
[[nodiscard]] std::string amount_text(const Money& amount);

}  // namespace vostro::bridge
