/// A disk that forgets: what was written and not synced is lost or torn when its machine crashes.
/// For the simulator only.
#pragma once

#include <map>
#include <vector>

#include "base/check.h"
#include "base/random.h"
#include "consensus/journal.h"

namespace vostro::sim {

class Disk {
 public:
  /// Written, not synced. A SyncSegment among the steps is a barrier: what comes after it was begun
  /// when all before it was on the platter.
  void write(consensus::JournalSteps steps) {
    for (consensus::JournalStep& step : steps) pending_.push_back(std::move(step));
  }
  void sync() {
    for (const consensus::JournalStep& step : pending_) apply(step);
    pending_.clear();
  }
  /// Power is lost. Of what was not synced some steps had been done, up to a barrier; of the writes
  /// under way then any sectors arrive, in any order; the rest is lost.
  void crash(Random& random) {
    const consensus::JournalSteps pending = std::move(pending_);
    pending_.clear();
    const std::size_t done = random.uniform(pending.size() + 1);
    for (std::size_t i = 0; i < done; ++i) apply(pending[i]);
    for (std::size_t i = done; i < pending.size(); ++i) {
      const auto* write = std::get_if<consensus::WriteSegment>(&pending[i]);
      if (write == nullptr) return;  // a barrier, or a file that appears or goes as a whole
      tear(*write, random);
    }
  }
  [[nodiscard]] std::vector<consensus::SegmentView> segments() const {
    std::vector<consensus::SegmentView> views;
    for (const auto& [number, bytes] : files_) views.push_back({number, bytes});
    return views;
  }

 private:
  static constexpr std::size_t sector_bytes = 512;

  void tear(const consensus::WriteSegment& write, Random& random) {
    const std::uint64_t kind = random.uniform(3);
    if (kind == 0) return;
    const std::size_t whole = kind == 1 ? random.uniform(write.bytes.size() + 1) : 0;
    Bytes& file = files_.at(write.number);
    VOSTRO_CHECK(write.offset + write.bytes.size() <= file.size());
    for (std::size_t at = 0; at < write.bytes.size();) {
      const std::size_t absolute = static_cast<std::size_t>(write.offset) + at;
      const std::size_t size =
          std::min(sector_bytes - absolute % sector_bytes, write.bytes.size() - at);
      const bool arrives = kind == 1 ? at + size <= whole : random.happens(1, 2);
      if (arrives)
        std::copy_n(write.bytes.begin() + static_cast<std::ptrdiff_t>(at), size,
                    file.begin() + static_cast<std::ptrdiff_t>(absolute));
      at += size;
    }
  }
  void apply(const consensus::JournalStep& step) {
    if (const auto* create = std::get_if<consensus::CreateSegment>(&step)) {
      Bytes file = create->head;
      file.resize(create->size);
      files_[create->number] = std::move(file);
    } else if (const auto* write = std::get_if<consensus::WriteSegment>(&step)) {
      Bytes& file = files_.at(write->number);
      VOSTRO_CHECK(write->offset + write->bytes.size() <= file.size());
      std::copy(write->bytes.begin(), write->bytes.end(),
                file.begin() + static_cast<std::ptrdiff_t>(write->offset));
    } else if (const auto* clear = std::get_if<consensus::ClearSegment>(&step)) {
      Bytes& file = files_.at(clear->number);
      std::fill(file.begin() + static_cast<std::ptrdiff_t>(clear->offset), file.end(), Byte{0});
    } else if (const auto* gone = std::get_if<consensus::DeleteSegment>(&step)) {
      files_.erase(gone->number);
    }
  }

  std::map<std::uint32_t, Bytes> files_;
  consensus::JournalSteps pending_;
};

}  // namespace vostro::sim
