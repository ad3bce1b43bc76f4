#include "tests/unit/iso20022/example_messages.h"

namespace vostro::test {
namespace {

using namespace iso20022;  // NOLINT: the whole file is about it

const Bic kDebtorBank = *parse_bic("NORDDEFF");
const Bic kCreditorBank = *parse_bic("SUDBFRPP");
const Bic kSettlementAgent = *parse_bic("CENTDEFF");
const Uuid kUetr = *parse_uetr("6f9619ff-8b86-4d01-b42d-00cf4fc964ff");
const Currency kEuro = *parse_currency("EUR");
const Date kDay = *parse_date("2026-11-23");
const Money kAmount{kEuro, MinorUnits(125'000)};

DateTime at(const char* time) {
  return DateTime{"2026-11-23T" + std::string(time) + "Z"};
}
Iban iban(const char* text) {
  return Iban{*parse_iban(text)};
}
Party person(const char* name, const char* town, const char* country) {
  Party party;
  party.name = name;
  party.address.town = town;
  party.address.country = country;
  return party;
}
Choice code(const char* text) {
  return Choice{text, ""};
}
Reason reason(const char* text) {
  Reason made;
  made.reason = code(text);
  return made;
}
DateOrTime day() {
  DateOrTime when;
  when.date = kDay;
  return when;
}
PartyOrAgent bank(const Bic& bic) {
  PartyOrAgent made;
  made.agent = agent_of(bic);
  return made;
}
OriginalMessage original(const char* id, const char* name) {
  return {id, name, std::nullopt};
}

TransferHeader transfer_header(const char* id, const Bic& from, const Bic& to) {
  TransferHeader header;
  header.message_id = id;
  header.created = at("10:00:02");
  header.count = 1;
  header.settlement.method = "INDA";
  header.instructing_agent = agent_of(from);
  header.instructed_agent = agent_of(to);
  return header;
}

ExampleMessage pacs_008() {
  CustomerTransfers message;
  message.header = transfer_header("VOSTRO-20261123-000001", kDebtorBank, kCreditorBank);
  CustomerTransfer transfer;
  transfer.ids.instruction_id = "INV-2026-118-1";
  transfer.ids.end_to_end_id = "INV-2026-118";
  transfer.ids.uetr = kUetr;
  transfer.amount = kAmount;
  transfer.settlement_date = kDay;
  transfer.charge_bearer = ChargeBearer::shar;
  transfer.debtor = person("Muster & Sohn GmbH", "Frankfurt", "DE");
  transfer.debtor_account = account_of(iban("DE89370400440532013000"));
  transfer.debtor_agent = agent_of(kDebtorBank);
  transfer.creditor_agent = agent_of(kCreditorBank);
  transfer.creditor = person("Atelier Dupont", "Paris", "FR");
  transfer.creditor_account = account_of(iban("FR1420041010050500013M02606"));
  transfer.purpose = code("SUPP");
  transfer.remittance.lines = {"Invoice 2026-118"};
  message.transfers.push_back(transfer);
  Header header;
  header.from.bank = agent_of(kDebtorBank);
  header.to.bank = agent_of(kCreditorBank);
  header.business_message_id = "VOSTRO-20261123-000001";
  header.message_definition = to_text(current(Kind::pacs_008));
  header.created = at("10:00:02");
  return {"Inward to the creditor's core system, when the payment has settled; with its header.",
          Kind::pacs_008, message, header};
}

ExampleMessage pacs_009() {
  BankTransfers message;
  message.header = transfer_header("VOSTRO-20261123-000002", kSettlementAgent, kCreditorBank);
  BankTransfer transfer;
  transfer.ids.instruction_id = "REDEEM-17";
  transfer.ids.end_to_end_id = "NOTPROVIDED";
  transfer.ids.uetr = *parse_uetr("0b1d9c1e-3a52-4f9a-9a41-5f0e6c1d2a77");
  transfer.amount = Money{kEuro, MinorUnits(500'000'00)};
  transfer.settlement_date = kDay;
  transfer.debtor = agent_of(kSettlementAgent);
  transfer.creditor = agent_of(kCreditorBank);
  transfer.creditor_account = account_of(iban("FR1420041010050500013M02606"));
  message.transfers.push_back(transfer);
  return {"The settlement agent pays out fiat for a redemption.", Kind::pacs_009, message, {}};
}

ExampleMessage pacs_002() {
  StatusReport message;
  message.message_id = "VOSTRO-20261123-000003";
  message.created = at("10:00:03");
  message.instructing_agent = agent_of(kDebtorBank);
  message.instructed_agent = agent_of(kDebtorBank);
  PaymentStatus status;
  status.original_message = original("CORE-1", "pacs.008.001.08");
  status.end_to_end_id = "INV-2026-118";
  status.uetr = kUetr;
  status.status = "RJCT";
  status.reasons = {reason("AC04")};
  message.payments.push_back(status);
  return {"To the core system that sent a pacs.008: here a rejection, the account is closed.",
          Kind::pacs_002,
          message,
          {}};
}

ExampleMessage pain_002() {
  OrderReport message;
  message.message_id = "VOSTRO-20261123-000004";
  message.created = at("10:00:03");
  message.original.message_id = "CUST-77";
  message.original.message_name = "pain.001.001.09";
  OrderGroupStatus group;
  group.id = "PAYROLL-11";
  OrderStatus order;
  order.end_to_end_id = "INV-2026-118";
  order.uetr = kUetr;
  order.status = "ACSC";
  group.orders.push_back(order);
  message.groups.push_back(group);
  return {"To the customer who sent a pain.001: here the payment has settled.",
          Kind::pain_002,
          message,
          {}};
}

ExampleMessage pacs_004() {
  Returns message;
  message.header.message_id = "VOSTRO-20261124-000001";
  message.header.created = at("16:20:00");
  message.header.count = 1;
  message.header.settlement.method = "INDA";
  PaymentReturn each;
  each.return_id = "RETURN-1";
  each.uetr = kUetr;
  each.original_amount = kAmount;
  each.original_settlement_date = kDay;
  each.amount = kAmount;
  each.settlement_date = kDay;
  each.reasons = {reason("FOCR")};
  message.returns.push_back(each);
  return {"To the debtor's core system: the money comes back after a recall.",
          Kind::pacs_004,
          message,
          {}};
}

Entry credit_entry() {
  Entry entry;
  entry.amount = kAmount;
  entry.side = Side::credit;
  entry.status = code("BOOK");
  entry.booked = day();
  entry.value = day();
  entry.servicer_reference = "VOSTRO-6F9619FF8B86";
  entry.code.domain = "PMNT";
  entry.code.family = "RCDT";
  entry.code.sub_family = "XBCT";
  EntryDetails details;
  EntryTransaction transaction;
  transaction.references.end_to_end_id = "INV-2026-118";
  transaction.references.uetr = kUetr;
  transaction.amount = kAmount;
  transaction.side = Side::credit;
  transaction.parties.debtor = PartyOrAgent{person("Muster & Sohn GmbH", "Frankfurt", "DE"), {}};
  transaction.remittance.lines = {"Invoice 2026-118"};
  details.transactions.push_back(transaction);
  entry.details.push_back(details);
  return entry;
}

Balance balance(const char* type, std::int64_t units) {
  Balance made;
  made.type = code(type);
  made.amount = Money{kEuro, MinorUnits(units)};
  made.date = day();
  return made;
}

AccountMessage account_message(const char* id) {
  AccountMessage message;
  message.header.message_id = id;
  message.header.created = at("18:00:00");
  AccountReport report;
  report.id = "2026-327";
  report.sequence = 327;
  report.account = account_of(iban("FR1420041010050500013M02606"));
  report.account.currency = kEuro;
  report.entries.push_back(credit_entry());
  message.reports.push_back(report);
  return message;
}

ExampleMessage camt_052() {
  AccountMessage message = account_message("VOSTRO-20261123-000005");
  message.reports.front().balances = {balance("ITBD", 1'125'000)};
  return {"An account within the day, when somebody asks.", Kind::camt_052, message, {}};
}
ExampleMessage camt_053() {
  AccountMessage message = account_message("VOSTRO-20261123-000006");
  message.reports.front().page = Page{"1", true};
  message.reports.front().balances = {balance("OPBD", 1'000'000), balance("CLBD", 1'125'000)};
  return {"An account at the end of the business date.", Kind::camt_053, message, {}};
}
ExampleMessage camt_054() {
  return {"To the creditor's core system, when his account is credited.",
          Kind::camt_054,
          account_message("VOSTRO-20261123-000007"),
          {}};
}

Assignment assignment(const char* id, const Bic& from, const Bic& to) {
  return {id, bank(from), bank(to), at("15:00:00")};
}

ExampleMessage camt_056() {
  CancellationRequest message;
  message.assignment = assignment("VOSTRO-20261123-000008", kDebtorBank, kCreditorBank);
  message.count = 1;
  Cancellation each;
  each.cancellation_id = "RECALL-1";
  each.original_message = original("VOSTRO-20261123-000001", "pacs.008.001.08");
  each.end_to_end_id = "INV-2026-118";
  each.uetr = kUetr;
  each.amount = kAmount;
  each.settlement_date = kDay;
  each.reasons = {reason("DUPL")};
  Underlying underlying;
  underlying.payments.push_back(each);
  message.underlying.push_back(underlying);
  return {"To the creditor's core system: the debtor's bank recalls the payment.",
          Kind::camt_056,
          message,
          {}};
}

ExampleMessage camt_029() {
  CancellationAnswer message;
  message.assignment = assignment("VOSTRO-20261123-000009", kCreditorBank, kDebtorBank);
  message.confirmation = "RJCR";
  Answer each;
  each.answer_id = "RECALL-1";
  each.end_to_end_id = "INV-2026-118";
  each.uetr = kUetr;
  each.status = "RJCR";
  each.reasons = {reason("CUST")};
  AnswerDetails details;
  details.payments.push_back(each);
  message.details.push_back(details);
  return {
      "To the debtor's core system: the creditor keeps the money.", Kind::camt_029, message, {}};
}

}  // namespace

std::vector<ExampleMessage> example_messages() {
  return {pain_002(), pacs_002(), pacs_004(), pacs_008(), pacs_009(),
          camt_029(), camt_052(), camt_053(), camt_054(), camt_056()};
}

}  // namespace vostro::test
