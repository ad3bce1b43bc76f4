/// Executes a chain again from its genesis file and compares everything that the source shows with
/// what follows. Trusts the file alone.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "audit/finding.h"
#include "audit/lookahead.h"
#include "audit/source.h"
#include "base/fields.h"
#include "consensus/types.h"
#include "genesis/definition.h"

namespace vostro::audit {

/// What was looked at, in this run and in those that it goes on from.
struct Counts {
  std::uint64_t transactions = 0;
  std::uint64_t payments = 0;  ///< receipts that speak of a payment
  std::uint64_t receipts = 0;
  std::uint64_t entries = 0;
  std::uint64_t batches = 0;     ///< their authors' signatures
  std::uint64_t signatures = 0;  ///< of transactions and quotes
  std::uint64_t proofs = 0;      ///< finality proofs, all signatures of each
  std::uint64_t epochs = 1;

  bool operator==(const Counts&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(transactions, payments, receipts, entries, batches, signatures, proofs, epochs);
  }
};

/// First and last block of a run.
using Blocks = std::pair<Height, Height>;

/// A block that was found good, with what it did.
struct Step {
  Hash id;
  /// None for the beginning and for what stands for a continuation.
  const PreparedBlock* block = nullptr;
  const chain::ExecutedBlock& executed;
  const chain::StateReader& before;       ///< the state below the block
  const consensus::Committee& committee;  ///< who voted for it
  std::optional<Hash> next_network;       ///< where the network goes on under another name
};
/// An error ends the replay.
using OnBlock = std::function<Checked<void>(const Step&)>;

struct ReplayOptions {
  /// Transaction signatures of blocks below it are left to the quorum.
  Height signatures_from{1};
  std::optional<Height> to;     ///< none: the newest block with a finality proof
  bool trust_finality = false;  ///< transaction signatures are left to the quorum everywhere
  std::size_t threads = 1;
  /// Where the ledger and what was counted lie; exists. A later replay with it goes on from there.
  std::string work;
  /// A work directory of another replay; empty: none. Transaction signatures that it has looked at
  /// are not looked at again, where its last block is this chain's. Where it has left some to the
  /// quorum it counts with `trust_finality` only.
  std::string checked_in;
  std::uint64_t save_every_ms = 30'000;  ///< 0: at the end only
  bool check_files = true;
  /// That the next block, where there is a final one, is later than this is shown by headers that
  /// lead to a proof above it. None: nothing is asked of it.
  std::optional<UnixMillis> next_is_after;
  OnBlock on_block;  ///< called in order of heights, before the block is part of the ledger
  std::function<Checked<void>()> on_save;  ///< before the ledger is saved
  /// After the last block, when everything holds.
  std::function<Checked<void>(const chain::WorkStore&)> on_end;
  bool keep_batches = false;  ///< for `on_block`: with their signatures
};

struct Report {
  Hash network_id;
  std::string network_name;
  std::string source;
  Height resumed_from;  ///< blocks up to it were checked by earlier runs; 0: none
  Height checked_to;    ///< the last block that was found good
  Height last;          ///< the last one that was to be looked at
  Height source_last;   ///< the last one in the source
  Hash block;           ///< id of `checked_to`
  Hash state_root;      ///< after it
  UnixMillis time;      ///< of it
  Counts counts;
  /// Blocks whose transaction signatures nobody looked at: the quorum of validators was trusted.
  std::vector<Blocks> trusted;
  bool has_tables = false;       ///< the source has tables of its own
  bool has_files = false;        ///< it lies in files
  bool tables_compared = false;  ///< the source's own tables, row by row
  bool files_checked = false;
  std::optional<Divergence> divergence;
  // Of this run alone.
  std::uint64_t elapsed_ms = 0;
  Counts run;
};

/// Called after each block: the block, the last one, the time since the beginning, and what this
/// run has counted.
using OnProgress =
    std::function<void(Height now, Height last, std::uint64_t elapsed_ms, const Counts& run)>;

/// The report, with the divergence in it where there is one; CannotCheck where there is no verdict.
[[nodiscard]] Result<Report, CannotCheck> replay(const genesis::Definition& definition,
                                                 const Source& source, const ReplayOptions& options,
                                                 const OnProgress& on_progress);

}  // namespace vostro::audit
