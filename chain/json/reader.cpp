#include <algorithm>

#include "chain/json/strict.h"

namespace vostro::chain {
namespace {

const boost::json::value null_value;

bool contains(std::initializer_list<std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

void JsonIn::has_fields(std::initializer_list<std::string_view> required,
                        std::initializer_list<std::string_view> optional) const {
  if (!value_->is_object()) return note(JsonFault::wrong_type);
  const auto& object = value_->get_object();
  for (const std::string_view name : required) {
    if (!object.contains({name.data(), name.size()}))
      return field(name).note(JsonFault::missing_field);
  }
  for (const auto& member : object) {
    const std::string_view name(member.key().data(), member.key().size());
    if (!contains(required, name) && !contains(optional, name)) {
      // The name is not repeated: it is the sender's, and may be anything.
      return note(JsonFault::unknown_field);
    }
  }
}

bool JsonIn::is_absent() const {
  return value_ == &null_value;
}

JsonIn JsonIn::field(std::string_view name) const {
  const boost::json::value* found = nullptr;
  if (value_->is_object()) found = value_->get_object().if_contains({name.data(), name.size()});
  std::string path = path_.empty() ? std::string(name) : path_ + '.' + std::string(name);
  return {found != nullptr ? *found : null_value, *problem_, *exponents_, std::move(path)};
}

std::vector<JsonIn> JsonIn::elements(std::size_t max) const {
  std::vector<JsonIn> list;
  if (!value_->is_array()) {
    note(JsonFault::wrong_type);
    return list;
  }
  const auto& array = value_->get_array();
  if (array.size() > max) {
    note(JsonFault::too_many);
    return list;
  }
  list.reserve(array.size());
  for (std::size_t i = 0; i < array.size(); ++i) {
    list.emplace_back(array[i], *problem_, *exponents_, path_ + '[' + std::to_string(i) + ']');
  }
  return list;
}

std::string JsonIn::text() const {
  if (!value_->is_string()) {
    note(JsonFault::wrong_type);
    return {};
  }
  const auto& string = value_->get_string();
  return {string.data(), string.size()};
}

std::string JsonIn::text(std::size_t size_max) const {
  std::string found = text();
  if (found.size() <= size_max) return found;
  note(JsonFault::bad_value);
  return {};
}

bool JsonIn::boolean() const {
  if (value_->is_bool()) return value_->get_bool();
  note(JsonFault::wrong_type);
  return false;
}

std::int64_t JsonIn::signed_integer() const {
  if (value_->is_int64()) return value_->get_int64();
  note(value_->is_uint64() ? JsonFault::bad_value : JsonFault::wrong_type);
  return 0;
}

std::uint64_t JsonIn::integer(std::uint64_t max) const {
  std::uint64_t number = 0;
  if (value_->is_uint64()) {
    number = value_->get_uint64();
  } else if (value_->is_int64()) {
    if (value_->get_int64() < 0) {
      note(JsonFault::bad_value);
      return 0;
    }
    number = static_cast<std::uint64_t>(value_->get_int64());
  } else {
    note(JsonFault::wrong_type);
    return 0;
  }
  if (number <= max) return number;
  note(JsonFault::bad_value);
  return 0;
}

namespace {

template <class Parsed>
auto as_optional(Parsed parsed) -> std::optional<typename Parsed::value_type> {
  if (!parsed) return std::nullopt;
  return *std::move(parsed);
}

}  // namespace

Uuid JsonIn::uuid() const {
  return parsed<Uuid>([](std::string_view t) { return as_optional(parse_uuid(t)); });
}
Bic JsonIn::bic() const {
  return parsed<Bic>([](std::string_view t) { return as_optional(parse_bic(t)); });
}
AccountId JsonIn::account() const {
  return parsed<AccountId>([](std::string_view t) { return as_optional(parse_account(t)); });
}
OwnedId JsonIn::owned_id() const {
  has_fields({"owner", "id"});
  return {field("owner").bic(), field("id").uuid()};
}
OwnedId JsonIn::payment_name() const {
  has_fields({"agent", "uetr"});
  return {field("agent").bic(), field("uetr").uuid()};
}
Currency JsonIn::currency() const {
  return parsed<Currency>([](std::string_view t) { return parse_currency(t); });
}
PublicKey JsonIn::public_key() const {
  return parsed<PublicKey>([](std::string_view t) { return public_key_from_text(t); });
}
Signature JsonIn::signature() const {
  return parsed<Signature>([](std::string_view t) { return signature_from_text(t); });
}
UnixSeconds JsonIn::time() const {
  return parsed<UnixSeconds>([](std::string_view t) { return parse_time(t); });
}
Date JsonIn::date() const {
  return parsed<Date>([](std::string_view t) { return parse_date(t); });
}
std::array<char, 4> JsonIn::four() const {
  return parsed<std::array<char, 4>>([](std::string_view t) -> std::optional<std::array<char, 4>> {
    if (t.size() != 4) return std::nullopt;
    return std::array<char, 4>{t[0], t[1], t[2], t[3]};
  });
}

Money JsonIn::money() const {
  return money(false);
}
Money JsonIn::signed_money() const {
  return money(true);
}

Money JsonIn::money(bool may_be_negative) const {
  has_fields({"currency", "amount"});
  const Currency currency = field("currency").currency();
  const std::string text = field("amount").text();
  if (problem_->error()) return {};
  const auto exponent = (*exponents_)(currency);
  if (!exponent) {
    field("currency").note(JsonFault::unknown_currency);
    return {};
  }
  const bool is_negative = may_be_negative && text.starts_with('-');
  const auto units =
      parse_amount(std::string_view(text).substr(is_negative ? 1 : 0), *exponent, Digits::exact);
  if (!units || (is_negative && units->value == 0)) {
    field("amount").note(JsonFault::bad_amount);
    return {};
  }
  return {currency, is_negative ? MinorUnits(-units->value) : *units};
}

MinorUnits JsonIn::units_of(const Currency& currency) const {
  const Money found = money();
  if (found.currency != currency && !problem_->error())
    field("currency").note(JsonFault::bad_value);
  return found.units;
}

}  // namespace vostro::chain
