/// Wires with a length: whoever connects to one of these ports is connected to a port of loopback,
/// and every byte arrives there, and every answer here, a fixed time later. For the connections
/// between validators; no packet is lost, and none overtakes another. It needs no privilege, unlike
/// the packets of tests/functional/relay.cpp, which also lose and reorder. One thread of its own,
/// whose CPU counts as the load generator's.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace vostro::bench {

class Wires {
 public:
  /// One listening port of loopback for each of `targets`, ports of loopback. Errors: a sentence.
  [[nodiscard]] static Result<Wires, std::string> open(const std::vector<std::uint16_t>& targets,
                                                       std::chrono::microseconds one_way);
  Wires(Wires&&) noexcept;
  Wires& operator=(Wires&&) = delete;
  /// Cuts all of them.
  ~Wires();

  /// In the order of the targets.
  [[nodiscard]] const std::vector<std::uint16_t>& ports() const;

 private:
  class Loop;
  explicit Wires(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

}  // namespace vostro::bench
