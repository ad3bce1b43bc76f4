/// Accounts as a bank reports them: camt.052 (within the day), camt.053 (at its end), camt.054
/// (debits and credits as they come). One set of types for the three. Members in the order of the
/// schema. Plain data; any thread.
/// Source: ISO 20022 message definition report "Bank-to-Customer Cash Management".
#pragma once

#include "iso20022/parts.h"

namespace vostro::iso20022 {

struct ReportHeader {
  std::string message_id;
  DateTime created;
  std::optional<Party> recipient;
  std::optional<Page> page;
  Part query;
  std::string more;

  bool operator==(const ReportHeader&) const = default;
};

struct Period {
  DateTime from;
  DateTime to;

  bool operator==(const Period&) const = default;
};

struct Balance {
  Choice type;  ///< OPBD, CLBD, PRCD, ITBD, ...
  Part subtype;
  Part credit_lines;
  Money amount;
  Side side = Side::credit;
  DateOrTime date;
  Part availability;

  bool operator==(const Balance&) const = default;
};

struct SideTotal {
  std::optional<std::uint64_t> count;
  Decimal sum;

  bool operator==(const SideTotal&) const = default;
};

struct Totals {
  std::optional<std::uint64_t> count;
  Decimal sum;
  Decimal net;
  std::optional<Side> net_side;
  SideTotal credits;
  SideTotal debits;
  Part by_code;

  bool operator==(const Totals&) const = default;
};

struct BankCode {
  std::string domain;
  std::string family;
  std::string sub_family;
  std::string own;
  std::string issuer;

  bool operator==(const BankCode&) const = default;
};

struct Batch {
  std::string message_id;
  std::string group_id;
  std::optional<std::uint64_t> count;
  std::optional<Money> total;
  std::optional<Side> side;

  bool operator==(const Batch&) const = default;
};

struct References {
  std::string message_id;
  std::string servicer_reference;
  std::string group_id;
  std::string instruction_id;
  std::string end_to_end_id;
  std::optional<Uuid> uetr;
  std::string transaction_id;
  std::string mandate_id;
  std::string cheque_number;
  std::string clearing_reference;
  std::string owner_transaction_id;
  std::string servicer_transaction_id;
  std::string infrastructure_id;
  std::string processing_id;
  Part own;

  bool operator==(const References&) const = default;
};

struct Parties {
  std::optional<PartyOrAgent> initiating_party;
  std::optional<PartyOrAgent> debtor;
  std::optional<Account> debtor_account;
  std::optional<PartyOrAgent> ultimate_debtor;
  std::optional<PartyOrAgent> creditor;
  std::optional<Account> creditor_account;
  std::optional<PartyOrAgent> ultimate_creditor;
  Part others;

  bool operator==(const Parties&) const = default;
};

struct Agents {
  std::optional<Agent> instructing_agent;
  std::optional<Agent> instructed_agent;
  std::optional<Agent> debtor_agent;
  std::optional<Agent> creditor_agent;
  Part others;

  bool operator==(const Agents&) const = default;
};

/// One payment within an entry.
struct EntryTransaction {
  References references;
  std::optional<Money> amount;
  std::optional<Side> side;
  std::optional<Money> instructed_amount;  ///< AmtDtls/InstdAmt/Amt
  Part instructed_exchange;
  std::optional<Money> transaction_amount;  ///< AmtDtls/TxAmt/Amt
  Part transaction_exchange;
  Part other_amounts;
  Part availability;
  BankCode code;
  Part charges;
  Part interest;
  Parties parties;
  Agents agents;
  Part local_instrument;
  Choice purpose;
  Part related_remittance;
  Remittance remittance;
  Part dates;
  Part tax;
  Part original_code;  ///< RtrInf/OrgnlBkTxCd
  std::optional<Party> return_originator;
  Choice return_reason;
  std::vector<std::string> return_lines;
  std::string more;
  Part supplementary;

  bool operator==(const EntryTransaction&) const = default;
};

struct EntryDetails {
  std::optional<Batch> batch;
  std::vector<EntryTransaction> transactions;

  bool operator==(const EntryDetails&) const = default;
};

struct Entry {
  std::string reference;  ///< NtryRef
  Money amount;
  Side side = Side::credit;
  std::optional<bool> is_reversal;
  Choice status;  ///< BOOK, PDNG, INFO, FUTR
  std::optional<DateOrTime> booked;
  std::optional<DateOrTime> value;
  std::string servicer_reference;  ///< AcctSvcrRef: the bank's own
  Part availability;
  BankCode code;
  std::optional<bool> is_commission_waived;
  Part more_in;
  Part amount_details;
  Part charges;
  Part channel;
  Part interest;
  std::vector<EntryDetails> details;
  std::string more;

  bool operator==(const Entry&) const = default;
};

/// Of one account: a report, statement or notification.
struct AccountReport {
  std::string id;
  std::optional<Page> page;
  std::optional<std::uint64_t> sequence;  ///< ElctrncSeqNb
  Part reported_sequence;
  std::optional<std::uint64_t> legal_sequence;
  std::optional<DateTime> created;
  std::optional<Period> period;
  std::string copy;
  Part source;
  Account account;
  std::optional<Account> related_account;
  Part interest;
  std::vector<Balance> balances;  ///< none in camt.054
  std::optional<Totals> totals;
  std::vector<Entry> entries;
  std::string more;

  bool operator==(const AccountReport&) const = default;
};

struct AccountMessage {
  ReportHeader header;
  std::vector<AccountReport> reports;
  Part supplementary;

  bool operator==(const AccountMessage&) const = default;
};

}  // namespace vostro::iso20022
