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

/// What else bears on the figures, in words: "2 cores, AMD EPYC, ext4".
struct Machine {
  unsigned cores = 0;
  std::string processor;
  std::string kernel;
  bool is_in_memory = false;  ///< the directory is a tmpfs: fdatasync means nothing there
};
[[nodiscard]] Machine describe_machine(const std::string& directory);

}  // namespace vostro::bench
