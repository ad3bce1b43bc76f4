#include "bridge/intake.h"

#include "base/failpoint.h"
#include "bridge/channel/signature.h"
#include "bridge/flow/incoming.h"
#include "bridge/flow/outgoing.h"
#include "bridge/flow/statement.h"
#include "bridge/messages.h"

namespace vostro::bridge {
namespace {

std::string alarm_of(const Hash& file) {
  return "file/" + to_hex(file.view()).substr(0, 16);
}

class Intake {
 public:
  Intake(Book& book, Directories& directories, const Rules& rules, UnixMillis now,
         const ReadMessage& read)
      : book_(book), directories_(directories), rules_(rules), now_(now), read_(read) {}

  Result<void, BookError> take(const ReceivedFile& file) {
    const Hash hash = vostro::hash("file", file.content);
    std::optional<InboxFile> known;
    if (auto done = book_.read(now_, [&](BookTransaction& rows) { known = find_file(rows, hash); });
        !done)
      return done;
    if (known) {
      put_away(file, known->outcome == "taken");
      return {};
    }
    if (file.signature.empty()) {
      log::warning("a file has no signature", {{"file", file.name}});
      return {};
    }
    if (!is_signed_by(rules_.config.bank_key, file.content, file.signature))
      return quarantine(file, hash, "its signature is not that of the channel's key");
    // Nothing looks into the bytes before here.
    const auto message =
        read_(as_text(file.content), rules_.config.agent,
              rules_.config.participant ? std::optional(rules_.config.bank) : std::nullopt);
    if (!message && message.error().kind == ReadFault::Kind::not_now)
      return leave(file, hash, message.error().what);
    if (!message) return quarantine(file, hash, message.error().what);
    if (message->sender != rules_.config.bank)
      return quarantine(file, hash, "it is from another bank than the channel's");
    if (const std::string fault = fault_in(*message); !fault.empty())
      return quarantine(file, hash, fault);
    return act(file, hash, *message);
  }

 private:
  [[nodiscard]] std::string fault_in(const IncomingMessage& message) const {
    if (const auto* notice = std::get_if<FiatNotice>(&message.content))
      return fault_of(rules_.config, *notice);
    if (const auto* statements = std::get_if<FiatStatements>(&message.content))
      return fault_of(rules_.config, *statements);
    return {};
  }

  Result<void, BookError> act(const ReceivedFile& file, const Hash& hash,
                              const IncomingMessage& message) {
    const std::string sender = to_text(message.sender);
    bool is_repeat = false;
    VOSTRO_FAILPOINT("bridge.intake.read");
    auto done = book_.write(now_, [&](BookTransaction& rows) {
      is_repeat = find_message(rows, "in", sender, message.message_id).has_value();
      if (is_repeat) return;
      rows.clear(alarm_of(hash));
      insert(rows, InboxFile{hash, file.name, "taken", message.type});
      insert(rows, JournalMessage{"in", message.type, sender, message.message_id, hash,
                                  std::string(as_text(file.content))});
      if (const auto* notice = std::get_if<FiatNotice>(&message.content))
        take_notice(rows, rules_.config, rules_.maker, *notice, hash);
      else if (const auto* statements = std::get_if<FiatStatements>(&message.content))
        take_statements(rows, rules_.config, rules_.maker, *statements, hash);
      else if (const auto* status = std::get_if<PayoutStatus>(&message.content))
        take_status(rows, rules_.config, rules_.maker, *status, hash);
      else
        take_from_core(rows, message);
      VOSTRO_FAILPOINT("bridge.intake.before_commit");
    });
    if (!done) return done;
    if (is_repeat)
      return quarantine(file, hash, "another file had its message id, and other bytes", "repeated");
    VOSTRO_FAILPOINT("bridge.intake.committed");
    log::info("message taken", {{"file", file.name}, {"kind", message.type}});
    put_away(file, true);
    return {};
  }

  /// What a participant's own systems send.
  void take_from_core(BookTransaction& rows, const IncomingMessage& message) {
    if (const auto* orders = std::get_if<CustomerOrders>(&message.content))
      take_orders(rows, rules_, *orders, message.type, message.message_id);
    else if (const auto* recalls = std::get_if<RecallRequest>(&message.content))
      take_recalls(rows, rules_, *recalls);
    else if (const auto* answers = std::get_if<RecallAnswer>(&message.content))
      take_recall_answers(rows, rules_, *answers);
    else
      take_returns(rows, rules_, std::get<ReturnOrders>(message.content));
  }

  /// Nothing is known of it, so nothing is noted but that a person should know: it comes again.
  Result<void, BookError> leave(const ReceivedFile& file, const Hash& hash,
                                const std::string& why) {
    log::warning("a file cannot be read now", {{"file", file.name}, {"reason", why}});
    return book_.write(now_, [&](BookTransaction& rows) {
      rows.raise(
          alarm_of(hash),
          "the file " + file.name + " cannot be read now, stays in `in` and is read again: " + why);
    });
  }

  Result<void, BookError> quarantine(const ReceivedFile& file, const Hash& hash,
                                     const std::string& why,
                                     const std::string& outcome = "quarantined") {
    auto done = book_.write(now_, [&](BookTransaction& rows) {
      insert(rows, InboxFile{hash, file.name, outcome, why});
      rows.raise(alarm_of(hash), "the file " + file.name + " is in quarantine: " + why);
    });
    if (!done) return done;
    VOSTRO_FAILPOINT("bridge.quarantine.committed");
    log::warning("file quarantined", {{"file", file.name}, {"reason", why}});
    put_away(file, false);
    return {};
  }

  void put_away(const ReceivedFile& file, bool is_taken) {
    if (const auto moved = directories_.put_away(file.name, file.content, is_taken); !moved)
      log::error("a file cannot be put away", {{"error", moved.error()}});
    VOSTRO_FAILPOINT("bridge.archive.moved");
  }

  Book& book_;
  Directories& directories_;
  const Rules& rules_;
  UnixMillis now_;
  const ReadMessage& read_;
};

}  // namespace

Result<bool, BookError> take_files(Book& book, Directories& directories, const Rules& rules,
                                   UnixMillis now, const ReadMessage& read,
                                   const std::vector<ReceivedFile>& posted) {
  Intake intake(book, directories, rules, now, read);
  for (const ReceivedFile& file : posted)
    if (auto done = intake.take(file); !done) return fail(done.error());
  const auto found = directories.look(Directories::Clock::now());
  if (!found) {
    log::error("the channel's directory cannot be read", {{"error", found.error()}});
    return false;
  }
  for (const ReceivedFile& file : found->files)
    if (auto done = intake.take(file); !done) return fail(done.error());
  if (!found->odd.empty())
    if (auto done = book.write(now,
                               [&](BookTransaction& rows) {
                                 for (const OddThing& odd : found->odd)
                                   rows.raise("odd/" + odd.name, "in the channel's directory " +
                                                                     odd.name + " " + odd.why +
                                                                     ": it is left there");
                               });
        !done)
      return fail(done.error());
  return found->is_more;
}

}  // namespace vostro::bridge
