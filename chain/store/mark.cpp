#include "chain/store/mark.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/bytes.h"
#include "base/failpoint.h"

namespace vostro::chain {
namespace {

// A slot: magic, height (little-endian), block id, state root, first 8 bytes of H("mark", all
// before). Slots lie a page apart, so that no single torn write reaches both.
constexpr std::string_view magic = "VOSTROM1";
constexpr std::size_t content_size = magic.size() + 8 + 2 * Hash::size;
constexpr std::size_t check_size = 8;
constexpr std::size_t slot_size = content_size + check_size;
constexpr off_t slot_distance = 4096;
constexpr off_t file_size = 2 * slot_distance;

using SlotBytes = std::array<Byte, slot_size>;

SlotBytes encode_slot(const Mark& mark) {
  Bytes content(magic.begin(), magic.end());
  append_little_endian(content, mark.height.value, 8);
  append(content, mark.block.view());
  append(content, mark.state_root.view());
  const Hash check = hash("mark", content);
  SlotBytes slot{};
  std::copy(content.begin(), content.end(), slot.begin());
  std::copy_n(check.bytes.begin(), check_size, slot.begin() + content_size);
  return slot;
}

std::optional<Mark> decode_slot(const SlotBytes& slot) {
  Mark mark;
  const Byte* at = slot.data() + magic.size();
  for (unsigned i = 0; i < 8; ++i) mark.height.value |= std::uint64_t{at[i]} << (8 * i);
  at += 8;
  std::copy_n(at, Hash::size, mark.block.bytes.begin());
  std::copy_n(at + Hash::size, Hash::size, mark.state_root.bytes.begin());
  if (encode_slot(mark) != slot) return std::nullopt;
  return mark;
}

StoreError system_error(const std::string& path, const char* what) {
  return {StoreFault::input_output, path + ": " + what + ": " + std::strerror(errno)};
}

bool write_all(int descriptor, const Byte* data, std::size_t size, off_t offset) {
  while (size > 0) {
    const ssize_t written = ::pwrite(descriptor, data, size, offset);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    data += written;
    size -= static_cast<std::size_t>(written);
    offset += written;
  }
  return true;
}

bool sync_directory_of(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  const OpenFile opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened.is_open() && ::fsync(opened.get()) == 0;
}

}  // namespace

Result<MarkFile, StoreError> MarkFile::open(const std::string& path) {
  OpenFile file(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.is_open()) return fail(system_error(path, "open"));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return fail(system_error(path, "stat"));
  if (status.st_size < file_size) {
    // The file gets its whole size at once, so that a later sync has no metadata to write.
    const Bytes zeros(static_cast<std::size_t>(file_size - status.st_size));
    if (!write_all(file.get(), zeros.data(), zeros.size(), status.st_size) ||
        ::fsync(file.get()) != 0 || !sync_directory_of(path)) {
      return fail(system_error(path, "create"));
    }
  }

  MarkFile mark(std::move(file), path);
  if (const auto read = mark.read_slots(); !read) return fail(read.error());
  return mark;
}

Result<std::optional<Mark>, StoreError> MarkFile::look(const std::string& path) {
  OpenFile file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file.is_open() && errno == ENOENT) return std::optional<Mark>();
  if (!file.is_open()) return fail(system_error(path, "open"));
  MarkFile mark(std::move(file), path);
  if (const auto read = mark.read_slots(); !read) return fail(read.error());
  return mark.newest_;
}

Result<void, StoreError> MarkFile::read_slots() {
  for (unsigned i = 0; i < 2; ++i) {
    SlotBytes slot{};
    const ssize_t size =
        ::pread(file_.get(), slot.data(), slot.size(), static_cast<off_t>(i) * slot_distance);
    if (size < 0) return fail(system_error(path_, "read"));
    const auto found =
        static_cast<std::size_t>(size) == slot.size() ? decode_slot(slot) : std::nullopt;
    if (found && (!newest_ || newest_->height < found->height)) {
      newest_ = found;
      next_slot_ = 1 - i;
    }
  }
  return {};
}

Result<void, StoreError> MarkFile::write(const Mark& mark) {
  const SlotBytes slot = encode_slot(mark);
  const off_t offset = static_cast<off_t>(next_slot_) * slot_distance;
  if (!write_all(file_.get(), slot.data(), slot.size(), offset))
    return fail(system_error(path_, "write"));
  VOSTRO_FAILPOINT("mark-before-sync");
  if (::fdatasync(file_.get()) != 0) return fail(system_error(path_, "sync"));
  VOSTRO_FAILPOINT("mark-synced");
  newest_ = mark;
  next_slot_ = 1 - next_slot_;
  return {};
}

}  // namespace vostro::chain
