/// The words of the file format, used by reading and writing alike. Internal to genesis/.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "chain/policy.h"
#include "chain/records.h"
#include "genesis/entry.h"
#include "genesis/toml.h"

namespace vostro::genesis {

inline constexpr std::int64_t file_format = 1;
inline constexpr std::uint64_t ms_in_second = 1'000;

inline constexpr std::array<std::pair<chain::ParticipantRole, std::string_view>, 3>
    participant_role_words{{
        {chain::ParticipantRole::settlement_agent, "settlement-agent"},
        {chain::ParticipantRole::fx_provider, "fx-provider"},
        {chain::ParticipantRole::supervisor, "supervisor"},
    }};
inline constexpr std::array<std::pair<chain::Role, std::string_view>, 3> key_role_words{{
    {chain::Role::maker, "maker"},
    {chain::Role::checker, "checker"},
    {chain::Role::service, "service"},
}};

[[nodiscard]] std::optional<chain::ParticipantRole> participant_role_from(std::string_view word);
[[nodiscard]] std::optional<chain::Role> key_role_from(std::string_view word);

/// "90s", "15m", "1h", "7d", "250ms": a whole number and one unit. Milliseconds; empty for other
/// text and beyond 100 years.
[[nodiscard]] std::optional<std::uint64_t> parse_duration_ms(std::string_view text);
/// The largest unit that divides it: 3600000 is "1h", 0 is "0s".
[[nodiscard]] std::string duration_text(std::uint64_t ms);

/// ISO 4217 codes without minor unit: metals, funds' units of account, test and none. No money of
/// them can be on a ledger.
[[nodiscard]] bool is_without_minor_unit(const Currency& currency);

/// Digits of the currency in this network; empty where it is not one of the network's.
[[nodiscard]] std::optional<std::uint8_t> exponent_in(const Draft& draft, const Currency& currency);

// Reading (read.cpp). Faults go to the reader's FirstFault.
[[nodiscard]] Draft read_draft(TableReader& file);
[[nodiscard]] SignedEntry read_participant(TableReader& table, const Draft& draft);
[[nodiscard]] chain::Policy read_policy(TableReader& table, const Draft& draft);
/// Admissible.
[[nodiscard]] PublicKey read_key(TableReader& table, std::string_view key);
[[nodiscard]] Signature read_signature_of(TableReader& table, std::string_view key);

// continuation.cpp: those of a genesis file, whose bytes they speak of.
[[nodiscard]] std::vector<Continuation> read_continuations(TableReader& file,
                                                           std::string_view text);

// Writing (write.cpp).
[[nodiscard]] std::string draft_text(const Draft& draft, bool with_comments);
[[nodiscard]] std::string participant_text(const SignedEntry& entry, const Draft& draft);

/// All that concerns more than one table (check.cpp): repeated names and keys, validators,
/// currencies, the first state, signatures. `entries` are ascending by BIC.
[[nodiscard]] Result<Definition, GenesisError> assemble(const Draft& draft,
                                                        const std::vector<SignedEntry>& entries);

}  // namespace vostro::genesis
