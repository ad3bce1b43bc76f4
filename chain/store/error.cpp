#include "chain/store/error.h"

#include "base/check.h"

namespace vostro::chain {

std::string_view to_string(StoreFault fault) {
  switch (fault) {
    case StoreFault::directory_unusable:
      return "directory_unusable";
    case StoreFault::locked:
      return "locked";
    case StoreFault::newer_format:
      return "newer_format";
    case StoreFault::other_network:
      return "other_network";
    case StoreFault::behind_mark:
      return "behind_mark";
    case StoreFault::mark_missing:
      return "mark_missing";
    case StoreFault::damaged:
      return "damaged";
    case StoreFault::out_of_space:
      return "out_of_space";
    case StoreFault::input_output:
      return "input_output";
    case StoreFault::failed_before:
      return "failed_before";
  }
  VOSTRO_CHECK(false);
}

std::string to_string(const StoreError& error) {
  return "store: " + std::string(to_string(error.fault)) + ": " + error.what;
}

}  // namespace vostro::chain
