/// What nodes say to each other about annexes, in frames of the type `annex_frame` (65): a request
/// for some by name, and one answer to it. Nothing is sent that was not asked for. Pure.
/// Source: docs/encoding.md, "Annexes between nodes".
#pragma once

#include <variant>
#include <vector>

#include "base/fields.h"
#include "base/result.h"
#include "chain/account.h"
#include "chain/sealed_annex.h"

namespace vostro::node {

/// Threat model 2.2.
inline constexpr std::size_t annex_frame_size_max = 512 * 1024;
inline constexpr std::size_t annex_names_max = 256;  ///< of a request

struct AnnexRequest {
  static constexpr std::uint8_t tag = 1;

  std::vector<chain::OwnedId> names;  ///< 1 to annex_names_max, ascending

  bool operator==(const AnnexRequest&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<annex_names_max>(names));
  }
};

/// A sealed annex in its encoding, so that a frame is judged before what is in it.
struct AnnexBytes {
  Bytes bytes;

  bool operator==(const AnnexBytes&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<chain::SealedAnnex::size_max>(bytes));
  }
};

/// To the names asked for, in their order, as far as the frame holds; the rest is asked for again.
struct AnnexAnswer {
  static constexpr std::uint8_t tag = 2;

  std::vector<AnnexBytes> annexes;
  std::vector<chain::OwnedId> absent;  ///< not here, or not for whoever asks: ask again later
  std::vector<chain::OwnedId> erased;  ///< never again

  bool operator==(const AnnexAnswer&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<annex_names_max>(annexes), bounded<annex_names_max>(absent),
            bounded<annex_names_max>(erased));
  }
};

using AnnexMessage = std::variant<AnnexRequest, AnnexAnswer>;

[[nodiscard]] Bytes encode_annex_message(const AnnexMessage& message);
/// Errors: a sentence of ours, without a byte of theirs: not the encoding; no name, names not
/// ascending; an annex that is none.
struct DecodedAnswer {
  std::vector<chain::SealedAnnex> annexes;
  std::vector<chain::OwnedId> absent;
  std::vector<chain::OwnedId> erased;
};
[[nodiscard]] Result<std::variant<AnnexRequest, DecodedAnswer>, std::string> decode_annex_message(
    ByteView bytes);

}  // namespace vostro::node
