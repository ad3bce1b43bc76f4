#include "genesis/definition.h"

#include <filesystem>
#include <fstream>

namespace vostro::genesis {

std::string to_string(const GenesisError& error) {
  return error.line == 0 ? error.what : "line " + std::to_string(error.line) + ": " + error.what;
}

Result<std::string, GenesisError> read_text_file(const std::string& path) {
  using Kind = GenesisError::Kind;
  std::error_code error;
  // A directory opens, and a FIFO waits: only a regular file is read.
  if (!std::filesystem::is_regular_file(path, error))
    return fail(GenesisError{Kind::unreadable, 0, "there is no such file"});
  std::ifstream file(path, std::ios::binary);
  std::string text(file_size_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (file.fail() && !file.eof()))
    return fail(GenesisError{Kind::unreadable, 0, "the system refused to read it"});
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > file_size_max)
    return fail(GenesisError{Kind::too_large, 0,
                             "it has more than " + std::to_string(file_size_max) + " bytes"});
  return text;
}

Result<Definition, GenesisError> load(const std::string& path) {
  const auto text = read_text_file(path);
  if (!text) return fail(text.error());
  return parse(*text);
}

}  // namespace vostro::genesis
