#include "node/api/events.h"

#include <limits>

#include "node/api/answers.h"
#include "node/api/timeline.h"

namespace vostro::node::api {

namespace json = boost::json;

namespace {

constexpr std::size_t kReceiptsPerStep = 128;
/// Looked at in one call, whether or not they are this reader's: other requests wait meanwhile.
constexpr std::size_t kReceiptsPerCall = 4'096;
constexpr std::size_t kBlocksPerCall = 512;

using Steps = std::vector<TimelineEvent>;

/// What this receipt made of its payment; nothing where it is about none, or has changed nothing.
/// Errors: the store cannot be read.
Result<Steps, std::string> steps_of(const chain::Store& store, const chain::StoreView& view,
                                    const chain::PlacedReceipt& placed) {
  const chain::Receipt& receipt = placed.receipt;
  if (!receipt.payment) return Steps();
  const chain::OwnedId name{receipt.payment->debtor.owner, receipt.payment->uetr};
  const bool is_order = receipt.id == name && receipt.kind != chain::ReceiptKind::due;
  const bool is_rejected = receipt.status == chain::Status::rejected;
  // An id is used once, but for a bulk's item: that is rejected where its UETR was used before.
  const bool may_be_second = receipt.kind == chain::ReceiptKind::item && is_rejected;
  if (is_order && !may_be_second) return timeline_of({name, receipt.status, {placed}});
  // Answers that were rejected may be many: the history is not read for each of them.
  if (receipt.id != name && is_rejected) return Steps();
  const auto payment = view.payment(name);
  if (!payment) {
    // The UETR stands for something that is no payment, if only the answer can be believed.
    if (const auto fault = store.failure()) return fail(to_string(*fault));
    return Steps();
  }
  Steps steps = timeline_of(*payment);
  std::erase_if(steps, [&](const TimelineEvent& step) { return step.place != placed.place; });
  return steps;
}

void add_payment(json::object& event, const chain::Receipt& receipt, const Steps& steps,
                 const chain::ExponentOf& exponents) {
  const chain::PaymentFacts& payment = *receipt.payment;
  event["type"] = text(to_string(steps.back().step));
  json::array words;
  json::value code = nullptr;
  for (const TimelineEvent& step : steps) {
    words.push_back(text(to_string(step.step)));
    if (step.code) code = text({step.code->data(), step.code->size()});
  }
  event["steps"] = std::move(words);
  event["uetr"] = text(to_text(payment.uetr));
  event["agent"] = text(to_text(payment.debtor.owner));
  event["debtor"] = text(to_text(payment.debtor));
  event["creditor"] = text(to_text(payment.creditor));
  event["amount"] = chain::to_value(payment.amount, exponents);
  event["reason"] = receipt.reason ? json::value(text(to_string(*receipt.reason))) : nullptr;
  event["reason_code"] = std::move(code);
}

json::object event_at(const chain::ReceiptPlace& place, UnixMillis time) {
  return {{"height", place.height.value},
          {"block_time", text(to_text(time))},
          {"index", place.index},
          {"cursor", text(cursor_of(place))}};
}

}  // namespace

chain::ReceiptPlace place_after(const chain::ReceiptPlace& told) {
  if (told.index == std::numeric_limits<std::uint32_t>::max()) return place_after(told.height);
  return {told.height, told.index + 1};
}

chain::ReceiptPlace place_after(Height block) {
  const bool is_last = block.value == std::numeric_limits<std::uint64_t>::max();
  return {is_last ? block : block.next(), 0};
}

/// One call's reading: keeps its place until it is done.
class EventFeed::Reading {
 public:
  Reading(const EventFeed& feed, std::size_t bytes_max)
      : feed_(feed),
        view_(feed.store_.view()),
        exponents_(exponents_of(view_)),
        bytes_max_(bytes_max),
        next(feed.next_) {}

  Result<void, std::string> read(Height until) {
    while (next.height <= until && !is_enough()) {
      if (!view_.is_whole(next.height))
        return fail("the events of block " + std::to_string(next.height.value) +
                    " are not kept here: history begins with block " +
                    std::to_string(view_.history_begins().value));
      const auto block = view_.block(next.height);
      if (!block) return fail("block " + std::to_string(next.height.value) + " cannot be read");
      if (next.index < block->receipts) {
        if (auto done = read_receipts(block->time); !done) return done;
        continue;
      }
      // A place behind the block's own is that of a reader that has seen all of it.
      if (feed_.with_blocks_ && next.index == block->receipts) add_block(*block);
      next = place_after(next.height);
      ++blocks_;
    }
    return {};
  }

 private:
  [[nodiscard]] bool is_enough() const {
    return bytes_ >= bytes_max_ || looked_at_ >= kReceiptsPerCall || blocks_ >= kBlocksPerCall;
  }

  Result<void, std::string> read_receipts(UnixMillis time) {
    auto receipts = view_.receipts(next.height, next.index, kReceiptsPerStep);
    if (receipts.empty())
      return fail("the receipts of block " + std::to_string(next.height.value) + " cannot be read");
    for (chain::Receipt& receipt : receipts) {
      if (bytes_ >= bytes_max_) break;
      if (!feed_.only_ || concerns(receipt, *feed_.only_))
        if (auto done = add_receipt({next, time, std::move(receipt)}); !done) return done;
      ++next.index;
      ++looked_at_;
    }
    return {};
  }

  Result<void, std::string> add_receipt(const chain::PlacedReceipt& placed) {
    json::object event = event_at(placed.place, placed.time);
    const auto steps = steps_of(feed_.store_, view_, placed);
    if (!steps) return fail(steps.error());
    if (steps->empty()) {
      event["type"] = "receipt";
    } else {
      add_payment(event, placed.receipt, *steps, exponents_);
    }
    event["receipt"] = chain::to_value(placed.receipt, exponents_);
    add(placed.place, event);
    return {};
  }

  void add_block(const chain::BlockSummary& block) {
    const chain::ReceiptPlace place{block.height, block.receipts};
    json::object event = event_at(place, block.time);
    event["type"] = "block";
    event["block_id"] = hex(block.block.view());
    event["state_root"] = hex(block.state_root.view());
    event["receipts"] = block.receipts;
    add(place, event);
  }

  void add(const chain::ReceiptPlace& place, const json::object& event) {
    events.push_back({place, json::serialize(event)});
    bytes_ += events.back().text.size();
  }

  const EventFeed& feed_;
  chain::StoreView view_;
  chain::ExponentOf exponents_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::size_t looked_at_ = 0;
  std::size_t blocks_ = 0;

 public:
  chain::ReceiptPlace next;
  std::vector<FeedEvent> events;
};

EventFeed::EventFeed(const chain::Store& store, Start start)
    : store_(store), only_(start.only), with_blocks_(start.with_blocks), next_(start.next) {}

Result<std::vector<FeedEvent>, std::string> EventFeed::next(Height until, std::size_t bytes_max) {
  if (!has_more(until)) return std::vector<FeedEvent>();
  Reading reading(*this, bytes_max);
  if (auto done = reading.read(until); !done) return fail(done.error());
  next_ = reading.next;
  return std::move(reading.events);
}

}  // namespace vostro::node::api
