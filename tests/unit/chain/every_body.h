/// One signed transaction of every kind of body, with all optional fields filled where it has some:
/// what the tests of encodings run over. The bytes are the same on every machine and in every run.
#pragma once

#include <string>
#include <vector>

#include "chain/transaction.h"

namespace vostro::chain {

struct Sample {
  std::string name;  ///< of the body, and of the variant where there are several
  Transaction transaction;
};
[[nodiscard]] const std::vector<Sample>& every_body();

}  // namespace vostro::chain
