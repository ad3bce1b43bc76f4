#include "chain/sealed_annex.h"

#include <algorithm>

#include "base/codec.h"

namespace vostro::chain {
namespace {

// version, owner, id, commitment, slots with their count, nonce, content with its size
constexpr std::size_t kLargest = 1 + 11 + 16 + 32 + 1 + SealedAnnex::slots_max * (32 + 80) + 24 +
                                 4 + SealedAnnex::content_size_max;
static_assert(kLargest <= SealedAnnex::size_max);

struct Head {
  const SealedAnnex& sealed;

  template <class Archive>
  void serialize(Archive& archive) const {
    archive(sealed.version, sealed.belongs_to, sealed.commitment,
            bounded<SealedAnnex::slots_max>(sealed.slots), sealed.nonce);
  }
};

bool is_good_name(const OwnedId& name) {
  const int version = version_of(name.id);
  return is_valid(name.owner) && (version == 4 || version == 8);
}

bool are_good_slots(const std::vector<SealedAnnex::Slot>& slots) {
  const auto is_out_of_order = [](const auto& a, const auto& b) { return !(a.reader < b.reader); };
  return !slots.empty() && std::ranges::adjacent_find(slots, is_out_of_order) == slots.end();
}

}  // namespace

Bytes associated_data(const SealedAnnex& sealed) {
  return encode(Head{sealed});
}

Bytes encode_sealed_annex(const SealedAnnex& sealed) {
  return encode(sealed);
}

std::string to_string(const SealedAnnexFault& fault) {
  switch (fault.kind) {
    case SealedAnnexFault::Kind::too_large:
      return "a sealed annex has at most " + std::to_string(SealedAnnex::size_max) + " bytes";
    case SealedAnnexFault::Kind::malformed:
      return "no sealed annex: " + to_string(fault.decoding);
    case SealedAnnexFault::Kind::unknown_version:
      return "a sealed annex of another version than this program knows";
    case SealedAnnexFault::Kind::bad_name:
      return "a sealed annex names its transaction by a BIC and a UUID of version 4 or 8";
    case SealedAnnexFault::Kind::bad_slots:
      return "a sealed annex has 1 to 16 readers, in ascending order, each once";
  }
  return "unknown";
}

Result<SealedAnnex, SealedAnnexFault> decode_sealed_annex(ByteView bytes) {
  using Kind = SealedAnnexFault::Kind;
  if (bytes.size() > SealedAnnex::size_max) return fail(SealedAnnexFault{Kind::too_large, {}});
  // Another version is said to be one, whatever follows.
  if (!bytes.empty() && bytes.front() != SealedAnnex::version_now)
    return fail(SealedAnnexFault{Kind::unknown_version, {}});
  auto sealed = decode<SealedAnnex>(bytes);
  if (!sealed) return fail(SealedAnnexFault{Kind::malformed, sealed.error()});
  if (!is_good_name(sealed->belongs_to)) return fail(SealedAnnexFault{Kind::bad_name, {}});
  if (!are_good_slots(sealed->slots)) return fail(SealedAnnexFault{Kind::bad_slots, {}});
  return std::move(*sealed);
}

}  // namespace vostro::chain
