/// Messages over HTTP: what is posted, what became of it, and what is there to be fetched. Handlers
/// of the gateway, without a socket; any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <set>

#include "base/keys.h"
#include "bridge/api/gateway.h"
#include "bridge/book/mail.h"
#include "net/http/problem.h"
#include "net/http/request.h"

namespace vostro::bridge::api {

using net::http::Answer;
using net::http::MakeResponse;
using net::http::Request;
using net::http::Response;

/// What messages are posted as.
inline constexpr std::string_view message_type = "application/xml";
/// The field of a detached signature (channel/signature.h), in requests and answers.
inline constexpr std::string_view signature_field = "vostro-signature";

namespace problems {
using namespace net::http::problems;  // NOLINT: one list
using net::http::ProblemKind;
inline constexpr ProblemKind no_signature{400, "no-signature",
                                          "The message has no Vostro-Signature."};
inline constexpr ProblemKind bad_signature{422, "bad-signature",
                                           "The signature is not that of the channel's key."};
inline constexpr ProblemKind id_used{409, "message-id-used",
                                     "Another message had its id, and other bytes."};
inline constexpr ProblemKind quarantined{422, "quarantined", "The message is in quarantine."};
inline constexpr ProblemKind unknown_message{404, "unknown-message", "There is no such message."};
inline constexpr ProblemKind not_sent{409, "not-sent", "The message is not in `out` yet."};
inline constexpr ProblemKind busy{429, "busy", "Too much is waiting; nothing was kept."};
inline constexpr ProblemKind not_kept{503, "not-kept", "The message cannot be kept."};
inline constexpr ProblemKind not_active{503, "not-active",
                                        "Another bridge has the book, or it is being read again."};
inline constexpr ProblemKind book_unavailable{503, "book-unavailable", "The book does not answer."};
inline constexpr ProblemKind node_unavailable{503, "node-unavailable", "The node does not answer."};
inline constexpr ProblemKind stalled{503, "stalled", "The bridge's loop does not come back."};
}  // namespace problems

/// How long a look into the book may keep the next one waiting.
inline constexpr std::chrono::seconds book_wait{2};

/// A book that several threads look into, one after the other. Where its database hangs, one of
/// them hangs with it, and the others do not.
class SharedBook {
 public:
  explicit SharedBook(Book book) : book_(std::move(book)) {}
  /// False where the book does not answer, or a look of another thread takes more than book_wait;
  /// it is logged.
  [[nodiscard]] bool read(const Book::Work& work);

 private:
  using Clock = std::chrono::steady_clock;

  std::timed_mutex mutex_;
  std::atomic<Clock::time_point> busy_since_{Clock::time_point::max()};  ///< max: nobody looks
  Book book_;
};

class Counter {
 public:
  /// All outlive this.
  Counter(SharedBook& book, const Directories& directories, const SecretKey& sign_key,
          const PublicKey& bank_key)
      : book_(book), directories_(directories), sign_key_(sign_key), bank_key_(bank_key) {}

  [[nodiscard]] MakeResponse post(const Request& request, Answer answer);
  [[nodiscard]] Response outcome(const Request& request);
  [[nodiscard]] Response list(const Request& request);
  [[nodiscard]] Response fetch(const Request& request);
  [[nodiscard]] Response take_out(const Request& request);

  void set_active(bool is_active);
  [[nodiscard]] std::vector<ReceivedFile> posted();
  void tell_outcomes();

 private:
  struct Waiter {
    std::uint64_t number = 0;
    Answer answer;
  };
  /// On disk, and among those to be taken; `waiter`: who waits for its outcome, or null.
  [[nodiscard]] Response keep(const Hash& hash, const Request& request,
                              const std::string& signature, const Waiter* waiter);
  /// Its client has been told something else.
  void forget(const Hash& hash, std::uint64_t waiter);

  SharedBook& book_;
  const Directories& directories_;
  const SecretKey& sign_key_;
  PublicKey bank_key_;
  std::mutex mutex_;
  bool is_active_ = false;
  std::vector<ReceivedFile> posted_;
  std::set<std::string> posted_names_;
  std::size_t posted_bytes_ = 0;
  std::atomic<std::uint64_t> waiters_{0};  ///< numbered so far
  std::map<Hash, std::vector<Waiter>> waiting_;
};

}  // namespace vostro::bridge::api
