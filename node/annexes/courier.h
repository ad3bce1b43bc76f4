/// Brings the annexes that concern this node's bank: reads from the chain which orders commit to
/// one, keeps what the bank gave, and asks the other bank's node for what is missing, until it is
/// here. It asks; nobody is sent anything unasked, so nothing that no order stands for is ever
/// kept. And it answers such requests, where the ledger says that the asking bank is concerned.
///
/// How far it has read, and what it still lacks, is a file of its own: after a crash it reads the
/// last blocks again. Time is that of the newest block: a clock that is wrong loses nothing. Of
/// blocks that are not here whole it cannot know what they ordered: it counts them and says so.
/// Owns one thread; `on_block` and `on_frame` may come on any, and do not wait for it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "chain/store/store.h"
#include "node/annexes/frames.h"
#include "node/annexes/store.h"
#include "node/annexes/wanted.h"

namespace vostro::node {

class AnnexCourier {
 public:
  struct Setting {
    std::string mark_file;  ///< private; made where missing
    Bic bank;
    const chain::Store& store;
    AnnexStore& annexes;
    std::function<std::uint64_t()> steady_ms;
    std::function<bool()> has_room;  ///< of the disk
    /// A frame's body to the node of a bank; false where it is not connected.
    std::function<bool(const Bic& bank, Bytes body)> send_to_bank;
    /// A frame's body to a peer that asked.
    std::function<bool(const std::string& peer, Bytes body)> send_to_peer;
    std::function<void(const std::string& peer, std::string why)> penalise;
  };
  struct Figures {
    std::size_t wanted = 0;
    std::uint64_t fetched = 0;  ///< since the start, as the next two
    std::uint64_t given = 0;
    std::uint64_t refused = 0;  ///< asked for by a bank that they do not concern, or that has none
    std::uint64_t skipped = 0;  ///< blocks that are not here whole: what they ordered is not known
    Height read_to;
  };

  /// Errors: a sentence for the operator.
  [[nodiscard]] static Result<std::unique_ptr<AnnexCourier>, std::string> open(Setting setting);
  ~AnnexCourier();
  void stop();

  /// A block was stored and may be told. Where none of its orders commits to an annex, and those
  /// before it are read, it counts as read, and nobody is woken.
  void on_block(Height height, bool has_annexes);
  /// A frame of a peer; its name begins with the bank's BIC. On a worker: reads files.
  void on_frame(const std::string& peer, ByteView body);
  [[nodiscard]] Figures figures() const;

 private:
  explicit AnnexCourier(Setting setting) : setting_(std::move(setting)) {}
  [[nodiscard]] Result<void, std::string> read_mark();
  void save_mark();
  void run();
  [[nodiscard]] bool read_blocks();
  [[nodiscard]] bool read_block(const chain::StoreView& view, Height height, bool is_watcher);
  [[nodiscard]] bool has_block_to_read() const;
  [[nodiscard]] UnixMillis ledger_time() const;
  void skip_to(Height begins);
  void drop_aged();
  void ask();
  void give(const std::string& peer, const Bic& bank, const AnnexRequest& request);
  void take(const std::string& peer, const Bic& bank, DecodedAnswer answer);

  Setting setting_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  WantedAnnexes wanted_;
  Height announced_;
  Height read_to_;
  bool stopping_ = false;
  bool was_answered_ = false;  ///< more may be due
  bool is_marked_ = true;      ///< the file says what is so
  std::uint64_t marked_ms_ = 0;
  std::uint64_t swept_ms_ = 0;
  std::map<std::string, std::size_t> giving_;  ///< requests under way, by peer
  std::atomic<std::uint64_t> fetched_{0};
  std::atomic<std::uint64_t> given_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> skipped_{0};
  std::thread thread_;
};

}  // namespace vostro::node
