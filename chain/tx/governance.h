/// How the banks change their network: proposals, and votes of the validators' owners. Source:
/// blueprint section 3, "Governance".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "chain/corridor.h"
#include "chain/registry.h"

namespace vostro::chain {

struct AddParticipant {
  static constexpr std::uint8_t tag = 1;
  Participant participant;  ///< active
  bool operator==(const AddParticipant&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(participant);
  }
};

/// Suspends, lets in again, or removes for ever.
struct SetParticipant {
  static constexpr std::uint8_t tag = 2;
  Bic participant;
  Standing standing = Standing::suspended;
  bool operator==(const SetParticipant&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(participant, standing);
  }
};

/// Lost keys: a participant's, an account's or a currency's policy, whoever signed under it before.
struct ReplacePolicy {
  static constexpr std::uint8_t tag = 3;
  PolicyScope scope;
  std::optional<Policy> policy;  ///< none: the owner's; only for an account
  bool operator==(const ReplacePolicy&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(scope, policy);
  }
};

struct AddCurrency {
  static constexpr std::uint8_t tag = 4;
  NewCurrency currency;
  bool operator==(const AddCurrency&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(currency);
  }
};

struct SetCurrency {
  static constexpr std::uint8_t tag = 5;
  Currency currency;
  Standing standing = Standing::suspended;  ///< active or suspended
  bool operator==(const SetCurrency&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(currency, standing);
  }
};

struct SetCorridorRule {
  static constexpr std::uint8_t tag = 6;
  std::uint16_t number = 0;          ///< the rule's name; replaces the one that has it
  std::optional<CorridorRule> rule;  ///< none: the rule ends
  bool operator==(const SetCorridorRule&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number, rule);
  }
};

struct SetParameter {
  static constexpr std::uint8_t tag = 7;
  ParameterName parameter = ParameterName::max_validity_s;
  std::uint64_t value = 0;
  bool operator==(const SetParameter&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(parameter, value);
  }
};

// Tags 8 to 12 are kept for changes of the validators, of TLS keys and of the protocol version.

using Change = std::variant<AddParticipant, SetParticipant, ReplacePolicy, AddCurrency, SetCurrency,
                            SetCorridorRule, SetParameter>;
[[nodiscard]] std::string_view kind_of(const Change& change);  ///< "AddParticipant", ...

struct Propose {
  static constexpr std::uint8_t tag = 40;
  Bic participant;  ///< who proposes
  Change change;
  UnixSeconds not_before;  ///< takes effect in the first block whose time is above it
  UnixSeconds closes_at;   ///< votes count until then
  bool operator==(const Propose&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(participant, tagged(change), not_before, closes_at);
  }
};

struct Vote {
  static constexpr std::uint8_t tag = 41;
  Bic participant;   ///< who votes
  OwnedId proposal;  ///< its proposer, and the id of the Propose
  bool yes = false;
  bool operator==(const Vote&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(participant, proposal, yes);
  }
};

// Tags 42 and 43 are kept for Ready and ReportEvidence.

}  // namespace vostro::chain
