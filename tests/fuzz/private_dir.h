/// A directory of mode 0700 with one private file that is written again for each input: for
/// decoders that take a file's name. Goes with its object.
#pragma once

#include <string>

#include "base/bytes.h"

namespace vostro::fuzz {

class PrivateDir {
 public:
  PrivateDir();
  ~PrivateDir();
  PrivateDir(const PrivateDir&) = delete;
  PrivateDir& operator=(const PrivateDir&) = delete;

  [[nodiscard]] std::string path(const std::string& name) const { return path_ + "/" + name; }
  /// Aborts where the system refuses.
  void write(const std::string& name, ByteView content) const;
  [[nodiscard]] Bytes read(const std::string& name) const;

 private:
  std::string path_;
};

}  // namespace vostro::fuzz
