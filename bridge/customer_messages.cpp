#include "bridge/customer_messages.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "bridge/iso_messages.h"

namespace vostro::bridge {
namespace {

namespace iso = iso20022;

// ISO 20022 ExternalStatusReason1Code and ExternalReturnReason1Code.
constexpr const char* kFormat = "FF01";
constexpr std::size_t kDetailsBytesMax = std::size_t{150} * 1024;  // an annex holds 200 KiB

/// On the ledger a customer's SLEV, "as agreed", is SHAR.
std::string bearer_of(const std::optional<iso::ChargeBearer>& bearer) {
  if (!bearer || *bearer == iso::ChargeBearer::slev) return "SHAR";
  return std::string(iso::to_string(*bearer));
}

std::string purpose_of(const iso::Choice& purpose) {
  const bool is_code = purpose.code.size() == 4 &&
                       std::ranges::all_of(purpose.code, [](char c) { return is_upper(c); });
  return is_code ? purpose.code : std::string();
}

/// An id of version 4 that follows from where the order stands: the same file gives the same.
Uuid derived_uetr(const Bic& sender, const std::string& message_id, const std::string& group_id,
                  std::size_t group, std::size_t order) {
  std::string what = to_text(sender);
  for (const std::string& part :
       {message_id, group_id, std::to_string(group), std::to_string(order)})
    what += "\n" + std::to_string(part.size()) + ":" + part;
  const Hash whole = hash("customer-order", as_bytes(what));
  std::array<Byte, 16> half{};
  std::copy_n(whole.bytes.begin(), half.size(), half.begin());
  return make_uuid_v4(half);
}

/// The transfer alone in a message of its own.
Result<std::string, std::string> written_alone(const iso::CustomerTransfer& transfer,
                                               const std::string& message_id,
                                               const iso::DateTime& created) {
  iso::CustomerTransfers body;
  body.header.message_id = message_id;
  body.header.created = created;
  body.header.count = 1;
  body.header.settlement.method = "INDA";
  body.header.instructing_agent = transfer.debtor_agent;
  body.header.instructed_agent = transfer.creditor_agent;
  body.transfers.push_back(transfer);
  auto text = iso::write_message(iso::Kind::pacs_008, body);
  if (!text) return fail(first_problem(text.error()));
  if (text->size() > kDetailsBytesMax)
    return fail(std::string("it holds more than 150 KiB, which is what travels with a payment"));
  return *std::move(text);
}

void write_details(CustomerOrder& order, const iso::CustomerTransfer& transfer,
                   const std::string& message_id, const iso::DateTime& created) {
  if (!order.refusal.empty()) return;
  auto text = written_alone(transfer, message_id, created);
  if (text) {
    order.details = *std::move(text);
  } else {
    order.refusal = kFormat;
    order.why = text.error();
  }
}

CustomerOrder order_of(const iso::CustomerTransfer& transfer) {
  CustomerOrder order;
  order.instruction_id = transfer.ids.instruction_id;
  order.end_to_end_id = transfer.ids.end_to_end_id;
  order.uetr = transfer.ids.uetr;
  order.amount = transfer.amount;
  order.execution = transfer.settlement_date.value_or(Date(0));
  order.bearer = bearer_of(transfer.charge_bearer);
  order.purpose = purpose_of(transfer.purpose);
  if (transfer.debtor_account) order.account = iso::id_of(*transfer.debtor_account);
  if (transfer.debtor_agent.bic) order.debtor_agent = *transfer.debtor_agent.bic;
  if (transfer.creditor_agent.bic) order.creditor_agent = *transfer.creditor_agent.bic;
  if (!is_named(transfer.debtor.name) || !is_named(transfer.creditor.name)) {
    order.refusal = kFormat;
    order.why = "it does not name its debtor and its creditor";
  }
  return order;
}

iso::CustomerTransfer transfer_of(const iso::OrderGroup& group, const iso::Order& order,
                                  const iso::Party& initiating) {
  iso::CustomerTransfer transfer;
  transfer.ids.instruction_id = order.instruction_id;
  transfer.ids.end_to_end_id = order.end_to_end_id;
  transfer.ids.uetr = *order.uetr;
  transfer.amount = order.amount.instructed.value_or(Money{});
  transfer.settlement_date = iso::day_of(group.execution);
  const auto bearer = order.charge_bearer ? order.charge_bearer : group.charge_bearer;
  transfer.charge_bearer = bearer.value_or(iso::ChargeBearer::slev);
  transfer.ultimate_debtor = order.ultimate_debtor ? order.ultimate_debtor : group.ultimate_debtor;
  if (!(initiating == group.debtor)) transfer.initiating_party = initiating;
  transfer.debtor = group.debtor;
  transfer.debtor_account = group.debtor_account;
  transfer.debtor_agent = group.debtor_agent;
  transfer.creditor_agent = order.creditor_agent;
  transfer.creditor = order.creditor.value_or(iso::Party{});
  transfer.creditor_account = order.creditor_account;
  transfer.ultimate_creditor = order.ultimate_creditor;
  transfer.instructions_for_creditor_agent = order.instructions_for_creditor_agent;
  transfer.purpose = order.purpose;
  transfer.regulatory_reporting = order.regulatory_reporting;
  transfer.tax = order.tax;
  transfer.related_remittance = order.related_remittance;
  transfer.remittance = order.remittance;
  return transfer;
}

std::vector<std::string> lines_of(const iso::PostalAddress& address) {
  std::vector<std::string> lines;
  const auto add = [&](std::initializer_list<std::string> parts) {
    std::string line;
    for (const std::string& part : parts)
      if (!part.empty()) line += (line.empty() ? "" : " ") + part;
    if (!line.empty()) lines.push_back(line);
  };
  add({address.department});
  add({address.sub_department});
  add({address.street, address.building_number});
  add({address.building_name, address.floor, address.room});
  add({address.post_box});
  add({address.post_code, address.town, address.town_location});
  add({address.district, address.subdivision});
  for (const std::string& line : address.lines) add({line});
  return lines;
}

NamedParty party_of(const char* role, const iso::Party& party,
                    const std::optional<iso::Account>& account) {
  return {role,
          party.name,
          lines_of(party.address),
          party.address.country,
          party.country_of_residence,
          account ? iso::id_of(*account) : std::string()};
}

/// The one transfer of a message that travels in an annex.
Result<iso::CustomerTransfer, std::string> only_transfer(
    const Result<iso::Message, iso::Problems>& message) {
  if (!message) return fail("it cannot be read: " + first_problem(message.error()));
  const auto* body = std::get_if<iso::CustomerTransfers>(&message->body);
  if (body == nullptr || body->transfers.size() != 1)
    return fail(std::string("it is no pacs.008 with one transfer"));
  if (!body->transfers.front().debtor_agent.bic || !body->transfers.front().creditor_agent.bic)
    return fail(std::string("it does not name both banks by BIC"));
  iso::CustomerTransfer transfer = body->transfers.front();
  if (!transfer.settlement_date) transfer.settlement_date = body->header.settlement_date;
  return transfer;
}

iso::Header header_of(const Channel& channel, const std::string& message_id, iso::Kind kind,
                      UnixSeconds created) {
  iso::Header header;
  header.from.bank = iso::agent_of(channel.from);
  header.to.bank = iso::agent_of(channel.to);
  header.business_message_id = message_id;
  header.message_definition = iso::to_text(iso::current(kind));
  header.created = iso::date_time_of(created);
  return header;
}

Result<std::string, std::string> written(const Channel& channel, const std::string& message_id,
                                         UnixSeconds created, iso::Kind kind,
                                         const iso::Body& body) {
  auto text = iso::write_message(kind, body, header_of(channel, message_id, kind, created));
  if (!text)
    return fail("its " + iso::to_text(iso::current(kind)) +
                " cannot be written: " + first_problem(text.error()));
  return *std::move(text);
}

std::vector<iso::Reason> reasons_of(const std::string& code) {
  if (code.empty()) return {};
  iso::Reason reason;
  reason.reason.code = code;
  return {reason};
}

iso::Assignment assignment_of(const PaymentNote& note) {
  iso::Assignment assignment;
  assignment.id = note.message_id;
  assignment.assigner.agent = iso::agent_of(note.from);
  assignment.assignee.agent = iso::agent_of(note.to);
  assignment.created = iso::date_time_of(note.created);
  return assignment;
}

}  // namespace

bool is_named(std::string_view name) {
  return std::ranges::any_of(name, [](char c) {
    return is_upper(c) || is_lower(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80;
  });
}

CustomerOrders orders_of(const iso::InitiationMessage& from, const Bic& sender) {
  CustomerOrders out;
  for (std::size_t g = 0; g < from.groups.size(); ++g) {
    const iso::OrderGroup& group = from.groups[g];
    for (std::size_t i = 0; i < group.orders.size(); ++i) {
      iso::Order each = group.orders[i];
      if (!each.uetr) each.uetr = derived_uetr(sender, from.header.message_id, group.id, g, i);
      const iso::CustomerTransfer transfer = transfer_of(group, each, from.header.initiating_party);
      CustomerOrder order = order_of(transfer);
      order.group_id = group.id;
      if (each.amount.instructed) {
        write_details(order, transfer, from.header.message_id, from.header.created);
      } else {
        order.amount = each.amount.equivalent->amount;
        order.refusal = "AM12";
        order.why = "the amount stands in what the debtor pays; give what the creditor gets";
      }
      out.orders.push_back(std::move(order));
    }
  }
  return out;
}

CustomerOrders orders_of(const iso::CustomerTransfers& from) {
  CustomerOrders out;
  for (const iso::CustomerTransfer& each : from.transfers) {
    iso::CustomerTransfer transfer = each;
    if (!transfer.settlement_date) transfer.settlement_date = from.header.settlement_date;
    CustomerOrder order = order_of(transfer);
    write_details(order, transfer, from.header.message_id, from.header.created);
    out.orders.push_back(std::move(order));
  }
  return out;
}

RecallRequest recalls_of(const iso::CancellationRequest& from) {
  RecallRequest out;
  for (const iso::Underlying& underlying : from.underlying)
    for (const iso::Cancellation& each : underlying.payments)
      out.items.push_back({each.cancellation_id.empty() ? from.assignment.id : each.cancellation_id,
                           each.uetr, code_of_reasons(each.reasons)});
  return out;
}

RecallAnswer recall_answers_of(const iso::CancellationAnswer& from) {
  RecallAnswer out;
  for (const iso::AnswerDetails& details : from.details)
    for (const iso::Answer& each : details.payments) {
      const std::string& word = each.status.empty() ? from.confirmation : each.status;
      if (!each.uetr || (word != "RJCR" && word != "ACCR" && word != "CNCL")) continue;
      out.items.push_back({*each.uetr, word == "RJCR", code_of_reasons(each.reasons)});
    }
  return out;
}

ReturnOrders returns_of(const iso::Returns& from) {
  ReturnOrders out;
  for (const iso::PaymentReturn& each : from.returns)
    out.items.push_back({each.uetr, each.amount, code_of_reasons(each.reasons)});
  return out;
}

namespace {

Result<PaymentDetails, std::string> details_of(
    const Result<iso::CustomerTransfer, std::string>& transfer) {
  if (!transfer) return fail(transfer.error());
  PaymentDetails out;
  out.debtor_agent = *transfer->debtor_agent.bic;
  out.creditor_agent = *transfer->creditor_agent.bic;
  out.uetr = transfer->ids.uetr;
  out.amount = transfer->amount;
  out.end_to_end_id = transfer->ids.end_to_end_id;
  out.parties.push_back(party_of("debtor", transfer->debtor, transfer->debtor_account));
  out.parties.push_back(party_of("creditor", transfer->creditor, transfer->creditor_account));
  if (transfer->ultimate_debtor)
    out.parties.push_back(party_of("ultimate_debtor", *transfer->ultimate_debtor, std::nullopt));
  if (transfer->ultimate_creditor)
    out.parties.push_back(
        party_of("ultimate_creditor", *transfer->ultimate_creditor, std::nullopt));
  if (transfer->initiating_party)
    out.parties.push_back(party_of("initiating_party", *transfer->initiating_party, std::nullopt));
  out.remittance = transfer->remittance.lines;
  return out;
}

}  // namespace

Result<PaymentDetails, std::string> read_details(std::string_view pacs008) {
  return details_of(only_transfer(iso::read_message(pacs008)));
}

Result<PaymentDetails, std::string> read_known_details(std::string_view pacs008) {
  return details_of(only_transfer(iso::read_known_message(pacs008)));
}

Result<std::string, std::string> write_status(const Channel& channel, const StatusNote& note) {
  const auto created = iso::date_time_of(note.created);
  if (note.original_type.starts_with("pain.")) {
    iso::OrderReport body;
    body.message_id = note.message_id;
    body.created = created;
    body.original.message_id = note.original_id;
    body.original.message_name = note.original_type;
    iso::OrderStatus status;
    status.instruction_id = note.instruction_id;
    status.end_to_end_id = note.end_to_end_id;
    status.uetr = note.uetr;
    status.status = note.status;
    status.reasons = reasons_of(note.code);
    iso::OrderGroupStatus group;
    group.id = note.group_id;
    group.orders.push_back(std::move(status));
    body.groups.push_back(std::move(group));
    return written(channel, note.message_id, note.created, iso::Kind::pain_002, body);
  }
  iso::StatusReport body;
  body.message_id = note.message_id;
  body.created = created;
  body.instructing_agent = iso::agent_of(channel.from);
  body.instructed_agent = iso::agent_of(channel.to);
  iso::PaymentStatus status;
  status.original_message = iso::OriginalMessage{note.original_id, note.original_type, {}};
  status.instruction_id = note.instruction_id;
  status.end_to_end_id = note.end_to_end_id;
  status.uetr = note.uetr;
  status.status = note.status;
  status.reasons = reasons_of(note.code);
  body.payments.push_back(std::move(status));
  return written(channel, note.message_id, note.created, iso::Kind::pacs_002, body);
}

Result<std::string, std::string> write_credit(const Channel& channel, const CreditNotice& notice) {
  const auto transfer = only_transfer(iso::read_known_message(notice.details));
  if (!transfer) return fail(transfer.error());
  const bool is_return = !notice.return_code.empty();
  iso::EntryTransaction payment;
  payment.references.instruction_id = transfer->ids.instruction_id;
  payment.references.end_to_end_id = transfer->ids.end_to_end_id;
  payment.references.uetr = transfer->ids.uetr;
  payment.amount = notice.amount;
  payment.side = iso::Side::credit;
  payment.parties.debtor = iso::PartyOrAgent{transfer->debtor, {}};
  payment.parties.debtor_account = transfer->debtor_account;
  payment.parties.creditor = iso::PartyOrAgent{transfer->creditor, {}};
  payment.parties.creditor_account = transfer->creditor_account;
  payment.agents.debtor_agent = transfer->debtor_agent;
  payment.agents.creditor_agent = transfer->creditor_agent;
  payment.purpose = transfer->purpose;
  payment.remittance = transfer->remittance;
  payment.return_reason.code = notice.return_code;

  iso::Entry entry;
  entry.amount = notice.amount;
  entry.side = iso::Side::credit;
  entry.status.code = "BOOK";
  entry.booked = iso::DateOrTime{notice.booked, {}};
  entry.value = entry.booked;
  entry.servicer_reference = notice.reference;
  entry.code.domain = "PMNT";
  entry.code.family = is_return ? "ICDT" : "RCDT";
  entry.code.sub_family = is_return ? "RRTN" : "XBCT";
  iso::EntryDetails details;
  details.transactions.push_back(std::move(payment));
  entry.details.push_back(std::move(details));

  iso::AccountReport report;
  report.id = notice.message_id;
  report.account = account_of_id(notice.account);
  report.account.currency = notice.amount.currency;
  report.entries.push_back(std::move(entry));
  iso::AccountMessage body;
  body.header.message_id = notice.message_id;
  body.header.created = iso::date_time_of(notice.created);
  body.reports.push_back(std::move(report));
  return written(channel, notice.message_id, notice.created, iso::Kind::camt_054, body);
}

Result<std::string, std::string> write_inward(const Channel& channel, const std::string& message_id,
                                              UnixSeconds created, Date settled,
                                              const std::string& details) {
  auto transfer = only_transfer(iso::read_known_message(details));
  if (!transfer) return fail(transfer.error());
  transfer->settlement_date = settled;
  iso::CustomerTransfers body;
  body.header.message_id = message_id;
  body.header.created = iso::date_time_of(created);
  body.header.count = 1;
  body.header.settlement.method = "INDA";
  body.header.instructing_agent = transfer->debtor_agent;
  body.header.instructed_agent = transfer->creditor_agent;
  body.transfers.push_back(*std::move(transfer));
  return written(channel, message_id, created, iso::Kind::pacs_008, body);
}

Result<std::string, std::string> write_recall(const Channel& channel, const PaymentNote& note) {
  iso::Cancellation each;
  each.cancellation_id = note.cancellation_id;
  each.end_to_end_id = note.end_to_end_id;
  each.uetr = note.uetr;
  each.amount = note.amount;
  each.settlement_date = note.settled;
  each.reasons = reasons_of(note.code);
  iso::CancellationRequest body;
  body.assignment = assignment_of(note);
  body.count = 1;
  body.underlying.emplace_back().payments.push_back(std::move(each));
  return written(channel, note.message_id, note.created, iso::Kind::camt_056, body);
}

Result<std::string, std::string> write_recall_answer(const Channel& channel,
                                                     const PaymentNote& note) {
  const bool is_refused = !note.code.empty();
  iso::Answer each;
  each.answer_id = note.cancellation_id;
  each.end_to_end_id = note.end_to_end_id;
  each.uetr = note.uetr;
  each.status = is_refused ? "RJCR" : "ACCR";
  each.reasons = reasons_of(note.code);
  iso::CancellationAnswer body;
  body.assignment = assignment_of(note);
  body.confirmation = is_refused ? "RJCR" : "CNCL";
  body.details.emplace_back().payments.push_back(std::move(each));
  return written(channel, note.message_id, note.created, iso::Kind::camt_029, body);
}

Result<std::string, std::string> write_return(const Channel& channel, const PaymentNote& note) {
  iso::PaymentReturn each;
  each.return_id = note.message_id;
  each.end_to_end_id = note.end_to_end_id;
  each.uetr = note.uetr;
  each.original_amount = note.amount;
  each.original_settlement_date = note.settled;
  each.amount = note.returned;
  each.settlement_date = note.settled;
  each.reasons = reasons_of(note.code);
  iso::Returns body;
  body.header.message_id = note.message_id;
  body.header.created = iso::date_time_of(note.created);
  body.header.count = 1;
  body.header.settlement.method = "INDA";
  body.header.instructing_agent = iso::agent_of(note.from);
  body.header.instructed_agent = iso::agent_of(note.to);
  body.returns.push_back(std::move(each));
  return written(channel, note.message_id, note.created, iso::Kind::pacs_004, body);
}

}  // namespace vostro::bridge
