/// Payments between banks as values: pacs.008 (a customer's), pacs.009 (a bank's own, or the cover
/// of a customer's). Members in the order of the schema. Plain data; any thread.
/// Source: ISO 20022 message definition report "Payments Clearing and Settlement";
/// docs/iso20022.md.
#pragma once

#include "iso20022/parts.h"

namespace vostro::iso20022 {

struct Settlement {
  std::string method;  ///< INDA, INGA, COVE, CLRG
  std::optional<Account> account;
  Part clearing_system;
  Part reimbursement;  ///< reimbursement agents and their accounts

  bool operator==(const Settlement&) const = default;
};

struct TransferHeader {
  std::string message_id;
  DateTime created;
  std::optional<bool> is_batch_booked;
  std::uint64_t count = 0;
  Decimal control_sum;
  std::optional<Money> total;
  std::optional<Date> settlement_date;
  Settlement settlement;
  Part payment_type;
  std::optional<Agent> instructing_agent;
  std::optional<Agent> instructed_agent;

  bool operator==(const TransferHeader&) const = default;
};

struct PaymentIds {
  std::string instruction_id;
  std::string end_to_end_id;  ///< NOTPROVIDED where the customer gave none
  std::string transaction_id;
  Uuid uetr;
  std::string clearing_reference;

  bool operator==(const PaymentIds&) const = default;
};

struct CustomerTransfer {
  PaymentIds ids;
  Part payment_type;
  Money amount;
  std::optional<Date> settlement_date;
  std::string priority;
  Part settlement_times;
  std::optional<DateTime> accepted_at;
  std::optional<Date> pooling_date;
  std::optional<Money> instructed_amount;
  Decimal rate;
  ChargeBearer charge_bearer = ChargeBearer::shar;
  std::vector<Charge> charges;
  Part previous_agents;
  std::optional<Agent> instructing_agent;
  std::optional<Agent> instructed_agent;
  Part intermediaries;
  std::optional<Party> ultimate_debtor;
  std::optional<Party> initiating_party;
  Party debtor;
  std::optional<Account> debtor_account;
  Agent debtor_agent;
  std::optional<Account> debtor_agent_account;
  Agent creditor_agent;
  std::optional<Account> creditor_agent_account;
  Party creditor;
  std::optional<Account> creditor_account;
  std::optional<Party> ultimate_creditor;
  Part instructions_for_creditor_agent;
  Part instructions_for_next_agent;
  Choice purpose;
  Part regulatory_reporting;
  Part tax;
  Part related_remittance;
  Remittance remittance;
  Part supplementary;

  bool operator==(const CustomerTransfer&) const = default;
};

struct CustomerTransfers {
  TransferHeader header;
  std::vector<CustomerTransfer> transfers;
  Part supplementary;

  bool operator==(const CustomerTransfers&) const = default;
};

struct BankTransfer {
  PaymentIds ids;
  Part payment_type;
  Money amount;
  std::optional<Date> settlement_date;
  std::string priority;
  Part settlement_times;
  Part previous_agents;
  std::optional<Agent> instructing_agent;
  std::optional<Agent> instructed_agent;
  Part intermediaries;
  std::optional<Agent> ultimate_debtor;
  Agent debtor;
  std::optional<Account> debtor_account;
  std::optional<Agent> debtor_agent;
  std::optional<Account> debtor_agent_account;
  std::optional<Agent> creditor_agent;
  std::optional<Account> creditor_agent_account;
  Agent creditor;
  std::optional<Account> creditor_account;
  std::optional<Agent> ultimate_creditor;
  Part instructions_for_creditor_agent;
  Part instructions_for_next_agent;
  Choice purpose;
  std::vector<std::string> remittance;
  Part underlying;  ///< the customer's payment that this covers
  Part supplementary;

  bool operator==(const BankTransfer&) const = default;
};

struct BankTransfers {
  TransferHeader header;
  std::vector<BankTransfer> transfers;
  Part supplementary;

  bool operator==(const BankTransfers&) const = default;
};

}  // namespace vostro::iso20022
