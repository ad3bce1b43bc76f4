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

/// A validator for a participant that has none. In force, as the next three are, where an epoch
/// begins (chain/membership.h).
struct AddValidator {
  static constexpr std::uint8_t tag = 8;
  Bic participant;
  PublicKey key;
  Signature proof;  ///< of possession: the key signs possession_message
  bool operator==(const AddValidator&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(participant, key, proof);
  }
};

struct RemoveValidator {
  static constexpr std::uint8_t tag = 9;
  Bic participant;
  bool operator==(const RemoveValidator&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(participant);
  }
};

/// Another key for a participant's validator, which may be out of reach.
struct RotateValidatorKey {
  static constexpr std::uint8_t tag = 10;
  Bic participant;
  PublicKey key;
  Signature proof;  ///< as for AddValidator
  bool operator==(const RotateValidatorKey&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(participant, key, proof);
  }
};

/// What the certificate of a participant's node is pinned to, from its date on.
struct SetTlsKey {
  static constexpr std::uint8_t tag = 11;
  Bic participant;
  PublicKey key;
  bool operator==(const SetTlsKey&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(participant, key);
  }
};

struct ActivateVersion {
  static constexpr std::uint8_t tag = 12;
  std::uint16_t version = 0;  ///< of the protocol: above the one in force
  bool operator==(const ActivateVersion&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(version);
  }
};

using Change = std::variant<AddParticipant, SetParticipant, ReplacePolicy, AddCurrency, SetCurrency,
                            SetCorridorRule, SetParameter, AddValidator, RemoveValidator,
                            RotateValidatorKey, SetTlsKey, ActivateVersion>;
[[nodiscard]] std::string_view kind_of(const Change& change);  ///< "AddParticipant", ...
/// What a validator's new key signs to show that somebody holds it: "VOSTRO-POP-1" padded with
/// zeros to 16 bytes || network id || validator id of the owner || the key's 32 bytes. Source:
/// consensus-spec section 9.
[[nodiscard]] Bytes possession_message(const Hash& network_id, const Bic& owner,
                                       const PublicKey& key);

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

/// A validator, or one to come, says how far it is and which protocol versions it speaks. Signed by
/// that validator's key and by nobody else: a node has no other.
struct Ready {
  static constexpr std::uint8_t tag = 42;
  static constexpr std::size_t versions_max = 16;
  Bic participant;                      ///< the owner
  PublicKey key;                        ///< of the validator, and the one signer
  Height synced;                        ///< the newest block that it has executed
  std::vector<std::uint16_t> versions;  ///< strictly ascending, 1 to 16 of them
  bool operator==(const Ready&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(participant, key, synced, bounded<versions_max>(versions));
  }
};

}  // namespace vostro::chain
