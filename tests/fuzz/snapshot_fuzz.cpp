// What those say who help a node to join: frames 20 and 22 with all that may be in them, and the
// requests. What is read is written as the same bytes; a part of the state that passes is true.
#include <map>
#include <optional>

#include "base/codec.h"
#include "chain/history.h"
#include "chain/subtree.h"
#include "node/join/messages.h"
#include "tests/fuzz/target.h"

namespace vostro::fuzz {
namespace {

namespace join = node::join;

constexpr std::uint8_t kRecords = 60;

class Tree final : public chain::NodeReader {
 public:
  Tree() {
    for (std::uint8_t i = 0; i < kRecords; ++i) records[Bytes{'k', i}] = Bytes{'v', i};
    const chain::TreeUpdate update = chain::update_tree(*this, records);
    nodes_ = update.nodes;
    root = update.root;
  }
  std::optional<Bytes> node(ByteView position) const override {
    const auto found = nodes_.find(Bytes(position.begin(), position.end()));
    return found == nodes_.end() ? std::nullopt : found->second;
  }
  [[nodiscard]] chain::Subtree part(const chain::TreePath& path) const {
    std::map<Hash, chain::StateEntry> here;
    for (const auto& [key, value] : records)
      if (path.holds(chain::tree_key_of(key))) here[chain::tree_key_of(key)] = {key, *value};
    std::vector<chain::StateEntry> entries;
    for (const auto& [at, entry] : here) entries.push_back(entry);
    return *chain::make_subtree(*this, path, std::move(entries));
  }
  chain::Changes records;
  Hash root;

 private:
  chain::Changes nodes_;
};
const Tree& tree() {
  static const Tree made;
  return made;
}

chain::TreePath path_of(std::uint8_t number) {
  if (number % 3 == 0) return {};
  if (number % 3 == 1) return {{static_cast<std::uint8_t>(number % 16)}};
  return {{static_cast<std::uint8_t>(number % 16), static_cast<std::uint8_t>(number / 16)}};
}

void check_state(std::uint8_t number, ByteView content) {
  const auto part = join::decode_subtree(content);
  if (!part) return;
  VOSTRO_CHECK(join::encode_content(*part) == Bytes(content.begin(), content.end()));
  const chain::TreePath path = path_of(number);
  if (!chain::verify_subtree(*part, path, tree().root)) return;
  VOSTRO_CHECK(part->entries == tree().part(path).entries);
}

void check_frame(ByteView bytes) {
  const Bytes frame(bytes.begin(), bytes.end());
  if (const auto read = join::decode_snapshot(frame))
    VOSTRO_CHECK(join::encode_frame(*read) == frame);
  if (const auto read = join::decode_get_snapshot(frame))
    VOSTRO_CHECK(join::encode_frame(*read) == frame);
  if (const auto read = join::decode_get_part(frame)) {
    VOSTRO_CHECK(join::encode_frame(*read) == frame);
    if (read->path.is_valid()) VOSTRO_CHECK(read->path.holds(read->path.first()));
  }
  const auto part = join::decode_part(frame);
  if (!part) return;
  VOSTRO_CHECK(join::encode_frame(*part) == frame);
  if (const auto read = join::decode_headers(part->content))
    VOSTRO_CHECK(join::encode_content(*read) == part->content);
  if (const auto read = join::decode_ids(part->content)) {
    VOSTRO_CHECK(join::encode_content(*read) == part->content);
    for (const chain::UsedIds& used : read->blocks)
      if (const auto names = chain::names_of(used))
        VOSTRO_CHECK(names->size() * chain::UsedIds::name_size == used.names.size());
  }
}

}  // namespace

std::vector<Bytes> seeds() {
  std::vector<Bytes> made;
  const auto add = [&](std::uint8_t first, std::uint8_t second, const Bytes& rest) {
    Bytes seed{first, second};
    append(seed, rest);
    made.push_back(std::move(seed));
  };
  for (const int each : {0, 1, 2, 5, 7, 8, 35}) {
    const auto number = static_cast<std::uint8_t>(each);
    const Bytes content = join::encode_content(tree().part(path_of(number)));
    add(0, number, content);
    add(1, 0,
        join::encode_frame(join::Part{{join::PartKind::state, Height(9), 0, path_of(number)},
                                      join::PartStatus::here,
                                      content}));
  }
  join::Headers headers{{join::OptionalHeader{consensus::Header{}}, join::OptionalHeader{}}};
  add(1, 0,
      join::encode_frame(join::Part{{join::PartKind::headers, Height(2), 2, {}},
                                    join::PartStatus::here,
                                    join::encode_content(headers)}));
  join::Ids ids{{chain::UsedIds{{}, Bytes(54, 7)}, chain::UsedIds{}}};
  add(1, 0,
      join::encode_frame(join::Part{{join::PartKind::ids, Height(1), 2, {}},
                                    join::PartStatus::here,
                                    join::encode_content(ids)}));
  join::Snapshot snapshot;
  snapshot.steps.resize(2);
  snapshot.newest = consensus::FinalityProof{};
  add(1, 0, join::encode_frame(snapshot));
  add(1, 0, join::encode_frame(join::GetSnapshot{Epoch(3)}));
  add(1, 0, join::encode_frame(join::GetPart{join::PartKind::state, Height(3), 0, {{1, 2, 3}}}));
  return made;
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro::fuzz;  // NOLINT: the whole file is about it
  if (size < 2) return 0;
  static_cast<void>(tree());  // not counted below
  const vostro::ByteView rest = vostro::ByteView(data, size).subspan(2);
  const MemoryBound bound(size);
  if (data[0] % 2 == 0) {
    check_state(data[1], rest);
  } else {
    check_frame(rest);
  }
  return 0;
}
