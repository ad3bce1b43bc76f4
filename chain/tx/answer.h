/// Answers to payments: accept, reject, block, recall, return. Source: blueprint section 3,
/// "Bodies". Each names its acting account, so that the owner of its id is known without state
/// (docs/decisions/0004).
#pragma once

#include <array>
#include <string>

#include "chain/account.h"
#include "chain/receipt.h"

namespace vostro::chain {

/// An ISO 20022 reason code as a bank gives it: four upper-case letters or digits.
using GivenCode = std::array<char, 4>;
inline constexpr std::size_t legal_basis_size_max = 35;

/// The creditor's bank takes a held payment.
struct Accept {
  static constexpr std::uint8_t tag = 10;
  AccountId creditor;  ///< the acting account: whose policy and whose id this is
  OwnedId payment;
  bool operator==(const Accept&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(creditor, payment);
  }
};

/// The creditor's bank refuses a held payment: the money goes back.
struct Reject {
  static constexpr std::uint8_t tag = 11;
  AccountId creditor;  ///< the acting account: whose policy and whose id this is
  OwnedId payment;
  GivenCode code{};
  bool operator==(const Reject&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(creditor, payment, code);
  }
};

/// The creditor's bank freezes a held payment by law.
struct Block {
  static constexpr std::uint8_t tag = 12;
  AccountId creditor;  ///< the acting account: whose policy and whose id this is
  OwnedId payment;
  std::string legal_basis;
  Hash document;
  bool operator==(const Block&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(creditor, payment, bounded<legal_basis_size_max>(legal_basis), document);
  }
};

enum class UnblockTo : std::uint8_t { pay = 1, release = 2 };
[[nodiscard]] constexpr bool is_listed(UnblockTo u) {
  return u == UnblockTo::pay || u == UnblockTo::release;
}

struct Unblock {
  static constexpr std::uint8_t tag = 13;
  AccountId creditor;  ///< the acting account: whose policy and whose id this is
  OwnedId payment;
  UnblockTo to = UnblockTo::pay;
  std::string legal_basis;
  Hash document;
  bool operator==(const Unblock&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(creditor, payment, to, bounded<legal_basis_size_max>(legal_basis), document);
  }
};

/// The debtor's bank wants a payment back: at once while delayed or held; by request when settled.
struct Recall {
  static constexpr std::uint8_t tag = 14;
  AccountId debtor;  ///< the acting account
  OwnedId payment;
  GivenCode code{};
  std::optional<Original> original;  ///< where the payment is settled
  bool operator==(const Recall&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(debtor, payment, code, original);
  }
};

struct RefuseRecall {
  static constexpr std::uint8_t tag = 15;
  AccountId creditor;  ///< the acting account: whose policy and whose id this is
  OwnedId payment;
  GivenCode code{};
  bool operator==(const RefuseRecall&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(creditor, payment, code);
  }
};

/// The creditor's bank has credited its customer.
struct ConfirmCredit {
  static constexpr std::uint8_t tag = 16;
  Original original;
  UnixSeconds credited_at;
  bool operator==(const ConfirmCredit&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(original, credited_at);
  }
};

/// pacs.004: the creditor's bank gives a settled payment back, at most once.
struct Return {
  static constexpr std::uint8_t tag = 17;
  Original original;
  MinorUnits
      amount;  ///< in the original's currency; less than the original's where a charge is kept
  GivenCode code{};
  std::optional<Hash> annex;
  bool operator==(const Return&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(original, amount, code, annex);
  }
};

}  // namespace vostro::chain
