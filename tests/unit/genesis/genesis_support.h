/// Banks, drafts and entries for the tests of genesis/. Keys come from fixed seeds, so that every
/// run makes the same bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "genesis/definition.h"
#include "genesis/entry.h"

namespace vostro::test {

/// Four banks, ascending by BIC. The first settles EUR and USD, the second SGD; all are FX
/// providers.
inline constexpr std::size_t bank_count = 4;
[[nodiscard]] Bic bank(std::size_t index);

/// Of the name "maker of NORDDEFF", "validator of NORDDEFF" and so on; one key for each text.
[[nodiscard]] SecretKey key_named(std::string_view name);
[[nodiscard]] PublicKey public_key_named(std::string_view name);

[[nodiscard]] genesis::Draft a_draft();
/// Keys maker and checker, the default policy with a limit of 50 000, accounts main and nostro; not
/// signed.
[[nodiscard]] genesis::SignedEntry an_entry(std::size_t index, const genesis::Draft& draft);
/// Maker and checker of the bank sign.
void sign_fully(genesis::SignedEntry& entry, const genesis::Draft& draft);
[[nodiscard]] std::vector<genesis::SignedEntry> signed_entries(const genesis::Draft& draft,
                                                               std::size_t count = bank_count);

/// The sealed file of a_draft() with all four banks; aborts where it is refused.
[[nodiscard]] std::string sealed_text();

/// `text` with the first `from` replaced; aborts where `from` does not occur.
[[nodiscard]] std::string replaced(std::string text, std::string_view from, std::string_view to);

[[nodiscard]] std::string contents_of(const std::string& path);

}  // namespace vostro::test
