// Frames put together from pieces. The input says how the pieces are cut and what is announced; no
// byte is kept beyond what the type allows. Catalogue rows P3, P6.
#include "p2p/framing.h"
#include "tests/fuzz/target.h"

namespace vostro::fuzz {
namespace {

constexpr std::uint32_t kSmall = 100;
constexpr std::uint32_t kLarge = 64 * 1024;

p2p::FrameLimits make_table() {
  const auto table =
      p2p::FrameLimits::make({{.type = 1, .body_bytes_max = kSmall},
                              {.type = 2, .body_bytes_max = kLarge},
                              {.type = 3, .body_bytes_max = kLarge, .channel = p2p::Channel::bulk}},
                             {p2p::Rate{}});
  VOSTRO_CHECK(table);
  return *table;
}

}  // namespace

std::vector<Bytes> seeds() {
  // Pieces: size of 2 bytes, announced of 8 bytes, whether last, content.
  Bytes whole{4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 7, 7, 7};
  Bytes two{3, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 2, 5, 5, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 6, 6};
  Bytes huge{2, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 2, 1};
  Bytes full{101, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1};
  full.resize(full.size() + kSmall, 9);
  Bytes bulk{2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 1};
  return {whole, two, huge, full, bulk};
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro;  // NOLINT: the whole file is about it
  static const p2p::FrameLimits table = fuzz::make_table();
  const fuzz::MemoryBound bound(size);
  fuzz::Script script({data, size});
  p2p::FrameReader reader(table, p2p::Channel::consensus);
  Bytes expected;  // what the frame under way has to be
  while (!script.is_over()) {
    const std::size_t piece_size = script.number(2);
    const std::uint64_t announced = script.number(8);
    const bool is_last = script.byte() % 2 == 1;
    const ByteView piece = script.take(piece_size);
    append(expected, piece);
    const auto read = reader.on_piece(piece, announced, is_last);
    if (!read) return 0;
    VOSTRO_CHECK(reader.is_inside_frame() == (!is_last && !expected.empty()));
    VOSTRO_CHECK(read->has_value() == is_last);
    const p2p::FrameRule* rule = expected.empty() ? nullptr : table.rule_of(expected.front());
    VOSTRO_CHECK(expected.empty() || (rule != nullptr && rule->channel == p2p::Channel::consensus &&
                                      expected.size() - 1 <= rule->body_bytes_max &&
                                      announced <= rule->body_bytes_max));
    if (!*read) continue;
    VOSTRO_CHECK((*read)->type == expected.front());
    VOSTRO_CHECK(std::ranges::equal((*read)->body, ByteView(expected).subspan(1)));
    expected.clear();
  }
  return 0;
}
