/// The sealed annexes of this node's bank, apart from the chain: one private file each, so that one
/// can be erased and nothing else is touched. It opens none, and cannot.
///
///   annex/early/  given by the bank itself, before the order that commits to it is final
///   annex/kept/   of orders on the ledger. A file of no bytes stands for an annex that was erased:
///                 it is not fetched again.
///
/// What is put is on disk when the call returns. Any thread; whoever waits for the disk holds up
/// those alone who are at one of the same annexes.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/strong.h"
#include "chain/sealed_annex.h"

namespace vostro::node {

/// What this node holds under a name.
enum class AnnexState : std::uint8_t {
  absent,
  early,   ///< its order is not final, or not seen to be
  kept,    ///< the ledger commits to it
  erased,  ///< for good
};

/// What became of an annex that was put, in order of precedence.
enum class AnnexPut : std::uint8_t {
  erased,     ///< refused: this node's copy was erased
  repeated,   ///< one with this commitment is here, and stays as it is
  conflicts,  ///< refused: the ledger commits to another, which is here
  full,       ///< refused: as many are here as may be
  failed,     ///< the disk refused
  stored,     ///< on disk
};

class AnnexStore {
 public:
  struct Limits {
    /// Of a bank's bulks that wait for approval: five of the largest.
    std::size_t early_max = 50'000;
    std::uint64_t early_bytes_max = std::uint64_t{1} << 30;
    std::size_t kept_max = 2'000'000;
    std::uint64_t kept_bytes_max = std::uint64_t{64} << 30;
    /// An order is valid for at most seven days, unless governance says otherwise.
    std::uint64_t early_age_ms = 8ULL * 24 * 3600 * 1000;
  };
  static constexpr std::size_t bytes_max = 50'000 * 200;  ///< of memory: names of early ones
  struct Figures {
    std::size_t early = 0;
    std::size_t kept = 0;  ///< without the erased
    std::uint64_t bytes = 0;
  };

  /// Opens or makes the directory (mode 0700; its parent exists). Removes what a crash left half
  /// written. `now` is the time of the newest block: nothing ages by a clock that jumps. Errors: a
  /// sentence for the operator.
  [[nodiscard]] static Result<std::unique_ptr<AnnexStore>, std::string> open(
      const std::string& path, Limits limits, std::function<UnixMillis()> now);

  /// Of an order that is not on the ledger yet. Another one under the same name gives way: who
  /// orders anew seals anew.
  [[nodiscard]] AnnexPut put_early(const chain::SealedAnnex& sealed);
  /// The same of many, each of another order: what became of each, in their order.
  [[nodiscard]] std::vector<AnnexPut> put_early(std::span<const chain::SealedAnnex> annexes);
  /// Of an order on the ledger, whose commitment the caller has compared.
  [[nodiscard]] AnnexPut put_kept(const chain::SealedAnnex& sealed);
  /// The same of many, each of another order: what became of each, in their order.
  [[nodiscard]] std::vector<AnnexPut> put_kept(std::span<const chain::SealedAnnex> annexes);
  /// The order is on the ledger with this commitment: what was put early is kept from now on, or
  /// dropped where it is another. Not synced: `sync` is. Returns how it stands then; `early` where
  /// the disk refused, which is logged once.
  [[nodiscard]] AnnexState on_ledger(const chain::OwnedId& name, const Hash& commitment);

  /// What `on_ledger` moved is on disk when this returns true.
  [[nodiscard]] bool sync() const;

  [[nodiscard]] AnnexState state(const chain::OwnedId& name) const;
  /// None where there is none, it was erased, or its file is not what was written; `state` tells
  /// these apart.
  [[nodiscard]] std::optional<chain::SealedAnnex> read(const chain::OwnedId& name) const;
  /// Overwrites the file, on disk, and leaves the sign that it was. One that was not on the ledger
  /// leaves none. False where there was none. Errors: the disk refused; it may be there still.
  [[nodiscard]] Result<bool, std::string> erase(const chain::OwnedId& name);
  /// Drops what was put early and never became an order.
  void drop_aged();

  [[nodiscard]] Figures figures() const;

 private:
  class Turn;
  struct Early {
    Hash commitment;
    std::uint64_t bytes = 0;
    UnixMillis since;
  };

  AnnexStore(std::string path, Limits limits, std::function<UnixMillis()> now)
      : path_(std::move(path)), limits_(limits), now_(std::move(now)) {}
  [[nodiscard]] Result<void, std::string> read_early();
  [[nodiscard]] Result<void, std::string> count_kept();
  [[nodiscard]] std::string early_file(const chain::OwnedId& name) const;
  [[nodiscard]] std::string kept_file(const chain::OwnedId& name) const;
  // With the lock held.
  [[nodiscard]] AnnexState state_locked(const chain::OwnedId& name) const;
  [[nodiscard]] AnnexPut judge_early(const chain::SealedAnnex& sealed) const;
  void drop_early(Turn& turn, std::map<chain::OwnedId, Early>::iterator at);
  void note_refused(const chain::OwnedId& name, int error);

  std::string path_;
  Limits limits_;
  std::function<UnixMillis()> now_;
  mutable std::mutex mutex_;  ///< not held while the disk syncs
  mutable std::condition_variable turned_;
  std::set<chain::OwnedId> turns_;  ///< names whose files a thread is at
  std::map<chain::OwnedId, Early> early_;
  std::size_t early_coming_ = 0;  ///< not on disk yet; their bytes are counted
  std::uint64_t early_bytes_ = 0;
  std::size_t kept_ = 0;
  std::uint64_t kept_bytes_ = 0;
  bool is_refused_ = false;  ///< the disk moved no annex the last time, and that was said
};

}  // namespace vostro::node
