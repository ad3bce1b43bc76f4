/// An annex as people and programs write and read it: JSON, and lines. Pure; any thread. Include in
/// .cpp files only: it brings Boost.JSON.
#pragma once

#include <string>

#include "base/result.h"
#include "client/annex.h"
#include "wallet-cli/send.h"

namespace vostro::wallet {

inline constexpr std::size_t annex_file_bytes_max = 512 * 1024;

/// docs/annex.md, "The file"; without salt. The error is a sentence that names the field.
[[nodiscard]] Result<client::Annex, std::string> annex_from_json(std::string_view text);
/// The same fields, empty ones too, without salt. A message that is kept inside is told by its size
/// alone: `message_bytes`.
[[nodiscard]] json::object annex_json(const client::Annex& annex);
/// What is filled, one line each: "payer's name", "remittance".
[[nodiscard]] Lines annex_lines(const client::Annex& annex);
/// In one line, for a list: the payer's name and what it is for.
[[nodiscard]] std::string annex_summary(const client::Annex& annex);

}  // namespace vostro::wallet
