/// Blocks for the tests of the store: made from their height alone, so that whoever reads them back
/// knows what must be there. Test code only.
#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "chain/store/store.h"

namespace vostro::chain {

/// A new directory, removed with all that is in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] std::string store() const { return (path_ / "store").string(); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct MadeBlock {
  ExecutedBlock executed;
  Hash id;
  Bytes header;
  Bytes cut;
  Bytes proof;
  std::deque<Bytes> batch_bytes;
  std::vector<StoredBatch> batches;

  [[nodiscard]] StoredBlock stored() const {
    return {id, header, cut, proof, false, batches, executed};
  }
};

/// What a payment of these blocks is called.
[[nodiscard]] Uuid uetr_of(Height height, std::uint32_t index);
[[nodiscard]] Hash block_id_of(Height height);
/// Values of the state after the block at `height`: all there is.
[[nodiscard]] std::map<Bytes, Bytes> state_after(Height height);

/// The block at `height` with that many payments from NORDDEFF/main to SUDBFRPP/main: two batches,
/// the second of them with a transaction that was dropped. `tree` is the parent's.
[[nodiscard]] MadeBlock make_block(const NodeReader& tree, Height height,
                                   std::uint32_t payments = 3);
/// The genesis state and blocks 1 to `last`.
void commit_up_to(Store& store, Height last, std::uint32_t payments = 3);

[[nodiscard]] StoreOptions small_options();
[[nodiscard]] std::unique_ptr<Store> open_or_fail(const std::string& path,
                                                  const StoreOptions& options = small_options());

/// Adds a receipt of its own transaction to the block, and its id.
void add_receipt(MadeBlock& block, Receipt receipt);
/// Roots of the receipts after changes to them.
void seal(MadeBlock& block);

}  // namespace vostro::chain
