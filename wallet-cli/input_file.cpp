#include "wallet-cli/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/private_file.h"

namespace vostro::wallet {

Stop input_stop(const std::string& path, const std::string& why) {
  return {Exit::local, path + ": " + why, "local", {}};
}

std::string read_input(const std::string& path, std::size_t bytes_max) {
  const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) throw input_stop(path, std::strerror(errno));
  struct stat about {};
  if (::fstat(file.get(), &about) != 0) throw input_stop(path, std::strerror(errno));
  if (S_ISDIR(about.st_mode)) throw input_stop(path, "is a directory");
  std::string content;
  std::array<char, 65'536> buffer;
  for (;;) {
    const ssize_t size = ::read(file.get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throw input_stop(path, std::strerror(errno));
    if (size == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(size));
    if (content.size() > bytes_max)
      throw usage(path + " has more than " + std::to_string(bytes_max) + " bytes",
                  "file_too_large");
  }
}

Hash document_hash(const std::string& path) {
  constexpr std::size_t document_bytes_max = 64 * 1024 * 1024;
  return hash("document", as_bytes(read_input(path, document_bytes_max)));
}

}  // namespace vostro::wallet
