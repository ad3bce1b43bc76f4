#include "wallet-cli/statement.h"

#include "base/check.h"
#include "base/checked.h"

namespace vostro::wallet {
namespace {

std::string sum_error(const client::EntryView& entry) {
  return "the entries up to height " + std::to_string(entry.height.value) +
         " do not sum up to the balance that the node shows after them; nothing is printed. Ask "
         "another node, and tell the operator of this one";
}

}  // namespace

Result<std::vector<CurrencyStatement>, std::string> make_statement(
    const std::vector<client::EntryView>& entries, const Period& period) {
  std::map<Currency, CurrencyStatement> statements;
  for (const client::EntryView& entry : entries) {
    if (entry.business_date > period.to) continue;
    CurrencyStatement& statement = statements[entry.amount.currency];
    statement.currency = entry.amount.currency;
    const auto closing = checked_add(statement.closing.value, entry.amount.units.value);
    // What the node says it is after each entry, and what the entries make it, are the same.
    if (!closing || (entry.balance && entry.balance->units.value != *closing))
      return fail(sum_error(entry));
    statement.closing = MinorUnits(*closing);
    if (entry.business_date < period.from) {
      statement.opening = statement.closing;
      continue;
    }
    MinorUnits& side = entry.amount.units.value < 0 ? statement.debited : statement.credited;
    const std::int64_t size =
        entry.amount.units.value < 0 ? -entry.amount.units.value : entry.amount.units.value;
    const auto sum = checked_add(side.value, size);
    if (!sum) return fail(sum_error(entry));
    side = MinorUnits(*sum);
    statement.entries.push_back(entry);
  }
  std::vector<CurrencyStatement> list;
  for (auto& [currency, statement] : statements) {
    VOSTRO_CHECK(statement.opening.value + statement.credited.value - statement.debited.value ==
                 statement.closing.value);
    list.push_back(std::move(statement));
  }
  return list;
}

}  // namespace vostro::wallet
