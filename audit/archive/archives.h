/// Archives as a source of blocks. Each is followed by its headers when it is opened, down to the
/// last finality proof; one that is not what it claims is named and left out. Of those that are
/// good the longest one's headers count, and a block is taken from whichever of them has it as its
/// header says.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audit/archive/format.h"
#include "audit/archive/place.h"
#include "audit/source.h"
#include "genesis/definition.h"

namespace vostro::audit {

/// An archive without another use than reading it: files against their hashes.
class Archive {
 public:
  /// Reads the manifest. Errors: a sentence.
  [[nodiscard]] static Result<std::unique_ptr<Archive>, std::string> open(
      std::unique_ptr<Place> place, const genesis::Definition& definition);

  [[nodiscard]] const std::string& name() const { return place_->name(); }
  [[nodiscard]] const Manifest& manifest() const { return manifest_; }
  /// Errors: a sentence that names the file.
  [[nodiscard]] Result<std::vector<LightBlock>, std::string> headers(const Segment& segment);
  [[nodiscard]] Result<std::vector<BlockBody>, std::string> bodies(const Segment& segment);
  /// The segment with this height, which is not above the last.
  [[nodiscard]] const Segment& segment_of(Height height) const;

 private:
  Archive(std::unique_ptr<Place> place, Manifest manifest)
      : place_(std::move(place)), manifest_(std::move(manifest)) {}
  [[nodiscard]] Result<Bytes, std::string> read(const ArchiveFile& file);

  std::unique_ptr<Place> place_;
  Manifest manifest_;
};

using OnLightBlock = std::function<void(Height height, const LightBlock& block)>;
/// Follows all headers of an archive, and gives each block that they lead to. All are final by the
/// proof of the last.
[[nodiscard]] Checked<void> follow(Archive& archive, LightChain& chain, const OnLightBlock& each);

/// An archive that was left out, and why.
struct LeftOut {
  std::string name;
  Finding why;
};

class ArchiveSource : public BlocksAlone {
 public:
  /// What was left out until now, blocks that turned out wrong while reading among it.
  [[nodiscard]] virtual std::vector<LeftOut> left_out() const = 0;
};
/// The finding of the first archive where none is good.
[[nodiscard]] Checked<std::unique_ptr<ArchiveSource>> open_archives(
    std::vector<std::unique_ptr<Place>> places, const genesis::Definition& definition);

}  // namespace vostro::audit
