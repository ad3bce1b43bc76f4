#include "consensus/types.h"

#include <algorithm>

#include "base/check.h"
#include "base/codec.h"
#include "consensus/committee.h"

namespace vostro::consensus {
namespace {

constexpr std::string_view kVotePrefix{"VOSTRO-VOTE-1\0\0\0", 16};
constexpr std::size_t vote_prefix_size = 16;
static_assert(kVotePrefix.size() == vote_prefix_size);

template <class Id>
Id id_of(std::string_view tag, std::initializer_list<ByteView> parts) {
  return Id{hash(tag, parts).bytes};
}

Bytes little_endian(std::uint64_t value, std::size_t width) {
  Bytes bytes;
  append_little_endian(bytes, value, width);
  return bytes;
}

}  // namespace

std::optional<ValidatorSet> ValidatorSet::make(std::vector<Validator> validators) {
  if (validators.empty() || validators.size() > validators_max) return std::nullopt;
  std::vector<PublicKey> keys;
  for (std::size_t i = 0; i < validators.size(); ++i) {
    if (i > 0 && !(validators[i - 1].member < validators[i].member)) return std::nullopt;
    if (!is_admissible(validators[i].key)) return std::nullopt;
    keys.push_back(validators[i].key);
  }
  std::sort(keys.begin(), keys.end());
  if (std::adjacent_find(keys.begin(), keys.end()) != keys.end()) return std::nullopt;
  return ValidatorSet(std::move(validators));
}

std::optional<ValidatorIndex> ValidatorSet::index_of(const MemberId& member) const {
  const auto found = std::lower_bound(
      validators_.begin(), validators_.end(), member,
      [](const Validator& validator, const MemberId& id) { return validator.member < id; });
  if (found == validators_.end() || found->member != member) return std::nullopt;
  return ValidatorIndex(static_cast<std::uint16_t>(found - validators_.begin()));
}

std::optional<ValidatorIndex> ValidatorSet::index_of(const PublicKey& key) const {
  for (std::size_t i = 0; i < validators_.size(); ++i) {
    if (validators_[i].key == key) return ValidatorIndex(static_cast<std::uint16_t>(i));
  }
  return std::nullopt;
}

Hash ValidatorSet::digest() const {
  Bytes content = little_endian(size(), 2);
  for (const Validator& validator : validators_) {
    append(content, validator.member.view());
    append(content, validator.key.bytes);
  }
  return hash("vset", content);
}

Hash EpochContext::digest() const {
  const Bytes number = little_endian(epoch.value, 8);
  return hash("ctx", {network_id.view(), number, anchor.view(), validators.digest().view()});
}

ValidatorIndex EpochContext::leader(View view) const {
  VOSTRO_CHECK(view.value > 0);
  return leader_order(digest(), validators.size())[(view.value - 1) % validators.size()];
}

std::vector<ValidatorIndex> leader_order(const Hash& ctx, std::size_t validators) {
  std::vector<ValidatorIndex> order;
  for (std::size_t i = 0; i < validators; ++i)
    order.push_back(ValidatorIndex(static_cast<std::uint16_t>(i)));
  const Hash seed = hash("leader", ctx.view());
  std::uint64_t draws = 0;
  // Uniform by rejection: a draw from the incomplete last run of `bound` values would favour the
  // small ones.
  const auto draw_below = [&](std::uint64_t bound) {
    const std::uint64_t rest = (UINT64_MAX % bound + 1) % bound;
    for (;;) {
      const Hash block = hash("leader-draw", {seed.view(), little_endian(draws++, 8)});
      std::uint64_t value = 0;
      for (std::size_t i = 0; i < 8; ++i) value |= std::uint64_t{block.bytes[i]} << (8 * i);
      if (value <= UINT64_MAX - rest) return value % bound;
    }
  };
  for (std::size_t i = validators; i > 1; --i) std::swap(order[i - 1], order[draw_below(i)]);
  return order;
}

BlockId Header::id() const {
  return id_of<BlockId>("block", {encode(*this)});
}

Hash Cut::root() const {
  return hash("cut", encode(*this));
}

bool Cut::is_ascending() const {
  return std::adjacent_find(lanes.begin(), lanes.end(), [](const LaneRef& a, const LaneRef& b) {
           return a.author >= b.author;
         }) == lanes.end();
}

BatchId Batch::id() const {
  return id_of<BatchId>("batch", {encode(*this)});
}

ProposalId Proposal::id(const Hash& ctx) const {
  return id_of<ProposalId>("prop", {ctx.view(), encode(*this)});
}

Bytes vote_message(const EpochContext& context, const Hash& ctx, VoteType type, View view,
                   const ProposalId& proposal) {
  Bytes message;
  message.reserve(vote_message_size);
  append(message, as_bytes(kVotePrefix));
  append(message, context.network_id.view());
  append_little_endian(message, context.version, 2);
  message.push_back(static_cast<Byte>(type));
  append_little_endian(message, context.epoch.value, 8);
  append_little_endian(message, view.value, 8);
  append(message, ctx.view());
  append(message, proposal.view());
  VOSTRO_CHECK(message.size() == vote_message_size);
  return message;
}

Hash Certificate::digest() const {
  return hash("cert", encode(*this));
}

bool Certificate::has_signer(ValidatorIndex index) const {
  const std::size_t byte = index.value / 8U;
  return byte < bitmap.size() && ((bitmap[byte] >> (index.value % 8U)) & 1U) != 0;
}

Hash Justification::digest() const {
  Bytes digests;
  if (parent) append(digests, parent->digest().view());
  for (const Certificate& nullification : nullifications)
    append(digests, nullification.digest().view());
  return hash("just", digests);
}

}  // namespace vostro::consensus
