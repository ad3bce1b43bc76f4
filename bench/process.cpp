#include "bench/process.h"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>

namespace vostro::bench {
namespace {

double ticks_per_second() {
  return static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::string file_text(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// The number after "Name:" in /proc/PID/status.
std::optional<std::int64_t> number_after(const std::string& text, std::string_view name) {
  const std::size_t place = text.find(name);
  if (place == std::string::npos) return std::nullopt;
  std::istringstream in(text.substr(place + name.size()));
  std::int64_t number = 0;
  if (!(in >> number)) return std::nullopt;
  return number;
}

}  // namespace

std::optional<CpuTime> cpu_of(pid_t pid) {
  const std::string text = file_text("/proc/" + std::to_string(pid) + "/stat");
  // The name in brackets may hold anything, brackets and spaces among it; what follows does not.
  const std::size_t end = text.rfind(')');
  if (end == std::string::npos) return std::nullopt;
  std::istringstream in(text.substr(end + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) in >> skipped;
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  if (!(in >> user >> system)) return std::nullopt;
  return CpuTime{static_cast<double>(user) / ticks_per_second(),
                 static_cast<double>(system) / ticks_per_second()};
}

std::optional<Memory> memory_of(pid_t pid) {
  const std::string text = file_text("/proc/" + std::to_string(pid) + "/status");
  const auto resident = number_after(text, "VmRSS:");
  const auto peak = number_after(text, "VmHWM:");
  if (!resident || !peak) return std::nullopt;
  return Memory{*resident, *peak};
}

std::optional<std::int64_t> written_bytes_of(pid_t pid) {
  const std::string text = file_text("/proc/" + std::to_string(pid) + "/io");
  const auto written = number_after(text, "\nwrite_bytes:");
  const auto cancelled = number_after(text, "cancelled_write_bytes:");
  if (!written || !cancelled) return std::nullopt;
  return *written - *cancelled;
}

std::int64_t disk_bytes_of(const std::string& directory) {
  std::int64_t sum = 0;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code gone;
    if (!at->is_regular_file(gone)) continue;
    const auto size = at->file_size(gone);
    if (!gone) sum += static_cast<std::int64_t>(size);
  }
  return sum;
}

std::optional<MachineCpu> machine_cpu() {
  std::ifstream file("/proc/stat");
  std::string name;
  std::array<std::uint64_t, 8> ticks{};  // user nice system idle iowait irq softirq steal
  file >> name;
  for (std::uint64_t& each : ticks) file >> each;
  if (!file || name != "cpu") return std::nullopt;
  const std::uint64_t busy = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6];
  return MachineCpu{static_cast<double>(busy) / ticks_per_second(),
                    static_cast<double>(ticks[7]) / ticks_per_second()};
}

}  // namespace vostro::bench
