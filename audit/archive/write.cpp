#include "audit/archive/write.h"

#include <algorithm>
#include <filesystem>

#include "audit/archive/archives.h"
#include "base/private_file.h"

namespace vostro::audit {
namespace {

class Writer {
 public:
  Writer(const genesis::Definition& definition, const Source& source, std::string directory,
         const ArchiveOptions& options)
      : definition_(definition),
        source_(source),
        directory_(std::move(directory)),
        options_(options),
        chain_(definition) {}

  Checked<Archived> run(const std::function<void(Height now, Height last)>& on_progress) {
    if (auto begun = open_directory(); !begun) return tl::unexpected<Finding>(begun.error());
    made_.before = made_.last = manifest_.last();
    const Height last = last_final();
    for (Height height = made_.before.next(); height <= last; height = height.next()) {
      if (auto added = add(height); !added) return tl::unexpected<Finding>(added.error());
      const bool is_full =
          bytes_ >= options_.segment_bytes || headers_.size() >= options_.segment_blocks;
      if (is_full || height == last)
        if (auto written = write_segment(height); !written)
          return tl::unexpected<Finding>(written.error());
      if (on_progress) on_progress(height, last);
    }
    if (chain_.final_to() != chain_.link().height)
      return diverges({chain_.final_to().next(), std::nullopt, "finality proof",
                       "one of this block or of a later one, signed by a quorum", "none"});
    return made_;
  }

 private:
  Checked<void> open_directory() {
    if (const auto made = ensure_private_directory(directory_); !made)
      return cannot_check(directory_ + ": " + std::string(to_string(made.error())));
    manifest_.founding_id = definition_.founding_id;
    std::error_code none;
    if (!std::filesystem::exists(directory_ + "/" + std::string(manifest_name), none)) return {};
    auto place = open_place(directory_, {});
    if (!place) return cannot_check(place.error());
    auto archive = Archive::open(*std::move(place), definition_);
    if (!archive) return cannot_check(archive.error());
    auto followed = follow(**archive, chain_, {});
    if (!followed) return followed;
    manifest_ = (*archive)->manifest();
    return {};
  }

  [[nodiscard]] Height last_final() const {
    const auto proved = source_.last_proof();
    if (!proved) return Height(0);
    const bool continued =
        *proved < source_.last() &&
        std::ranges::find(definition_.continuations, *proved, &genesis::Continuation::height) !=
            definition_.continuations.end();
    return continued ? proved->next() : *proved;
  }

  Checked<void> add(Height height) {
    auto light = source_.light(height);
    if (!light) return tl::unexpected<Finding>(light.error());
    auto raw = source_.block(height);
    if (!raw) return tl::unexpected<Finding>(raw.error());
    if (auto good = chain_.take(*light); !good) return good;
    BlockBody body;
    body.cut = std::move(raw->cut);
    for (Bytes& batch : raw->batches) {
      bytes_ += batch.size();
      body.batches.push_back({std::move(batch)});
    }
    if (auto good = check_body(chain_.committee_at(height), height, light->header, body); !good)
      return good;
    bytes_ += light->header.size() + light->proof.size() + light->ids.size() * 27 + body.cut.size();
    headers_.push_back(*std::move(light));
    bodies_.push_back(std::move(body));
    return {};
  }

  Checked<void> write_segment(Height last) {
    const Height first(last.value + 1 - headers_.size());
    if (manifest_.segments.size() == Manifest::segments_max)
      return cannot_check("the archive has " + std::to_string(Manifest::segments_max) +
                          " segments, which is as many as a reader takes");
    Segment segment;
    segment.first = first;
    segment.last = last;
    for (auto* file : {&segment.headers, &segment.blocks}) {
      const bool is_headers = file == &segment.headers;
      const auto content = is_headers ? pack_headers(headers_) : pack_bodies(bodies_);
      file->name = file_name(first, last, is_headers ? "headers" : "blocks");
      if (!content) return cannot_check(file->name + " cannot be made: " + content.error());
      file->bytes = content->size();
      file->hash = file_hash(*content);
      if (auto saved = save(file->name, *content); !saved) return saved;
      made_.bytes += content->size();
    }
    headers_.clear();
    bodies_.clear();
    bytes_ = 0;
    manifest_.segments.push_back(std::move(segment));
    ++made_.segments;
    // What no proof stands above is no archive yet.
    if (chain_.final_to() != last) return {};
    made_.last = last;
    return save(manifest_name, as_bytes(write_manifest(manifest_)));
  }

  Checked<void> save(std::string_view name, ByteView content) {
    const std::string path = directory_ + "/" + std::string(name);
    const auto saved = save_private_file(path, content, IfExists::replace);
    if (!saved) return cannot_check(path + ": " + std::string(to_string(saved.error())));
    return {};
  }

  const genesis::Definition& definition_;
  const Source& source_;
  std::string directory_;
  const ArchiveOptions& options_;
  LightChain chain_;
  Manifest manifest_;
  std::vector<LightBlock> headers_;
  std::vector<BlockBody> bodies_;
  std::size_t bytes_ = 0;
  Archived made_;
};

}  // namespace

Checked<Archived> write_archive(const genesis::Definition& definition, const Source& source,
                                const std::string& directory, const ArchiveOptions& options,
                                const std::function<void(Height now, Height last)>& on_progress) {
  return Writer(definition, source, directory, options).run(on_progress);
}

}  // namespace vostro::audit
