#include "node/runtime/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "node/runtime/append_file.h"

namespace vostro::node {

Result<OpenFile, std::string> lock_data_dir(const std::string& data_dir) {
  const std::string path = data_dir + "/lock";
  OpenFile file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open()) return fail(system_error("cannot open " + path));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
  if (errno == EWOULDBLOCK)
    return fail(data_dir + " is locked: another node runs on this directory");
  return fail(system_error("cannot lock " + path));
}

}  // namespace vostro::node
