// The files of an archive: its manifest, and what is in its segments once they are unpacked. What
// is taken is written as the same again. And what a node's API says is a stretch of its chain.
// Catalogue rows F40, P3.
#include "audit/archive/format.h"
#include "base/codec.h"
#include "chain/chain_part.h"
#include "tests/fuzz/target.h"

namespace vostro::fuzz {
namespace {

using namespace audit;  // NOLINT: the whole file is about it

constexpr std::size_t kBlocks = 2;

std::vector<LightBlock> light_blocks() {
  LightBlock block;
  block.header = Bytes(300, 7);
  block.proof = Bytes(200, 9);
  block.ids = {{*parse_bic("NORDDEFF"), *parse_uuid("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")}};
  block.next = {{}};
  return {block, {}};
}

void check_manifest(std::string_view text) {
  const auto manifest = read_manifest(text);
  if (!manifest) return;
  Height next(1);
  for (const Segment& segment : manifest->segments) {
    VOSTRO_CHECK(segment.first == next && segment.last >= segment.first);
    // No name leads out of the archive.
    for (const ArchiveFile* file : {&segment.headers, &segment.blocks}) {
      VOSTRO_CHECK(file->name.find('/') == std::string::npos);
      VOSTRO_CHECK(file->bytes <= archive_file_max);
    }
    next = segment.last.next();
  }
  VOSTRO_CHECK(read_manifest(write_manifest(*manifest)) == *manifest);
}

}  // namespace

std::vector<Bytes> seeds() {
  Manifest manifest;
  Segment segment;
  segment.first = Height(1);
  segment.last = Height(kBlocks);
  segment.headers = {file_name(segment.first, segment.last, "headers"), 10, {}};
  segment.blocks = {file_name(segment.first, segment.last, "blocks"), 20, {}};
  manifest.segments = {segment};
  BlockBody body;
  body.cut = Bytes(50, 3);
  body.batches = {{Bytes(100, 4)}, {Bytes(10, 5)}};
  chain::BlockPart block;
  block.header = Bytes(297, 7);
  block.cut = Bytes(50, 3);
  block.proof = Bytes(200, 9);
  block.used.names = Bytes(54, 65);
  block.next = {{}};
  block.batch_count = 2;
  block.batches = {{Bytes(100, 4)}, {Bytes(10, 5)}};
  const Bytes part = encode(chain::ChainPart{Height(9), Height(8), {block, {}}});
  return {part, bytes_of(write_manifest(manifest)), *pack_headers(light_blocks()),
          *pack_bodies({body, body})};
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro::fuzz;  // NOLINT: the whole file is about it
  check_manifest(vostro::as_text({data, size}));
  if (const auto headers = unpack_headers({data, size}, kBlocks))
    VOSTRO_CHECK(unpack_headers(*pack_headers(*headers), kBlocks) == *headers);
  if (const auto bodies = unpack_bodies({data, size}, kBlocks))
    VOSTRO_CHECK(unpack_bodies(*pack_bodies(*bodies), kBlocks) == *bodies);
  if (const auto part = vostro::decode<vostro::chain::ChainPart>({data, size}))
    VOSTRO_CHECK(std::ranges::equal(vostro::encode(*part), vostro::ByteView(data, size)));
  return 0;
}
