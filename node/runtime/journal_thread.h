/// Persist before send: records go to the journal in groups, one fdatasync for all that waits, and
/// no message leaves before every vote that was persisted ahead of it is on stable storage
/// (consensus-spec section 4). Owns the journal and one thread. `add`, `send` and `release` are the
/// consensus thread's; they never block.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "node/replica/effects.h"
#include "node/runtime/journal_file.h"

namespace vostro::node {

class JournalThread {
 public:
  struct Callbacks {
    std::function<void(const SendMessage&)> send;  ///< on the caller's thread or this one
    std::function<void(Height)> on_final_synced;   ///< a finality proof for this height is on disk
    std::function<void(std::string)> on_failure;   ///< the disk failed: stop voting. Once.
    std::function<bool()> sync_archive;            ///< before anything is released
  };
  /// `file` is null for an observer, which signs nothing and so keeps no journal.
  JournalThread(std::unique_ptr<JournalFile> file, Callbacks callbacks);
  ~JournalThread();

  void add(PersistRecords records);
  void send(SendMessage message);
  void release(ReleaseJournal effect);
  /// Writes what waits, sends nothing more, ends the thread.
  void stop();

 private:
  using Item = std::variant<PersistRecords, SendMessage, ReleaseJournal>;
  void run();
  void carry_out(std::vector<Item> items);
  [[nodiscard]] bool write_records();
  void enqueue(Item item);

  std::unique_ptr<JournalFile> file_;
  Callbacks callbacks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Item> queue_;
  std::size_t unsynced_ = 0;  ///< vote-bearing PersistRecords that are not on disk yet
  bool stopping_ = false;
  bool failed_ = false;
  std::vector<consensus::Record>
      waiting_;  ///< records that need no sync of their own; the thread's
  std::thread thread_;
};

}  // namespace vostro::node
