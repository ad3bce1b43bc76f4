#include "tests/fuzz/private_dir.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

#include "base/check.h"
#include "base/private_file.h"

namespace vostro::fuzz {

PrivateDir::PrivateDir() {
  path_ = (std::filesystem::temp_directory_path() / "vostro-fuzz-XXXXXX").string();
  VOSTRO_CHECK(::mkdtemp(path_.data()) != nullptr);
}

PrivateDir::~PrivateDir() {
  std::error_code ignored;  // a directory left in /tmp is no reason to fail
  std::filesystem::remove_all(path_, ignored);
}

void PrivateDir::write(const std::string& name, ByteView content) const {
  const OpenFile file(
      ::open(path(name).c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600));
  VOSTRO_CHECK(file.is_open());
  VOSTRO_CHECK(::write(file.get(), content.data(), content.size()) ==
               static_cast<ssize_t>(content.size()));
}

Bytes PrivateDir::read(const std::string& name) const {
  auto content = read_private_file(path(name), 1024 * 1024);
  VOSTRO_CHECK(content);
  return *std::move(content);
}

}  // namespace vostro::fuzz
