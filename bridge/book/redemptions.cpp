#include "bridge/book/redemptions.h"

#include <algorithm>

#include "base/check.h"
#include "bridge/book/columns.h"

namespace vostro::bridge {
namespace {

constexpr std::string_view kRedemptionColumns =
    "owner, id, account, currency, amount, ordered_ms, business_date, state, message_id, "
    "deadline_ms, answer,"
    " code, attempt, order_id";
constexpr std::size_t kRedemptionCount = 14;

RedemptionState redemption_state_from(const std::string& word) {
  using enum RedemptionState;
  for (const auto state : {delayed, waiting, paying, paid, refused, burnt, unlocked, cancelled})
    if (word == to_string(state)) return state;
  throw BookDamaged("\"" + word + "\" is no state of a redemption");
}

Redemption redemption_from(const SqlRow& row) {
  Redemption redemption;
  redemption.id = {bic_column(row, 0), uuid_column(row, 1)};
  redemption.account = account_column(row, 2);
  redemption.amount = {currency_column(row, 3), MinorUnits(row.number(4))};
  redemption.ordered = time_column(row, 5);
  redemption.business_date = Date(static_cast<std::int32_t>(row.number(6)));
  redemption.state = redemption_state_from(row.text(7));
  redemption.message_id = row.text(8);
  redemption.deadline = time_column(row, 9);
  if (!row.text(10).empty()) redemption.answer = hash_column(row, 10);
  if (const std::string& code = row.text(11); !code.empty()) {
    if (code.size() != 4) throw BookDamaged("\"" + code + "\" is no reason code");
    redemption.code.emplace();
    std::ranges::copy(code, redemption.code->begin());
  }
  redemption.attempt = static_cast<std::uint32_t>(row.number(12));
  if (!row.text(13).empty()) redemption.order = uuid_column(row, 13);
  return redemption;
}

SqlValues values_of(const Redemption& redemption) {
  return {to_text(redemption.id.owner),
          to_text(redemption.id.id),
          chain::to_text(redemption.account),
          to_text(redemption.amount.currency),
          redemption.amount.units.value,
          static_cast<std::int64_t>(redemption.ordered.value),
          std::int64_t{redemption.business_date.value},
          std::string(to_string(redemption.state)),
          redemption.message_id,
          static_cast<std::int64_t>(redemption.deadline.value),
          redemption.answer ? to_hex(redemption.answer->view()) : std::string(),
          redemption.code ? std::string(redemption.code->data(), redemption.code->size())
                          : std::string(),
          std::int64_t{redemption.attempt},
          redemption.order ? to_text(*redemption.order) : std::string()};
}

std::vector<Redemption> select_redemptions(BookTransaction& book, const std::string& where,
                                           const SqlValues& values) {
  std::vector<Redemption> found;
  for (const SqlRow& row : book.sql().rows(
           kRedemptionCount,
           "SELECT " + std::string(kRedemptionColumns) + " FROM redemptions " + where, values))
    found.push_back(redemption_from(row));
  return found;
}

void note_step(BookTransaction& book, const Redemption& redemption, std::string_view detail) {
  book.transition(redemption_flow, key_of(redemption), to_string(redemption.state),
                  facts_of(redemption), detail);
}

}  // namespace

std::string_view to_string(RedemptionState state) {
  switch (state) {
    case RedemptionState::delayed:
      return "delayed";
    case RedemptionState::waiting:
      return "waiting";
    case RedemptionState::paying:
      return "paying";
    case RedemptionState::paid:
      return "paid";
    case RedemptionState::refused:
      return "refused";
    case RedemptionState::burnt:
      return "burnt";
    case RedemptionState::unlocked:
      return "unlocked";
    case RedemptionState::cancelled:
      return "cancelled";
  }
  VOSTRO_CHECK(false);
}

std::string key_of(const Redemption& redemption) {
  return to_text(redemption.id.owner) + "/" + to_text(redemption.id.id);
}

Hash facts_of(const Redemption& redemption) {
  return facts_hash("book-redemption", values_of(redemption));
}

void insert(BookTransaction& book, const Redemption& redemption, std::string_view detail) {
  book.sql().run("INSERT INTO redemptions (" + std::string(kRedemptionColumns) + ") VALUES (" +
                     holders(kRedemptionCount) + ")",
                 values_of(redemption));
  note_step(book, redemption, detail);
}

void update(BookTransaction& book, const Redemption& redemption, std::string_view detail) {
  const SqlValues all = values_of(redemption);
  const SqlValues values{all[7], all[9], all[10], all[11], all[12], all[13], all[0], all[1]};
  if (book.sql().run("UPDATE redemptions SET state = :v0, deadline_ms = :v1, answer = :v2,"
                     " code = :v3, attempt = :v4, order_id = :v5 WHERE owner = :v6 AND id = :v7",
                     values) != 1)
    throw BookDamaged("the redemption " + key_of(redemption) + " is gone");
  note_step(book, redemption, detail);
}

std::optional<Redemption> find_redemption(BookTransaction& book, const chain::OwnedId& id) {
  return first_of(select_redemptions(book, "WHERE owner = :v0 AND id = :v1",
                                     {to_text(id.owner), to_text(id.id)}));
}

std::optional<Redemption> find_redemption_by_message(BookTransaction& book,
                                                     const std::string& message_id) {
  return first_of(select_redemptions(book, "WHERE message_id = :v0", {message_id}));
}

std::optional<Redemption> find_redemption_by_order(BookTransaction& book, const Uuid& order) {
  return first_of(select_redemptions(book, "WHERE order_id = :v0", {to_text(order)}));
}

std::vector<Redemption> redemptions_in(BookTransaction& book, RedemptionState state) {
  return select_redemptions(book, "WHERE state = :v0 ORDER BY ordered_ms, owner, id",
                            {std::string(to_string(state))});
}

std::vector<Redemption> all_redemptions(BookTransaction& book) {
  return select_redemptions(book, "ORDER BY ordered_ms, owner, id", {});
}

std::vector<FlowSum> paid_sums(BookTransaction& book) {
  return flow_sums(book, "redemptions", "answer <> '' AND code = ''");
}

}  // namespace vostro::bridge
