/// The two kinds of file that a ceremony works with before there is a network, and what is signed.
///
/// A draft is what everybody agrees on: name, opening, parameters, currencies and their agents. An
/// entry is what one participant says of itself: keys, policy, accounts. It is signed by the
/// participant, as its own policy demands of a `manage` action, over the draft too; so whoever puts
/// the files together can alter neither. What is hashed are contents, not bytes: a comment or the
/// order of two tables may change. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fields.h"
#include "chain/genesis_state.h"
#include "genesis/definition.h"

namespace vostro::genesis {

struct ListedCurrency {
  Currency code;
  std::uint8_t exponent = 2;
  Bic agent;
  Date business_date;  ///< the first
  std::optional<std::uint64_t> attestation_max_age_s;

  bool operator==(const ListedCurrency&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(code, exponent, agent, business_date, attestation_max_age_s);
  }
};

struct Draft {
  static constexpr std::size_t currencies_max = 256;

  std::string name;
  bool development = false;
  UnixSeconds opens_at;
  std::uint16_t protocol_version = 1;
  chain::Parameters parameters;
  std::vector<ListedCurrency> currencies;  ///< ascending by code

  bool operator==(const Draft&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<network_name_size_max>(name), development, opens_at, protocol_version,
            parameters, bounded<currencies_max>(currencies));
  }
};

struct ObserverEntry {
  std::string name;
  PublicKey tls_key;

  bool operator==(const ObserverEntry&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<label_size_max>(name), tls_key);
  }
};

struct AccountEntry {
  std::string label;
  std::optional<chain::Policy> policy;  ///< none: the owner's
  chain::Accepts accepts;

  bool operator==(const AccountEntry&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<label_size_max>(label), policy, accepts);
  }
};

/// Who signs for a currency at its settlement agent, where that is not the agent's own policy.
struct CurrencyPolicy {
  Currency currency;
  chain::Policy policy;

  bool operator==(const CurrencyPolicy&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(currency, policy);
  }
};

struct Entry {
  static constexpr std::size_t observers_max = 16;
  static constexpr std::size_t accounts_max = 1'024;
  static constexpr std::size_t currencies_max = 64;

  chain::Participant participant;
  std::optional<PublicKey> validator_key;  ///< none: this participant does not vote
  std::vector<ObserverEntry> observers;    ///< ascending by name
  std::vector<AccountEntry> accounts;      ///< ascending by label
  std::vector<CurrencyPolicy> currencies;  ///< ascending by currency

  bool operator==(const Entry&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(participant, validator_key, bounded<observers_max>(observers),
            bounded<accounts_max>(accounts), bounded<currencies_max>(currencies));
  }
};

struct EntrySignature {
  PublicKey key;
  Signature signature;

  bool operator==(const EntrySignature&) const = default;
};

struct SignedEntry {
  static constexpr std::size_t signatures_max = 16;

  Entry entry;
  std::vector<EntrySignature> signatures;  ///< ascending by key
  std::uint32_t line = 0;                  ///< where it stands in its file, for messages
};

/// H("genesis-draft", encoding).
[[nodiscard]] Hash draft_hash(const Draft& draft);
/// "VOSTRO-GENESIS-1" (16 bytes) || H("genesis-entry", draft hash || encoding of the entry): what a
/// participant signs.
[[nodiscard]] Bytes entry_signing_bytes(const Hash& draft, const Entry& entry);

/// Adds a signature, or replaces that of the same key.
void sign_entry(SignedEntry& entry, const Hash& draft, const SecretKey& key);
/// Every signature is valid and the signers meet the `manage` rule of the entry's own policy.
/// Errors: cannot_begin (the policy is of wrong form), bad_signature.
[[nodiscard]] Result<void, GenesisError> check_signatures(const SignedEntry& entry,
                                                          const Hash& draft);

/// Reads a draft: the form of every value, and ISO 4217 exponents. Errors: those up to unknown_key,
/// and repeated.
[[nodiscard]] Result<Draft, GenesisError> parse_draft(std::string_view text);
/// Reads an entry made for this draft. Signatures are read, not checked: an entry may still lack
/// some. Errors: those up to repeated.
[[nodiscard]] Result<SignedEntry, GenesisError> parse_entry(std::string_view text,
                                                            const Draft& draft);
/// Reads a policy file: one table `policy`, as in an entry. Amounts are in currencies of the draft.
[[nodiscard]] Result<chain::Policy, GenesisError> parse_policy(std::string_view text,
                                                               const Draft& draft);

/// With comments for those who are to read and edit it.
[[nodiscard]] std::string write_draft(const Draft& draft);
[[nodiscard]] std::string write_entry(const SignedEntry& entry, const Draft& draft);
[[nodiscard]] std::string write_policy(const chain::Policy& policy, const Draft& draft);

/// A policy for a bank that has no wish of its own: up to `single_limit` whole units of each
/// currency one maker (or service) pays alone; above it, to issue, to manage and to govern, a
/// checker signs too; quotes and answers need one signature. Where all keys are of one person,
/// which only a development network may have, that person signs alone. Keys may be in any order.
/// The result may still be refused by chain::check_policy, for keys that do not do.
[[nodiscard]] chain::Policy default_policy(std::vector<chain::PolicyKey> keys, const Draft& draft,
                                           std::uint64_t single_limit);

/// Puts draft and entries together, in any order, and checks everything: what comes out passes
/// `parse`. Returns the text of the sealed file, the same for the same contents. Errors: any.
[[nodiscard]] Result<std::string, GenesisError> seal(const Draft& draft,
                                                     std::vector<SignedEntry> entries);

}  // namespace vostro::genesis
