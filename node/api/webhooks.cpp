#include "node/webhooks/webhooks.h"

#include <algorithm>
#include <chrono>

#include "net/lookup.h"
#include "node/api/answers.h"
#include "node/api/events.h"

namespace vostro::node::api {

namespace json = boost::json;

namespace {

constexpr int kLookUpsMax = 8;

/// Without the secret: that is shown once, to whoever makes the webhook.
json::object item_of(const Webhooks::Shown& shown) {
  const Webhook& webhook = shown.webhook;
  const WebhookSender::State& state = shown.state;
  return {{"id", text(webhook.id)},
          {"url", text(webhook.url)},
          {"made_at", text(to_text(webhook.made_at))},
          {"token", text(webhook.token)},
          {"cursor", text(cursor_of(state.taken))},
          {"blocks_behind", shown.behind},
          {"state", state.failures_in_row > 0 ? "retrying" : "delivering"},
          {"failures_in_row", state.failures_in_row},
          {"last_failure", state.last_failure.empty() ? json::value(nullptr)
                                                      : json::value(text(state.last_failure))},
          {"events", state.events},
          {"deliveries", state.deliveries}};
}

struct WebhookRequest {
  net::Url url;
  std::optional<chain::ReceiptPlace> after;
};

Result<WebhookRequest, Response> read_webhook(const Context& context, const Request& request) {
  if (auto bad = QueryReader(request).finish()) return fail(*std::move(bad));
  if (request.content_type != "application/json") return fail(refuse(problems::wrong_media_type));
  const auto value = chain::parse_strict(request.body);
  if (!value) return fail(refuse_json(value.error(), "webhook"));
  const chain::StoreView view = context.service.store().view();
  const chain::ExponentOf exponents = exponents_of(view);
  chain::JsonProblem problem;
  const chain::JsonIn in(*value, problem, exponents);
  in.has_fields({"url"}, {"after"});
  WebhookRequest out;
  out.url = in.field("url").parsed<net::Url>(net::parse_url);
  if (!in.field("after").is_absent()) {
    out.after = in.field("after").parsed<chain::ReceiptPlace>(place_of_cursor);
    // Behind the newest block it would only mean that events are left out.
    if (!problem.error() && out.after->height > view.head()->height)
      in.field("after").note(chain::JsonFault::bad_value);
  }
  if (problem.error()) return fail(refuse_json(*problem.error(), "webhook"));
  return out;
}

Response add_webhook(const Context& context, const WebhookRequest& wanted, const net::Found& found,
                     const std::string& token) {
  if (!found) return refuse(problems::callback_refused, {.detail = found.error(), .field = "url"});
  Webhooks& webhooks = *context.webhooks;
  if (auto refusal = refusal_of(wanted.url, *found, webhooks.options().allowed_networks))
    return refuse(problems::callback_refused, {.detail = *refusal, .field = "url"});
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  const auto added = webhooks.add(to_text(wanted.url), token, wanted.after,
                                  UnixMillis(static_cast<std::uint64_t>(now.count())));
  if (!added)
    return refuse(added.error() == Webhooks::AddFailure::full ? problems::too_many_webhooks
                                                              : problems::store_failed);
  json::object item = item_of(*added);
  item["secret"] = text(to_text(added->webhook.secret));
  return json_response(item, 201);
}

}  // namespace

Response get_webhooks(const Context& context, const Request& request) {
  if (auto bad = QueryReader(request).finish()) return *std::move(bad);
  json::array items;
  for (const Webhooks::Shown& shown : context.webhooks->all()) items.push_back(item_of(shown));
  return page_response(std::move(items), std::nullopt);
}

Response get_webhook(const Context& context, const Request& request) {
  if (auto bad = QueryReader(request).finish()) return *std::move(bad);
  const auto shown = context.webhooks->find(request.captured.at(0));
  return shown ? json_response(item_of(*shown)) : refuse(problems::unknown_webhook);
}

Response delete_webhook(const Context& context, const Request& request) {
  if (auto bad = QueryReader(request).finish()) return *std::move(bad);
  const auto shown = context.webhooks->find(request.captured.at(0));
  if (!shown) return refuse(problems::unknown_webhook);
  const auto removed = context.webhooks->remove(shown->webhook.id);
  if (!removed) return refuse(problems::store_failed);
  return *removed ? json_response(item_of(*shown)) : refuse(problems::unknown_webhook);
}

MakeResponse post_webhook(const Context& context, const Request& request, Answer answer) {
  const auto refused = [&](Response response) -> MakeResponse {
    answer([response = std::move(response)] { return response; });
    return {};
  };
  auto wanted = read_webhook(context, request);
  if (!wanted) return refused(std::move(wanted.error()));
  // The resolver takes its time, on a thread of its own.
  const auto look_ups = context.webhooks->look_ups();
  if (++*look_ups > kLookUpsMax) {
    --*look_ups;
    return refused(refuse(problems::too_many, {.detail = "Too many names are being resolved."}));
  }
  net::look_up(wanted->url.origin.host, [context, answer, look_ups, wanted = *wanted,
                                         token = request.caller.token_id](const net::Found& found) {
    --*look_ups;
    answer([context, wanted, found, token] { return add_webhook(context, wanted, found, token); });
  });
  return [] {
    return refuse(problems::callback_refused,
                  {.detail = "the name was not resolved in time", .field = "url"});
  };
}

}  // namespace vostro::node::api
