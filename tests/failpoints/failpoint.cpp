#include "base/failpoint.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>

namespace vostro {
namespace {

/// What the file that VOSTRO_FAILPOINT_FILE names says now: "NAME COUNT kill" or "NAME COUNT stop".
/// The process ends, or stands still until it is ended, at the COUNT-th hit of NAME since the file
/// said so; then the file is called FILE.hit. It is read at each hit: a test arms a node that runs.
struct Order {
  std::string name;
  unsigned count = 0;
  std::string action;
  bool operator==(const Order&) const = default;
};

Order order_in(const char* path) {
  Order order;
  std::ifstream file(path);
  file >> order.name >> order.count >> order.action;
  return file ? order : Order();
}

}  // namespace

void failpoint(std::string_view name) {
  static const char* const path = std::getenv("VOSTRO_FAILPOINT_FILE");
  if (path == nullptr) return;
  static std::mutex mutex;
  static Order armed;
  static unsigned hits = 0;
  const std::lock_guard lock(mutex);
  const Order order = order_in(path);
  if (order != armed) {
    armed = order;
    hits = 0;
  }
  if (order.name != name || ++hits != order.count) return;
  std::rename(path, (std::string(path) + ".hit").c_str());
  ::kill(::getpid(), order.action == "kill" ? SIGKILL : SIGSTOP);
  // The kernel stops or ends the other threads first, perhaps: this one goes no step further.
  for (;;) ::pause();
}

}  // namespace vostro
