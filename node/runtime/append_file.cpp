#include "node/runtime/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "base/check.h"
#include "consensus/crc32c.h"

namespace vostro::node {
namespace {

constexpr std::size_t kSearchBytes = 1024 * 1024;

std::uint64_t little_endian(ByteView bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i > 0; --i) value = value << 8U | bytes[at + i - 1];
  return value;
}

struct Head {
  std::uint64_t length = 0;
  std::uint64_t synced = 0;
  std::uint64_t body_crc = 0;
};

std::uint32_t head_crc(std::uint64_t offset, ByteView first_fields) {
  Bytes covered;
  append_little_endian(covered, offset, 8);
  append(covered, first_fields);
  return consensus::crc32c(covered);
}

/// The head at `offset` of the file, if one was written there.
std::optional<Head> read_head(ByteView bytes, std::uint64_t offset) {
  if (bytes.size() < AppendFile::head_bytes) return std::nullopt;
  const Head head{little_endian(bytes, 0, 4), little_endian(bytes, 4, 8),
                  little_endian(bytes, 16, 4)};
  // Quick to see, and true of nearly everything that is no head.
  if (head.length > AppendFile::record_bytes_max || head.synced > offset) return std::nullopt;
  if (head_crc(offset, bytes.first(12)) != little_endian(bytes, 12, 4)) return std::nullopt;
  return head;
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

/// Whether a record behind `bad` was written after the byte at `bad` was synced.
Result<bool, std::string> was_synced(int descriptor, std::uint64_t bad, std::uint64_t size,
                                     const std::string& path) {
  Bytes window(kSearchBytes);
  for (std::uint64_t from = bad + 1; from + AppendFile::head_bytes <= size;) {
    const auto got = read_at(descriptor, from, window, path);
    if (!got) return fail(got.error());
    const ByteView bytes = ByteView(window).first(*got);
    std::size_t i = 0;
    for (; i + AppendFile::head_bytes <= bytes.size(); ++i) {
      const auto head = read_head(bytes.subspan(i), from + i);
      if (head && head->synced > bad) return true;
    }
    if (i == 0) break;
    from += i;
  }
  return false;
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
    std::array<Byte, head_bytes> bytes;
    const auto got = read_at(file.get(), at, bytes, path);
    if (!got) return fail(got.error());
    const auto head = read_head(ByteView(bytes).first(*got), at);
    if (!head || at + head_bytes + head->length > size) break;
    record.resize(head->length);
    const auto body = read_at(file.get(), at + head_bytes, record, path);
    if (!body) return fail(body.error());
    if (consensus::crc32c(record) != head->body_crc) break;
    read(record);
    at += head_bytes + head->length;
  }
  if (at < size) {
    const auto damaged = was_synced(file.get(), at, size, path);
    if (!damaged) return fail(damaged.error());
    if (*damaged)
      return fail(path + " is damaged at byte " + std::to_string(at) +
                  ", which was on disk before what stands behind it was written");
    if (::ftruncate(file.get(), static_cast<off_t>(at)) != 0)
      return fail(system_error("cannot cut the torn end of " + path));
  }
  AppendFile opened(path, std::move(file), at);
  if (const auto synced = opened.sync(); !synced) return fail(synced.error());
  return opened;
}

Result<Bytes, std::string> AppendFile::read(std::uint64_t offset) const {
  std::array<Byte, head_bytes> bytes;
  const auto got = read_at(file_.get(), offset, bytes, path_);
  if (!got) return fail(got.error());
  const auto head = read_head(ByteView(bytes).first(*got), offset);
  Bytes record(head ? head->length : 0);
  const auto body = read_at(file_.get(), offset + head_bytes, record, path_);
  if (!body) return fail(body.error());
  if (!head || *body != record.size() || consensus::crc32c(record) != head->body_crc)
    return fail(path_ + " has changed on disk at byte " + std::to_string(offset));
  return record;
}

Result<void, std::string> AppendFile::append(ByteView record) {
  VOSTRO_CHECK(record.size() <= record_bytes_max);
  Bytes framed;
  framed.reserve(head_bytes + record.size());
  append_little_endian(framed, record.size(), 4);
  append_little_endian(framed, synced_, 8);
  append_little_endian(framed, head_crc(size_, framed), 4);
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
  synced_ = size_;
  return {};
}

}  // namespace vostro::node
