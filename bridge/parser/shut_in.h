/// What the processes that read may do, and how long. Each step is for the process that calls it,
/// and is never taken back. Internal to this folder. Source: threat model 2.7.
#pragma once

#include <cstdint>

namespace vostro::bridge::parser {

/// The process that forks: no files, sockets or programs, and so much address space (bytes), which
/// its children have, too. False: not shut in, do not go on.
[[nodiscard]] bool shut_in_forker(std::uint64_t memory_bytes);

/// Its child that reads, before it has seen a byte: also no processes and no code made at run time;
/// a signal goes to itself at most. It ends after so many seconds of processor (SIGXCPU) and by the
/// clock (SIGALRM), and with the process that forked it (SIGKILL). False: as above.
[[nodiscard]] bool shut_in_reader(std::uint64_t processor_s, unsigned wall_s);

}  // namespace vostro::bridge::parser
