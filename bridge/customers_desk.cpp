// Commands of a participant's people: customers' accounts, and their payments.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>

#include "base/text.h"
#include "bridge/agent.h"
#include "bridge/book/customers.h"
#include "bridge/book/payments.h"
#include "bridge/desk.h"
#include "genesis/toml.h"

namespace vostro::bridge {
namespace {

namespace json = boost::json;

constexpr std::size_t kCustomersMax = 100'000;
constexpr std::size_t kNameMax = 140;
constexpr std::size_t kAccountMax = 34;

struct Opening {
  Customer customer;
  std::optional<CustomerStatus> status;  ///< none: open, and of a known one what it is
  MinorUnits balance;
};

std::optional<std::string> a_customer_account(std::string_view text) {
  const bool is_plain =
      std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != '"'; });
  return text.empty() || text.size() > kAccountMax || !is_plain ? std::nullopt
                                                                : std::optional(std::string(text));
}

std::optional<std::string> a_name(std::string_view text) {
  return text.empty() || text.size() > kNameMax || !is_clean_text(text)
             ? std::nullopt
             : std::optional(std::string(text));
}

/// [[customer]] account, name, currency; status and balance where they are not "open" and 0.
Result<std::vector<Opening>, std::string> read_customers(const std::string& file) {
  const auto text = genesis::read_text_file(file);
  if (!text) return fail(file + ": " + to_string(text.error()));
  const auto root = genesis::read_toml(*text);
  if (!root) return fail(file + ": " + to_string(root.error()));
  genesis::FirstFault fault;
  genesis::TableReader reader(*root, "the file", fault);
  std::vector<Opening> found;
  for (const genesis::TomlNode* one : reader.tables("customer", kCustomersMax)) {
    genesis::TableReader from(*one, "[[customer]]", fault);
    Opening each;
    each.customer.account = from.value("account", a_customer_account,
                                       "1 to 34 visible characters: an IBAN, or a number");
    each.customer.name = from.value("name", a_name, "1 to 140 bytes of clean text");
    each.customer.currency = from.value("currency", parse_currency, "a currency code, as \"EUR\"");
    each.status = from.value_if_any("status", customer_status_from, "open, blocked or closed");
    const auto exponent = iso4217_exponent(each.customer.currency);
    if (!exponent && !fault.error()) from.refuse("currency", "ISO 4217 gives it no minor unit");
    if (exponent)
      each.balance = from.value_if_any(
                             "balance",
                             [&](std::string_view written) {
                               return parse_amount(written, *exponent, Digits::exact);
                             },
                             "an amount with all digits of its currency, as \"1250.00\"")
                         .value_or(MinorUnits(0));
    from.finish();
    found.push_back(std::move(each));
  }
  reader.finish();
  if (fault.error()) return fail(file + ": " + to_string(*fault.error()));
  return found;
}

/// New ones with what they bring; of known ones name and status. Empty, or what is wrong.
std::string load_one(BookTransaction& rows, const Opening& each) {
  const auto known = find_customer(rows, each.customer.account);
  Customer said = each.customer;
  // A file without a word about it opens no account that somebody blocked.
  said.status = each.status.value_or(known ? known->status : CustomerStatus::open);
  if (!known) {
    insert(rows, said, "opened");
    if (each.balance.value > 0)
      credit(rows, "brought", each.customer.account, each.customer.account, BankAccount::own,
             {each.customer.currency, each.balance});
    return {};
  }
  if (known->currency != each.customer.currency)
    return "the account " + known->account + " is in " + to_text(known->currency) +
           ": a currency never changes";
  if (known->name != said.name || known->status != said.status) update(rows, said, "changed");
  return {};
}

json::object as_object(const Customer& each) {
  return {{"account", each.account},
          {"name", each.name},
          {"currency", to_text(each.currency)},
          {"status", std::string(to_string(each.status))},
          {"balance", format_amount(each.balance, iso4217_exponent(each.currency).value_or(2))}};
}

json::object as_object(const CustomerPayment& each) {
  return {{"side", std::string(to_string(each.side))},
          {"agent", to_text(each.name.owner)},
          {"uetr", to_text(each.name.id)},
          {"amount", amount_text(each.amount)},
          {"customer", each.customer},
          {"other", chain::to_text(each.other)},
          {"state", std::string(to_string(each.state))},
          {"code", each.code},
          {"recall", std::string(to_string(each.recall))},
          {"since", to_text(each.since)}};
}

Result<Desk, SetupError> open_customers_desk(const std::string& config_file) {
  auto desk = open_desk(config_file);
  if (desk && !desk->setup.config.participant)
    return fail(SetupError{Exit::bad_config, config_file + ": customers are a participant's, and " +
                                                 "there is no [participant]"});
  return desk;
}

}  // namespace

Exit load_customers(const CustomersArguments& arguments) {
  auto desk = open_customers_desk(arguments.config_file);
  if (!desk) return complain(desk.error().exit, desk.error().sentence);
  const auto customers = read_customers(arguments.file);
  if (!customers) return complain(Exit::bad_config, customers.error());
  std::string problem;
  const auto written = desk->book.write_as_desk(wall_clock(), [&](BookTransaction& rows) {
    // All of the file, or nothing: an exception rolls it back.
    for (const Opening& each : *customers)
      if (problem = load_one(rows, each); !problem.empty()) throw SqlError(problem);
  });
  if (!problem.empty()) return complain(Exit::bad_config, problem);
  if (!written) return complain(Exit::failed, to_string(written.error()));
  if (arguments.is_json)
    std::cout << json::serialize(json::object{{"customers", customers->size()}}) << "\n";
  else
    std::cout << customers->size() << " customers' accounts are in the book\n";
  return Exit::done;
}

Exit set_customer(const CustomersArguments& arguments) {
  auto desk = open_customers_desk(arguments.config_file);
  if (!desk) return complain(desk.error().exit, desk.error().sentence);
  const auto status = customer_status_from(arguments.status);
  if (!status)
    return complain(Exit::bad_config, "--status " + arguments.status + ": open, blocked or closed");
  bool is_known = false;
  std::optional<Customer> customer;
  const auto written = desk->book.write_as_desk(wall_clock(), [&](BookTransaction& rows) {
    customer = find_customer(rows, arguments.account);
    is_known = customer.has_value();
    if (!is_known || customer->status == *status) return;
    customer->status = *status;
    update(rows, *customer, "set by hand");
  });
  if (!written) return complain(Exit::failed, to_string(written.error()));
  if (!is_known)
    return complain(Exit::bad_config, "no customer has the account " + arguments.account);
  if (arguments.is_json)
    std::cout << json::serialize(as_object(*customer)) << "\n";
  else
    std::cout << "the account " << arguments.account << " is " << arguments.status << "\n";
  return Exit::done;
}

Exit list_customers(const CustomersArguments& arguments) {
  auto desk = open_customers_desk(arguments.config_file);
  if (!desk) return complain(desk.error().exit, desk.error().sentence);
  std::vector<Customer> found;
  const auto read =
      desk->book.read(wall_clock(), [&](BookTransaction& rows) { found = all_customers(rows); });
  if (!read) return complain(Exit::failed, to_string(read.error()));
  if (arguments.is_json) {
    json::array items;
    for (const Customer& each : found) items.push_back(as_object(each));
    std::cout << json::serialize(json::object{{"items", std::move(items)}}) << "\n";
    return Exit::done;
  }
  for (const Customer& each : found)
    std::cout << each.account << "  " << each.name << "  "
              << amount_text({each.currency, each.balance}) << "  " << to_string(each.status)
              << "\n";
  return Exit::done;
}

Exit list_payments(const CustomersArguments& arguments) {
  auto desk = open_customers_desk(arguments.config_file);
  if (!desk) return complain(desk.error().exit, desk.error().sentence);
  std::vector<CustomerPayment> found;
  const auto read = desk->book.read(
      wall_clock(), [&](BookTransaction& rows) { found = all_payments(rows, !arguments.is_all); });
  if (!read) return complain(Exit::failed, to_string(read.error()));
  if (arguments.is_json) {
    json::array items;
    for (const CustomerPayment& each : found) items.push_back(as_object(each));
    std::cout << json::serialize(json::object{{"items", std::move(items)}}) << "\n";
    return Exit::done;
  }
  for (const CustomerPayment& each : found)
    std::cout << to_string(each.side) << "  " << chain::to_text(each.name) << "  "
              << amount_text(each.amount) << "  " << each.customer << "  " << to_string(each.state)
              << (each.code.empty() ? "" : " " + each.code)
              << (each.recall == RecallState::none
                      ? ""
                      : "  recall " + std::string(to_string(each.recall)))
              << "\n";
  return Exit::done;
}

}  // namespace vostro::bridge
