/// What comes in, what goes out, and how far the chain was read. Functions over one transaction of
/// the book. What goes into the outbox and out of it is written together, before it is read or
/// committed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bridge/book/book.h"
#include "client/events.h"

namespace vostro::bridge {

/// A file that was dealt with, by the hash of its bytes.
struct InboxFile {
  Hash file;
  std::string name;     ///< as it lay there, in letters, digits and ._-
  std::string outcome;  ///< "taken", "quarantined"; "repeated": a known message id, other bytes
  std::string detail;
};
[[nodiscard]] std::optional<InboxFile> find_file(BookTransaction& book, const Hash& file);
/// Whether a file with a hash that begins so was dealt with.
[[nodiscard]] bool is_file_known(BookTransaction& book, const std::string& digits);
void insert(BookTransaction& book, const InboxFile& file);

/// A message in the journal.
struct JournalMessage {
  std::string direction;  ///< "in", "out"
  std::string type;       ///< "camt.054.001.08"
  std::string sender;     ///< BIC
  std::string message_id;
  Hash file;            ///< of its bytes
  std::string content;  ///< UTF-8
};
/// Hash of the bytes of the message with that sender and id; none: there is no such message.
[[nodiscard]] std::optional<Hash> find_message(BookTransaction& book, const std::string& direction,
                                               const std::string& sender,
                                               const std::string& message_id);
void insert(BookTransaction& book, const JournalMessage& message);

/// A message of ours in the journal.
struct SentMessage {
  std::int64_t place = 0;  ///< ascends
  UnixMillis at;
  std::string type;
  std::string message_id;
  Hash file;
};
/// Those behind the place `after`, in order; at most `count_max`.
[[nodiscard]] std::vector<SentMessage> sent_messages(BookTransaction& book, std::int64_t after,
                                                     std::size_t count_max);
/// Its text; none: we never wrote such a message.
[[nodiscard]] std::optional<std::string> sent_content(BookTransaction& book,
                                                      const std::string& message_id);

/// What is to be sent, whole, until it is certain that it arrived: the same bytes each time.
struct OutboxItem {
  enum class Kind : std::uint8_t { order = 1, file, annex };
  std::string id;  ///< of the order ("BIC:uuid"), the file's name, or "annex/" and the order's id
  Kind kind = Kind::order;
  std::string content;                  ///< canonical bytes in hexadecimal; the file's text
  bool is_sent = false;                 ///< at least once, maybe
  std::optional<Currency> issues = {};  ///< of an order to issue: what it issues
  std::int64_t place = 0;               ///< in the order of time; `insert` gives it
};
void insert(BookTransaction& book, const OutboxItem& item);
/// Into the journal, and as the file "MESSAGE_ID.xml" into the outbox; nothing where the journal
/// has a message of ours with that id: it says the same.
void send_once(BookTransaction& book, const JournalMessage& message);
void mark_sent(BookTransaction& book, const std::vector<std::string>& ids);
/// Of those that were sent once, and of which the node has certainly kept nothing.
void mark_unsent(BookTransaction& book, const std::vector<std::string>& ids);
[[nodiscard]] std::optional<OutboxItem> find_in_outbox(BookTransaction& book,
                                                       const std::string& id);
/// Whether it may have left: it is marked so, or is in the outbox no more.
[[nodiscard]] bool was_sent(BookTransaction& book, const std::string& id);
/// Gone: it arrived, or never will. No error where it is gone already.
void remove_from_outbox(BookTransaction& book, const std::string& id);
void remove_from_outbox(BookTransaction& book, const std::vector<std::string>& ids);
/// What of the outbox is looked at, from behind the place `after` on.
struct OutboxPart {
  enum class Of : std::uint8_t { all, files, orders } of = Of::all;  ///< orders with annexes
  std::int64_t after = 0;
};
/// Oldest first, at most `count_max`; orders to issue a currency stay while it is stopped.
[[nodiscard]] std::vector<OutboxItem> outbox(BookTransaction& book, std::size_t count_max,
                                             const OutboxPart& part = {});
[[nodiscard]] std::int64_t outbox_size(BookTransaction& book);
/// By kind, "order", "file" and "annex".
[[nodiscard]] std::map<std::string, std::int64_t> outbox_sizes(BookTransaction& book);
[[nodiscard]] bool is_in_outbox(BookTransaction& book, const std::string& id);

/// The last event that was taken; none in a fresh book. Throws BookDamaged where the book is of
/// another network.
[[nodiscard]] std::optional<client::EventPlace> cursor(BookTransaction& book,
                                                       const Hash& network_id);
void set_cursor(BookTransaction& book, const Hash& network_id, const client::EventPlace& place);

/// What the ledger did in the agent's name, and no row of the book knows: kind "issue" by the
/// order's id, "paid" or "failed" by the redemption's name.
struct Stranger {
  std::string id;
  std::string kind;
  Height height;
  Money amount;
};
void insert(BookTransaction& book, const Stranger& stranger);
[[nodiscard]] std::optional<Stranger> find_stranger(BookTransaction& book, const std::string& id);
void remove_stranger(BookTransaction& book, const std::string& id);
[[nodiscard]] std::vector<Stranger> strangers(BookTransaction& book);

/// What the ledger issued to one participant, and burnt of its redemptions, by the receipts alone.
struct LedgerTotal {
  Currency currency;
  Bic participant;
  MinorUnits issued;
  MinorUnits redeemed;
};
/// Adds to the participant's; amounts of 0 or above.
void add_to_ledger_total(BookTransaction& book, const LedgerTotal& more);
[[nodiscard]] std::vector<LedgerTotal> ledger_totals(BookTransaction& book);

void ensure_accounts(BookTransaction& book, const Currency& currency);
/// Every currency of the book, each account with its sum; an account without postings has zero.
[[nodiscard]] std::map<Currency, std::map<std::string, MinorUnits>> balances(BookTransaction& book);

struct Alarm {
  std::string key;
  UnixMillis first;
  UnixMillis last;
  std::int64_t count = 0;
  std::string text;
};
[[nodiscard]] std::vector<Alarm> alarms(BookTransaction& book);
inline constexpr std::string_view alarm_flow = "alarm";
/// Whether an alarm with that key is of something that happened, which a person sees to and closes;
/// the others are about what lasts, and end with it.
[[nodiscard]] bool is_closed_by_people(std::string_view key);
/// It is seen to; `reason` stays on record. False: there is no such alarm.
[[nodiscard]] bool close_alarm(BookTransaction& book, const std::string& key,
                               std::string_view reason);
/// When the alarm that is open was raised first.
[[nodiscard]] std::optional<UnixMillis> raised_since(BookTransaction& book, const std::string& key);

}  // namespace vostro::bridge
