/// What became of payments: pacs.002 (between banks), pain.002 (to the customer), and pacs.004
/// (money that comes back). Members in the order of the schema. Plain data; any thread.
/// Source: ISO 20022 message definition reports "Payments Clearing and Settlement" and "Payments
/// Initiation".
#pragma once

#include "iso20022/transfers.h"

namespace vostro::iso20022 {

struct OriginalGroupStatus {
  std::string message_id;
  std::string message_name;
  std::optional<DateTime> created;
  std::optional<std::uint64_t> count;
  Decimal control_sum;
  std::string status;  ///< a code of ExternalPaymentGroupStatus1Code
  std::vector<Reason> reasons;
  Part counts;

  bool operator==(const OriginalGroupStatus&) const = default;
};

struct PaymentStatus {
  std::string status_id;
  std::optional<OriginalMessage> original_message;
  std::string instruction_id;
  std::string end_to_end_id;
  std::string transaction_id;
  std::optional<Uuid> uetr;
  std::string status;  ///< a code of ExternalPaymentTransactionStatus1Code: ACSC, RJCT, PDNG ...
  std::vector<Reason> reasons;
  std::vector<Charge> charges;
  std::optional<DateTime> accepted_at;
  std::optional<DateOrTime> effective;
  std::string servicer_reference;
  std::string clearing_reference;
  std::optional<Agent> instructing_agent;
  std::optional<Agent> instructed_agent;
  Part original;  ///< OrgnlTxRef
  Part supplementary;

  bool operator==(const PaymentStatus&) const = default;
};

struct StatusReport {
  std::string message_id;
  DateTime created;
  std::optional<Agent> instructing_agent;
  std::optional<Agent> instructed_agent;
  std::vector<OriginalGroupStatus> groups;
  std::vector<PaymentStatus> payments;
  Part supplementary;

  bool operator==(const StatusReport&) const = default;
};

struct OrderStatus {
  std::string status_id;
  std::string instruction_id;
  std::string end_to_end_id;
  std::optional<Uuid> uetr;
  std::string status;
  std::vector<Reason> reasons;
  std::vector<Charge> charges;
  Part track;
  std::optional<DateTime> accepted_at;
  std::string servicer_reference;
  std::string clearing_reference;
  Part original;
  Part supplementary;

  bool operator==(const OrderStatus&) const = default;
};

struct OrderGroupStatus {
  std::string id;  ///< OrgnlPmtInfId
  std::optional<std::uint64_t> count;
  Decimal control_sum;
  std::string status;
  std::vector<Reason> reasons;
  Part counts;
  std::vector<OrderStatus> orders;

  bool operator==(const OrderGroupStatus&) const = default;
};

struct OrderReport {
  std::string message_id;
  DateTime created;
  std::optional<Party> initiating_party;
  Part agents;
  OriginalGroupStatus original;
  std::vector<OrderGroupStatus> groups;
  Part supplementary;

  bool operator==(const OrderReport&) const = default;
};

struct ReturnHeader {
  std::string message_id;
  DateTime created;
  Part authorisations;
  std::optional<bool> is_batch_booked;
  std::uint64_t count = 0;
  Decimal control_sum;
  std::optional<bool> is_whole_group;
  std::optional<Money> total;
  std::optional<Date> settlement_date;
  Settlement settlement;
  std::optional<Agent> instructing_agent;
  std::optional<Agent> instructed_agent;

  bool operator==(const ReturnHeader&) const = default;
};

struct PaymentReturn {
  std::string return_id;
  std::optional<OriginalMessage> original_message;
  std::string instruction_id;
  std::string end_to_end_id;
  std::string transaction_id;
  Uuid uetr;
  std::string original_clearing_reference;
  std::optional<Money> original_amount;
  std::optional<Date> original_settlement_date;
  Money amount;
  std::optional<Date> settlement_date;
  std::string priority;
  Part settlement_times;
  std::optional<Money> returned_instructed_amount;
  Decimal rate;
  std::optional<Money> compensation;
  std::optional<ChargeBearer> charge_bearer;
  std::vector<Charge> charges;
  std::string clearing_reference;
  std::optional<Agent> instructing_agent;
  std::optional<Agent> instructed_agent;
  Part chain;
  std::vector<Reason> reasons;
  Part original;
  Part supplementary;

  bool operator==(const PaymentReturn&) const = default;
};

struct Returns {
  ReturnHeader header;
  Part original_group;
  std::vector<PaymentReturn> returns;
  Part supplementary;

  bool operator==(const Returns&) const = default;
};

}  // namespace vostro::iso20022
