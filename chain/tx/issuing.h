/// What a settlement agent and its customers' banks do with fiat: issue, redeem, attest, business
/// date. Source: blueprint 3.
#pragma once

#include "base/time.h"
#include "chain/account.h"
#include "chain/tx/answer.h"

namespace vostro::chain {

struct Issue {
  static constexpr std::uint8_t tag = 20;
  Bic agent;  ///< the currency's settlement agent: who acts
  AccountId account;
  Money money;
  Hash
      entry;  ///< of the agent's fiat account and the bank's entry reference: issued once, for ever
  bool operator==(const Issue&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(agent, account, money, entry);
  }
};

struct Redeem {
  static constexpr std::uint8_t tag = 21;
  AccountId account;
  Money money;
  std::optional<Hash> annex;  ///< payout instructions, for the agent
  bool operator==(const Redeem&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(account, money, annex);
  }
};

enum class RedeemResult : std::uint8_t { paid = 1, failed = 2 };
[[nodiscard]] constexpr bool is_listed(RedeemResult r) {
  return r == RedeemResult::paid || r == RedeemResult::failed;
}

struct RedeemOutcome {
  static constexpr std::uint8_t tag = 22;
  Bic agent;  ///< the currency's settlement agent: who acts
  OwnedId redeem;
  RedeemResult result = RedeemResult::paid;
  std::optional<GivenCode> code;  ///< exactly where failed
  Hash message;                   ///< of the agent's message that says so
  bool operator==(const RedeemOutcome&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(agent, redeem, result, code, message);
  }
};

/// The settlement agent's word on what its fiat account holds. The newest one decides whether more
/// may be issued.
struct AttestReserves {
  static constexpr std::uint8_t tag = 23;
  Bic agent;  ///< the currency's settlement agent: who acts
  Currency currency;
  MinorUnits balance;  ///< 0 or above, at most money_max_default
  Hash statement;      ///< of the bank's message that says so
  UnixSeconds as_of;   ///< when that was the balance
  bool operator==(const AttestReserves&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(agent, currency, balance, statement, as_of);
  }
};

struct OpenBusinessDate {
  static constexpr std::uint8_t tag = 24;
  Bic agent;  ///< the currency's settlement agent: who acts
  Currency currency;
  Date date;
  bool operator==(const OpenBusinessDate&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(agent, currency, date);
  }
};

}  // namespace vostro::chain
