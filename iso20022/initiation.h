/// pain.001 in full, as a bank takes it from its customer: nothing of it is passed over. (The
/// wallet's pay-file reads with pain001.h, which streams files of 100 000 credits and keeps only
/// what the ledger needs: docs/decisions/0032.) Plain data; any thread.
/// Source: ISO 20022 message definition report "Payments Initiation".
#pragma once

#include "iso20022/parts.h"

namespace vostro::iso20022 {

struct InitiationHeader {
  std::string message_id;
  DateTime created;
  Part authorisations;
  std::uint64_t count = 0;
  Decimal control_sum;
  Party initiating_party;
  std::optional<Agent> forwarding_agent;

  bool operator==(const InitiationHeader&) const = default;
};

struct EquivalentAmount {
  Money amount;
  Currency currency;  ///< in which the creditor is paid

  bool operator==(const EquivalentAmount&) const = default;
};

/// Exactly one of them.
struct OrderedAmount {
  std::optional<Money> instructed;
  std::optional<EquivalentAmount> equivalent;

  bool operator==(const OrderedAmount&) const = default;
};

struct Order {
  std::string instruction_id;
  std::string end_to_end_id;
  std::optional<Uuid> uetr;
  Part payment_type;
  OrderedAmount amount;
  Part agreed_rate;
  std::optional<ChargeBearer> charge_bearer;
  std::optional<Party> ultimate_debtor;
  Part intermediaries;
  Agent creditor_agent;
  std::optional<Account> creditor_agent_account;
  std::optional<Party> creditor;
  Account creditor_account;
  std::optional<Party> ultimate_creditor;
  Part instructions_for_creditor_agent;
  std::string instruction_for_debtor_agent;
  Choice purpose;
  Part regulatory_reporting;
  Part tax;
  Part related_remittance;
  Remittance remittance;
  Part supplementary;

  bool operator==(const Order&) const = default;
};

struct OrderGroup {
  std::string id;      ///< PmtInfId
  std::string method;  ///< TRF, TRA
  std::optional<bool> is_batch_booked;
  std::optional<std::uint64_t> count;
  Decimal control_sum;
  Part payment_type;
  DateOrTime execution;
  std::optional<Date> pooling_date;
  Party debtor;
  Account debtor_account;
  Agent debtor_agent;
  std::optional<Account> debtor_agent_account;
  std::string instruction_for_debtor_agent;
  std::optional<Party> ultimate_debtor;
  std::optional<ChargeBearer> charge_bearer;
  std::optional<Account> charges_account;
  std::optional<Agent> charges_agent;
  std::vector<Order> orders;

  bool operator==(const OrderGroup&) const = default;
};

struct InitiationMessage {
  InitiationHeader header;
  std::vector<OrderGroup> groups;
  Part supplementary;

  bool operator==(const InitiationMessage&) const = default;
};

}  // namespace vostro::iso20022
