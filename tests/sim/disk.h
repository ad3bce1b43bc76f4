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
  /// Written, not synced.
  void write(consensus::JournalSteps steps) {
    for (consensus::JournalStep& step : steps) pending_.push_back(std::move(step));
  }
  void sync() {
    for (const consensus::JournalStep& step : pending_) apply(step);
    pending_.clear();
  }
  /// Power is lost: nothing, or a beginning, or torn pieces of what was not synced arrive on the
  /// platter.
  void crash(Random& random) {
    std::vector<consensus::JournalStep> pending = std::move(pending_);
    pending_.clear();
    if (random.happens(1, 2)) return;
    for (consensus::JournalStep& step : pending) {
      auto* write = std::get_if<consensus::WriteSegment>(&step);
      if (write == nullptr || write->bytes.empty())
        return;  // files appear and go only with a synced directory
      write->bytes.resize(static_cast<std::size_t>(random.uniform(write->bytes.size())));
      apply(step);
      if (random.happens(2, 3)) return;
    }
  }
  [[nodiscard]] std::vector<consensus::SegmentView> segments() const {
    std::vector<consensus::SegmentView> views;
    for (const auto& [number, bytes] : files_) views.push_back({number, bytes});
    return views;
  }

 private:
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
  std::vector<consensus::JournalStep> pending_;
};

}  // namespace vostro::sim
