#include "bridge/book/screenings.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/check.h"
#include "bridge/book/columns.h"

namespace vostro::bridge {
namespace {

namespace json = boost::json;

constexpr std::string_view kScreeningColumns =
    "id, direction, owner, uetr, account, currency, amount, parties, state, lists, hits, result,"
    " round, basis, document, attempt, order_id, at_ms";
constexpr std::size_t kScreeningCount = 18;
constexpr ScreeningState kStates[]{
    ScreeningState::clear,          ScreeningState::waiting,
    ScreeningState::released,       ScreeningState::rejected,
    ScreeningState::blocking,       ScreeningState::blocked,
    ScreeningState::unblocking_pay, ScreeningState::unblocking_release,
    ScreeningState::unblocked_pay,  ScreeningState::unblocked_release,
    ScreeningState::closed};
constexpr ScreeningAction kActions[]{ScreeningAction::release, ScreeningAction::reject,
                                     ScreeningAction::block, ScreeningAction::unblock_pay,
                                     ScreeningAction::unblock_release};

std::string parties_text(const std::vector<screening::Party>& parties) {
  json::array all;
  for (const screening::Party& each : parties)
    all.push_back(json::array{each.role, each.name, each.country});
  return json::serialize(all);
}

std::vector<screening::Party> parties_from(const std::string& text) {
  boost::system::error_code error;
  const json::value read = json::parse(text, error);
  const json::array* all = error ? nullptr : read.if_array();
  if (all == nullptr) throw BookDamaged("the parties of a screened payment are no list");
  std::vector<screening::Party> parties;
  for (const json::value& each : *all) {
    const json::array* party = each.if_array();
    if (party == nullptr || party->size() != 3 || !(*party)[0].is_string() ||
        !(*party)[1].is_string() || !(*party)[2].is_string())
      throw BookDamaged("a party of a screened payment has not three texts");
    const auto cell = [&](std::size_t i) {
      const json::string& text_there = (*party)[i].get_string();
      return std::string(text_there.data(), text_there.size());
    };
    parties.push_back({cell(0), cell(1), cell(2)});
  }
  return parties;
}

Screening screening_from(const SqlRow& row) {
  Screening read;
  read.subject.direction =
      row.text(1) == to_string(Direction::incoming) ? Direction::incoming : Direction::outgoing;
  if (row.text(1) != to_string(read.subject.direction))
    throw BookDamaged("\"" + row.text(1) + "\" is no direction of a payment");
  read.subject.payment = {bic_column(row, 2), uuid_column(row, 3)};
  read.subject.account = account_column(row, 4);
  read.subject.amount = {currency_column(row, 5), MinorUnits(row.number(6))};
  read.subject.parties = parties_from(row.text(7));
  const auto state = std::ranges::find_if(
      kStates, [&](ScreeningState each) { return row.text(8) == to_string(each); });
  if (state == std::end(kStates))
    throw BookDamaged("\"" + row.text(8) + "\" is no state of a screening");
  read.state = *state;
  read.lists = row.text(9);
  read.hits = row.text(10);
  read.result = row.text(11);
  read.round = static_cast<std::uint32_t>(row.number(12));
  read.basis = row.text(13);
  read.document = hash_column(row, 14);
  read.attempt = static_cast<std::uint32_t>(row.number(15));
  if (!row.text(16).empty()) read.order = uuid_column(row, 16);
  read.received = UnixMillis(static_cast<std::uint64_t>(row.number(17)));
  return read;
}

SqlValues values_of(const Screening& screening) {
  return {key_of(screening),
          std::string(to_string(screening.subject.direction)),
          to_text(screening.subject.payment.owner),
          to_text(screening.subject.payment.id),
          chain::to_text(screening.subject.account),
          to_text(screening.subject.amount.currency),
          screening.subject.amount.units.value,
          parties_text(screening.subject.parties),
          std::string(to_string(screening.state)),
          screening.lists,
          screening.hits,
          screening.result,
          std::int64_t{screening.round},
          screening.basis,
          to_hex(screening.document.view()),
          std::int64_t{screening.attempt},
          screening.order ? to_text(*screening.order) : std::string(),
          static_cast<std::int64_t>(screening.received.value)};
}

std::vector<Screening> select_screenings(BookTransaction& book, const std::string& where,
                                         const SqlValues& values) {
  std::vector<Screening> found;
  for (const SqlRow& row : book.sql().rows(
           kScreeningCount,
           "SELECT " + std::string(kScreeningColumns) + " FROM screenings " + where, values))
    found.push_back(screening_from(row));
  return found;
}

void append_text(Bytes& into, std::string_view text) {
  append_little_endian(into, text.size(), 2);
  append(into, as_bytes(text));
}

}  // namespace

std::string_view to_string(Direction direction) {
  switch (direction) {
    case Direction::incoming:
      return "incoming";
    case Direction::outgoing:
      return "outgoing";
  }
  VOSTRO_CHECK(false);
}

std::string_view to_string(ScreeningState state) {
  switch (state) {
    case ScreeningState::clear:
      return "clear";
    case ScreeningState::waiting:
      return "waiting";
    case ScreeningState::released:
      return "released";
    case ScreeningState::rejected:
      return "rejected";
    case ScreeningState::blocking:
      return "blocking";
    case ScreeningState::blocked:
      return "blocked";
    case ScreeningState::unblocking_pay:
      return "unblocking_pay";
    case ScreeningState::unblocking_release:
      return "unblocking_release";
    case ScreeningState::unblocked_pay:
      return "unblocked_pay";
    case ScreeningState::unblocked_release:
      return "unblocked_release";
    case ScreeningState::closed:
      return "closed";
  }
  VOSTRO_CHECK(false);
}

std::string_view to_string(ScreeningAction action) {
  switch (action) {
    case ScreeningAction::release:
      return "release";
    case ScreeningAction::reject:
      return "reject";
    case ScreeningAction::block:
      return "block";
    case ScreeningAction::unblock_pay:
      return "unblock-pay";
    case ScreeningAction::unblock_release:
      return "unblock-release";
  }
  VOSTRO_CHECK(false);
}

std::optional<ScreeningAction> parse_screening_action(std::string_view word) {
  for (const ScreeningAction each : kActions)
    if (word == to_string(each)) return each;
  return std::nullopt;
}

Hash id_of(Direction direction, const chain::OwnedId& payment) {
  Bytes what;
  append_little_endian(what, static_cast<std::uint64_t>(direction), 1);
  append(what, as_bytes(to_text(payment.owner)));
  append(what, payment.id.view());
  return hash("screening", what);
}
Hash id_of(const Screening& screening) {
  return id_of(screening.subject.direction, screening.subject.payment);
}
std::string key_of(const Screening& screening) {
  return to_hex(id_of(screening).view());
}
Hash facts_of(const Screening& screening) {
  return facts_hash("book-screening", values_of(screening));
}

void insert(BookTransaction& book, const Screening& screening, std::string_view detail) {
  book.sql().run("INSERT INTO screenings (" + std::string(kScreeningColumns) + ") VALUES (" +
                     holders(kScreeningCount) + ")",
                 values_of(screening));
  book.transition(screening_flow, key_of(screening), to_string(screening.state),
                  facts_of(screening), detail);
}

void update(BookTransaction& book, const Screening& screening, std::string_view detail) {
  const SqlValues values{std::string(to_string(screening.state)),
                         screening.lists,
                         screening.hits,
                         screening.result,
                         std::int64_t{screening.round},
                         screening.basis,
                         to_hex(screening.document.view()),
                         std::int64_t{screening.attempt},
                         screening.order ? to_text(*screening.order) : std::string(),
                         parties_text(screening.subject.parties),
                         key_of(screening)};
  if (book.sql().run("UPDATE screenings SET state = :v0, lists = :v1, hits = :v2, result = :v3,"
                     " round = :v4, basis = :v5, document = :v6, attempt = :v7, order_id = :v8,"
                     " parties = :v9 WHERE id = :v10",
                     values) != 1)
    throw BookDamaged("the screening " + key_of(screening) + " is gone");
  book.transition(screening_flow, key_of(screening), to_string(screening.state),
                  facts_of(screening), detail);
}

void note_result(BookTransaction& book, const Screening& screening) {
  book.append("screening_results", {{"at_ms", static_cast<std::int64_t>(book.now().value)},
                                    {"screening", key_of(screening)},
                                    {"lists", screening.lists},
                                    {"result", screening.result}});
}

std::optional<Screening> find_screening(BookTransaction& book, Direction direction,
                                        const chain::OwnedId& payment) {
  return first_of(
      select_screenings(book, "WHERE id = :v0", {to_hex(id_of(direction, payment).view())}));
}
std::optional<Screening> find_screening_by_order(BookTransaction& book, const Uuid& order) {
  return first_of(select_screenings(book, "WHERE order_id = :v0", {to_text(order)}));
}
std::vector<Screening> screenings_in(BookTransaction& book, ScreeningState state) {
  return select_screenings(book, "WHERE state = :v0 ORDER BY at_ms, id",
                           {std::string(to_string(state))});
}
std::vector<Screening> screenings_older_than(BookTransaction& book, const std::string& lists,
                                             std::size_t count_max) {
  return select_screenings(book,
                           "WHERE lists <> :v0 AND state IN ('clear', 'waiting', 'released')"
                           " ORDER BY at_ms, id LIMIT " +
                               std::to_string(count_max),
                           {lists});
}
std::vector<Screening> all_screenings(BookTransaction& book) {
  return select_screenings(book, "ORDER BY at_ms, id", {});
}

Bytes decision_message(const Hash& network_id, const Screening& screening,
                       const ScreeningDecision& decision) {
  constexpr std::string_view kDomain = "VOSTRO-SCREENED1";
  static_assert(kDomain.size() == 16);
  Bytes message;
  append(message, as_bytes(kDomain));
  append(message, network_id.view());
  append(message, id_of(screening).view());
  append_little_endian(message, screening.round, 4);
  append(message, as_bytes(to_text(screening.subject.amount.currency)));
  append_little_endian(message, static_cast<std::uint64_t>(screening.subject.amount.units.value),
                       8);
  append_text(message, screening.lists);
  append(message, hash("screening-result", as_bytes(screening.result)).view());
  append_little_endian(message, static_cast<std::uint64_t>(decision.action), 1);
  append_text(message, decision.basis);
  append(message, decision.document.view());
  append_text(message, decision.reason);
  return message;
}

void insert(BookTransaction& book, const ScreeningDecision& decision) {
  book.append("screening_decisions", {{"at_ms", static_cast<std::int64_t>(book.now().value)},
                                      {"screening", to_hex(decision.screening.view())},
                                      {"round", std::int64_t{decision.round}},
                                      {"action", std::string(to_string(decision.action))},
                                      {"basis", decision.basis},
                                      {"document", to_hex(decision.document.view())},
                                      {"reason", decision.reason},
                                      {"person", decision.person},
                                      {"signer", to_text(decision.signer)},
                                      {"signature", to_text(decision.signature)}});
}

std::vector<ScreeningDecision> screening_decisions(BookTransaction& book, const Hash& screening) {
  std::vector<ScreeningDecision> found;
  for (const SqlRow& row :
       book.sql().rows(9,
                       "SELECT screening, round, action, basis, document, reason, person, signer,"
                       " signature FROM screening_decisions WHERE screening = :v0 ORDER BY seq",
                       {to_hex(screening.view())})) {
    const auto action = parse_screening_action(row.text(2));
    const auto signer = public_key_from_text(row.text(7));
    const auto signature = signature_from_text(row.text(8));
    if (!action || !signer || !signature)
      throw BookDamaged("a decision about a screening has no action, key or signature");
    found.push_back({hash_column(row, 0), static_cast<std::uint32_t>(row.number(1)), *action,
                     row.text(3), hash_column(row, 4), row.text(5), row.text(6), *signer,
                     *signature});
  }
  return found;
}

}  // namespace vostro::bridge
