/// Carries the events of one webhook to its receiver: in order, one delivery after the other, each
/// until the receiver has taken it. Own thread and bounded memory, so that a receiver that is slow,
/// hangs or is gone delays nobody else.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "node/api/events.h"
#include "node/webhooks/book.h"
#include "node/webhooks/callback.h"
#include "node/webhooks/options.h"

namespace vostro::node {

class WebhookSender {
 public:
  /// Of one delivery, beside its last event.
  static constexpr std::size_t delivery_bytes_max = 256 * 1024;

  struct Setting {
    const chain::Store& store;  ///< outlives this, as does the book
    WebhookBook& book;
    const WebhookOptions& options;
    Bic bank;  ///< whose events
    std::shared_ptr<CallbackTrust> trust;
  };
  struct State {
    chain::ReceiptPlace taken;  ///< as in Webhook, and newer than on disk
    chain::ReceiptPlace next;
    std::uint64_t events = 0;  ///< taken by the receiver since the node started
    std::uint64_t deliveries = 0;
    std::uint64_t failures = 0;
    std::uint64_t failures_in_row = 0;
    std::string last_failure;  ///< of those in a row; empty where there are none
  };

  /// Begins at once. `announced`: the newest height that may be told.
  WebhookSender(const Setting& setting, const Webhook& webhook, Height announced);
  /// Waits for the thread, which `give_up` hurries.
  ~WebhookSender();

  /// Only notes and wakes. Any thread.
  void announce(Height height);
  /// Ends what is under way. Any thread.
  void give_up();
  [[nodiscard]] State state() const;

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  void run();
  void rest();
  [[nodiscard]] bool deliver(const std::vector<api::FeedEvent>& events);
  [[nodiscard]] std::string body_of(const std::vector<api::FeedEvent>& events) const;
  void note_taken(const std::vector<api::FeedEvent>& events);
  void note_failure(const std::string& why);
  [[nodiscard]] bool pause();
  void note_place(const chain::ReceiptPlace& taken);
  void save();
  [[nodiscard]] Height announced() const;
  [[nodiscard]] bool is_given_up() const;

  Setting setting_;
  const std::string id_;
  const WebhookSecret secret_;
  Callback callback_;
  api::EventFeed feed_;             ///< the thread's
  SteadyTime saved_at_{};           ///< the thread's
  bool is_noted_ = false;           ///< the thread's: the book knows what the disk does not
  chain::ReceiptPlace noted_next_;  ///< the thread's: what the book knows
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Height announced_;
  bool is_given_up_ = false;
  State state_;
  std::thread thread_;
};

}  // namespace vostro::node
