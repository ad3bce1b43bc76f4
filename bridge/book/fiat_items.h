/// What moved on our accounts at the bank, each movement once: as the book posted it, told by the
/// bank with a camt.054 or decided by a pacs.002, and as a statement has it. One row each, by
/// account and key. Where both are there and agree, nobody need look.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "bridge/book/book.h"

namespace vostro::bridge {

inline constexpr std::string_view fiat_flow = "fiat";

struct FiatItem {
  std::string account;  ///< ours
  /// "C/" or "D/" and the bank's reference; "P/" and a payout's message id; "O/" is what the first
  /// statement opened with and the book does not know.
  std::string key;
  Currency currency;
  MinorUnits posted;      ///< signed, a credit is plus; 0: the book has not
  MinorUnits stated;      ///< signed; 0: no statement has it
  std::string reference;  ///< the bank's own; empty while it gave none
  std::string statement;  ///< which one has it; empty: none
  Date due;               ///< a statement of this day or a later one must have it

  bool operator==(const FiatItem&) const = default;
};
/// "told": an entry that the book posts when the payout is decided; "posted", "stated", "both".
[[nodiscard]] std::string_view state_of(const FiatItem& item);
[[nodiscard]] std::string key_of(const FiatItem& item);  ///< with its account
[[nodiscard]] Hash facts_of(const FiatItem& item);

[[nodiscard]] std::string credit_key(const std::string& reference);
[[nodiscard]] std::string debit_key(const std::string& reference);
[[nodiscard]] std::string payout_key(const std::string& message_id);
inline constexpr std::string_view opening_key = "O/";

/// Adds it, or changes the one that is there.
void save(BookTransaction& book, const FiatItem& item);
[[nodiscard]] std::optional<FiatItem> find_item(BookTransaction& book, const std::string& account,
                                                const std::string& key);
/// The debit, or payout, that the bank gave this reference.
[[nodiscard]] std::optional<FiatItem> find_debit(BookTransaction& book, const std::string& account,
                                                 const std::string& reference);
/// Posted, on no statement, and due on `day` or before it.
[[nodiscard]] std::vector<FiatItem> overdue_items(BookTransaction& book, const std::string& account,
                                                  Date day);
[[nodiscard]] std::vector<FiatItem> items_of_statement(BookTransaction& book,
                                                       const std::string& account,
                                                       const std::string& statement);
[[nodiscard]] std::vector<FiatItem> all_items(BookTransaction& book);

/// Sum of what the book posted and no statement has, due after `day`.
[[nodiscard]] MinorUnits told_after(BookTransaction& book, const std::string& account, Date day);

/// The bank's message that told last, by a notice or a payout's answer, what moved on `account`.
struct BankWord {
  std::string account;
  Hash file;
};
inline constexpr std::string_view word_flow = "word";
[[nodiscard]] Hash facts_of(const BankWord& word);
/// In place of the one before.
void save(BookTransaction& book, const BankWord& word);
[[nodiscard]] std::optional<BankWord> bank_word(BookTransaction& book, const std::string& account);
[[nodiscard]] std::vector<BankWord> all_bank_words(BookTransaction& book);

/// Adds what a book of an older schema posted on `account` in `currency` before it had items.
void adopt_items(BookTransaction& book, const std::string& account, const Currency& currency);

/// Sums over one account.
struct FiatSums {
  MinorUnits posted;    ///< all that the book posted: what it says the bank holds
  MinorUnits stated;    ///< all that statements have
  MinorUnits unstated;  ///< posted, and on no statement
  MinorUnits unposted;  ///< stated, and not posted
};
[[nodiscard]] FiatSums sums_of(BookTransaction& book, const std::string& account);

}  // namespace vostro::bridge
