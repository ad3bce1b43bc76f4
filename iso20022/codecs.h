/// How single values stand in an element. Internal to the tables.
#pragma once

#include "iso20022/parts.h"
#include "iso20022/table.h"

namespace vostro::iso20022 {

template <>
struct Codec<std::string> {
  static constexpr std::string_view name = "text";
  static Result<std::string, std::string> read(const Element& e) { return lex_text(e.text); }
  static void write(const std::string& v, Element& to) { to.text = v; }
  static bool is_absent(const std::string& v) { return v.empty(); }
};

template <>
struct Codec<bool> {
  static constexpr std::string_view name = "true or false";
  static Result<bool, std::string> read(const Element& e);
  static void write(bool v, Element& to) { to.text = v ? "true" : "false"; }
  static bool is_absent(bool) { return false; }
};

template <>
struct Codec<std::uint64_t> {
  static constexpr std::string_view name = "count";
  static Result<std::uint64_t, std::string> read(const Element& e) { return lex_count(e.text); }
  static void write(std::uint64_t v, Element& to) { to.text = std::to_string(v); }
  static bool is_absent(std::uint64_t) { return false; }
};

template <>
struct Codec<Money> {
  static constexpr std::string_view name = "amount";
  static Result<Money, std::string> read(const Element& e) {
    return lex_money(e.text, e.attribute("Ccy"));
  }
  static void write(const Money& v, Element& to) {
    to.text = money_text(v);
    to.attributes.emplace_back("Ccy", vostro::to_text(v.currency));
  }
  static bool is_absent(const Money& v) { return v == Money{}; }
};

template <>
struct Codec<Currency> {
  static constexpr std::string_view name = "currency";
  static Result<Currency, std::string> read(const Element& e) { return lex_currency(e.text); }
  static void write(const Currency& v, Element& to) { to.text = vostro::to_text(v); }
  static bool is_absent(const Currency& v) { return v == Currency{}; }
};

template <>
struct Codec<Date> {
  static constexpr std::string_view name = "date";
  static Result<Date, std::string> read(const Element& e) { return lex_date(e.text); }
  static void write(const Date& v, Element& to) { to.text = vostro::to_text(v); }
  static bool is_absent(const Date&) { return false; }
};

template <>
struct Codec<DateTime> {
  static constexpr std::string_view name = "time";
  static Result<DateTime, std::string> read(const Element& e) { return lex_date_time(e.text); }
  static void write(const DateTime& v, Element& to) { to.text = v.text; }
  static bool is_absent(const DateTime& v) { return v.text.empty(); }
};

template <>
struct Codec<Decimal> {
  static constexpr std::string_view name = "number";
  static Result<Decimal, std::string> read(const Element& e) { return lex_decimal(e.text); }
  static void write(const Decimal& v, Element& to) { to.text = v.text; }
  static bool is_absent(const Decimal& v) { return v.text.empty(); }
};

template <>
struct Codec<Uuid> {
  static constexpr std::string_view name = "UETR";
  static Result<Uuid, std::string> read(const Element& e);
  static void write(const Uuid& v, Element& to) { to.text = vostro::to_text(v); }
  static bool is_absent(const Uuid& v) { return v == Uuid{}; }
};

template <>
struct Codec<Bic> {
  static constexpr std::string_view name = "BIC";
  static Result<Bic, std::string> read(const Element& e);
  static void write(const Bic& v, Element& to) { to.text = vostro::to_text(v); }
  static bool is_absent(const Bic& v) { return v == Bic{}; }
};

template <>
struct Codec<Iban> {
  static constexpr std::string_view name = "IBAN";
  static Result<Iban, std::string> read(const Element& e);
  static void write(const Iban& v, Element& to) { to.text = v.text; }
  static bool is_absent(const Iban& v) { return v.text.empty(); }
};

template <>
struct Codec<ChargeBearer> {
  static constexpr std::string_view name = "DEBT, SHAR, CRED or SLEV";
  static Result<ChargeBearer, std::string> read(const Element& e);
  static void write(ChargeBearer v, Element& to) { to.text = std::string(to_string(v)); }
  static bool is_absent(ChargeBearer) { return false; }
};

template <>
struct Codec<Side> {
  static constexpr std::string_view name = "CRDT or DBIT";
  static Result<Side, std::string> read(const Element& e);
  static void write(Side v, Element& to) { to.text = std::string(to_string(v)); }
  static bool is_absent(Side) { return false; }
};

template <>
const Table& table_of<Choice>();
template <>
const Table& table_of<DateOrTime>();
template <>
const Table& table_of<PostalAddress>();
template <>
const Table& table_of<Party>();
template <>
const Table& table_of<Agent>();
template <>
const Table& table_of<PartyOrAgent>();
template <>
const Table& table_of<Account>();
template <>
const Table& table_of<Charge>();
template <>
const Table& table_of<Remittance>();
template <>
const Table& table_of<Reason>();
template <>
const Table& table_of<OriginalMessage>();
template <>
const Table& table_of<Page>();

}  // namespace vostro::iso20022
