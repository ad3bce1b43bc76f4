#include "bridge/messages.h"

#include <algorithm>

#include "bridge/customer_messages.h"
#include "bridge/iso_messages.h"
#include "iso20022/schema.h"

namespace vostro::bridge {
namespace {

namespace iso = iso20022;

std::optional<Bic> bic_of(const iso::HeaderParty& party) {
  return party.bank ? party.bank->bic : std::nullopt;
}

void add_text(std::vector<std::string>& to, const std::string& text) {
  if (!text.empty() && text != "NOTPROVIDED") to.push_back(text);
}

FiatEntry entry_of(const std::string& account, const iso::Entry& from) {
  FiatEntry entry;
  entry.account = account;
  entry.reference = from.servicer_reference.empty() ? from.reference : from.servicer_reference;
  entry.amount = from.amount;
  entry.is_credit = from.side == iso::Side::credit;
  entry.is_booked = from.status.code == "BOOK";
  entry.is_reversal = from.is_reversal.value_or(false);
  if (from.booked) entry.booked = iso::day_of(*from.booked);
  if (from.value) entry.value = iso::day_of(*from.value);
  entry.payments = 0;
  for (const iso::EntryDetails& details : from.details) {
    entry.payments += details.transactions.size();
    if (details.batch && details.batch->count.value_or(1) > 1)
      entry.payments += *details.batch->count;
    for (const iso::EntryTransaction& each : details.transactions) {
      add_text(entry.texts, each.references.end_to_end_id);
      for (const std::string& line : each.remittance.lines) add_text(entry.texts, line);
      add_text(entry.instruction, each.references.message_id);
      add_text(entry.instruction, each.references.instruction_id);
      add_text(entry.instruction, each.references.end_to_end_id);
      if (each.parties.debtor_account)
        entry.debtor_account = iso::id_of(*each.parties.debtor_account);
      // A payment of another sum than its entry is part of more than we see.
      if (each.amount && *each.amount != from.amount) ++entry.payments;
    }
  }
  return entry;
}

FiatNotice notice_of(const iso::AccountMessage& from) {
  FiatNotice notice;
  for (const iso::AccountReport& report : from.reports)
    for (const iso::Entry& entry : report.entries)
      notice.entries.push_back(entry_of(iso::id_of(report.account), entry));
  return notice;
}

/// The first balance with one of the codes that is no part of another.
const iso::Balance* balance_of(const iso::AccountReport& report,
                               std::initializer_list<std::string_view> codes) {
  for (const iso::Balance& each : report.balances)
    if (each.subtype.elements.empty() && std::ranges::find(codes, each.type.code) != codes.end())
      return &each;
  return nullptr;
}

Money signed_amount(const iso::Balance& balance) {
  const std::int64_t units = balance.amount.units.value;
  return {balance.amount.currency, MinorUnits(balance.side == iso::Side::credit ? units : -units)};
}

FiatStatements statements_of(const iso::AccountMessage& from) {
  FiatStatements out;
  for (const iso::AccountReport& report : from.reports) {
    FiatStatement statement;
    statement.account = iso::id_of(report.account);
    statement.id = report.id;
    statement.number = report.sequence ? report.sequence : report.legal_sequence;
    statement.is_whole = !report.page || (report.page->number == "1" && report.page->is_last);
    if (const iso::Balance* opening = balance_of(report, {"OPBD", "PRCD"}))
      statement.opening = signed_amount(*opening);
    if (const iso::Balance* closing = balance_of(report, {"CLBD"})) {
      statement.closing = signed_amount(*closing);
      statement.date = iso::day_of(closing->date);
    }
    for (const iso::Entry& entry : report.entries)
      statement.entries.push_back(entry_of(statement.account, entry));
    out.statements.push_back(std::move(statement));
  }
  return out;
}

PayoutStatus status_of(const iso::StatusReport& from) {
  PayoutStatus status;
  // What a bank says of the message as a whole, it says of the one payment in it.
  for (const iso::OriginalGroupStatus& group : from.groups)
    if (!group.status.empty())
      status.answers.push_back(
          {group.message_id, std::nullopt, group.status, code_of_reasons(group.reasons)});
  for (const iso::PaymentStatus& each : from.payments) {
    PayoutAnswer answer;
    if (each.original_message) answer.message_id = each.original_message->message_id;
    if (answer.message_id.empty()) answer.message_id = each.instruction_id;
    if (answer.message_id.empty()) answer.message_id = each.end_to_end_id;
    if (answer.message_id.empty() && from.groups.size() == 1)
      answer.message_id = from.groups.front().message_id;
    answer.uetr = each.uetr;
    answer.status = each.status;
    answer.code = code_of_reasons(each.reasons);
    if (!answer.status.empty()) status.answers.push_back(std::move(answer));
  }
  return status;
}

/// Why a pacs.008 of the core system cannot even be refused, order by order; empty: it can. Each
/// version has its own guideline, and not each asks for this.
std::string fault_of(const iso::CustomerTransfers& message) {
  for (const iso::CustomerTransfer& each : message.transfers)
    if (!each.debtor_agent.bic || !each.creditor_agent.bic)
      return "a transfer does not name both banks by BIC";
  return {};
}

/// What a participant's core system sends. None: it is nothing of that kind.
bool take_customer_message(const iso::Message& message, IncomingMessage& out) {
  if (const auto* orders = std::get_if<iso::InitiationMessage>(&message.body)) {
    out.message_id = orders->header.message_id;
    out.content = orders_of(*orders, out.sender);
  } else if (const auto* transfers = std::get_if<iso::CustomerTransfers>(&message.body)) {
    out.message_id = transfers->header.message_id;
    out.content = orders_of(*transfers);
  } else if (const auto* request = std::get_if<iso::CancellationRequest>(&message.body)) {
    out.message_id = request->assignment.id;
    out.content = recalls_of(*request);
  } else if (const auto* answer = std::get_if<iso::CancellationAnswer>(&message.body)) {
    out.message_id = answer->assignment.id;
    out.content = recall_answers_of(*answer);
  } else if (const auto* returns = std::get_if<iso::Returns>(&message.body)) {
    out.message_id = returns->header.message_id;
    out.content = returns_of(*returns);
  } else {
    return false;
  }
  return true;
}

}  // namespace

Result<IncomingMessage, std::string> read_message(std::string_view text, const Bic& receiver,
                                                  const std::optional<Bic>& customers_sender) {
  const auto message = iso::read_message(text);
  if (!message) return fail(first_problem(message.error()));
  if (customers_sender && !message->header && message->type.kind == iso::Kind::pain_001) {
    // A customer's file is no message between banks: it has no header, and who vouches for it is
    // who signed it.
    IncomingMessage out;
    out.type = iso::to_text(message->type);
    out.sender = *customers_sender;
    static_cast<void>(take_customer_message(*message, out));
    return out;
  }
  if (!message->header) return fail(std::string("it has no header (head.001)"));
  const auto from = bic_of(message->header->from);
  const auto to = bic_of(message->header->to);
  if (!from || !to) return fail(std::string("its header names no banks by BIC"));
  if (*to != receiver) return fail(std::string("it is for another bank"));
  IncomingMessage out;
  out.type = iso::to_text(message->type);
  out.sender = *from;
  if (customers_sender) {
    if (const auto* transfers = std::get_if<iso::CustomerTransfers>(&message->body))
      if (std::string fault = fault_of(*transfers); !fault.empty()) return fail(std::move(fault));
    if (take_customer_message(*message, out)) return out;
    return fail(out.type +
                " is not acted on: a participant's bridge takes pain.001, pacs.008,"
                " pacs.004, camt.029 and camt.056");
  }
  if (message->type.kind == iso::Kind::camt_054) {
    const auto& body = std::get<iso::AccountMessage>(message->body);
    out.message_id = body.header.message_id;
    out.content = notice_of(body);
    return out;
  }
  if (message->type.kind == iso::Kind::camt_053) {
    const auto& body = std::get<iso::AccountMessage>(message->body);
    out.message_id = body.header.message_id;
    out.content = statements_of(body);
    return out;
  }
  if (message->type.kind == iso::Kind::pacs_002) {
    const auto& body = std::get<iso::StatusReport>(message->body);
    out.message_id = body.message_id;
    out.content = status_of(body);
    return out;
  }
  return fail(out.type + " is not acted on: the bridge takes camt.053, camt.054 and pacs.002");
}

void prepare_reading() {
  static_cast<void>(iso::guideline_of(""));
}

Result<std::string, std::string> write_payout(const Payout& payout) {
  const iso::DateTime created = iso::date_time_of(payout.created);
  iso::Header header;
  header.from.bank = iso::agent_of(payout.agent);
  header.to.bank = iso::agent_of(payout.bank);
  header.business_message_id = payout.message_id;
  header.message_definition = iso::to_text(iso::current(iso::Kind::pacs_009));
  header.created = created;

  iso::BankTransfer transfer;
  transfer.ids.instruction_id = payout.message_id;
  transfer.ids.end_to_end_id = payout.message_id;
  transfer.ids.uetr = payout.uetr;
  transfer.amount = payout.amount;
  transfer.settlement_date = payout.settlement;
  transfer.debtor = iso::agent_of(payout.agent);
  transfer.debtor_account = account_of_id(payout.from_account);
  transfer.creditor = iso::agent_of(payout.creditor);
  transfer.creditor_agent = iso::agent_of(payout.creditor_bank);
  transfer.creditor_account = account_of_id(payout.creditor_account);
  transfer.remittance = {payout.remittance};

  iso::BankTransfers body;
  body.header.message_id = payout.message_id;
  body.header.created = created;
  body.header.count = 1;
  body.header.settlement.method = "INDA";
  body.header.instructing_agent = iso::agent_of(payout.agent);
  body.header.instructed_agent = iso::agent_of(payout.bank);
  body.transfers.push_back(std::move(transfer));
  auto text = iso::write_message(iso::Kind::pacs_009, body, header);
  if (!text) return fail("its pacs.009 cannot be written: " + first_problem(text.error()));
  return *std::move(text);
}

}  // namespace vostro::bridge
