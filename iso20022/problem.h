/// What is wrong in a file from outside, as a person corrects it: where it stands, what stands
/// there, what would be right. Plain data; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vostro::iso20022 {

struct Problem {
  std::size_t line = 0;  ///< from 1; 0 where it is about the whole file
  std::string element;   ///< "PmtInf[1]/CdtTrfTxInf[3]/Amt/InstdAmt", or the column of a CSV
  std::string value;     ///< what stands there; empty where something is missing
  std::string what;      ///< what is wrong, with the limit, and what to do

  bool operator==(const Problem&) const = default;
};

/// Problems in the order of the file. Reading ends where there are too many.
struct Problems {
  static constexpr std::size_t count_max = 100;

  std::vector<Problem> list;
  bool is_cut = false;  ///< there may be more

  [[nodiscard]] bool is_full() const { return list.size() >= count_max; }
  void add(Problem problem);
};

/// "line 12, PmtInf[1]/CdtTrfTxInf[3]/Amt/InstdAmt \"1.005\": EUR has at most 2 digits ..."
[[nodiscard]] std::string to_string(const Problem& problem);
/// What a message may repeat of a file: at most 60 bytes of clean text, the rest shown as "...".
[[nodiscard]] std::string quotable(std::string_view value);

}  // namespace vostro::iso20022
