#include "node/runtime/journal_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/failpoint.h"
#include "base/keys.h"
#include "node/runtime/append_file.h"

namespace vostro::node {

using consensus::JournalFault;
using consensus::JournalSteps;

namespace {

constexpr std::string_view kSegmentPrefix = "segment-";
constexpr std::size_t kMarkerSize = 64;
constexpr std::string_view kAmnesia =
    "This key must not vote again: follow without voting, and rotate the key.";
constexpr std::string_view kHadOneBefore =
    "This key has had a journal before; a key whose journal is lost must be rotated";
#ifdef VOSTRO_FAILPOINTS
/// So small that a test comes to see segments made and deleted.
constexpr std::uint64_t kSegmentBytes = 256ULL * 1024;
#else
/// Four times the largest record: made quickly, even while votes wait for the next one.
constexpr std::uint64_t kSegmentBytes = 4ULL * consensus::batch_bytes_max;
#endif

Result<OpenFile, std::string> lock(const std::string& directory) {
  const std::string path = directory + "/lock";
  OpenFile file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open()) return fail(system_error("cannot open " + path));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
    return fail("the vote journal " + directory +
                " is in use by another process: one key, one process");
  return file;
}

std::optional<std::uint32_t> segment_number(std::string_view name) {
  if (!name.starts_with(kSegmentPrefix)) return std::nullopt;
  name.remove_prefix(kSegmentPrefix.size());
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

Result<std::vector<std::uint32_t>, std::string> segments_in(const std::string& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(directory.c_str()), ::closedir);
  if (!listing) return fail(system_error("cannot read the vote journal's directory " + directory));
  std::vector<std::uint32_t> numbers;
  while (const dirent* entry = ::readdir(listing.get())) {
    if (const auto number = segment_number(entry->d_name)) numbers.push_back(*number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

Result<Bytes, std::string> read_all(const std::string& path) {
  const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.is_open()) return fail(system_error("cannot open " + path));
  struct stat about {};
  if (::fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode))
    return fail(path + " is not a regular file");
  Bytes bytes(static_cast<std::size_t>(about.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return fail(system_error("cannot read " + path));
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

Result<void, std::string> write_at(int descriptor, std::uint64_t offset, ByteView bytes,
                                   const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t put =
        ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return fail(system_error("cannot write " + path));
    offset += static_cast<std::uint64_t>(put);
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

/// The journal's name: a hash of its secret salt, so that the marker gives nothing away.
std::string name_of(const consensus::JournalSalt& salt) {
  return to_hex(hash("journal", salt.view()).view());
}

std::string sentence(const JournalFault& fault) {
  std::string text =
      "the vote journal cannot be believed: " + std::string(consensus::to_string(fault.kind)) +
      " (segment " + std::to_string(fault.segment) + ", byte " + std::to_string(fault.offset) + ")";
  return text + ". " +
         (fault.is_foreign() ? "It belongs to another key or network: check the configuration."
                             : std::string(kAmnesia));
}

}  // namespace

std::string journal_marker_of(const std::string& key_file) {
  return key_file + ".journal";
}

JournalFile::JournalFile(std::string directory, OpenFile lock)
    : directory_(std::move(directory)), lock_(std::move(lock)) {}

Result<void, std::string> JournalFile::create(const std::string& directory,
                                              const std::string& key_file,
                                              const consensus::JournalIdentity& identity,
                                              const consensus::EpochContext& genesis) {
  if (::access(journal_marker_of(key_file).c_str(), F_OK) == 0)
    return fail(journal_marker_of(key_file) + ": " + std::string(kHadOneBefore));
  if (const auto made = ensure_private_directory(directory); !made)
    return fail(directory + ": " + std::string(to_string(made.error())));
  auto locked = lock(directory);
  if (!locked) return fail(locked.error());
  const auto present = segments_in(directory);
  if (!present) return fail(present.error());
  if (!present->empty()) return fail("there is a vote journal in " + directory + " already");
  consensus::JournalSalt salt;
  fill_random(salt.bytes);
  JournalFile file(directory, std::move(*locked));
  const consensus::CreatedJournal created =
      consensus::create_journal(identity, salt, genesis, kSegmentBytes);
  if (const auto done = file.carry_out(created.steps); !done) return done;
  const std::string name = name_of(salt);
  const auto marked =
      save_private_file(journal_marker_of(key_file), as_bytes(name), IfExists::refuse);
  if (!marked) {
    return fail(journal_marker_of(key_file) + ": " + std::string(to_string(marked.error())) + ". " +
                std::string(kHadOneBefore));
  }
  return {};
}

Result<JournalFile::Opened, std::string> JournalFile::open(
    const std::string& directory, const std::string& key_file,
    const consensus::JournalIdentity& identity, const consensus::EpochContext& genesis) {
  const auto marker = read_private_file(journal_marker_of(key_file), kMarkerSize);
  if (!marker) {
    return fail(journal_marker_of(key_file) + ": " + std::string(to_string(marker.error())) +
                ". The key has no journal yet: make one with vostro-node init");
  }
  struct stat about {};
  if (::stat(directory.c_str(), &about) != 0 && errno == ENOENT) {
    return fail("the vote journal cannot be believed: " + directory + " is missing, and " +
                journal_marker_of(key_file) + " says that there was one. " + std::string(kAmnesia));
  }
  auto locked = lock(directory);
  if (!locked) return fail(locked.error());
  const auto numbers = segments_in(directory);
  if (!numbers) return fail(numbers.error());
  std::unique_ptr<JournalFile> file(new JournalFile(directory, std::move(*locked)));
  std::vector<Bytes> contents;
  for (const std::uint32_t number : *numbers) {
    auto bytes = read_all(file->path_of(number));
    if (!bytes) return fail(bytes.error());
    contents.push_back(std::move(*bytes));
  }
  std::vector<consensus::SegmentView> views;
  for (std::size_t i = 0; i < contents.size(); ++i) views.push_back({(*numbers)[i], contents[i]});
  auto scan = consensus::scan_journal(identity, genesis, std::move(views));
  if (!scan) return fail(sentence(scan.error()));
  if (name_of(scan->resume.salt) != as_text(*marker)) {
    return fail("the vote journal in " + directory + " is not the one that " +
                journal_marker_of(key_file) + " names. " + std::string(kAmnesia));
  }
  if (const auto repaired = file->carry_out(scan->repair); !repaired) return fail(repaired.error());
  file->writer_.emplace(std::move(scan->resume));
  return Opened{std::move(file), std::move(scan->state), scan->dropped_torn_group};
}

Result<void, std::string> JournalFile::append(std::span<const consensus::Record> records) {
  if (failure_) return fail(*failure_);
  return carry_out(writer_->append(records));
}

Result<void, std::string> JournalFile::release(Epoch epoch, View archived) {
  if (failure_) return fail(*failure_);
  return carry_out(writer_->release(epoch, archived));
}

Result<void, std::string> JournalFile::carry_out(const JournalSteps& steps) {
  for (const consensus::JournalStep& step : steps) {
    auto done = std::visit([this](const auto& s) { return carry_out(s); }, step);
    if (!done) {
      failure_ = done.error();
      return done;
    }
  }
  return {};
}

Result<void, std::string> JournalFile::carry_out(const consensus::CreateSegment& step) {
  const std::string path = path_of(step.number);
  OpenFile file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open()) return fail(system_error("cannot create " + path));
  if (const auto done = write_at(file.get(), 0, step.head, path); !done) return done;
  // Real zeros, not a hole: a later write must not need new blocks, and must not find the disk
  // full.
  const Bytes zeros(1024 * 1024);
  for (std::uint64_t at = step.head.size(); at < step.size;) {
    const std::size_t chunk =
        static_cast<std::size_t>(std::min<std::uint64_t>(zeros.size(), step.size - at));
    if (const auto done = write_at(file.get(), at, ByteView(zeros).first(chunk), path); !done)
      return done;
    at += chunk;
  }
  VOSTRO_FAILPOINT("segment-before-sync");
  if (::fsync(file.get()) != 0) return fail(system_error("cannot sync " + path));
  segments_.insert_or_assign(step.number, std::move(file));
  VOSTRO_FAILPOINT("segment-before-directory-sync");
  return sync_directory();
}

Result<void, std::string> JournalFile::carry_out(const consensus::WriteSegment& step) {
  const auto descriptor = descriptor_of(step.number);
  if (!descriptor) return fail(descriptor.error());
  VOSTRO_FAILPOINT("journal-before-write");
  return write_at(*descriptor, step.offset, step.bytes, path_of(step.number));
}

Result<void, std::string> JournalFile::carry_out(const consensus::ClearSegment& step) {
  const auto descriptor = descriptor_of(step.number);
  if (!descriptor) return fail(descriptor.error());
  struct stat about {};
  if (::fstat(*descriptor, &about) != 0)
    return fail(system_error("cannot look at " + path_of(step.number)));
  const std::uint64_t size = static_cast<std::uint64_t>(about.st_size);
  const Bytes zeros(64 * 1024);
  for (std::uint64_t at = step.offset; at < size;) {
    const std::size_t chunk =
        static_cast<std::size_t>(std::min<std::uint64_t>(zeros.size(), size - at));
    const auto done = write_at(*descriptor, at, ByteView(zeros).first(chunk), path_of(step.number));
    if (!done) return done;
    at += chunk;
  }
  return {};
}

Result<void, std::string> JournalFile::carry_out(const consensus::SyncSegment& step) {
  const auto descriptor = descriptor_of(step.number);
  if (!descriptor) return fail(descriptor.error());
  VOSTRO_FAILPOINT("journal-before-sync");
  if (::fdatasync(*descriptor) != 0)
    return fail(system_error("cannot sync " + path_of(step.number)));
  VOSTRO_FAILPOINT("journal-synced");
  return {};
}

Result<void, std::string> JournalFile::carry_out(const consensus::DeleteSegment& step) {
  segments_.erase(step.number);
  if (::unlink(path_of(step.number).c_str()) != 0)
    return fail(system_error("cannot delete " + path_of(step.number)));
  VOSTRO_FAILPOINT("segment-deleted");
  return sync_directory();
}

Result<int, std::string> JournalFile::descriptor_of(std::uint32_t number) {
  const auto found = segments_.find(number);
  if (found != segments_.end()) return found->second.get();
  OpenFile file(::open(path_of(number).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!file.is_open()) return fail(system_error("cannot open " + path_of(number)));
  return segments_.insert_or_assign(number, std::move(file)).first->second.get();
}

std::string JournalFile::path_of(std::uint32_t number) const {
  const std::string digits = std::to_string(number);
  return directory_ + "/" + std::string(kSegmentPrefix) +
         std::string(digits.size() < 10 ? 10 - digits.size() : 0, '0') + digits;
}

Result<void, std::string> JournalFile::sync_directory() const {
  const OpenFile file(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file.is_open() || ::fsync(file.get()) != 0)
    return fail(system_error("cannot sync " + directory_));
  return {};
}

}  // namespace vostro::node
