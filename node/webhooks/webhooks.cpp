#include "node/webhooks/webhooks.h"

#include <algorithm>

#include "base/keys.h"
#include "base/log.h"
#include "node/api/events.h"

namespace vostro::node {

using net::http::metric;
using net::http::MetricsText;

Webhooks::Webhooks(WebhookOptions options, const chain::Store& store, const Bic& bank,
                   Height announced)
    : options_(std::move(options)), store_(store), bank_(bank), announced_(announced) {}

Result<std::unique_ptr<Webhooks>, std::string> Webhooks::start(WebhookOptions options,
                                                               const chain::Store& store,
                                                               const Bic& bank, Height announced) {
  std::unique_ptr<Webhooks> webhooks(new Webhooks(std::move(options), store, bank, announced));
  auto trust = CallbackTrust::load(webhooks->options_.ca_file);
  if (!trust) return fail("[webhooks]: \"ca_file\": " + trust.error());
  webhooks->trust_ = *std::move(trust);
  auto book = WebhookBook::open(webhooks->options_.file);
  if (!book) return fail(book.error());
  webhooks->book_ = *std::move(book);
  for (const Webhook& webhook : webhooks->book_->all()) {
    if (!net::parse_url(webhook.url))
      return fail(webhooks->options_.file + ": the webhook " + webhook.id +
                  " has no valid address");
    webhooks->begin(webhook);
  }
  return webhooks;
}

Webhooks::~Webhooks() {
  stop();
}

void Webhooks::stop() {
  std::map<std::string, std::unique_ptr<WebhookSender>> ending;
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    ending.swap(senders_);
  }
  // All at once, and then each is waited for.
  for (const auto& [id, sender] : ending) sender->give_up();
}

void Webhooks::announce(Height height) {
  const std::lock_guard lock(mutex_);
  announced_ = std::max(announced_, height);
  for (const auto& [id, sender] : senders_) sender->announce(height);
}

void Webhooks::begin(const Webhook& webhook) {
  const std::lock_guard lock(mutex_);
  if (is_stopped_) return;
  senders_.emplace(webhook.id, std::make_unique<WebhookSender>(
                                   WebhookSender::Setting{store_, *book_, options_, bank_, trust_},
                                   webhook, announced_));
}

Webhooks::Shown Webhooks::shown(const Webhook& webhook) const {
  const std::lock_guard lock(mutex_);
  Shown out{webhook, {}, 0};
  out.state.taken = webhook.taken;
  out.state.next = webhook.next;
  const auto sender = senders_.find(webhook.id);
  if (sender != senders_.end()) out.state = sender->second->state();
  const std::uint64_t next = out.state.next.height.value;
  if (announced_.value >= next) out.behind = announced_.value - next + 1;
  return out;
}

std::vector<Webhooks::Shown> Webhooks::all() const {
  std::vector<Shown> out;
  for (const Webhook& webhook : book_->all()) out.push_back(shown(webhook));
  return out;
}

std::optional<Webhooks::Shown> Webhooks::find(const std::string& id) const {
  const auto webhook = book_->find(id);
  return webhook ? std::optional(shown(*webhook)) : std::nullopt;
}

Result<Webhooks::Shown, Webhooks::AddFailure> Webhooks::add(
    const std::string& url, const std::string& token, std::optional<chain::ReceiptPlace> begin_at,
    UnixMillis now) {
  const std::lock_guard changing(changing_);
  if (book_->all().size() >= options_.webhooks_max) return fail(AddFailure::full);
  Webhook webhook;
  std::array<Byte, 6> name{};
  do {
    fill_random(name);
    webhook.id = to_hex(name);
  } while (book_->find(webhook.id));
  webhook.url = url;
  fill_random(webhook.secret);
  webhook.made_at = now;
  webhook.token = token;
  if (!begin_at) {
    Height newest;
    {
      const std::lock_guard lock(mutex_);
      newest = announced_;
    }
    const auto block = store_.view().block(newest);
    begin_at = chain::ReceiptPlace{newest, block ? block->receipts : 0};
    webhook.next = api::place_after(newest);
  } else {
    webhook.next = api::place_after(*begin_at);
  }
  webhook.taken = *begin_at;
  if (const auto added = book_->add(webhook); !added) {
    log::error("the book of webhooks cannot be written", {{"error", added.error()}});
    return fail(AddFailure::failed);
  }
  begin(webhook);
  return shown(webhook);
}

Result<bool, std::string> Webhooks::remove(const std::string& id) {
  const std::lock_guard changing(changing_);
  if (!book_->find(id)) return false;
  if (auto removed = book_->remove(id); !removed) return fail(removed.error());
  std::unique_ptr<WebhookSender> ending;
  {
    const std::lock_guard lock(mutex_);
    const auto sender = senders_.find(id);
    if (sender != senders_.end()) {
      ending = std::move(sender->second);
      senders_.erase(sender);
    }
  }
  return true;  // and its thread is waited for, while nothing is locked that blocks wait for
}

void Webhooks::add_metrics(MetricsText& out) const {
  const std::vector<Shown> webhooks = all();
  const auto each = [&](auto&& add) {
    for (const Shown& one : webhooks) add(one, MetricsText::Labels{{"webhook", one.webhook.id}});
  };
  each([&](const Shown& one, const auto& labels) {
    out.counter("vostro_webhook_events_total", "Events that the receiver has taken.",
                metric(one.state.events), labels);
  });
  each([&](const Shown& one, const auto& labels) {
    out.counter("vostro_webhook_deliveries_total", "Requests that the receiver has answered 2xx.",
                metric(one.state.deliveries), labels);
  });
  each([&](const Shown& one, const auto& labels) {
    out.counter("vostro_webhook_failures_total", "Deliveries that failed, and are tried again.",
                metric(one.state.failures), labels);
  });
  each([&](const Shown& one, const auto& labels) {
    out.gauge("vostro_webhook_blocks_behind", "Final blocks that the receiver was not told of yet.",
              metric(one.behind), labels);
  });
}

}  // namespace vostro::node
