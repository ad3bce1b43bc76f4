/// What tables of wrong form are made of.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>

#include "base/check.h"
#include "tests/unit/chain/every_body.h"

namespace vostro::chain {

struct FormRow {
  std::string what;
  FormReason reason;
  std::string where;
  Transaction transaction;
};

/// The sample of this name with its body changed.
template <class T>
[[nodiscard]] Transaction with(std::string_view name, const std::function<void(T&)>& change) {
  const auto& samples = every_body();
  const auto sample =
      std::find_if(samples.begin(), samples.end(), [&](const Sample& s) { return s.name == name; });
  VOSTRO_CHECK(sample != samples.end());
  Transaction transaction = sample->transaction;
  change(std::get<T>(transaction.body));
  return transaction;
}

}  // namespace vostro::chain
