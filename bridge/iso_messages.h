/// What messages.cpp and customer_messages.cpp share. For these two files only: it brings iso20022.
#pragma once

#include <string>
#include <vector>

#include "iso20022/known_message.h"

namespace vostro::bridge {

/// Where it stands and what is wrong; never what stands there.
[[nodiscard]] inline std::string first_problem(const iso20022::Problems& problems) {
  if (problems.list.empty()) return "it is no message that is read";
  const iso20022::Problem& first = problems.list.front();
  return "line " + std::to_string(first.line) + ", " + first.element + ": " + first.what;
}

/// An IBAN, or what else a bank calls an account.
[[nodiscard]] inline iso20022::Account account_of_id(const std::string& id) {
  return parse_iban(id) ? iso20022::account_of(iso20022::Iban{id}) : iso20022::account_of(id);
}

/// The first code; empty where there is none.
[[nodiscard]] inline std::string code_of_reasons(const std::vector<iso20022::Reason>& reasons) {
  return reasons.empty() ? std::string() : reasons.front().reason.code;
}

}  // namespace vostro::bridge
