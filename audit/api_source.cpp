#include "audit/api_source.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "client/api.h"

namespace vostro::audit {
namespace {

using chain::BlockPart;
using client::ApiError;
using std::chrono::milliseconds;

constexpr int kTries = 8;
constexpr milliseconds kFirstWait(500);
constexpr milliseconds kLongestWait(20'000);
constexpr milliseconds kAnswerTime(120'000);

client::ApiOptions api_options(const std::string& ca_file) {
  client::ApiOptions options;
  options.timeout = kAnswerTime;
  options.ca_file = ca_file;
  return options;
}

bool is_passing(const ApiError& error) {
  return error.kind == ApiError::Kind::cannot_connect || error.kind == ApiError::Kind::timed_out ||
         error.kind == ApiError::Kind::broken_off || error.is_problem(429) ||
         error.is_problem(503) || error.is_problem(408);
}

std::size_t batch_bytes(const BlockPart& block) {
  std::size_t bytes = 0;
  for (const chain::BatchBytes& batch : block.batches) bytes += batch.bytes.size();
  return bytes;
}

class ApiSource final : public BlocksAlone {
 public:
  ApiSource(ApiAccess access, client::ApiAddress address)
      : name_(access.url),
        wait_(std::move(access.wait)),
        api_(std::move(address), std::move(access.token), api_options(access.ca_file)) {}

  Checked<void> open(const genesis::Definition& definition) {
    auto part = fetch(std::nullopt, 0);
    if (!part) return tl::unexpected<Finding>(part.error());
    last_proof_ = part->last_proof;
    if (!last_proof_) return {};
    last_ = *last_proof_;
    // A node keeps few proofs: this one may be gone when its turn comes.
    if (part->blocks.empty() || part->blocks.front().proof.empty())
      return diverges({last_, std::nullopt, "finality proof",
                       "that of the newest block which the node says has one", "none"});
    newest_proof_ = std::move(part->blocks.front().proof);
    // What stands for a continuation has no proof of its own.
    const bool is_continued =
        std::ranges::find(definition.continuations, last_, &genesis::Continuation::height) !=
        definition.continuations.end();
    if (is_continued && part->last > last_) last_ = last_.next();
    return {};
  }

  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] Height last() const override { return last_; }
  [[nodiscard]] std::optional<Height> last_proof() const override { return last_proof_; }

  [[nodiscard]] Checked<RawBlock> block(Height height) const override {
    const std::lock_guard lock(mutex_);
    const auto found = block_at(height);
    if (!found) return tl::unexpected<Finding>(found.error());
    const BlockPart& block = **found;
    RawBlock raw{block.header, block.cut, {}, proof_of(height, block)};
    for (const chain::BatchBytes& batch : block.batches) raw.batches.push_back(batch.bytes);
    return raw;
  }
  [[nodiscard]] Checked<RawBlock> header(Height height) const override { return block(height); }
  [[nodiscard]] Checked<LightBlock> light(Height height) const override {
    const std::lock_guard lock(mutex_);
    const auto found = block_at(height);
    if (!found) return tl::unexpected<Finding>(found.error());
    const BlockPart& block = **found;
    LightBlock light;
    light.header = block.header;
    light.proof = proof_of(height, block).value_or(Bytes());
    if (light.header.empty()) return light;
    light.transactions = block.used.transactions_root;
    auto names = chain::names_of(block.used);
    if (!names)
      return diverges({height, std::nullopt, "ids", "whole ones",
                       std::to_string(block.used.names.size()) + " bytes"});
    light.ids = *std::move(names);
    for (const chain::Validator& each : block.next)
      light.next.push_back({consensus::MemberId{each.id.bytes}, each.key});
    return light;
  }
  [[nodiscard]] bool has_files() const override { return false; }
  [[nodiscard]] Checked<void> check_files() const override { return {}; }

 private:
  [[nodiscard]] std::optional<Bytes> proof_of(Height height, const BlockPart& block) const {
    if (last_proof_ == height) return newest_proof_;
    return block.proof.empty() ? std::nullopt : std::optional(block.proof);
  }

  [[nodiscard]] std::string promised() const {
    return "the blocks up to " + std::to_string(last_.value) + ", which the node says it has";
  }

  [[nodiscard]] Checked<chain::ChainPart> fetch(const std::optional<Height>& from,
                                                std::uint32_t batch) const {
    milliseconds wait = kFirstWait;
    for (int tried = 1;; ++tried) {
      auto part = api_.chain(from, batch);
      if (part) return *std::move(part);
      const ApiError& error = part.error();
      if (error.kind == ApiError::Kind::bad_answer)
        return diverges({from.value_or(Height(0)), std::nullopt, "the node's answer",
                         "a stretch of the chain", error.detail});
      if (from && error.is_problem(404))
        return diverges({*from, std::nullopt, "block", promised(), client::to_string(error)});
      if (!is_passing(error) || tried == kTries)
        return cannot_check(name_ + ": " + client::to_string(error));
      const auto asked = error.problem ? error.problem->retry_after_s : std::nullopt;
      wait_(std::min(kLongestWait, std::max(wait, milliseconds(1'000 * asked.value_or(0)))));
      wait = std::min(kLongestWait, wait * 2);
    }
  }

  /// Of those that came last; else asks for it and what comes after it.
  [[nodiscard]] Checked<const BlockPart*> block_at(Height height) const {
    if (const auto kept = whole_.find(height); kept != whole_.end()) return &kept->second;
    whole_.clear();
    if (height_begun_ != height) begun_ = {};
    height_begun_ = height;
    for (;;) {
      auto part = fetch(height, static_cast<std::uint32_t>(begun_.batches.size()));
      if (!part) return tl::unexpected<Finding>(part.error());
      if (part->blocks.empty())
        return diverges({height, std::nullopt, "block", promised(), "none"});
      for (BlockPart& block : part->blocks) {
        const auto added = add(std::move(block));
        if (added) continue;
        if (!whole_.contains(height)) return tl::unexpected<Finding>(added.error());
        // What is wrong in a later one is found when it is its turn.
        begun_ = {};
        break;
      }
      if (const auto found = whole_.find(height); found != whole_.end()) return &found->second;
    }
  }

  /// The next piece of the block that was begun.
  [[nodiscard]] Checked<void> add(BlockPart piece) const {
    const auto differs = [&](std::string expected, std::string found) {
      return diverges({height_begun_, std::nullopt, "the node's answer", std::move(expected),
                       std::move(found)});
    };
    if (piece.first_batch != begun_.batches.size())
      return differs("batches from " + std::to_string(begun_.batches.size()) + " on",
                     "from " + std::to_string(piece.first_batch) + " on");
    // Each takes room, however few bytes it has.
    if (piece.batch_count > BlockPart::batches_max)
      return differs("at most " + std::to_string(BlockPart::batches_max) + " batches",
                     std::to_string(piece.batch_count));
    if (piece.first_batch == 0) {
      begun_ = std::move(piece);
    } else {
      if (piece.batches.empty()) return differs("more batches", "none");
      begun_.batches.insert(begun_.batches.end(), std::make_move_iterator(piece.batches.begin()),
                            std::make_move_iterator(piece.batches.end()));
    }
    if (begun_.batches.size() > begun_.batch_count)
      return differs(std::to_string(begun_.batch_count) + " batches",
                     std::to_string(begun_.batches.size()));
    if (batch_bytes(begun_) > batch_bytes_max)
      return differs("at most " + std::to_string(batch_bytes_max) + " bytes of batches", "more");
    if (begun_.batches.size() < begun_.batch_count) {
      if (begun_.batches.empty()) return differs("batches", "none");
      return {};
    }
    whole_.insert_or_assign(height_begun_, std::move(begun_));
    begun_ = {};
    height_begun_ = height_begun_.next();
    return {};
  }

  std::string name_;
  std::function<void(milliseconds)> wait_;
  Height last_{0};
  std::optional<Height> last_proof_;
  Bytes newest_proof_;
  // What came last, and the block of which only a piece came; all under the mutex.
  mutable std::mutex mutex_;
  mutable client::ApiClient api_;
  mutable std::map<Height, BlockPart> whole_;
  mutable Height height_begun_{0};
  mutable BlockPart begun_;
};

}  // namespace

Checked<std::unique_ptr<Source>> open_api_source(ApiAccess access,
                                                 const genesis::Definition& definition) {
  const auto address = client::parse_api_address(access.url);
  if (!address) return cannot_check(access.url + " is no address of a node: https://host[:port]");
  auto source = std::make_unique<ApiSource>(std::move(access), *address);
  if (auto opened = source->open(definition); !opened)
    return tl::unexpected<Finding>(opened.error());
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace vostro::audit
