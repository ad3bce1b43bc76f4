#include "bridge/book/fundings.h"

#include "base/check.h"
#include "base/keys.h"
#include "bridge/book/columns.h"

namespace vostro::bridge {
namespace {

constexpr std::string_view kFundingColumns =
    "entry, fiat_account, bank_reference, currency, amount, named, debtor, state, account, attempt,"
    " order_id, reason, at_ms";
constexpr std::size_t kFundingCount = 13;

FundingState funding_state_from(const std::string& word) {
  for (const auto state : {FundingState::suspense, FundingState::issuing, FundingState::issued})
    if (word == to_string(state)) return state;
  throw BookDamaged("\"" + word + "\" is no state of a funding");
}

Funding funding_from(const SqlRow& row) {
  Funding funding;
  funding.entry = hash_column(row, 0);
  funding.fiat_account = row.text(1);
  funding.bank_reference = row.text(2);
  funding.amount = {currency_column(row, 3), MinorUnits(row.number(4))};
  funding.named = row.text(5);
  funding.debtor = row.text(6);
  funding.state = funding_state_from(row.text(7));
  if (!row.text(8).empty()) funding.account = account_column(row, 8);
  funding.attempt = static_cast<std::uint32_t>(row.number(9));
  if (!row.text(10).empty()) funding.order = uuid_column(row, 10);
  funding.reason = row.text(11);
  funding.received = UnixMillis(static_cast<std::uint64_t>(row.number(12)));
  return funding;
}

SqlValues values_of(const Funding& funding) {
  return {to_hex(funding.entry.view()),
          funding.fiat_account,
          funding.bank_reference,
          to_text(funding.amount.currency),
          funding.amount.units.value,
          funding.named,
          funding.debtor,
          std::string(to_string(funding.state)),
          funding.account ? chain::to_text(*funding.account) : std::string(),
          std::int64_t{funding.attempt},
          funding.order ? to_text(*funding.order) : std::string(),
          funding.reason,
          static_cast<std::int64_t>(funding.received.value)};
}

std::vector<Funding> select_fundings(BookTransaction& book, const std::string& where,
                                     const SqlValues& values) {
  std::vector<Funding> found;
  for (const SqlRow& row : book.sql().rows(
           kFundingCount, "SELECT " + std::string(kFundingColumns) + " FROM fundings " + where,
           values))
    found.push_back(funding_from(row));
  return found;
}

}  // namespace

std::string_view to_string(FundingState state) {
  switch (state) {
    case FundingState::suspense:
      return "suspense";
    case FundingState::issuing:
      return "issuing";
    case FundingState::issued:
      return "issued";
  }
  VOSTRO_CHECK(false);
}

std::string key_of(const Funding& funding) {
  return to_hex(funding.entry.view());
}

Hash facts_of(const Funding& funding) {
  return facts_hash("book-funding", values_of(funding));
}

void insert(BookTransaction& book, const Funding& funding, std::string_view detail) {
  book.sql().run("INSERT INTO fundings (" + std::string(kFundingColumns) + ") VALUES (" +
                     holders(kFundingCount) + ")",
                 values_of(funding));
  book.transition(funding_flow, key_of(funding), to_string(funding.state), facts_of(funding),
                  detail);
}

void update(BookTransaction& book, const Funding& funding, std::string_view detail) {
  SqlValues values{std::string(to_string(funding.state)),
                   funding.account ? chain::to_text(*funding.account) : std::string(),
                   std::int64_t{funding.attempt},
                   funding.order ? to_text(*funding.order) : std::string(),
                   funding.reason,
                   key_of(funding)};
  if (book.sql().run("UPDATE fundings SET state = :v0, account = :v1, attempt = :v2,"
                     " order_id = :v3, reason = :v4 WHERE entry = :v5",
                     values) != 1)
    throw BookDamaged("the funding " + key_of(funding) + " is gone");
  book.transition(funding_flow, key_of(funding), to_string(funding.state), facts_of(funding),
                  detail);
}

std::optional<Funding> find_funding(BookTransaction& book, const Hash& entry) {
  return first_of(select_fundings(book, "WHERE entry = :v0", {to_hex(entry.view())}));
}

std::optional<Funding> find_funding_by_order(BookTransaction& book, const Uuid& order) {
  return first_of(select_fundings(book, "WHERE order_id = :v0", {to_text(order)}));
}

std::vector<Funding> fundings_in(BookTransaction& book, FundingState state) {
  return select_fundings(book, "WHERE state = :v0 ORDER BY at_ms, entry",
                         {std::string(to_string(state))});
}

std::vector<Funding> all_fundings(BookTransaction& book) {
  return select_fundings(book, "ORDER BY at_ms, entry", {});
}

std::vector<FlowSum> funding_sums(BookTransaction& book) {
  return flow_sums(book, "fundings", "account <> ''");
}

Bytes decision_message(const Hash& network_id, const Funding& funding,
                       const chain::AccountId& account, std::string_view reason) {
  constexpr std::string_view kDomain = "VOSTRO-SUSPENSE1";
  static_assert(kDomain.size() == 16);
  Bytes message;
  append(message, as_bytes(kDomain));
  append(message, network_id.view());
  append(message, funding.entry.view());
  append_little_endian(message, funding.attempt, 4);
  append(message, as_bytes(to_text(funding.amount.currency)));
  append_little_endian(message, static_cast<std::uint64_t>(funding.amount.units.value), 8);
  const std::string to = chain::to_text(account);
  append_little_endian(message, to.size(), 1);
  append(message, as_bytes(to));
  append(message, as_bytes(reason));
  return message;
}

void insert(BookTransaction& book, const Decision& decision) {
  book.append("decisions", {{"at_ms", static_cast<std::int64_t>(book.now().value)},
                            {"entry", to_hex(decision.entry.view())},
                            {"account", chain::to_text(decision.account)},
                            {"reason", decision.reason},
                            {"person", decision.person},
                            {"signer", to_text(decision.signer)},
                            {"signature", to_text(decision.signature)}});
}

std::vector<Decision> decisions_on(BookTransaction& book, const Hash& entry) {
  std::vector<Decision> found;
  for (const SqlRow& row :
       book.sql().rows(6,
                       "SELECT entry, account, reason, person, signer, signature FROM decisions"
                       " WHERE entry = :v0 ORDER BY seq",
                       {to_hex(entry.view())})) {
    const auto signer = public_key_from_text(row.text(4));
    const auto signature = signature_from_text(row.text(5));
    if (!signer || !signature) throw BookDamaged("a decision has no key or signature");
    found.push_back({hash_column(row, 0), account_column(row, 1), row.text(2), row.text(3), *signer,
                     *signature});
  }
  return found;
}

}  // namespace vostro::bridge
