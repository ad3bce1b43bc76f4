/// Who takes part in the network and by which parameters: what the genesis file sets and governance
/// changes. Plain data. Source: blueprint section 3, "State" and "Governance".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fields.h"
#include "base/keys.h"
#include "base/money.h"
#include "base/time.h"
#include "chain/account.h"
#include "chain/policy.h"

namespace vostro::chain {

/// Keys of records of which there is only one.
struct Only {
  auto operator<=>(const Only&) const = default;
};

/// What a participant is beside a bank with accounts, as bits.
enum class ParticipantRole : std::uint8_t { settlement_agent = 1, fx_provider = 2, supervisor = 4 };
struct ParticipantRoles {
  static constexpr std::uint8_t all = 7;
  std::uint8_t bits = 0;

  [[nodiscard]] constexpr bool has(ParticipantRole role) const {
    return (bits & static_cast<std::uint8_t>(role)) != 0;
  }
  auto operator<=>(const ParticipantRoles&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bits);
  }
};

/// Of a participant or a currency. `removed` is for participants only, and for ever.
enum class Standing : std::uint8_t { active = 1, suspended = 2, removed = 3 };
[[nodiscard]] constexpr bool is_listed(Standing s) {
  return s >= Standing::active && s <= Standing::removed;
}
[[nodiscard]] std::string_view to_string(Standing standing);

struct Participant {
  static constexpr Byte prefix = 'p';
  static constexpr std::size_t legal_name_size_max = 140;
  using Key = Bic;

  Bic bic;
  std::string legal_name;         ///< clean UTF-8, 1 to 140 bytes
  std::array<char, 2> country{};  ///< ISO 3166-1 alpha-2, upper case
  std::optional<Lei> lei;
  ParticipantRoles roles;
  PublicKey tls_key;                              ///< what its node's certificate is pinned to
  std::optional<std::array<Byte, 32>> annex_key;  ///< X25519, for sealed annexes
  Policy policy;
  Standing status = Standing::active;

  bool operator==(const Participant&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bic, bounded<legal_name_size_max>(legal_name), country, lei, roles, tls_key, annex_key,
            policy, status);
  }
};

/// All but the policy, which check_policy judges.
[[nodiscard]] bool is_well_formed(const Participant& participant);

using ValidatorId = FixedBytes<struct ValidatorIdTag, 16>;  ///< the owner's BIC and five zero bytes
[[nodiscard]] ValidatorId validator_id_of(const Bic& owner);
/// Empty where the id is no owner's.
[[nodiscard]] std::optional<Bic> owner_of(const ValidatorId& id);

struct Validator {
  ValidatorId id;
  PublicKey key;

  auto operator<=>(const Validator&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(id, key);
  }
};

struct Validators {
  static constexpr Byte prefix = 'v';
  /// Most of a set: what a certificate can hold (consensus/types.h has the same bound).
  static constexpr std::size_t count_max = 128;
  /// Fewer tolerate no fault: development networks only.
  static constexpr std::uint16_t size_min_default = 4;
  using Key = Only;

  std::uint64_t epoch = 0;         ///< in which `now` votes
  std::uint16_t version = 1;       ///< of the protocol, in that epoch
  std::vector<Validator> now;      ///< ascending by id
  std::vector<Validator> next;     ///< after a closing block: of the epoch after it; else empty
  std::uint16_t next_version = 0;  ///< with `next`
  /// No change leaves fewer; 1 in a development network.
  std::uint16_t size_min = size_min_default;

  bool operator==(const Validators&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(epoch, version, bounded<count_max>(now), bounded<count_max>(next), next_version,
            size_min);
  }
};

/// What governance can set. The size caps of single transactions belong to the protocol version
/// (chain/transaction.h).
struct Parameters {
  static constexpr Byte prefix = 'g';
  using Key = Only;

  std::uint64_t max_validity_s = 7 * 24 * 3600;
  std::uint64_t max_acceptance_s = 30 * 24 * 3600;
  std::uint64_t max_quote_life_s = 3600;
  /// Most that a balance or a hold may become; single amounts end at money_max_default.
  MinorUnits money_max = money_max_default;
  std::uint32_t max_due = 10'000;  ///< most due orders and deadlines one block works off
  std::uint32_t max_block_bytes = 8 * 1024 * 1024;
  std::uint32_t max_block_items = 100'000;  ///< transactions and bulk items
  std::uint32_t proof_window = 10'000;      ///< heights back for which nodes prove state
  /// An idle network votes again for its newest block this often, and makes no new one; 0: never.
  std::uint64_t heartbeat_ms = 0;

  bool operator==(const Parameters&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(max_validity_s, max_acceptance_s, max_quote_life_s, money_max, max_due, max_block_bytes,
            max_block_items, proof_window, heartbeat_ms);
  }
};

/// The first parameter that is out of its range: "max_due"; empty where all are sound.
[[nodiscard]] std::optional<std::string_view> bad_parameter(const Parameters& parameters);

/// Parameters that are rules of execution alone. The others are read when a node starts, so that
/// they stay what the genesis file says.
enum class ParameterName : std::uint8_t {
  max_validity_s = 1,
  max_acceptance_s,
  max_quote_life_s,
  money_max,
  max_due,
};
inline constexpr ParameterName parameter_name_last = ParameterName::max_due;
[[nodiscard]] constexpr bool is_listed(ParameterName p) {
  return p >= ParameterName::max_validity_s && p <= parameter_name_last;
}
[[nodiscard]] std::string_view to_string(ParameterName name);
/// The parameters with one of them set. Empty where the value is none of that parameter's.
[[nodiscard]] std::optional<Parameters> with_parameter(Parameters parameters, ParameterName name,
                                                       std::uint64_t value);

/// What a currency begins with.
struct NewCurrency {
  Currency currency;
  std::uint8_t exponent = 2;  ///< digits of the minor unit
  Bic agent;                  ///< the settlement agent
  Policy policy;
  Date business_date;
  std::optional<std::uint64_t> attestation_max_age_s = {};

  bool operator==(const NewCurrency&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(currency, exponent, agent, policy, business_date, attestation_max_age_s);
  }
};
/// Code and digits, those of ISO 4217 where it lists the currency; not agent and policy.
[[nodiscard]] bool is_well_formed(const NewCurrency& currency);

/// Whose policy decides: an account's, a participant's own, or a currency's.
struct PolicyScope {
  Bic participant;
  std::string label;                 ///< not empty: the account participant/label
  std::optional<Currency> currency;  ///< set: the currency's, and `participant` is its agent

  auto operator<=>(const PolicyScope&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(participant, bounded<label_size_max>(label), currency);
  }
};

}  // namespace vostro::chain
