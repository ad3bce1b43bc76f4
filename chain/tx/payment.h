/// Orders that move money to a creditor: Payment, PaymentBatch, FxPayment. Source: blueprint
/// section 3, "Bodies".
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "chain/account.h"
#include "chain/quote.h"

namespace vostro::chain {

/// ISO 20022 ChargeBearerType: who pays the charges.
enum class Bearer : std::uint8_t { debt = 1, shar = 2, cred = 3 };
[[nodiscard]] constexpr bool is_listed(Bearer b) {
  return b >= Bearer::debt && b <= Bearer::cred;
}
[[nodiscard]] std::string_view to_string(Bearer bearer);  ///< "DEBT", "SHAR", "CRED"
[[nodiscard]] std::optional<Bearer> bearer_from(std::string_view code);

enum class Payer : std::uint8_t { debtor = 1, creditor = 2 };
[[nodiscard]] constexpr bool is_listed(Payer p) {
  return p == Payer::debtor || p == Payer::creditor;
}

/// In the currency of the payer's leg, to an account of the debtor agent, creditor agent or FX
/// provider.
struct Charge {
  Payer payer = Payer::debtor;
  AccountId account;
  MinorUnits amount;

  bool operator==(const Charge&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(payer, account, amount);
  }
};
inline constexpr std::size_t charges_max = 4;

/// `immediate`, or `required` with the time until which the creditor's bank can answer.
struct Acceptance {
  std::optional<UnixSeconds> accept_by;  ///< none: immediate

  [[nodiscard]] bool is_required() const { return accept_by.has_value(); }
  auto operator<=>(const Acceptance&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(accept_by);
  }
};

/// What to do when funds are short. One value today; the number leaves room for `queue until T with
/// priority p`.
enum class IfShort : std::uint8_t { reject = 1 };
[[nodiscard]] constexpr bool is_listed(IfShort s) {
  return s == IfShort::reject;
}

/// ISO 20022 external purpose code: four upper-case letters.
struct Purpose {
  std::array<char, 4> code{};

  auto operator<=>(const Purpose&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(code);
  }
};

/// One credit, as the three orders share it.
struct Credit {
  AccountId creditor;
  MinorUnits amount;  ///< what the creditor gets before his charges, in the creditor's currency
  std::vector<Charge> charges;
  std::optional<Purpose> purpose;
  std::optional<Hash> annex;

  bool operator==(const Credit&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(creditor, amount, bounded<charges_max>(charges), purpose, annex);
  }
};

struct Payment {
  static constexpr std::uint8_t tag = 1;
  AccountId debtor;
  Currency currency;
  Credit credit;
  Bearer bearer = Bearer::shar;
  Acceptance acceptance;
  IfShort if_short = IfShort::reject;

  bool operator==(const Payment&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(debtor, currency, credit, bearer, acceptance, if_short);
  }
};

struct BatchItem {
  Uuid uetr;
  Credit credit;

  bool operator==(const BatchItem&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(uetr, credit);
  }
};
[[nodiscard]] Hash item_hash(
    const BatchItem& item);  ///< H("item", item): a leaf of the items' root

/// One debtor's bulk of credits in one currency. Signed over the items' root in their place.
struct PaymentBatch {
  static constexpr std::uint8_t tag = 2;
  static constexpr std::size_t items_max = 10'000;
  AccountId debtor;
  Currency currency;
  Bearer bearer = Bearer::shar;
  Acceptance acceptance;
  IfShort if_short = IfShort::reject;
  std::uint32_t count = 0;
  MinorUnits total;  ///< of the items' amounts, without charges
  std::vector<BatchItem> items;

  bool operator==(const PaymentBatch&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(debtor, currency, bearer, acceptance, if_short, count, total,
            bounded<items_max>(items));
  }
};

/// Both legs of a currency exchange and the payment, at once or not at all.
struct FxPayment {
  static constexpr std::uint8_t tag = 3;
  AccountId debtor;
  Currency currency;  ///< the creditor's; equals quote.sells
  Credit credit;
  Bearer bearer = Bearer::shar;
  Acceptance acceptance;
  IfShort if_short = IfShort::reject;
  Money debtor_amount;  ///< in quote.buys: what the rate gives, rounded up
  SignedQuote quote;

  bool operator==(const FxPayment&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(debtor, currency, credit, bearer, acceptance, if_short, debtor_amount, quote);
  }
};

}  // namespace vostro::chain
