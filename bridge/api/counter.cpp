#include "bridge/api/counter.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/failpoint.h"
#include "base/log.h"
#include "base/time.h"
#include "bridge/agent.h"
#include "bridge/channel/signature.h"
#include "net/http/target.h"

namespace vostro::bridge::api {
namespace {

namespace json = boost::json;
using net::http::QueryReader;
using net::http::refuse;

json::string text(std::string_view from) {
  return json::string(from.data(), from.size());
}

Response json_response(const json::value& body, unsigned status) {
  Response response;
  response.status = status;
  response.body = json::serialize(body);
  return response;
}

json::object waiting_value(const Hash& hash) {
  return {{"message", text(to_hex(hash.view()))}, {"state", "waiting"}};
}

Response waiting_response(const Hash& hash) {
  Response response = json_response(waiting_value(hash), 202);
  response.headers.emplace_back("Location", "/v1/messages/in/" + to_hex(hash.view()));
  return response;
}

/// The same for a file and for what was posted.
json::object value_of(const InboxFile& file) {
  json::object value{{"message", text(to_hex(file.file.view()))}, {"state", text(file.outcome)}};
  value[file.outcome == "taken" ? "type" : "why"] = text(file.detail);
  return value;
}

Response outcome_response(const InboxFile& file) {
  if (file.outcome == "taken") return json_response(value_of(file), 200);
  return refuse(file.outcome == "repeated" ? problems::id_used : problems::quarantined,
                {.detail = file.detail});
}

std::string name_of(const Hash& hash) {
  return "http-" + to_hex(hash.view()) + ".xml";
}

std::string signature_of(const Request& request) {
  for (const auto& [name, value] : request.own_fields)
    if (name == signature_field) return value;
  return {};
}

std::optional<bool> parse_wait(std::string_view word) {
  return word == "outcome" ? std::optional(true) : std::nullopt;
}

/// "VR3c4f.xml" names the message VR3c4f.
std::string_view id_of_name(std::string_view name) {
  return name.ends_with(".xml") ? name.substr(0, name.size() - 4) : std::string_view();
}

}  // namespace

bool SharedBook::read(const Book::Work& work) {
  std::unique_lock lock(mutex_, std::defer_lock);
  const auto busy_since = busy_since_.load();
  // Who comes while somebody hangs is not kept: there are few threads.
  const bool hangs =
      busy_since != Clock::time_point::max() && Clock::now() - busy_since > book_wait;
  if (hangs || !lock.try_lock_for(book_wait)) {
    log::warning("the book does not answer", {{"error", "an earlier look has not ended"}});
    return false;
  }
  busy_since_ = Clock::now();
  const auto done = book_.read(wall_clock(), work);
  busy_since_ = Clock::time_point::max();
  if (!done) log::warning("the book does not answer", {{"error", to_string(done.error())}});
  return done.has_value();
}

void Counter::set_active(bool is_active) {
  const std::lock_guard lock(mutex_);
  is_active_ = is_active;
}

std::vector<ReceivedFile> Counter::posted() {
  const std::lock_guard lock(mutex_);
  posted_names_.clear();
  posted_bytes_ = 0;
  return std::exchange(posted_, {});
}

MakeResponse Counter::post(const Request& request, Answer answer) {
  const auto now = [&](Response response) -> MakeResponse {
    answer([response = std::move(response)] { return response; });
    return {};
  };
  QueryReader query(request);
  const bool waits = query.value("wait", parse_wait).has_value();
  if (auto bad = query.finish()) return now(*std::move(bad));
  if (request.content_type != message_type)
    return now(refuse(problems::wrong_media_type, {.detail = "A message is application/xml."}));
  if (request.body.empty()) return now(refuse(problems::bad_body));
  const std::string signature = signature_of(request);
  if (signature.empty()) return now(refuse(problems::no_signature));
  const ByteView content = as_bytes(request.body);
  // Who has a token is one system of the bank's; what a message may do, its key vouches for.
  if (!is_signed_by(bank_key_, content, signature)) return now(refuse(problems::bad_signature));
  const Hash hash = vostro::hash("file", content);
  std::optional<InboxFile> known;
  if (!book_.read([&](BookTransaction& rows) { known = find_file(rows, hash); }))
    return now(refuse(problems::book_unavailable, {.retry_after_s = 1}));
  if (known) return now(outcome_response(*known));
  const Waiter waiter{++waiters_, answer};
  Response kept = keep(hash, request, signature, waits ? &waiter : nullptr);
  if (!waits || kept.status != 202) return now(std::move(kept));
  return [this, hash, number = waiter.number, kept = std::move(kept)] {
    forget(hash, number);
    return kept;
  };
}

void Counter::forget(const Hash& hash, std::uint64_t waiter) {
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(hash);
  if (found == waiting_.end()) return;
  std::erase_if(found->second, [&](const Waiter& each) { return each.number == waiter; });
  if (found->second.empty()) waiting_.erase(found);
}

Response Counter::keep(const Hash& hash, const Request& request, const std::string& signature,
                       const Waiter* waiter) {
  const std::string name = name_of(hash);
  const std::lock_guard lock(mutex_);
  if (!is_active_) return refuse(problems::not_active, {.retry_after_s = 1});
  if (posted_names_.contains(name)) {
    if (waiter != nullptr) waiting_[hash].push_back(*waiter);
    return waiting_response(hash);
  }
  if (posted_.size() >= posted_files_max || posted_bytes_ + request.body.size() > posted_bytes_max)
    return refuse(problems::busy);
  const ByteView content = as_bytes(request.body);
  VOSTRO_FAILPOINT("bridge.post.begin");
  if (const auto kept = directories_.accept(name, content, signature + "\n"); !kept) {
    log::error("a posted message cannot be kept", {{"error", kept.error()}});
    return refuse(problems::not_kept, {.retry_after_s = 1});
  }
  VOSTRO_FAILPOINT("bridge.post.kept");
  // What the loop took since the book was asked it finds again, known, and tells who stands here.
  if (waiter != nullptr) waiting_[hash].push_back(*waiter);
  posted_.push_back({name, Bytes(content.begin(), content.end()), signature});
  posted_names_.insert(name);
  posted_bytes_ += content.size();
  return waiting_response(hash);
}

void Counter::tell_outcomes() {
  std::vector<Hash> asked;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [hash, waiters] : waiting_) asked.push_back(hash);
  }
  if (asked.empty()) return;
  std::vector<InboxFile> known;
  if (!book_.read([&](BookTransaction& rows) {
        known.clear();
        for (const Hash& hash : asked)
          if (auto file = find_file(rows, hash)) known.push_back(*std::move(file));
      }))
    return;
  for (const InboxFile& file : known) {
    std::vector<Waiter> waiters;
    {
      const std::lock_guard lock(mutex_);
      const auto found = waiting_.find(file.file);
      if (found == waiting_.end()) continue;
      waiters = std::move(found->second);
      waiting_.erase(found);
    }
    for (const Waiter& each : waiters) each.answer([file] { return outcome_response(file); });
  }
}

Response Counter::outcome(const Request& request) {
  if (auto bad = QueryReader(request).finish()) return *std::move(bad);
  const auto hash = fixed_from_hex<Hash>(request.captured.at(0));
  if (!hash) return refuse(problems::bad_path);
  std::optional<InboxFile> known;
  if (!book_.read([&](BookTransaction& rows) { known = find_file(rows, *hash); }))
    return refuse(problems::book_unavailable, {.retry_after_s = 1});
  if (known) return json_response(value_of(*known), 200);
  if (directories_.is_in(name_of(*hash))) return json_response(waiting_value(*hash), 200);
  return refuse(problems::unknown_message);
}

Response Counter::list(const Request& request) {
  QueryReader query(request);
  const auto after = query.value("after", net::http::parse_number);
  if (after && *after > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    query.refuse_value("after");
  const std::size_t limit = query.limit();
  if (auto bad = query.finish()) return *std::move(bad);
  std::vector<SentMessage> found;
  if (!book_.read([&](BookTransaction& rows) {
        found = sent_messages(rows, static_cast<std::int64_t>(after.value_or(0)), limit);
      }))
    return refuse(problems::book_unavailable, {.retry_after_s = 1});
  json::array items;
  for (const SentMessage& each : found)
    items.push_back(json::object{{"place", each.place},
                                 {"name", text(each.message_id + ".xml")},
                                 {"type", text(each.type)},
                                 {"message", text(to_hex(each.file.view()))},
                                 {"at", text(to_text(each.at))}});
  // Also at the end: a reader that comes again goes on from there.
  json::value next = after ? json::value(*after) : json::value(0);
  if (!found.empty()) next = found.back().place;
  return json_response(json::object{{"items", std::move(items)}, {"next", std::move(next)}}, 200);
}

Response Counter::fetch(const Request& request) {
  if (auto bad = QueryReader(request).finish()) return *std::move(bad);
  const std::string id(id_of_name(request.captured.at(0)));
  std::optional<std::string> content;
  if (!book_.read([&](BookTransaction& rows) { content = sent_content(rows, id); }))
    return refuse(problems::book_unavailable, {.retry_after_s = 1});
  if (!content) return refuse(problems::unknown_message);
  Response response;
  response.content_type = message_type;
  std::string signature = sign_file(sign_key_, as_bytes(*content));
  signature.pop_back();  // the line's end
  response.headers.emplace_back("Vostro-Signature", std::move(signature));
  response.body = *std::move(content);
  return response;
}

Response Counter::take_out(const Request& request) {
  if (auto bad = QueryReader(request).finish()) return *std::move(bad);
  const std::string& name = request.captured.at(0);
  const std::string id(id_of_name(name));
  bool is_known = false;
  bool is_waiting = false;
  if (!book_.read([&](BookTransaction& rows) {
        is_known = sent_content(rows, id).has_value();
        is_waiting = is_in_outbox(rows, name);
      }))
    return refuse(problems::book_unavailable, {.retry_after_s = 1});
  if (!is_known) return refuse(problems::unknown_message);
  if (is_waiting) return refuse(problems::not_sent, {.retry_after_s = 1});
  if (const auto taken = directories_.take_out(name); !taken) {
    log::error("a file cannot be taken out", {{"error", taken.error()}});
    return refuse(problems::not_kept, {.detail = "The file cannot be taken out."});
  }
  return json_response(json::object{{"name", text(name)}, {"state", "taken"}}, 200);
}

}  // namespace vostro::bridge::api
