// Compiled with planted faults, to see that no_planted_faults.py would find them in a program.
#include "base/planted.h"

namespace vostro {

bool is_anything_planted() {
  return !is_planted(Planted::none);
}

}  // namespace vostro
