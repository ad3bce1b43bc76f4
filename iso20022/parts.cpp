#include "iso20022/parts.h"

#include <array>

#include "base/check.h"
#include "iso20022/codecs.h"

namespace vostro::iso20022 {
namespace {

using enum Need;
using enum Use;

// Rows in the order of the schema.
constexpr std::array kChoice{
    row<&Choice::code>("Cd|.", optional, inside, "a code of ISO 20022's external lists"),
    row<&Choice::own>("Prtry", optional, inside, "a word of the sender's own"),
};
constexpr std::array kDateOrTime{
    row<&DateOrTime::date>("Dt|.", optional, inside, "the day"),
    row<&DateOrTime::time>("DtTm", optional, inside, "the time"),
};
constexpr std::array kPostalAddress{
    row<&PostalAddress::type>("AdrTp", many, inside, "what kind of address"),
    row<&PostalAddress::department>("Dept", optional, inside, "department"),
    row<&PostalAddress::sub_department>("SubDept", optional, inside, "division of it"),
    row<&PostalAddress::street>("StrtNm", optional, inside, "street"),
    row<&PostalAddress::building_number>("BldgNb", optional, inside, "number of the building"),
    row<&PostalAddress::building_name>("BldgNm", optional, inside, "name of the building"),
    row<&PostalAddress::floor>("Flr", optional, inside, "floor"),
    row<&PostalAddress::post_box>("PstBx", optional, inside, "post box"),
    row<&PostalAddress::room>("Room", optional, inside, "room"),
    row<&PostalAddress::post_code>("PstCd", optional, inside, "post code"),
    row<&PostalAddress::town>("TwnNm", optional, inside, "town"),
    row<&PostalAddress::town_location>("TwnLctnNm", optional, inside, "part of the town"),
    row<&PostalAddress::district>("DstrctNm", optional, inside, "district"),
    row<&PostalAddress::subdivision>("CtrySubDvsn", optional, inside, "state or province"),
    row<&PostalAddress::country>("Ctry", optional, inside, "country; screened"),
    row<&PostalAddress::lines>("AdrLine", many, inside, "the address in lines"),
};
constexpr std::array kParty{
    row<&Party::name>("Nm", optional, inside, "name; screened"),
    row<&Party::address>("PstlAdr", optional, inside, "address"),
    row<&Party::identification>("Id", many, inside, "identifications"),
    row<&Party::country_of_residence>("CtryOfRes", optional, inside,
                                      "country of residence; screened"),
    row<&Party::contact>("CtctDtls", many, inside, "how to reach it"),
};
constexpr std::array kAgent{
    row<&Agent::bic>("FinInstnId/BICFI|FinInstnId/BIC", optional, inside,
                     "by which the ledger knows it"),
    row<&Agent::clearing_member>("FinInstnId/ClrSysMmbId", many, inside,
                                 "its number in a clearing system"),
    row<&Agent::lei>("FinInstnId/LEI", optional, inside, "legal entity identifier"),
    row<&Agent::name>("FinInstnId/Nm", optional, inside, "name; screened"),
    row<&Agent::address>("FinInstnId/PstlAdr", optional, inside, "address"),
    row<&Agent::other>("FinInstnId/Othr", many, inside, "another identification"),
    row<&Agent::branch>("BrnchId", many, inside, "its branch"),
};
constexpr std::array kPartyOrAgent{
    row<&PartyOrAgent::party>("Pty|.", optional, inside, "somebody who is no bank"),
    row<&PartyOrAgent::agent>("Agt", optional, inside, "a bank"),
};
constexpr std::array kAccount{
    row<&Account::iban>("Id/IBAN", optional, inside, "international bank account number"),
    row<&Account::other>("Id/Othr/Id", optional, inside, "its number where it has no IBAN"),
    row<&Account::scheme>("Id/Othr/SchmeNm", many, inside, "what kind of number"),
    row<&Account::issuer>("Id/Othr/Issr", optional, inside, "who gave the number"),
    row<&Account::type>("Tp", many, inside, "kind of account"),
    row<&Account::currency>("Ccy", optional, inside, "its currency"),
    row<&Account::name>("Nm", optional, inside, "its name"),
    row<&Account::proxy>("Prxy", many, inside, "another name for it"),
    row<&Account::owner>("Ownr", optional, inside, "whose it is"),
    row<&Account::servicer>("Svcr", optional, inside, "which bank keeps it"),
};
constexpr std::array kCharge{
    row<&Charge::amount>("Amt", Need::one, inside, "how much was taken"),
    row<&Charge::agent>("Agt|Pty", Need::one, inside, "which bank took it"),
};
constexpr std::array kRemittance{
    row<&Remittance::lines>("Ustrd", many, inside, "lines of text"),
    row<&Remittance::structured>("Strd", many, inside, "invoices and the like"),
};
constexpr std::array kReason{
    row<&Reason::originator>("Orgtr", optional, inside, "who says so"),
    row<&Reason::reason>("Rsn", optional, inside, "the code"),
    row<&Reason::lines>("AddtlInf", many, inside, "more in words"),
};
constexpr std::array kOriginalMessage{
    row<&OriginalMessage::message_id>("OrgnlMsgId", Need::one, inside, "its identification"),
    row<&OriginalMessage::message_name>("OrgnlMsgNmId", Need::one, inside, "which message it was"),
    row<&OriginalMessage::created>("OrgnlCreDtTm", optional, inside, "when it was made"),
};
constexpr std::array kPage{
    row<&Page::number>("PgNb", Need::one, inside, "number of the page, from 1"),
    row<&Page::is_last>("LastPgInd", Need::one, inside, "whether it is the last"),
};

constexpr std::pair<std::string_view, ChargeBearer> kBearers[] = {{"DEBT", ChargeBearer::debt},
                                                                  {"SHAR", ChargeBearer::shar},
                                                                  {"CRED", ChargeBearer::cred},
                                                                  {"SLEV", ChargeBearer::slev}};

}  // namespace

template <>
const Table& table_of<Choice>() {
  static constexpr Table table{"Choice", kChoice};
  return table;
}
template <>
const Table& table_of<DateOrTime>() {
  static constexpr Table table{"Date or time", kDateOrTime};
  return table;
}
template <>
const Table& table_of<PostalAddress>() {
  static constexpr Table table{"Postal address", kPostalAddress};
  return table;
}
template <>
const Table& table_of<Party>() {
  static constexpr Table table{"Party", kParty};
  return table;
}
template <>
const Table& table_of<Agent>() {
  static constexpr Table table{"Agent", kAgent};
  return table;
}
template <>
const Table& table_of<PartyOrAgent>() {
  static constexpr Table table{"Party or agent", kPartyOrAgent};
  return table;
}
template <>
const Table& table_of<Account>() {
  static constexpr Table table{"Account", kAccount};
  return table;
}
template <>
const Table& table_of<Charge>() {
  static constexpr Table table{"Charge", kCharge};
  return table;
}
template <>
const Table& table_of<Remittance>() {
  static constexpr Table table{"Remittance", kRemittance};
  return table;
}
template <>
const Table& table_of<Reason>() {
  static constexpr Table table{"Reason", kReason};
  return table;
}
template <>
const Table& table_of<OriginalMessage>() {
  static constexpr Table table{"Original message", kOriginalMessage};
  return table;
}
template <>
const Table& table_of<Page>() {
  static constexpr Table table{"Page", kPage};
  return table;
}

Result<bool, std::string> Codec<bool>::read(const Element& e) {
  if (e.text == "true" || e.text == "1") return true;
  if (e.text == "false" || e.text == "0") return false;
  return fail(std::string("write true or false"));
}
Result<Uuid, std::string> Codec<Uuid>::read(const Element& e) {
  const auto uetr = parse_uetr(e.text);
  if (uetr) return *uetr;
  return fail("a UETR is a UUID of version 4, in lower-case hexadecimal with hyphens: " +
              std::string(to_string(uetr.error())));
}
Result<Bic, std::string> Codec<Bic>::read(const Element& e) {
  const auto bic = parse_bic(e.text);
  if (bic) return *bic;
  return fail("this is no BIC: " + std::string(to_string(bic.error())));
}
Result<Iban, std::string> Codec<Iban>::read(const Element& e) {
  const auto iban = parse_iban(e.text);
  if (iban) return Iban{*iban};
  return fail("this is no IBAN: " + std::string(to_string(iban.error())));
}
Result<ChargeBearer, std::string> Codec<ChargeBearer>::read(const Element& e) {
  if (const auto bearer = parse_charge_bearer(e.text)) return *bearer;
  return fail("known are " + std::string(name));
}
Result<Side, std::string> Codec<Side>::read(const Element& e) {
  if (e.text == "CRDT") return Side::credit;
  if (e.text == "DBIT") return Side::debit;
  return fail("known are " + std::string(name));
}

std::string_view to_string(Side side) {
  switch (side) {
    case Side::credit:
      return "CRDT";
    case Side::debit:
      return "DBIT";
  }
  VOSTRO_CHECK(false);
}

std::string_view to_string(ChargeBearer bearer) {
  for (const auto& [word, each] : kBearers) {
    if (each == bearer) return word;
  }
  VOSTRO_CHECK(false);
}
std::optional<ChargeBearer> parse_charge_bearer(std::string_view text) {
  for (const auto& [word, each] : kBearers) {
    if (word == text) return each;
  }
  return std::nullopt;
}

std::optional<Date> day_of(const DateOrTime& when) {
  if (when.date) return when.date;
  return when.time ? parse_date(std::string_view(when.time->text).substr(0, 10)) : std::nullopt;
}

Agent agent_of(const Bic& bic) {
  Agent agent;
  agent.bic = bic;
  return agent;
}
Account account_of(const Iban& iban) {
  Account account;
  account.iban = iban;
  return account;
}
Account account_of(std::string other) {
  Account account;
  account.other = std::move(other);
  return account;
}
const std::string& id_of(const Account& account) {
  return account.iban.text.empty() ? account.other : account.iban.text;
}

}  // namespace vostro::iso20022
