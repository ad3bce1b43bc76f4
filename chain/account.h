/// Accounts and how ledger objects are named. Source: blueprint sections 2 and 3.
#pragma once

#include <compare>
#include <string>

#include "base/fields.h"
#include "base/identifiers.h"
#include "base/money.h"

namespace vostro::chain {

/// `BIC/label`: an account of a participant.
struct AccountId {
  Bic owner;
  std::string label;

  auto operator<=>(const AccountId&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(owner, bounded<label_size_max>(label));
  }
};
[[nodiscard]] std::string to_text(const AccountId& account);  ///< "NORDDEFF/main"
[[nodiscard]] Result<AccountId, IdentifierError> parse_account(std::string_view text);
[[nodiscard]] bool is_valid(const AccountId& account);

/// An id belongs to the participant under whose policy the transaction is signed; the pair is what
/// counts as used. A payment's name is such a pair too: its debtor agent and its UETR.
struct OwnedId {
  Bic owner;
  Uuid id;

  auto operator<=>(const OwnedId&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(owner, id);
  }
};
[[nodiscard]] std::string to_text(
    const OwnedId& name);  ///< "NORDDEFF:6f9619ff-8b86-4d01-b42d-00cf4fc964ff"

}  // namespace vostro::chain
