#include "bench/delivery.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <thread>

namespace vostro::bench {
namespace {

constexpr std::chrono::milliseconds kConnectTime{5'000};
constexpr std::chrono::milliseconds kAnswerTime{60'000};
constexpr std::chrono::milliseconds kLookAgain{20};
constexpr std::chrono::seconds kSetUpPatience{60};
constexpr std::size_t kSetUpGroup = 100;

constexpr std::string_view kStatusField = "\"status_code\":";
constexpr std::string_view kCodeField = "\"code\":\"";

Verdict verdict_of(unsigned status, std::string_view item) {
  if (status == 200 || status == 202) return Verdict::accepted;
  if (status == 429 || status == 503) return Verdict::later;
  if (status == 400 && item.find("\"bad_signature\"") != std::string_view::npos)
    return Verdict::bad_signature;
  return Verdict::refused;
}

/// The word of a problem object: "busy".
std::string code_of(std::string_view item) {
  const std::size_t at = item.find(kCodeField);
  if (at == std::string_view::npos) return "no code";
  const std::string_view rest = item.substr(at + kCodeField.size());
  return std::string(rest.substr(0, rest.find('"')));
}

void note(GroupAnswer& answer, unsigned status, std::string_view item) {
  answer.verdicts.push_back(verdict_of(status, item));
  if (answer.verdicts.back() == Verdict::later)
    ++answer.put_off_for[std::to_string(status) + " " + code_of(item)];
  if (answer.verdicts.back() == Verdict::refused && answer.first_refusal.empty())
    answer.first_refusal = std::to_string(status) + " " + std::string(item);
}

}  // namespace

Result<GroupAnswer, std::string> read_group_answer(const client::HttpResponse& response,
                                                   std::size_t count) {
  GroupAnswer answer;
  answer.verdicts.reserve(count);
  if (response.retry_after_s) answer.retry_after = std::chrono::seconds(*response.retry_after_s);
  const std::string_view body = response.body;
  if (response.status != 200 || body.find(kStatusField) == std::string_view::npos) {
    // One answer for all: to a group of one, or to a request that was refused as a whole.
    for (std::size_t i = 0; i < count; ++i) note(answer, response.status, body);
    return answer;
  }
  for (std::size_t at = body.find(kStatusField); at != std::string_view::npos;) {
    unsigned status = 0;
    const char* digits = body.data() + at + kStatusField.size();
    const auto [end, error] = std::from_chars(digits, body.data() + body.size(), status);
    if (error != std::errc{}) return fail(std::string("a status_code is no number"));
    const std::size_t next = body.find(kStatusField, at + 1);
    note(answer, status, body.substr(at, next - at));
    at = next;
  }
  if (answer.verdicts.size() != count)
    return fail(std::to_string(answer.verdicts.size()) + " answers to " + std::to_string(count) +
                " transactions");
  return answer;
}

Door::Door(const Member& member, SecretText token)
    : name_(member.name),
      connection_(member.api, kConnectTime, {}),
      token_(std::move(token)),
      request_{"POST", "/v1/transactions", "application/octet-stream", {}} {}

Result<Door, std::string> Door::of(const Member& member) {
  auto token = token_of(member);
  if (!token) return fail(token.error());
  return Door(member, *std::move(token));
}

Result<GroupAnswer, std::string> Door::post(const std::string& body, std::size_t count) {
  request_.body = body;
  const auto response = connection_.exchange(request_, token_, kAnswerTime);
  if (!response) return fail("node " + name_ + ": " + to_string(response.error()));
  return read_group_answer(*response, count);
}

Result<void, std::string> deliver_all(const Network& network,
                                      const std::vector<std::vector<std::string>>& framed_by_bank) {
  for (std::size_t bank = 0; bank < framed_by_bank.size(); ++bank) {
    auto door = Door::of(network.members()[bank]);
    if (!door) return fail(door.error());
    std::vector<std::string> left = framed_by_bank[bank];
    const auto end = std::chrono::steady_clock::now() + kSetUpPatience;
    while (!left.empty()) {
      const std::size_t count = std::min(kSetUpGroup, left.size());
      std::string body;
      for (std::size_t i = 0; i < count; ++i) body += left[i];
      const auto answer = door->post(body, count);
      if (!answer) return fail(answer.error());
      if (!answer->first_refusal.empty())
        return fail("setting up was refused: " + answer->first_refusal);
      std::vector<std::string> again;
      for (std::size_t i = 0; i < count; ++i) {
        if (answer->verdicts[i] != Verdict::accepted) again.push_back(std::move(left[i]));
      }
      left.erase(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(count));
      if (again.empty()) continue;
      left.insert(left.end(), again.begin(), again.end());
      if (std::chrono::steady_clock::now() > end)
        return fail(std::string("the network does not take what sets it up"));
      std::this_thread::sleep_for(answer->retry_after);
    }
  }
  return settle(network, kSetUpPatience);
}

Result<void, std::string> settle(const Network& network, std::chrono::seconds patience) {
  std::vector<client::ApiClient> clients;
  for (const Member* member : network.running()) {
    auto client = client_of(*member);
    if (!client) return fail(client.error());
    clients.push_back(*std::move(client));
  }
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    std::string differs;
    std::optional<client::NodeStatus> first;
    for (client::ApiClient& client : clients) {
      const auto status = client.status();
      if (!status) return fail(to_string(status.error()));
      const std::string who = to_text(status->participant);
      if (status->halted) return fail(who + " has halted: " + *status->halted);
      if (status->pending_transactions > 0)
        differs = who + " has " + std::to_string(status->pending_transactions) + " pending";
      if (!first) first = *status;
      if (status->height != first->height)
        differs = "heights: " + to_text(first->participant) + " " +
                  std::to_string(first->height.value) + ", " + who + " " +
                  std::to_string(status->height.value);
      else if (status->state_root != first->state_root || status->block_id != first->block_id)
        return fail("at height " + std::to_string(first->height.value) + " " + who +
                    " has another state root than " + to_text(first->participant));
    }
    if (differs.empty()) return {};
    if (std::chrono::steady_clock::now() > end)
      return fail("not settled after " + std::to_string(patience.count()) + " s: " + differs);
    std::this_thread::sleep_for(kLookAgain);
  }
}

}  // namespace vostro::bench
