#include "bridge/flow/screening.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "base/check.h"

namespace vostro::bridge {
namespace {

namespace json = boost::json;
using screening::Finding;
using screening::Hit;

constexpr std::size_t kAgainAtOnce = 200;
constexpr std::string_view kByHand = "by-hand";

std::string hits_text(const Finding& finding) {
  std::set<std::string> lines;
  for (const Hit& hit : finding.hits) lines.insert(hit.role + " " + hit.list + " " + hit.entry);
  if (finding.is_cut) lines.insert("and more");
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::string result_text(const Finding& finding) {
  json::array lists;
  for (const screening::ListVersion& each : finding.lists)
    lists.push_back(json::object{{"name", each.name},
                                 {"version", screening::to_string(each)},
                                 {"files", to_hex(each.files.view())}});
  json::array hits;
  for (const Hit& hit : finding.hits)
    hits.push_back(json::object{{"role", hit.role},
                                {"kind", std::string(to_string(hit.kind))},
                                {"list", hit.list},
                                {"version", hit.version},
                                {"entry", hit.entry},
                                {"listed", hit.listed},
                                {"score", hit.score},
                                {"threshold", hit.threshold},
                                {"reason", screening::explain(hit)}});
  return json::serialize(json::object{
      {"lists", std::move(lists)}, {"hits", std::move(hits)}, {"cut", finding.is_cut}});
}

std::string alarm_of(const Screening& screening) {
  return "screening/" + key_of(screening);
}

void raise(BookTransaction& book, const Screening& screening, const std::string& why) {
  book.raise(alarm_of(screening), std::string(to_string(screening.subject.direction)) +
                                      " payment " + chain::to_text(screening.subject.payment) +
                                      " waits for two persons: " + why);
}

/// Whether each hit of `hits` stood in `known` already.
bool is_within(const std::string& hits, const std::string& known) {
  for (std::size_t at = 0; at < hits.size();) {
    const std::size_t end = hits.find('\n', at) + 1;
    if (("\n" + known).find("\n" + hits.substr(at, end - at)) == std::string::npos) return false;
    at = end;
  }
  return true;
}

void take_finding(BookTransaction& book, Screening& screening,
                  const screening::Screener& screener) {
  const Finding finding = screener.screen(screening.subject.parties);
  const std::string before = screening.hits;
  screening.lists = screener.version();
  screening.result = result_text(finding);
  screening.hits = hits_text(finding);
  // Held by hand stays held, whatever lists say.
  if (is_within(std::string(kByHand) + "\n", before)) screening.hits += std::string(kByHand) + "\n";
  const bool is_news = !is_within(screening.hits, before);
  if (screening.state == ScreeningState::released && !is_news) {
    screening.hits = before;  // what was decided about, to hold the next lists against
  } else if (is_news || screening.hits != before) {
    // Fewer hits are news, too: what was decided about is no longer so.
    ++screening.round;
    if (is_news) screening.state = ScreeningState::waiting;
  }
  note_result(book, screening);
  update(book, screening, "asked again");
  if (screening.state == ScreeningState::waiting && is_news)
    raise(book, screening, "the lists have changed");
}

/// What was ordered is over; people decide anew.
void back_to(BookTransaction& book, Screening& screening, ScreeningState state,
             const std::string& why) {
  screening.state = state;
  ++screening.round;
  update(book, screening, why);
  raise(book, screening, why);
}

void carry_out(BookTransaction& book, const OrderMaker& maker, Screening& screening,
               const ScreeningDecision& decision, const std::vector<std::string>& persons) {
  const bool is_incoming = screening.subject.direction == Direction::incoming;
  screening.basis = decision.basis;
  screening.document = decision.document;
  ++screening.round;
  switch (decision.action) {
    case ScreeningAction::release:
      screening.state = ScreeningState::released;
      break;
    case ScreeningAction::reject:
      screening.state = ScreeningState::rejected;
      break;
    case ScreeningAction::block:
      screening.state = is_incoming ? ScreeningState::blocking : ScreeningState::blocked;
      break;
    case ScreeningAction::unblock_pay:
      screening.state =
          is_incoming ? ScreeningState::unblocking_pay : ScreeningState::unblocked_pay;
      break;
    case ScreeningAction::unblock_release:
      screening.state =
          is_incoming ? ScreeningState::unblocking_release : ScreeningState::unblocked_release;
      break;
  }
  if (is_incoming && decision.action != ScreeningAction::release &&
      decision.action != ScreeningAction::reject)
    maker.freeze_or_free(book, screening);
  update(book, screening,
         std::string(to_string(decision.action)) + " by " + persons[0] + " and " + persons[1]);
  book.clear(alarm_of(screening));
}

bool is_on_its_way(const Screening& screening) {
  return screening.state == ScreeningState::blocking ||
         screening.state == ScreeningState::unblocking_pay ||
         screening.state == ScreeningState::unblocking_release;
}

/// Where people stood before they decided what failed.
ScreeningState state_before(const Screening& screening) {
  return screening.state == ScreeningState::blocking ? ScreeningState::waiting
                                                     : ScreeningState::blocked;
}

}  // namespace

ScreeningState screen_payment(BookTransaction& book, const screening::Screener& screener,
                              const ScreeningSubject& subject) {
  if (auto known = find_screening(book, subject.direction, subject.payment)) {
    const bool is_open = known->state == ScreeningState::clear ||
                         known->state == ScreeningState::waiting ||
                         known->state == ScreeningState::released;
    const bool is_other = known->subject.parties != subject.parties;  // it was held by hand before
    if (is_open && (is_other || known->lists != screener.version())) {
      known->subject.parties = subject.parties;
      take_finding(book, *known, screener);
    }
    return known->state;
  }
  const Finding finding = screener.screen(subject.parties);
  Screening made;
  made.subject = subject;
  made.state = finding.is_clear() ? ScreeningState::clear : ScreeningState::waiting;
  made.lists = screener.version();
  made.hits = hits_text(finding);
  made.result = result_text(finding);
  made.received = book.now();
  insert(book, made, finding.is_clear() ? "nothing found" : "found in the lists");
  note_result(book, made);
  if (!finding.is_clear()) raise(book, made, "somebody in it is like somebody in the lists");
  return made.state;
}

std::optional<ScreeningState> screening_of(BookTransaction& book, Direction direction,
                                           const chain::OwnedId& payment) {
  const auto found = find_screening(book, direction, payment);
  return found ? std::optional(found->state) : std::nullopt;
}

bool may_go_on(ScreeningState state) {
  return state == ScreeningState::clear || state == ScreeningState::released ||
         state == ScreeningState::unblocked_pay;
}

void close_screening(BookTransaction& book, Direction direction, const chain::OwnedId& payment) {
  auto found = find_screening(book, direction, payment);
  if (!found || found->state == ScreeningState::closed) return;
  found->state = ScreeningState::closed;
  update(book, *found, "the payment is over");
  book.clear(alarm_of(*found));
}

void on_screened_settled(BookTransaction& book, Direction direction,
                         const chain::OwnedId& payment) {
  auto found = find_screening(book, direction, payment);
  if (!found) return;
  if (is_on_its_way(*found)) {
    const std::string order =
        chain::to_text(chain::OwnedId{found->subject.account.owner, *found->order});
    remove_from_outbox(book, order);
    book.clear("order/" + order);
  }
  if (found->state == ScreeningState::unblocking_pay) {
    // What was decided, by another order of the bank.
    found->state = ScreeningState::unblocked_pay;
    ++found->round;
    update(book, *found, "settled by another order of the bank");
  } else if (is_on_its_way(*found) || found->state == ScreeningState::blocked) {
    back_to(book, *found, ScreeningState::waiting,
            "it has settled, and cannot be frozen on the ledger any more: release it, or reject "
            "it, and it is returned");
  }
}

bool hold_by_hand(BookTransaction& book, const ScreeningSubject& subject, const std::string& person,
                  const std::string& reason) {
  auto known = find_screening(book, subject.direction, subject.payment);
  if (known && known->state != ScreeningState::clear && known->state != ScreeningState::released)
    return known->state == ScreeningState::waiting;
  Screening held = known.value_or(Screening{});
  if (!known) {
    held.subject = subject;
    held.received = book.now();
  }
  held.state = ScreeningState::waiting;
  held.hits += std::string(kByHand) + "\n";
  held.result = json::serialize(json::object{
      {"lists", json::array()},
      {"hits", json::array{json::object{{"kind", "by hand"}, {"reason", person + ": " + reason}}}},
      {"cut", false}});
  ++held.round;
  if (known)
    update(book, held, "held by " + person);
  else
    insert(book, held, "held by " + person);
  note_result(book, held);
  raise(book, held, "held by " + person);
  return true;
}

void screen_again(BookTransaction& book, const screening::Screener& screener) {
  for (Screening& each : screenings_older_than(book, screener.version(), kAgainAtOnce))
    take_finding(book, each, screener);
}

bool may_decide(const Screening& screening, ScreeningAction action) {
  switch (action) {
    case ScreeningAction::release:
    case ScreeningAction::reject:
    case ScreeningAction::block:
      return screening.state == ScreeningState::waiting;
    case ScreeningAction::unblock_pay:
    case ScreeningAction::unblock_release:
      return screening.state == ScreeningState::blocked;
  }
  VOSTRO_CHECK(false);
}

std::vector<std::string> persons_for(BookTransaction& book, const BridgeConfig& config,
                                     const Hash& network_id, const Screening& screening,
                                     const ScreeningDecision& like) {
  std::set<std::string> persons;
  for (const ScreeningDecision& each : screening_decisions(book, id_of(screening))) {
    const Person* person = config.person(each.signer);
    if (person == nullptr || person->name != each.person || each.round != screening.round ||
        each.action != like.action || each.basis != like.basis || each.document != like.document)
      continue;
    if (is_valid_signature(each.signer, decision_message(network_id, screening, each),
                           each.signature))
      persons.insert(person->name);
  }
  return {persons.begin(), persons.end()};
}

void act_on_screenings(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker) {
  for (const ScreeningState state : {ScreeningState::waiting, ScreeningState::blocked})
    for (Screening& screening : screenings_in(book, state))
      for (const ScreeningDecision& each : screening_decisions(book, id_of(screening))) {
        if (!may_decide(screening, each.action)) continue;
        const auto persons = persons_for(book, config, maker.network_id(), screening, each);
        if (persons.size() < 2) continue;
        carry_out(book, maker, screening, each, persons);
        break;
      }
}

void on_screening_order(BookTransaction& book, Screening screening, const chain::Receipt& receipt) {
  const std::string order = chain::to_text(receipt.id);
  remove_from_outbox(book, order);
  book.clear("order/" + order);
  if (!is_on_its_way(screening)) return;
  if (receipt.status == chain::Status::rejected)
    return back_to(book, screening, state_before(screening),
                   "the ledger refused the order: " +
                       (receipt.reason ? std::string(chain::to_string(*receipt.reason))
                                       : std::string(chain::to_string(receipt.status))));
  screening.state = screening.state == ScreeningState::blocking ? ScreeningState::blocked
                    : screening.state == ScreeningState::unblocking_pay
                        ? ScreeningState::unblocked_pay
                        : ScreeningState::unblocked_release;
  ++screening.round;
  update(book, screening, "final on the ledger");
}

void on_screening_order_expired(BookTransaction& book, const OrderMaker& maker,
                                Screening screening) {
  if (!is_on_its_way(screening)) return;
  book.clear("order/" + chain::to_text(chain::OwnedId{maker.agent(), *screening.order}));
  maker.freeze_or_free(book, screening);
  update(book, screening, "the order expired");
}

void on_screening_order_refused(BookTransaction& book, Screening screening,
                                const std::string& why) {
  if (is_on_its_way(screening)) back_to(book, screening, state_before(screening), why);
}

}  // namespace vostro::bridge
