/// A store in the making: what a node that joins has fetched and verified so far, in a directory
/// beside the store. Kept through restarts; nobody reads it as a ledger before `finish`, and
/// `settle_joined` puts it in the store's place. Nothing is put here that is not verified: that is
/// the caller's part, and what was put once is believed ever after. One thread.
///
/// A crash of the process loses nothing, one of the machine the last seconds.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "chain/storage.h"
#include "chain/store/error.h"
#include "chain/store/store.h"
#include "chain/subtree.h"

namespace rocksdb {
class WriteBatch;
}  // namespace rocksdb

namespace vostro::chain {

/// A block by its header.
struct StagedBlock {
  BlockSummary summary;
  Bytes header;  ///< opaque; empty where none stands for the block
};

class Staging {
 public:
  /// Opens or begins one in directory `path`, whose parent exists. What is there of another network
  /// or format, or damaged, was fetched for nothing: it is begun anew. Errors: directory_unusable,
  /// locked, damaged, input_output.
  [[nodiscard]] static Result<std::unique_ptr<Staging>, StoreError> open(
      const std::string& path, const StoreOptions& options, const Hash& network_id);
  ~Staging();
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  /// What is to be reached, as the caller wrote it last; none at the beginning.
  [[nodiscard]] std::optional<Bytes> target() const;
  /// Another target: the state fetched so far is of another block, and is dropped.
  [[nodiscard]] Result<void, StoreError> begin(ByteView target);

  /// Blocks by their headers, in any order.
  [[nodiscard]] Result<void, StoreError> put_blocks(std::span<const StagedBlock> blocks);
  [[nodiscard]] std::optional<BlockSummary> block(Height height) const;
  [[nodiscard]] std::optional<Bytes> header(Height height) const;

  [[nodiscard]] Result<void, StoreError> put_ids(Height height, const UsedIds& used);
  [[nodiscard]] bool has_ids(Height height) const;

  /// The part of the state at `path`, all of whose records are `entries`.
  [[nodiscard]] Result<void, StoreError> put_state(const TreePath& path,
                                                   const std::vector<StateEntry>& entries);
  /// The part at `path` is fetched as its sixteen parts.
  [[nodiscard]] Result<void, StoreError> split(const TreePath& path);
  enum class Part : std::uint8_t { missing, here, split };
  [[nodiscard]] Part part(const TreePath& path) const;
  [[nodiscard]] Hash state_root() const;

  struct Proof {
    Height height;
    Bytes bytes;
    bool keep = false;
  };
  /// All is here: it can be a store of its network, whose head is block `head`. Durable when this
  /// returns, and nothing can be put any more.
  [[nodiscard]] Result<void, StoreError> finish(Height head, std::span<const Proof> proofs);
  /// The first fault of a read or write; a read that failed looks like something not there.
  [[nodiscard]] std::optional<StoreError> failure() const;
  /// Of the file system, as Store::free_bytes.
  [[nodiscard]] std::uint64_t free_bytes() const;

 private:
  class Tree;
  explicit Staging(std::unique_ptr<StoreCore> core);
  [[nodiscard]] static Result<std::unique_ptr<Staging>, StoreError> open_as_it_is(
      const std::string& path, const StoreOptions& options, const Hash& network_id);
  [[nodiscard]] Result<void, StoreError> write(rocksdb::WriteBatch& batch, bool durable = false);
  std::string path_;
  std::unique_ptr<StoreCore> core_;
};

/// Where a store in the making lies beside `store_path`, and where it waits once it is whole.
[[nodiscard]] std::string staging_path(const std::string& store_path);

/// Puts a whole one in the place of the store, which goes, and clears away what an end of the
/// process left in between. Whoever opens a store calls this first. True where the store is another
/// now. Errors: input_output.
[[nodiscard]] Result<bool, StoreError> settle_joined(const std::string& store_path);

/// Removes a whole one that waits: it must not become the store, wherever this process ends.
/// Errors: input_output.
[[nodiscard]] Result<void, StoreError> discard_joined(const std::string& store_path);

}  // namespace vostro::chain
