#include "node/webhooks/sender.h"

#include <algorithm>

#include "base/check.h"
#include "base/keys.h"
#include "base/log.h"
#include "node/api/answers.h"

namespace vostro::node {
namespace {

/// Between two writes of the book: what is noted meanwhile may be told again after a crash.
constexpr std::chrono::seconds kSaveEvery{1};
/// Blocks looked at without an event of ours before that is noted.
constexpr std::uint64_t kBlocksToNote = 1'000;

net::Url url_of(const Webhook& webhook) {
  auto url = net::parse_url(webhook.url);
  VOSTRO_CHECK(url.has_value());  // it was read before it was noted
  return *std::move(url);
}

UnixSeconds seconds_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return UnixSeconds(
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count()));
}

/// Between half of it and all of it, so that receivers that fell together are not called together.
std::chrono::milliseconds with_jitter(std::chrono::milliseconds delay) {
  std::array<Byte, 2> drawn{};
  fill_random(drawn);
  const int part = drawn[0] << 8 | drawn[1];  // of 65,536
  return delay / 2 + delay / 2 * part / 65'536;
}

}  // namespace

WebhookSender::WebhookSender(const Setting& setting, const Webhook& webhook, Height announced)
    : setting_(setting),
      id_(webhook.id),
      secret_(webhook.secret),
      callback_({url_of(webhook), setting.options.allowed_networks, setting.options.timeout,
                 setting.trust}),
      feed_(setting.store, {webhook.next, setting.bank, false}),
      noted_next_(webhook.next),
      announced_(announced) {
  state_.taken = webhook.taken;
  state_.next = webhook.next;
  thread_ = std::thread([this] { run(); });
}

WebhookSender::~WebhookSender() {
  give_up();
  thread_.join();
}

void WebhookSender::announce(Height height) {
  {
    const std::lock_guard lock(mutex_);
    announced_ = std::max(announced_, height);
  }
  changed_.notify_all();
}

void WebhookSender::give_up() {
  {
    const std::lock_guard lock(mutex_);
    is_given_up_ = true;
  }
  changed_.notify_all();
  callback_.give_up();
}

WebhookSender::State WebhookSender::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

Height WebhookSender::announced() const {
  const std::lock_guard lock(mutex_);
  return announced_;
}

bool WebhookSender::is_given_up() const {
  const std::lock_guard lock(mutex_);
  return is_given_up_;
}

void WebhookSender::run() {
  while (!is_given_up()) {
    const auto events = feed_.next(announced(), delivery_bytes_max);
    if (!events) {
      note_failure(events.error());
      if (!pause()) break;
    } else if (!events->empty()) {
      if (!deliver(*events)) break;
    } else if (!feed_.has_more(announced())) {
      rest();
    }
    const chain::ReceiptPlace taken = state().taken;
    if (feed_.position().height.value >= noted_next_.height.value + kBlocksToNote)
      note_place(taken);
    const std::lock_guard lock(mutex_);
    state_.next = feed_.position();
  }
  if (is_noted_) save();
}

/// Until there is something to look at, or the book is to be written.
void WebhookSender::rest() {
  std::unique_lock lock(mutex_);
  const auto has_news = [&] { return is_given_up_ || feed_.has_more(announced_); };
  if (!is_noted_) return changed_.wait(lock, has_news);
  if (changed_.wait_until(lock, saved_at_ + kSaveEvery, has_news)) return;
  lock.unlock();
  save();
}

std::string WebhookSender::body_of(const std::vector<api::FeedEvent>& events) const {
  std::string body = "{\"webhook\":\"" + id_ + "\",\"after\":\"" + api::cursor_of(state().taken) +
                     "\",\"cursor\":\"" + api::cursor_of(events.back().place) + "\",\"events\":[";
  for (const api::FeedEvent& event : events) {
    if (&event != &events.front()) body += ",";
    body += event.text;
  }
  return body + "]}";
}

/// False where it was given up before the receiver had taken them.
bool WebhookSender::deliver(const std::vector<api::FeedEvent>& events) {
  const std::string body = body_of(events);
  const chain::ReceiptPlace& last = events.back().place;
  // Receivers' libraries take an id without full stops.
  const std::string delivery =
      id_ + "-" + std::to_string(last.height.value) + "-" + std::to_string(last.index);
  for (;;) {
    const UnixSeconds at = seconds_now();
    const auto status = callback_.post(
        "webhook-id: " + delivery + "\r\nwebhook-timestamp: " + std::to_string(at.value) +
            "\r\nwebhook-signature: " + sign_delivery(secret_, delivery, at, body) + "\r\n",
        body);
    if (status && *status / 100 == 2) {
      note_taken(events);
      return true;
    }
    if (is_given_up()) return false;
    note_failure(status ? "the receiver answered " + std::to_string(*status) : status.error());
    if (!pause()) return false;
  }
}

void WebhookSender::note_taken(const std::vector<api::FeedEvent>& events) {
  std::uint64_t failures = 0;
  {
    const std::lock_guard lock(mutex_);
    failures = std::exchange(state_.failures_in_row, 0);
    state_.last_failure.clear();
    state_.taken = events.back().place;
    state_.events += events.size();
    ++state_.deliveries;
  }
  if (failures > 0)
    log::info("a webhook's receiver takes events again", {{"peer", id_}, {"count", failures}});
  note_place(events.back().place);
}

void WebhookSender::note_failure(const std::string& why) {
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    is_first = state_.failures_in_row++ == 0;
    ++state_.failures;
    state_.last_failure = why;
  }
  if (is_first)
    log::warning("a webhook's receiver does not take events: tried again until it does",
                 {{"peer", id_}, {"error", why}});
}

/// Longer with each failure. False where there is nothing to wait for any more.
bool WebhookSender::pause() {
  if (is_noted_) save();
  std::unique_lock lock(mutex_);
  std::chrono::milliseconds delay = setting_.options.retry_min;
  for (std::uint64_t i = 1; i < state_.failures_in_row && delay < setting_.options.retry_max; ++i)
    delay *= 2;
  delay = with_jitter(std::min(delay, setting_.options.retry_max));
  return !changed_.wait_for(lock, delay, [&] { return is_given_up_; });
}

void WebhookSender::note_place(const chain::ReceiptPlace& taken) {
  setting_.book.note(id_, taken, feed_.position());
  noted_next_ = feed_.position();
  is_noted_ = true;
  if (std::chrono::steady_clock::now() - saved_at_ >= kSaveEvery) save();
}

/// Where that fails the receiver hears some of it again after the next start, and loses nothing.
void WebhookSender::save() {
  saved_at_ = std::chrono::steady_clock::now();
  const auto saved = setting_.book.save();
  if (saved) {
    is_noted_ = false;
  } else {
    log::error("how far a webhook has come cannot be written", {{"error", saved.error()}});
  }
}

}  // namespace vostro::node
