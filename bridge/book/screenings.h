/// Payments that were screened: what was found, by which lists, and what people decided. One row
/// each; every result and every decision is a row that is only added. Names of customers stand
/// here, and nowhere else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/identifiers.h"
#include "base/keys.h"
#include "bridge/book/book.h"
#include "bridge/screening/screen.h"
#include "chain/account.h"

namespace vostro::bridge {

inline constexpr std::string_view screening_flow = "screening";

/// Which way a payment goes; a bank may be at both ends of one.
enum class Direction : std::uint8_t {
  incoming = 1,  ///< To an account of ours: held on the ledger until we accept it.
  outgoing,      ///< From one of ours: not on the ledger yet.
};
[[nodiscard]] std::string_view to_string(Direction direction);

enum class ScreeningState : std::uint8_t {
  clear = 1,       ///< Nothing was found.
  waiting,         ///< For two persons.
  released,        ///< By two persons: it may go on.
  rejected,        ///< By two persons: it goes back.
  blocking,        ///< A Block is on its way to the ledger.
  blocked,         ///< Frozen; of an outgoing one, kept back.
  unblocking_pay,  ///< An Unblock is on its way.
  unblocking_release,
  unblocked_pay,      ///< It may go on; of an incoming one, it is settled.
  unblocked_release,  ///< It goes back; of an incoming one, it has gone.
  closed,             ///< The payment is over: lists that change concern it no more.
};
[[nodiscard]] std::string_view to_string(ScreeningState state);

/// A payment to screen.
struct ScreeningSubject {
  Direction direction = Direction::incoming;
  chain::OwnedId payment;    ///< debtor agent and UETR
  chain::AccountId account;  ///< ours; the one that acts for a Block
  Money amount;
  std::vector<screening::Party> parties;
};

struct Screening {
  ScreeningSubject subject;
  ScreeningState state = ScreeningState::clear;
  std::string lists;        ///< Screener::version() of the last result
  std::string hits;         ///< who was hit, a line each: "role list entry"
  std::string result;       ///< JSON: lists with their versions, hits with their reasons
  std::uint32_t round = 0;  ///< grows with each news: what was decided before counts no more
  std::string basis;        ///< of Block or Unblock
  Hash document;
  std::uint32_t attempt = 0;
  std::optional<Uuid> order;  ///< id of the last Block or Unblock
  UnixMillis received;
};
/// Hash of direction and payment: what people name it by.
[[nodiscard]] Hash id_of(Direction direction, const chain::OwnedId& payment);
[[nodiscard]] Hash id_of(const Screening& screening);
[[nodiscard]] std::string key_of(const Screening& screening);
[[nodiscard]] Hash facts_of(const Screening& screening);

void insert(BookTransaction& book, const Screening& screening, std::string_view detail);
void update(BookTransaction& book, const Screening& screening, std::string_view detail);
/// The result that the row has now, for ever.
void note_result(BookTransaction& book, const Screening& screening);

[[nodiscard]] std::optional<Screening> find_screening(BookTransaction& book, Direction direction,
                                                      const chain::OwnedId& payment);
[[nodiscard]] std::optional<Screening> find_screening_by_order(BookTransaction& book,
                                                               const Uuid& order);
[[nodiscard]] std::vector<Screening> screenings_in(BookTransaction& book, ScreeningState state);
/// Those that new lists concern and that have another result's version; at most `count_max`.
[[nodiscard]] std::vector<Screening> screenings_older_than(BookTransaction& book,
                                                           const std::string& lists,
                                                           std::size_t count_max);
[[nodiscard]] std::vector<Screening> all_screenings(BookTransaction& book);

/// What people may want. Numbers are signed: they never change.
enum class ScreeningAction : std::uint8_t {
  release = 1,
  reject,
  block,
  unblock_pay,
  unblock_release,
};
[[nodiscard]] std::string_view to_string(ScreeningAction action);
[[nodiscard]] std::optional<ScreeningAction> parse_screening_action(std::string_view word);

struct ScreeningDecision {
  Hash screening;
  std::uint32_t round = 0;
  ScreeningAction action = ScreeningAction::release;
  std::string basis;  ///< of block and unblock: 1 to 35 characters; else empty
  Hash document;      ///< of the same: hash of the paper; else zeros
  std::string reason;
  std::string person;
  PublicKey signer;
  Signature signature;
};
/// The bytes that a person signs: "VOSTRO-SCREENED1", network id, id, round, amount, list version,
/// hash of what was found, action, basis, document, reason. Texts have their length before them.
[[nodiscard]] Bytes decision_message(const Hash& network_id, const Screening& screening,
                                     const ScreeningDecision& decision);
void insert(BookTransaction& book, const ScreeningDecision& decision);
/// Of all rounds, oldest first.
[[nodiscard]] std::vector<ScreeningDecision> screening_decisions(BookTransaction& book,
                                                                 const Hash& screening);

}  // namespace vostro::bridge
