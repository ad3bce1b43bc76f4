#include "audit/archive/archives.h"

#include <algorithm>
#include <mutex>

#include "base/check.h"

namespace vostro::audit {
namespace {

constexpr std::size_t kSegmentsKept = 2;  // unpacked, of each kind

/// The segments that were read last.
template <class Block>
class Kept {
 public:
  using Read = std::function<Result<std::vector<Block>, std::string>(const Segment&)>;
  explicit Kept(Read read) : read_(std::move(read)) {}

  Result<const Block*, std::string> at(const Segment& segment, Height height) {
    auto found = std::ranges::find(kept_, segment.first, &Entry::first);
    if (found == kept_.end()) {
      auto blocks = read_(segment);
      if (!blocks) return fail(blocks.error());
      if (kept_.size() == kSegmentsKept) kept_.erase(kept_.begin());
      kept_.push_back({segment.first, *std::move(blocks)});
      found = std::prev(kept_.end());
    }
    return &found->blocks.at(height.value - segment.first.value);
  }

 private:
  struct Entry {
    Height first;
    std::vector<Block> blocks;
  };
  Read read_;
  std::vector<Entry> kept_;
};

struct Opened {
  std::unique_ptr<Archive> archive;
  Kept<LightBlock> headers;
  Kept<BlockBody> bodies;
  explicit Opened(std::unique_ptr<Archive> opened)
      : archive(std::move(opened)),
        headers([this](const Segment& segment) { return archive->headers(segment); }),
        bodies([this](const Segment& segment) { return archive->bodies(segment); }) {}
};

class Archives final : public ArchiveSource {
 public:
  Archives(std::vector<std::unique_ptr<Opened>> archives, LightChain chain,
           std::vector<LeftOut> left_out)
      : archives_(std::move(archives)), chain_(std::move(chain)), left_out_(std::move(left_out)) {}

  [[nodiscard]] std::string name() const override { return archives_.front()->archive->name(); }
  [[nodiscard]] Height last() const override {
    return archives_.front()->archive->manifest().last();
  }
  [[nodiscard]] std::optional<Height> last_proof() const override {
    return last().value == 0 ? std::nullopt : std::optional(chain_.final_to());
  }

  [[nodiscard]] Checked<RawBlock> header(Height height) const override {
    const std::lock_guard lock(mutex_);
    return header_at(height);
  }
  [[nodiscard]] Checked<RawBlock> block(Height height) const override {
    const std::lock_guard lock(mutex_);
    auto raw = header_at(height);
    if (!raw) return raw;
    std::optional<Finding> first;
    for (const auto& opened : archives_) {
      if (is_left_out(opened->archive->name())) continue;
      if (opened->archive->manifest().last() < height) continue;
      auto body = body_of(*opened, height, raw->header);
      if (body) {
        raw->cut = (*body)->cut;
        for (const ArchivedBatch& batch : (*body)->batches) raw->batches.push_back(batch.bytes);
        return raw;
      }
      // With another one to turn to, this one is named and done with.
      if (!first) first = body.error();
      left_out_.push_back({opened->archive->name(), body.error()});
    }
    if (!first) first = left_out_.back().why;
    return tl::unexpected<Finding>(*first);
  }
  [[nodiscard]] Checked<LightBlock> light(Height height) const override {
    const std::lock_guard lock(mutex_);
    const auto found = light_at(height);
    if (!found) return tl::unexpected<Finding>(found.error());
    return **found;
  }
  [[nodiscard]] bool has_files() const override { return true; }
  [[nodiscard]] Checked<void> check_files() const override {
    const std::lock_guard lock(mutex_);
    std::optional<Finding> last_fault;
    std::size_t sound = 0;
    for (const auto& opened : archives_) {
      if (is_left_out(opened->archive->name())) continue;
      ++sound;
      for (const Segment& segment : opened->archive->manifest().segments) {
        const auto bodies = opened->archive->bodies(segment);
        if (bodies) continue;
        const Divergence fault{segment.first, std::nullopt, "a file of the archive",
                               "one that its manifest names", bodies.error()};
        left_out_.push_back({opened->archive->name(), fault});
        last_fault = fault;
        --sound;
        break;
      }
    }
    // Each was left out for what is wrong in it; of none of them the files are whole.
    if (sound == 0) return tl::unexpected<Finding>(last_fault.value_or(left_out_.back().why));
    return {};
  }
  [[nodiscard]] std::vector<LeftOut> left_out() const override {
    const std::lock_guard lock(mutex_);
    return left_out_;
  }

 private:
  [[nodiscard]] bool is_left_out(const std::string& name) const {
    return std::ranges::find(left_out_, name, &LeftOut::name) != left_out_.end();
  }
  [[nodiscard]] static tl::unexpected<Finding> fault(Height height, std::string what) {
    return diverges({height, std::nullopt, "a file of the archive", "one that its manifest names",
                     std::move(what)});
  }
  [[nodiscard]] Checked<const LightBlock*> light_at(Height height) const {
    Opened& opened = *archives_.front();
    const auto light = opened.headers.at(opened.archive->segment_of(height), height);
    if (!light) return fault(height, light.error());
    return *light;
  }
  [[nodiscard]] Checked<RawBlock> header_at(Height height) const {
    const auto light = light_at(height);
    if (!light) return tl::unexpected<Finding>(light.error());
    RawBlock raw;
    raw.header = (*light)->header;
    if (!(*light)->proof.empty()) raw.proof = (*light)->proof;
    return raw;
  }
  [[nodiscard]] Checked<const BlockBody*> body_of(Opened& opened, Height height,
                                                  const Bytes& header_bytes) const {
    const auto body = opened.bodies.at(opened.archive->segment_of(height), height);
    if (!body) return fault(height, body.error());
    // A replay looks at everything in it; here it must only be known whether another archive has
    // it better.
    if (archives_.size() == 1) return *body;
    const auto good = check_body(chain_.committee_at(height), height, header_bytes, **body);
    if (!good) return tl::unexpected<Finding>(good.error());
    return *body;
  }

  std::vector<std::unique_ptr<Opened>> archives_;  // the longest one first
  LightChain chain_;                               // of that one
  mutable std::mutex mutex_;
  mutable std::vector<LeftOut> left_out_;
};

}  // namespace

Result<std::unique_ptr<Archive>, std::string> Archive::open(std::unique_ptr<Place> place,
                                                            const genesis::Definition& definition) {
  const auto bytes = place->read(manifest_name, archive_file_max);
  if (!bytes) return fail(bytes.error());
  auto manifest = read_manifest(as_text(*bytes));
  if (!manifest) return fail(place->name() + ": the manifest is damaged: " + manifest.error());
  if (manifest->founding_id != definition.founding_id)
    return fail(place->name() + " is an archive of network " + hex(manifest->founding_id) +
                ", the genesis file says " + hex(definition.founding_id));
  return std::unique_ptr<Archive>(new Archive(std::move(place), *std::move(manifest)));
}

Result<Bytes, std::string> Archive::read(const ArchiveFile& file) {
  auto bytes = place_->read(file.name, archive_file_max);
  if (!bytes) return bytes;
  if (bytes->size() != file.bytes || file_hash(*bytes) != file.hash)
    return fail(place_->name() + ": " + file.name +
                " has not the size and the hash that the manifest names");
  return bytes;
}

Result<std::vector<LightBlock>, std::string> Archive::headers(const Segment& segment) {
  const auto file = read(segment.headers);
  if (!file) return fail(file.error());
  auto blocks = unpack_headers(*file, segment.last.value - segment.first.value + 1);
  if (!blocks) return fail(name() + ": " + segment.headers.name + ": " + blocks.error());
  return blocks;
}
Result<std::vector<BlockBody>, std::string> Archive::bodies(const Segment& segment) {
  const auto file = read(segment.blocks);
  if (!file) return fail(file.error());
  auto blocks = unpack_bodies(*file, segment.last.value - segment.first.value + 1);
  if (!blocks) return fail(name() + ": " + segment.blocks.name + ": " + blocks.error());
  return blocks;
}
const Segment& Archive::segment_of(Height height) const {
  const auto& all = manifest_.segments;
  const auto found = std::ranges::lower_bound(all, height, {}, &Segment::last);
  VOSTRO_CHECK(found != all.end());
  return *found;
}

Checked<void> follow(Archive& archive, LightChain& chain, const OnLightBlock& each) {
  for (const Segment& segment : archive.manifest().segments) {
    const auto blocks = archive.headers(segment);
    if (!blocks)
      return diverges({segment.first, std::nullopt, "a file of the archive",
                       "one that its manifest names", blocks.error()});
    for (const LightBlock& block : *blocks) {
      if (auto good = chain.take(block); !good) return good;
      if (each) each(chain.link().height, block);
    }
  }
  if (chain.final_to() != archive.manifest().last())
    return diverges({chain.final_to().next(), std::nullopt, "finality proof",
                     "one of this block or of a later one, signed by a quorum", "none"});
  return {};
}

Checked<std::unique_ptr<ArchiveSource>> open_archives(std::vector<std::unique_ptr<Place>> places,
                                                      const genesis::Definition& definition) {
  struct Good {
    std::unique_ptr<Opened> opened;
    LightChain chain;
  };
  std::vector<Good> good;
  std::vector<LeftOut> left_out;
  for (auto& place : places) {
    const std::string name = place->name();
    auto archive = Archive::open(std::move(place), definition);
    if (!archive) {
      left_out.push_back({name, CannotCheck{archive.error()}});
      continue;
    }
    LightChain chain(definition);
    const auto followed = follow(**archive, chain, {});
    if (!followed) {
      left_out.push_back({name, followed.error()});
      continue;
    }
    good.push_back({std::make_unique<Opened>(*std::move(archive)), std::move(chain)});
  }
  if (good.empty()) {
    VOSTRO_CHECK(!left_out.empty());  // there is at least one place
    return tl::unexpected<Finding>(left_out.front().why);
  }
  const auto longest =
      std::ranges::max_element(good, {}, [](const Good& each) { return each.chain.link().height; });
  std::rotate(good.begin(), longest, std::next(longest));
  LightChain chain = std::move(good.front().chain);
  std::vector<std::unique_ptr<Opened>> all;
  for (Good& each : good) all.push_back(std::move(each.opened));
  return std::unique_ptr<ArchiveSource>(
      std::make_unique<Archives>(std::move(all), std::move(chain), std::move(left_out)));
}

}  // namespace vostro::audit
