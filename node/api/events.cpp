#include "node/api/events.h"

#include "node/api/answers.h"

namespace vostro::node::api {

namespace json = boost::json;

namespace {

constexpr std::size_t kReceiptsPerStep = 128;
/// Looked at in one call, whether or not they are this reader's: other requests wait meanwhile.
constexpr std::size_t kReceiptsPerCall = 4'096;
constexpr std::size_t kBlocksPerCall = 512;

}  // namespace

EventFeed::EventFeed(const chain::Store& store, Start start)
    : store_(store), only_(start.only), height_(start.after.next()) {}

Result<std::vector<std::string>, std::string> EventFeed::next(Height until, std::size_t bytes_max) {
  std::vector<std::string> messages;
  if (height_ > until) return messages;
  const chain::StoreView view = store_.view();
  const chain::ExponentOf exponents = exponents_of(view);
  std::size_t bytes = 0;
  const auto add = [&](const json::object& message) {
    messages.push_back(json::serialize(message));
    bytes += messages.back().size();
  };
  std::size_t looked_at = 0;
  std::size_t blocks = 0;
  while (height_ <= until && bytes < bytes_max && looked_at < kReceiptsPerCall &&
         blocks < kBlocksPerCall) {
    const auto block = view.block(height_);
    if (!block) return fail("block " + std::to_string(height_.value) + " cannot be read");
    const json::string time = text(to_text(block->time));
    if (index_ < block->receipts) {
      const auto receipts = view.receipts(height_, index_, kReceiptsPerStep);
      if (receipts.empty())
        return fail("the receipts of block " + std::to_string(height_.value) + " cannot be read");
      looked_at += receipts.size();
      for (const chain::Receipt& receipt : receipts) {
        if (!only_ || concerns(receipt, *only_)) {
          add({{"height", height_.value},
               {"block_time", time},
               {"index", index_},
               {"type", "receipt"},
               {"receipt", chain::to_value(receipt, exponents)}});
        }
        ++index_;
      }
      continue;
    }
    add({{"height", height_.value},
         {"block_time", time},
         {"type", "block"},
         {"block_id", hex(block->block.view())},
         {"state_root", hex(block->state_root.view())},
         {"receipts", block->receipts}});
    height_ = height_.next();
    index_ = 0;
    ++blocks;
  }
  return messages;
}

}  // namespace vostro::node::api
