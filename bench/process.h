/// What the kernel says of processes and of the machine, from /proc. Linux only. Any thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace vostro::bench {

struct CpuTime {
  double user_s = 0;
  double system_s = 0;

  [[nodiscard]] double total_s() const { return user_s + system_s; }
};
[[nodiscard]] inline CpuTime operator-(const CpuTime& a, const CpuTime& b) {
  return {a.user_s - b.user_s, a.system_s - b.system_s};
}
/// Of all threads of the process since its start, in steps of the kernel's tick (10 ms). Empty
/// where there is no such process.
[[nodiscard]] std::optional<CpuTime> cpu_of(pid_t pid);

struct Memory {
  std::int64_t resident_kib = 0;  ///< VmRSS: now
  std::int64_t peak_kib = 0;      ///< VmHWM: the most since the start
};
[[nodiscard]] std::optional<Memory> memory_of(pid_t pid);

/// What the process gave to the disk since its start, in bytes: what it wrote, less what was gone
/// again before it got there.
[[nodiscard]] std::optional<std::int64_t> written_bytes_of(pid_t pid);
/// Sizes of a directory's files, in bytes, without what is only set aside for them. Files may come
/// and go meanwhile.
[[nodiscard]] std::int64_t disk_bytes_of(const std::string& directory);

/// Of all cores, since the machine's start.
struct MachineCpu {
  double busy_s = 0;    ///< all but idle and waiting for a disk
  double stolen_s = 0;  ///< what the host of a virtual machine gave to others
};
[[nodiscard]] std::optional<MachineCpu> machine_cpu();

}  // namespace vostro::bench
