/// What owners do with accounts, policies and orders that wait. Source: blueprint section 3,
/// "Bodies".
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "chain/account.h"
#include "chain/policy.h"
#include "chain/quote.h"

namespace vostro::chain {

enum class AcceptsKind : std::uint8_t { none = 1, all = 2, listed = 3 };
[[nodiscard]] constexpr bool is_listed(AcceptsKind k) {
  return k >= AcceptsKind::none && k <= AcceptsKind::listed;
}

/// Debtor agents whose payments settle unasked. The account's owner always may.
struct Accepts {
  static constexpr std::size_t agents_max = 64;
  AcceptsKind kind = AcceptsKind::none;
  std::vector<Bic> agents;  ///< ascending; only for `listed`, and then 1 to 64

  bool operator==(const Accepts&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(kind, bounded<agents_max>(agents));
  }
};
[[nodiscard]] bool is_well_formed(const Accepts& accepts);
[[nodiscard]] bool takes_unasked(const Accepts& accepts, const Bic& owner, const Bic& debtor_agent);

struct OpenAccount {
  static constexpr std::uint8_t tag = 30;
  AccountId account;
  std::optional<Policy> policy;  ///< none: the owner's
  Accepts accepts;
  bool operator==(const OpenAccount&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(account, policy, accepts);
  }
};

struct UpdateAccount {
  static constexpr std::uint8_t tag = 31;
  AccountId account;
  std::optional<Policy> policy;
  Accepts accepts;
  bool operator==(const UpdateAccount&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(account, policy, accepts);
  }
};

struct UpdatePolicy {
  static constexpr std::uint8_t tag = 32;
  Bic participant;                   ///< whose policy, or the agent of `currency`
  std::optional<Currency> currency;  ///< none: the participant's own policy
  Policy policy;
  bool operator==(const UpdatePolicy&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(participant, currency, policy);
  }
};

struct CloseAccount {
  static constexpr std::uint8_t tag = 33;
  AccountId account;
  bool operator==(const CloseAccount&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(account);
  }
};

struct Freeze {
  static constexpr std::uint8_t tag = 34;
  AccountId account;
  bool operator==(const Freeze&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(account);
  }
};

struct Unfreeze {
  static constexpr std::uint8_t tag = 35;
  AccountId account;
  bool operator==(const Unfreeze&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(account);
  }
};

/// Stops a delayed order, or withdraws a quote. Any one key of the policy will do.
struct Cancel {
  static constexpr std::uint8_t tag = 36;
  std::optional<OwnedId> delayed;  ///< exactly one of the two
  std::optional<Quote> quote;
  bool operator==(const Cancel&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(delayed, quote);
  }
};

}  // namespace vostro::chain
