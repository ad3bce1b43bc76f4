/// The webhooks of this node's bank: registered, shown, removed, and each carried by a sender of
/// its own (docs/api.md, "Webhooks"). Any thread.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "net/http/metrics_text.h"
#include "node/webhooks/sender.h"

namespace vostro::node {

class Webhooks {
 public:
  struct Shown {
    Webhook webhook;
    WebhookSender::State state;
    std::uint64_t behind = 0;  ///< blocks that are not told yet
  };
  enum class AddFailure : std::uint8_t {
    full,
    failed,  ///< the book cannot be written
  };

  /// Reads the book and begins to send. Errors: a sentence for the operator.
  [[nodiscard]] static Result<std::unique_ptr<Webhooks>, std::string> start(
      WebhookOptions options, const chain::Store& store, const Bic& bank, Height announced);
  ~Webhooks();
  /// No more deliveries; those under way are given up, and are made again after the next start.
  void stop();
  /// Blocks up to this may be told. Only notes and wakes.
  void announce(Height height);

  [[nodiscard]] const WebhookOptions& options() const { return options_; }
  /// Names that are being resolved for those who register webhooks; outlives this.
  [[nodiscard]] std::shared_ptr<std::atomic<int>> look_ups() const { return look_ups_; }
  /// By id.
  [[nodiscard]] std::vector<Shown> all() const;
  [[nodiscard]] std::optional<Shown> find(const std::string& id) const;
  /// With a new id and a new secret. `url` was parsed and its addresses judged; `begin` is the
  /// event that counts as taken, none for the newest block.
  [[nodiscard]] Result<Shown, AddFailure> add(const std::string& url, const std::string& token,
                                              std::optional<chain::ReceiptPlace> begin,
                                              UnixMillis now);
  /// False where there is none. Errors: the book cannot be written; it goes on then.
  [[nodiscard]] Result<bool, std::string> remove(const std::string& id);

  void add_metrics(net::http::MetricsText& out) const;

 private:
  Webhooks(WebhookOptions options, const chain::Store& store, const Bic& bank, Height announced);
  void begin(const Webhook& webhook);
  [[nodiscard]] Shown shown(const Webhook& webhook) const;

  const WebhookOptions options_;
  const chain::Store& store_;
  const Bic bank_;
  std::shared_ptr<CallbackTrust> trust_;
  std::unique_ptr<WebhookBook> book_;
  const std::shared_ptr<std::atomic<int>> look_ups_ = std::make_shared<std::atomic<int>>(0);
  std::mutex changing_;  ///< held while one is added or removed
  mutable std::mutex mutex_;
  Height announced_;
  bool is_stopped_ = false;
  std::map<std::string, std::unique_ptr<WebhookSender>> senders_;
};

}  // namespace vostro::node
