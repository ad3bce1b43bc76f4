/// Customer credit transfer initiation (pain.001), versions 3 to 12: what a payer tells his bank to
/// pay. Everything that has an effect is checked and handed over; names, addresses and remittance
/// details are passed over (has_details tells that there were some); what a ledger payment cannot
/// do (cheques, intermediary agents, agreed rates) is refused. Pure: text in, values out; any
/// thread. Source: ISO 20022 message definition report "Payments Initiation"; docs/bulk.md.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/identifiers.h"
#include "base/money.h"
#include "base/result.h"
#include "base/time.h"
#include "iso20022/charge_bearer.h"
#include "iso20022/problem.h"
#include "iso20022/xml.h"

namespace vostro::iso20022 {

struct CashAccount {
  std::string iban;   ///< checked; empty where the account has another name
  std::string other;  ///< Othr/Id, 1 to 34 characters; empty where there is none
  std::optional<Currency> currency;

  bool operator==(const CashAccount&) const = default;
};

struct CreditTransfer {
  std::size_t line = 0;  ///< where CdtTrfTxInf begins
  std::string where;     ///< "PmtInf[1]/CdtTrfTxInf[3]"
  std::string instruction_id;
  std::string end_to_end_id;  ///< 1 to 35 characters; unique in the file, but for NOTPROVIDED
  std::optional<Uuid> uetr;
  Money amount;  ///< above 0
  std::optional<ChargeBearer> charge_bearer;
  Bic creditor_agent;
  CashAccount creditor_account;
  std::optional<std::array<char, 4>> purpose;  ///< Purp/Cd
  bool has_details = false;  ///< names, addresses, remittance and the like were passed over

  bool operator==(const CreditTransfer&) const = default;
};

struct PaymentInstruction {
  std::size_t line = 0;
  std::string id;       ///< PmtInfId
  Date execution_date;  ///< ReqdExctnDt, the date only
  Bic debtor_agent;
  CashAccount debtor_account;
  std::optional<ChargeBearer> charge_bearer;
  std::vector<CreditTransfer> credits;

  bool operator==(const PaymentInstruction&) const = default;
};

struct Initiation {
  unsigned version = 0;  ///< 3 for pain.001.001.03
  std::string message_id;
  std::size_t count = 0;                   ///< NbOfTxs; equals what the file holds
  std::optional<std::string> control_sum;  ///< as written; equals the sum of what the file holds
  std::vector<PaymentInstruction> instructions;

  bool operator==(const Initiation&) const = default;
};

struct Pain001Limits {
  XmlLimits xml;
  std::size_t credits_max = 100'000;
};

/// Either everything is in order, or all that is wrong, up to Problems::count_max.
[[nodiscard]] Result<Initiation, Problems> read_pain001(std::string_view text,
                                                        const Pain001Limits& limits = {});

}  // namespace vostro::iso20022
