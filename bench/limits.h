/// What this machine can do at best: the limits that figures are compared with. Measured in the
/// same run, since the same machine is faster or slower from one hour to the next.
#pragma once

#include <string>

#include "base/result.h"
#include "bench/statistics.h"

namespace vostro::bench {

/// Microseconds of one libsodium Ed25519 verification (base/keys.h, is_valid_signature) of a
/// message as long as a transaction's, one thread: `rounds` rounds of `per_round` different
/// messages, each round's mean one value. CPU time of the thread: on an idle machine that is the
/// time of a clock, and where others work too it is not longer for their sake, which would flatter
/// every ratio.
[[nodiscard]] Spread verification_us(int rounds, int per_round);
/// The same with one thread on each of `threads` cores at once: what a core gives while its
/// neighbours work too.
[[nodiscard]] Spread verification_busy_us(int threads, int rounds, int per_round);

/// Microseconds of one append of 4 KiB with fdatasync to a file of `directory`, `count` of them.
/// Errors: a sentence.
[[nodiscard]] Result<Spread, std::string> append_sync_us(const std::string& directory, int count);

/// Signature ceiling in transactions per second: each of `validators` verifies each signature once,
/// all on `cores` cores.
[[nodiscard]] double signature_ceiling(unsigned cores, std::size_t validators,
                                       double verification_us);

/// Microseconds of hashing `bytes` bytes once (base/hash.h, BLAKE2b-256), CPU time of one thread:
/// each of `rounds` rounds of `per_round` one value.
[[nodiscard]] Spread hash_us(std::size_t bytes, int rounds, int per_round);

/// Microseconds of one synced RocksDB write of `rows` rows of 32 and 100 bytes to a store of its
/// own in `directory`, `count` of them. Errors: a sentence.
[[nodiscard]] Result<Spread, std::string> batch_write_us(const std::string& directory, int rows,
                                                         int count);

/// What the figures of one scenario are compared with, measured before its network starts and after
/// it has stopped.
struct Limits {
  unsigned cores = 0;
  std::size_t validators = 0;
  Spread before_us;         ///< one verification, one thread
  Spread after_us;          ///< the same
  Spread busy_us;           ///< one thread on each core at once, before
  double verification = 0;  ///< us, what the figures are compared with: the lesser median of before
                            ///< and after, so that a disturbed measurement flatters nothing
  double ceiling = 0;       ///< signatures per second: cores / (validators x verification)
};

/// What else bears on the figures, in words: "2 cores, AMD EPYC, ext4".
struct Machine {
  unsigned cores = 0;
  std::string processor;
  std::string kernel;
  bool is_in_memory = false;  ///< the directory is a tmpfs: fdatasync means nothing there
};
[[nodiscard]] Machine describe_machine(const std::string& directory);

}  // namespace vostro::bench
