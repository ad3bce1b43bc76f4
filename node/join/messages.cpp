#include "node/join/messages.h"

#include "base/codec.h"

namespace vostro::node::join {
namespace {

constexpr std::size_t small_bytes_max = 64;
/// Header, proposal and certificate of 128 validators, and the 128 that come next.
constexpr std::size_t step_bytes_max = 10 * 1024 + 128 * 49;

}  // namespace

std::size_t frame_bytes_max(Byte type) {
  switch (type) {
    case get_snapshot_frame:
    case get_part_frame:
      return small_bytes_max;
    case snapshot_frame:
      return (steps_max + 1) * step_bytes_max;
    case part_frame:
      return part_bytes_max + 1024;
    default:
      return 0;
  }
}

Bytes encode_frame(const GetSnapshot& message) {
  return encode(message);
}
Bytes encode_frame(const Snapshot& message) {
  return encode(message);
}
Bytes encode_frame(const GetPart& message) {
  return encode(message);
}
Bytes encode_frame(const Part& message) {
  return encode(message);
}
Bytes encode_content(const Headers& headers) {
  return encode(headers);
}
Bytes encode_content(const Ids& ids) {
  return encode(ids);
}
Bytes encode_content(const chain::Subtree& part) {
  return encode(part);
}

Result<GetSnapshot, DecodeError> decode_get_snapshot(ByteView frame) {
  return decode<GetSnapshot>(frame);
}
Result<Snapshot, DecodeError> decode_snapshot(ByteView frame) {
  return decode<Snapshot>(frame);
}
Result<GetPart, DecodeError> decode_get_part(ByteView frame) {
  return decode<GetPart>(frame);
}
Result<Part, DecodeError> decode_part(ByteView frame) {
  return decode<Part>(frame);
}
Result<Headers, DecodeError> decode_headers(ByteView content) {
  return decode<Headers>(content);
}
Result<Ids, DecodeError> decode_ids(ByteView content) {
  return decode<Ids>(content);
}
Result<chain::Subtree, DecodeError> decode_subtree(ByteView content) {
  return decode<chain::Subtree>(content);
}

}  // namespace vostro::node::join
