#include "audit/archive/format.h"

#include <zstd.h>

#include <boost/json.hpp>

#include "base/check.h"
#include "base/codec.h"

namespace vostro::audit {

namespace {

namespace json = boost::json;

constexpr std::uint64_t kFormat = 1;
constexpr std::size_t kSegmentBlocksMax = 100'000;
constexpr int kLevel = 6;  // of zstd: batches are mostly keys and signatures, more gains nothing

template <class Block>
struct Content {
  std::vector<Block> blocks;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<kSegmentBlocksMax>(blocks));
  }
};

template <class Block>
Result<Bytes, std::string> pack(const std::vector<Block>& blocks) {
  const Bytes plain = encode(Content<Block>{blocks});
  if (plain.size() > archive_content_max)
    return fail("it takes " + std::to_string(plain.size()) + " bytes, and a segment at most " +
                std::to_string(archive_content_max));
  Bytes packed(ZSTD_compressBound(plain.size()));
  ZSTD_CCtx* context = ZSTD_createCCtx();
  VOSTRO_CHECK(context != nullptr);
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  const std::size_t size =
      ZSTD_compress2(context, packed.data(), packed.size(), plain.data(), plain.size());
  ZSTD_freeCCtx(context);
  VOSTRO_CHECK(ZSTD_isError(size) == 0);  // the room is what zstd asked for
  packed.resize(size);
  return packed;
}

template <class Block>
Result<std::vector<Block>, std::string> unpack(ByteView file, std::size_t count) {
  const auto size = ZSTD_getFrameContentSize(file.data(), file.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
    return fail(std::string("it is no zstd frame that says its size"));
  if (size > archive_content_max)
    return fail("unpacked it would take " + std::to_string(size) + " bytes, more than " +
                std::to_string(archive_content_max));
  Bytes plain(size);
  const std::size_t read = ZSTD_decompress(plain.data(), plain.size(), file.data(), file.size());
  if (ZSTD_isError(read) != 0 || read != size)
    return fail(std::string("it cannot be unpacked: ") +
                (ZSTD_isError(read) != 0 ? ZSTD_getErrorName(read) : "it is too short"));
  auto content = decode<Content<Block>>(plain);
  if (!content) return fail("its blocks cannot be read: " + to_string(content.error()));
  if (content->blocks.size() != count)
    return fail("it has " + std::to_string(content->blocks.size()) + " blocks instead of " +
                std::to_string(count));
  return std::move(content->blocks);
}

json::object file_json(const ArchiveFile& file) {
  return {{"file", file.name}, {"bytes", file.bytes}, {"hash", hex(file.hash)}};
}

/// Reads a manifest's fields; the first that is not of its form is remembered.
class Fields {
 public:
  explicit Fields(const json::object& object) : object_(object) {}

  std::uint64_t number(std::string_view key) {
    const json::value* value = object_.if_contains(key);
    if (value != nullptr && value->is_int64() && value->get_int64() >= 0)
      return static_cast<std::uint64_t>(value->get_int64());
    refuse(key);
    return 0;
  }
  Hash hash(std::string_view key) {
    const json::value* value = object_.if_contains(key);
    if (value != nullptr && value->is_string())
      if (const auto found = fixed_from_hex<Hash>(value->get_string())) return *found;
    refuse(key);
    return {};
  }
  ArchiveFile file(std::string_view key, Height first, Height last) {
    const json::value* value = object_.if_contains(key);
    if (value == nullptr || !value->is_object()) {
      refuse(key);
      return {};
    }
    Fields inner(value->get_object());
    ArchiveFile made{file_name(first, last, key), inner.number("bytes"), inner.hash("hash")};
    const json::value* name = value->get_object().if_contains("file");
    if (name == nullptr || !name->is_string() || name->get_string() != made.name)
      inner.refuse("file");
    if (made.bytes > archive_file_max) inner.refuse("bytes");
    if (inner.wrong_) refuse(std::string(key) + "." + *inner.wrong_);
    return made;
  }
  void refuse(std::string_view key) {
    if (!wrong_) wrong_ = key;
  }
  [[nodiscard]] const std::optional<std::string>& wrong() const { return wrong_; }

 private:
  const json::object& object_;
  std::optional<std::string> wrong_;
};

}  // namespace

std::string file_name(Height first, Height last, std::string_view kind) {
  const auto twelve = [](Height height) {
    const std::string digits = std::to_string(height.value);
    return std::string(digits.size() < 12 ? 12 - digits.size() : 0, '0') + digits;
  };
  return twelve(first) + "-" + twelve(last) + "." + std::string(kind);
}

Hash file_hash(ByteView bytes) {
  return hash("archive", bytes);
}

std::string write_manifest(const Manifest& manifest) {
  // A line a segment, for people and for diff.
  std::string out = "{\"format\":" + std::to_string(kFormat) + ",\"founding_id\":\"" +
                    hex(manifest.founding_id) + "\",\"segments\":[";
  for (const Segment& segment : manifest.segments) {
    out += &segment == &manifest.segments.front() ? "\n" : ",\n";
    out += json::serialize(json::object{{"first", segment.first.value},
                                        {"last", segment.last.value},
                                        {"headers", file_json(segment.headers)},
                                        {"blocks", file_json(segment.blocks)}});
  }
  return out + "\n]}\n";
}

Result<Manifest, std::string> read_manifest(std::string_view text) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_object()) return fail(std::string("it is no JSON object"));
  Fields fields(value.get_object());
  Manifest manifest;
  const auto format = fields.number("format");
  if (!fields.wrong() && format != kFormat)
    return fail("it is of format " + std::to_string(format) +
                ", which this program does not know: use a newer vostro-audit");
  manifest.founding_id = fields.hash("founding_id");
  const json::value* segments = value.get_object().if_contains("segments");
  if (segments == nullptr || !segments->is_array() ||
      segments->get_array().size() > Manifest::segments_max)
    fields.refuse("segments");
  if (fields.wrong()) return fail("its field " + *fields.wrong() + " is not of its form");
  for (const json::value& each : segments->get_array()) {
    const std::string where = "segment " + std::to_string(manifest.segments.size());
    if (!each.is_object()) return fail("its " + where + " is no object");
    Fields inner(each.get_object());
    Segment segment;
    segment.first = Height(inner.number("first"));
    segment.last = Height(inner.number("last"));
    segment.headers = inner.file("headers", segment.first, segment.last);
    segment.blocks = inner.file("blocks", segment.first, segment.last);
    if (inner.wrong())
      return fail("field " + *inner.wrong() + " of its " + where + " is not of its form");
    if (segment.first != manifest.last().next() || segment.last < segment.first ||
        segment.last.value - segment.first.value >= kSegmentBlocksMax)
      return fail("its " + where + " does not begin where the one before ends");
    manifest.segments.push_back(std::move(segment));
  }
  return manifest;
}

Result<Bytes, std::string> pack_headers(const std::vector<LightBlock>& blocks) {
  return pack(blocks);
}
Result<Bytes, std::string> pack_bodies(const std::vector<BlockBody>& blocks) {
  return pack(blocks);
}
Result<std::vector<LightBlock>, std::string> unpack_headers(ByteView file, std::size_t count) {
  return unpack<LightBlock>(file, count);
}
Result<std::vector<BlockBody>, std::string> unpack_bodies(ByteView file, std::size_t count) {
  return unpack<BlockBody>(file, count);
}

}  // namespace vostro::audit
