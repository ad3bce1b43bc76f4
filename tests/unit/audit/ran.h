/// The program as a user starts it, and files as texts. For tests.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "audit/program.h"

namespace vostro::audit::test_support {

struct Ran {
  Exit exit;
  std::string out;
  std::string err;
};
inline Ran run_program(const std::vector<std::string>& arguments) {
  std::ostringstream out;
  std::ostringstream err;
  const Exit exit = run(arguments, {out, err, false});
  return {exit, out.str(), err.str()};
}

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}
inline void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace vostro::audit::test_support
