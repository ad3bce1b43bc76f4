/// The vote journal on disk: carries out the steps of consensus/journal.h on real files, with an
/// exclusive lock. Every error is final (consensus-spec section 13): an fsync is never repeated,
/// the process stops voting. One thread writes.
///
/// A journal is created once, with the key it belongs to: beside the key file stands
/// `KEYFILE.journal`, which names the journal. A key whose journal is missing, or is not the one
/// named, must not vote: that is no first start.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/private_file.h"
#include "base/result.h"
#include "consensus/journal.h"

namespace vostro::node {

/// The file that says that this key has a journal, and which.
[[nodiscard]] std::string journal_marker_of(const std::string& key_file);

class JournalFile {
 public:
  struct Opened {
    std::unique_ptr<JournalFile> file;
    consensus::RecoveredState recovered;
    bool dropped_torn_group = false;
  };

  /// Makes a new, empty journal in `directory` (made where missing) and its marker beside the key
  /// file. Refuses where either is there already. Errors: a sentence for the operator.
  [[nodiscard]] static Result<void, std::string> create(const std::string& directory,
                                                        const std::string& key_file,
                                                        const consensus::JournalIdentity& identity,
                                                        const consensus::EpochContext& genesis);

  /// Locks, reads and checks the journal, and repairs what a torn last write left. Errors: a
  /// sentence for the operator; the key must not vote then.
  [[nodiscard]] static Result<Opened, std::string> open(const std::string& directory,
                                                        const std::string& key_file,
                                                        const consensus::JournalIdentity& identity,
                                                        const consensus::EpochContext& genesis);

  /// Appends one group; durable when this returns. After an error every further call fails with the
  /// same.
  [[nodiscard]] Result<void, std::string> append(std::span<const consensus::Record> records);
  /// What is final up to this view of that epoch is stored and synced elsewhere: drops segments
  /// that nothing needs.
  [[nodiscard]] Result<void, std::string> release(Epoch epoch, View archived);

 private:
  JournalFile(std::string directory, OpenFile lock);
  [[nodiscard]] Result<void, std::string> carry_out(const consensus::JournalSteps& steps);
  [[nodiscard]] Result<void, std::string> carry_out(const consensus::CreateSegment& step);
  [[nodiscard]] Result<void, std::string> carry_out(const consensus::WriteSegment& step);
  [[nodiscard]] Result<void, std::string> carry_out(const consensus::ClearSegment& step);
  [[nodiscard]] Result<void, std::string> carry_out(const consensus::SyncSegment& step);
  [[nodiscard]] Result<void, std::string> carry_out(const consensus::DeleteSegment& step);
  [[nodiscard]] Result<int, std::string> descriptor_of(std::uint32_t number);
  [[nodiscard]] std::string path_of(std::uint32_t number) const;
  [[nodiscard]] Result<void, std::string> sync_directory() const;

  std::string directory_;
  OpenFile lock_;
  std::map<std::uint32_t, OpenFile> segments_;
  std::optional<consensus::JournalWriter> writer_;
  std::optional<std::string> failure_;
};

}  // namespace vostro::node
