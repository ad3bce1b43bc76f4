#include "bench/probe.h"

#include <thread>

#include "base/check.h"

namespace vostro::bench {
namespace {

constexpr std::chrono::milliseconds kWaiterConnectTime{5'000};
constexpr std::chrono::milliseconds kFinalTime{
    40'000};  // the node answers after 30 s at the latest

}  // namespace

Waiter::Waiter(const Member& member, SecretText token)
    : connection_(member.api, kWaiterConnectTime, {}),
      token_(std::move(token)),
      request_{"POST", "/v1/transactions?wait=final", "application/octet-stream", {}} {}

Result<Waiter, std::string> Waiter::of(const Member& member) {
  auto token = token_of(member);
  if (!token) return fail(token.error());
  return Waiter(member, *std::move(token));
}

Waiter::Outcome Waiter::pay(const Order& order) {
  request_.body = order.framed;
  const auto answer = connection_.exchange(request_, token_, kFinalTime);
  if (!answer) {
    trouble_ = to_string(answer.error());
    return Outcome::other;
  }
  if (answer->status == 429 || answer->status == 503) {
    retry_after_ = std::chrono::seconds(answer->retry_after_s.value_or(1));
    return Outcome::later;
  }
  const bool is_settled = answer->status == 200 &&
                          answer->body.find("\"status\":\"final\"") != std::string::npos &&
                          answer->body.find("\"status\":\"settled\"") != std::string::npos;
  if (is_settled) return Outcome::settled;
  trouble_ = std::to_string(answer->status) + " " + answer->body;
  return Outcome::other;
}

ProbeResult run_probe(const Member& member, const std::vector<Order>& orders, const ProbePlan& plan,
                      const std::atomic<bool>& stop) {
  ProbeResult result;
  result.accepted.assign(orders.size(), 0);
  auto waiter = Waiter::of(member);
  if (!waiter) {
    result.trouble = waiter.error();
    return result;
  }
  for (std::size_t i = 0; i < orders.size() && !stop; ++i) {
    const Clock::time_point due = plan.start + seconds(plan.interval_s * static_cast<double>(i));
    std::this_thread::sleep_until(due);
    if (stop) break;
    auto outcome = waiter->pay(orders[i]);
    while (outcome == Waiter::Outcome::later) {
      ++result.put_off;
      const Clock::time_point again = Clock::now() + waiter->retry_after();
      if (stop || again >= plan.end) break;
      std::this_thread::sleep_until(again);
      outcome = waiter->pay(orders[i]);
    }
    switch (outcome) {
      case Waiter::Outcome::settled:
        result.accepted[i] = 1;
        result.final_ms.push_back(seconds_between(due, Clock::now()) * 1e3);
        break;
      case Waiter::Outcome::later:
        ++result.given_up;
        break;
      case Waiter::Outcome::other:
        result.trouble = waiter->trouble();
        break;
    }
  }
  return result;
}

}  // namespace vostro::bench
