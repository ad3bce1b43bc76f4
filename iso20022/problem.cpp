#include "iso20022/problem.h"

#include <algorithm>

#include "base/text.h"

namespace vostro::iso20022 {
namespace {

constexpr std::size_t quoted_bytes_max = 60;

}  // namespace

void Problems::add(Problem problem) {
  if (is_full()) {
    is_cut = true;
    return;
  }
  problem.value = quotable(problem.value);
  // A reason may repeat the file too: a problem is one line, and no file writes on a terminal by
  // it.
  std::replace_if(
      problem.what.begin(), problem.what.end(),
      [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  list.push_back(std::move(problem));
}

std::string quotable(std::string_view value) {
  std::string out(value.substr(0, quoted_bytes_max));
  // A character that was cut in two is no clean text; what is shown then is its ASCII.
  if (!is_clean_text(out)) {
    for (char& c : out) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || byte > 0x7e) c = '?';
    }
  }
  if (value.size() > quoted_bytes_max) out += "...";
  return out;
}

std::string to_string(const Problem& problem) {
  std::string out;
  if (problem.line > 0) out = "line " + std::to_string(problem.line);
  if (!problem.element.empty()) out += (out.empty() ? "" : ", ") + problem.element;
  if (!problem.value.empty()) out += (out.empty() ? "\"" : " \"") + problem.value + "\"";
  return out.empty() ? problem.what : out + ": " + problem.what;
}

}  // namespace vostro::iso20022
