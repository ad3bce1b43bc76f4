/// Persist before send: records go to the journal in groups, one fdatasync for all that waits, and
/// no message leaves before every vote that was persisted ahead of it is on stable storage
/// (consensus-spec section 4). Owns one thread, and writes into the journal of the key that votes
/// in the epoch. `use`, `add`, `send` and `release` are the consensus thread's; they never block.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "node/replica/effects.h"
#include "node/runtime/journal_file.h"
#include "node/runtime/pulse.h"

namespace vostro::node {

class JournalThread {
 public:
  struct Callbacks {
    std::function<void(const SendMessage&)> send;  ///< on the caller's thread or this one
    std::function<void(Height)> on_final_synced;   ///< a finality proof for this height is on disk
    std::function<void(std::string)> on_failure;   ///< the disk failed: stop voting. Once.
    std::function<bool()> sync_archive;            ///< before anything is released
  };
  explicit JournalThread(Callbacks callbacks);
  ~JournalThread();

  /// What is added from now on belongs into this file, which outlives the thread; what was added
  /// before is written into the one before. Null, as in the beginning, while this node observes: it
  /// signs nothing, and so keeps no journal.
  void use(JournalFile* file);
  void add(PersistRecords records);
  void send(SendMessage message);
  void release(ReleaseJournal effect);
  /// Writes what waits, sends nothing more, ends the thread.
  void stop();
  [[nodiscard]] const Pulse& pulse() const { return pulse_; }

 private:
  struct UseFile {
    JournalFile* file = nullptr;
  };
  using Item = std::variant<PersistRecords, SendMessage, ReleaseJournal, UseFile>;
  void run();
  void carry_out(std::vector<Item> items);
  [[nodiscard]] bool carry_out_for_one_file(std::span<Item> items);
  [[nodiscard]] bool write_records();
  void enqueue(Item item);

  bool has_file_ = false;        ///< as of the last `use`; the consensus thread's
  JournalFile* file_ = nullptr;  ///< the thread's
  Callbacks callbacks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Item> queue_;
  std::size_t unsynced_ = 0;  ///< vote-bearing PersistRecords that are not on disk yet
  bool stopping_ = false;
  bool failed_ = false;
  std::vector<consensus::Record>
      waiting_;  ///< records that need no sync of their own; the thread's
  Pulse pulse_;
  std::thread thread_;
};

}  // namespace vostro::node
