#include "node/api/chain_parts.h"

#include "base/codec.h"
#include "consensus/types.h"
#include "node/api/answers.h"
#include "node/api/epoch_steps.h"

namespace vostro::node::api {
namespace {

constexpr std::size_t kSmallFields = 512;  // of a block, beside what is counted

/// What is left of an answer; the last thing may be larger.
class Room {
 public:
  explicit Room(std::size_t bytes) : left_(bytes) {}
  [[nodiscard]] bool is_left() const { return left_ > 0; }
  void take(std::size_t bytes) { left_ -= std::min(left_, bytes); }

 private:
  std::size_t left_;
};

std::size_t bytes_of(const chain::BlockPart& part) {
  return kSmallFields + part.header.size() + part.cut.size() + part.proof.size() +
         part.used.names.size();
}

/// All of a block but its batches. None where the store fails.
std::optional<chain::BlockPart> without_batches(const chain::StoreView& view, Height height) {
  const auto header = view.header(height);
  const auto cut = view.cut(height);
  auto used = view.used_ids(height);
  if (!header || !cut || !used) return std::nullopt;
  chain::BlockPart part;
  part.header = *header;
  part.cut = *cut;
  part.used = *std::move(used);
  if (const auto proof = view.proof_at_or_above(height); proof && proof->height == height)
    part.proof = proof->bytes;
  if (header->empty()) return part;
  const auto decoded = decode<consensus::Header>(*header);
  if (!decoded) return std::nullopt;
  if (decoded->closes_epoch()) {
    const auto next = record_of_epoch(view, decoded->epoch.next());
    if (!next) return std::nullopt;
    part.next = next->validators;
  }
  return part;
}

/// Batches from `first_batch` on while there is room, one at least where there is one; `room`
/// shrinks by them. False where the store fails.
bool add_batches(const chain::StoreView& view, Height height, chain::BlockPart& part, Room& room) {
  for (std::uint32_t i = part.first_batch; i < part.batch_count; ++i) {
    if (i > part.first_batch && !room.is_left()) break;
    auto batch = view.batch(height, i);
    if (!batch) return false;
    room.take(batch->size());
    part.batches.push_back({*std::move(batch)});
  }
  return true;
}

}  // namespace

Result<chain::ChainPart, Response> chain_part(const chain::StoreView& view,
                                              const std::optional<Height>& wanted,
                                              std::uint64_t batch, std::size_t bytes) {
  if (!view.head()) return fail(refuse(problems::unknown_block));
  chain::ChainPart part;
  part.last = view.head()->height;
  if (const auto newest = view.newest_proof()) part.last_proof = newest->height;
  const Height from = wanted.value_or(part.last_proof.value_or(part.last.next()));
  // The block after the newest is asked for by who has all of them.
  if (from.value == 0 || from > part.last.next()) return fail(refuse(problems::unknown_block));
  if (from <= part.last && !view.is_whole(from)) return fail(refuse_history(view, from));
  Room room(bytes);
  for (Height height = from;
       height <= part.last && room.is_left() && part.blocks.size() < chain::ChainPart::blocks_max;
       height = height.next()) {
    const auto summary = view.block(height);
    if (!summary) return fail(refuse(problems::store_failed));
    chain::BlockPart block;
    if (height == from && batch > 0) {
      if (batch >= summary->batches) return fail(refuse(problems::unknown_block));
      block.first_batch = static_cast<std::uint32_t>(batch);
    } else {
      auto rest = without_batches(view, height);
      if (!rest) return fail(refuse(problems::store_failed));
      block = *std::move(rest);
    }
    block.batch_count = summary->batches;
    room.take(bytes_of(block));
    if (!add_batches(view, height, block, room)) return fail(refuse(problems::store_failed));
    part.blocks.push_back(std::move(block));
  }
  return part;
}

Response get_chain(const Context& context, const Request& request) {
  std::optional<Height> from;
  if (request.captured.at(0) != "latest") {
    const auto number = parse_number(request.captured.at(0));
    if (!number) return refuse(problems::bad_path);
    from = Height(*number);
  }
  QueryReader query(request);
  const auto batch = query.value("batch", parse_number);
  if (auto bad = query.finish()) return *std::move(bad);
  const auto part =
      chain_part(context.service.store().view(), from, batch.value_or(0), chain_part_bytes);
  if (!part) return part.error();
  Response response;
  response.content_type = "application/octet-stream";
  response.body = std::string(as_text(encode(*part)));
  return response;
}

}  // namespace vostro::node::api
