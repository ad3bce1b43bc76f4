#include "node/runtime/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "consensus/crc32c.h"

namespace vostro::node {
namespace {

constexpr std::size_t kHeadSize = 8;  // length u32, CRC32C u32, little-endian

std::uint32_t little_endian_32(const Byte* at) {
  return std::uint32_t{at[0]} | std::uint32_t{at[1]} << 8U | std::uint32_t{at[2]} << 16U |
         std::uint32_t{at[3]} << 24U;
}

/// Reads up to `bytes.size()` bytes at `offset`; fewer at the end of the file.
Result<std::size_t, std::string> read_at(int descriptor, std::uint64_t offset,
                                         std::span<Byte> bytes, const std::string& path) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::pread(descriptor, bytes.data() + done, bytes.size() - done,
                                static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(system_error("cannot read " + path));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

}  // namespace

std::string system_error(const std::string& what) {
  return what + ": " + std::strerror(errno);
}

Result<AppendFile, std::string> AppendFile::open(const std::string& path,
                                                 const std::function<void(ByteView)>& read) {
  OpenFile file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open()) return fail(system_error("cannot open " + path));
  struct stat about {};
  if (::fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode))
    return fail(path + " is not a regular file");
  const auto size = static_cast<std::uint64_t>(about.st_size);
  std::uint64_t at = 0;
  Bytes record;
  while (at < size) {
    std::array<Byte, kHeadSize> head;
    const auto got = read_at(file.get(), at, head, path);
    if (!got) return fail(got.error());
    const std::uint32_t length = *got == kHeadSize ? little_endian_32(head.data()) : 0;
    const bool is_whole =
        *got == kHeadSize && length <= record_bytes_max && at + kHeadSize + length <= size;
    if (is_whole) {
      record.resize(length);
      const auto body = read_at(file.get(), at + kHeadSize, record, path);
      if (!body) return fail(body.error());
      if (consensus::crc32c(record) == little_endian_32(head.data() + 4)) {
        read(record);
        at += kHeadSize + length;
        continue;
      }
      if (at + kHeadSize + length < size)
        return fail(path + " is damaged at byte " + std::to_string(at) + ", with more behind it");
    }
    break;  // what a crash left of the last write
  }
  if (at < size && ::ftruncate(file.get(), static_cast<off_t>(at)) != 0)
    return fail(system_error("cannot cut the torn end of " + path));
  return AppendFile(path, std::move(file), at);
}

Result<void, std::string> AppendFile::append(ByteView record) {
  Bytes framed;
  framed.reserve(kHeadSize + record.size());
  append_little_endian(framed, record.size(), 4);
  append_little_endian(framed, consensus::crc32c(record), 4);
  vostro::append(framed, record);
  std::size_t done = 0;
  while (done < framed.size()) {
    const ssize_t put = ::pwrite(file_.get(), framed.data() + done, framed.size() - done,
                                 static_cast<off_t>(size_ + done));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return fail(system_error("cannot write " + path_));
    done += static_cast<std::size_t>(put);
  }
  size_ += framed.size();
  return {};
}

Result<void, std::string> AppendFile::sync() {
  if (::fdatasync(file_.get()) != 0) return fail(system_error("cannot sync " + path_));
  return {};
}

}  // namespace vostro::node
