#include "node/annexes/frames.h"

#include <algorithm>

#include "base/codec.h"

namespace vostro::node {
namespace {

struct Envelope {
  AnnexMessage message;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(tagged(message));
  }
};

}  // namespace

Bytes encode_annex_message(const AnnexMessage& message) {
  return encode(Envelope{message});
}

Result<std::variant<AnnexRequest, DecodedAnswer>, std::string> decode_annex_message(
    ByteView bytes) {
  if (bytes.size() > annex_frame_size_max) return fail(std::string("it is too large"));
  auto envelope = decode<Envelope>(bytes);
  if (!envelope) return fail(to_string(envelope.error()));
  if (auto* request = std::get_if<AnnexRequest>(&envelope->message)) {
    const auto is_out_of_order = [](const auto& a, const auto& b) { return !(a < b); };
    if (request->names.empty() ||
        std::ranges::adjacent_find(request->names, is_out_of_order) != request->names.end())
      return fail(std::string("a request without names, or with names out of order"));
    return std::move(*request);
  }
  auto& answer = std::get<AnnexAnswer>(envelope->message);
  DecodedAnswer decoded{{}, std::move(answer.absent), std::move(answer.erased)};
  for (const AnnexBytes& each : answer.annexes) {
    auto sealed = chain::decode_sealed_annex(each.bytes);
    if (!sealed) return fail(to_string(sealed.error()));
    decoded.annexes.push_back(std::move(*sealed));
  }
  return decoded;
}

}  // namespace vostro::node
