/// Breaks: where the bank, the ledger and the book do not say the same. One row each, by what is at
/// odds; it is open until what was at odds fits again. And the stop of a currency's issuing that
/// follows a new one, until two persons lift it. Source: threat model 2.7, "Reconcile".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/identifiers.h"
#include "base/keys.h"
#include "bridge/book/book.h"

namespace vostro::bridge {

inline constexpr std::string_view break_flow = "break";
inline constexpr std::string_view stop_flow = "issuing";

enum class BreakKind : std::uint8_t {
  unbacked_issue = 1,      ///< Issued on the ledger, and no fiat entry explains it.
  unpaid_burn,             ///< Burnt on the ledger, and the bank never said that it was paid.
  unexplained_debit,       ///< Debited by the bank, and no payout explains it.
  debited_again,           ///< A second debit for one payout.
  debited_though_refused,  ///< Debited, and the bank had said that it does not pay.
  amount_differs,          ///< The statement has another amount than the bank told before.
  not_on_statement,        ///< Told by the bank, and not on the statement that must have it.
  stated_again,            ///< One entry on two statements.
  opening_differs,         ///< The first statement begins with money that the book does not know.
  statement_number,        ///< A statement out of turn: gap, step back, another of the same number.
  statement_opening,       ///< A statement that does not begin where the last one ended.
  statement_sum,           ///< The statements' entries do not lead to the last closing balance.
  participant_differs,     ///< For one participant, fiat and ledger differ by more than is known.
  ledger_differs,          ///< The ledger's sums are not what the book read from its blocks.
};
inline constexpr BreakKind break_kinds[]{
    BreakKind::unbacked_issue,         BreakKind::unpaid_burn,
    BreakKind::unexplained_debit,      BreakKind::debited_again,
    BreakKind::debited_though_refused, BreakKind::amount_differs,
    BreakKind::not_on_statement,       BreakKind::stated_again,
    BreakKind::opening_differs,        BreakKind::statement_number,
    BreakKind::statement_opening,      BreakKind::statement_sum,
    BreakKind::participant_differs,    BreakKind::ledger_differs};
/// "unbacked_issue"
[[nodiscard]] std::string_view to_string(BreakKind kind);

struct Break {
  BreakKind kind = BreakKind::ledger_differs;
  Currency currency;
  std::string reference;           ///< what is at odds: an order, an entry, a statement
  std::optional<Bic> participant;  ///< whom it concerns, where that is known
  MinorUnits amount;               ///< signed: what the bank has more than it should
  std::string text;                ///< one sentence
  UnixMillis since = {};
  bool is_open = true;

  bool operator==(const Break&) const = default;
};
/// "unbacked_issue/EUR/REFERENCE": there is one of each.
[[nodiscard]] std::string key_of(const Break& each);
[[nodiscard]] Hash facts_of(const Break& each);

/// Opens it, with an alarm; again, where it was closed. One that is open gets the new amount and
/// counts as new where that is another. `since` is set.
void note_break(BookTransaction& book, Break found);
/// No error where there is none, or where it is closed.
void close_break(BookTransaction& book, BreakKind kind, const Currency& currency,
                 const std::string& reference);
/// Oldest first.
[[nodiscard]] std::vector<Break> open_breaks(BookTransaction& book);
[[nodiscard]] std::vector<Break> all_breaks(BookTransaction& book);

/// A currency that is not issued: its orders to issue stay in the outbox.
struct Stop {
  Currency currency;
  std::int64_t number = 0;  ///< of this currency's stops, from 1: a decision is about one of them
  bool is_stopped = true;
  std::string reason;
  UnixMillis at;

  bool operator==(const Stop&) const = default;
};
[[nodiscard]] Hash facts_of(const Stop& stop);
[[nodiscard]] std::string subject_of(const Stop& stop);  ///< "issuing/EUR/1"

/// Stops the issuing of every currency that has a break since it was last looked at. False
/// `is_stopping`: they are taken note of, and nothing is stopped.
void stop_on_breaks(BookTransaction& book, bool is_stopping);
void stop_issuing(BookTransaction& book, const Currency& currency, const std::string& reason);
void allow_issuing(BookTransaction& book, Stop stop, const std::string& detail);
/// Stopped or not, all that ever were.
[[nodiscard]] std::vector<Stop> stops(BookTransaction& book);
[[nodiscard]] std::optional<Stop> find_stop(BookTransaction& book, const Currency& currency);

/// A person's word that something may go on, signed with that person's key.
struct Release {
  std::string subject;  ///< "issuing/EUR/1", "statement/HASH"
  std::string reason;   ///< 1 to 140 bytes of clean text
  std::string person;
  PublicKey signer;
  Signature signature;
};
/// The bytes that a person signs: "VOSTRO-RELEASE-1", network id, subject with its size (1 byte),
/// reason.
[[nodiscard]] Bytes release_message(const Hash& network_id, std::string_view subject,
                                    std::string_view reason);
void insert(BookTransaction& book, const Release& release);
[[nodiscard]] std::vector<Release> releases_of(BookTransaction& book, const std::string& subject);

}  // namespace vostro::bridge
