#include "base/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/keys.h"
#include "base/private_files.h"

namespace vostro {
namespace {

struct Place {
  std::string directory;
  std::string name;
};

Place split(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return {".", path};
  if (slash == 0) return {"/", path.substr(1)};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

bool grants_rights_to_others(const struct stat& facts) {
  return (facts.st_mode & 0077U) != 0;
}

Result<OpenFile, FileError> open_directory(const std::string& path) {
  OpenFile directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory.is_open()) {
    struct stat facts {};
    const bool is_link = ::lstat(path.c_str(), &facts) == 0 && S_ISLNK(facts.st_mode);
    return fail(is_link ? FileError::directory_not_ours : FileError::directory_missing);
  }
  struct stat facts {};
  if (::fstat(directory.get(), &facts) != 0) return fail(FileError::input_output);
  if (facts.st_uid != ::geteuid()) return fail(FileError::directory_not_ours);
  if (grants_rights_to_others(facts)) return fail(FileError::directory_too_open);
  return directory;
}

Result<void, FileError> check_file(const struct stat& facts) {
  if (!S_ISREG(facts.st_mode) || facts.st_nlink != 1) return fail(FileError::not_a_regular_file);
  if (facts.st_uid != ::geteuid()) return fail(FileError::not_ours);
  if (grants_rights_to_others(facts)) return fail(FileError::too_open);
  return {};
}

bool write_all(int descriptor, ByteView content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

/// A new file of that name with this content, not on disk yet; not open: the system refused.
OpenFile write_draft(int directory, const std::string& name, ByteView content) {
  OpenFile file(::openat(directory, name.c_str(),
                         O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  // The mask of the process may have taken our own rights away; it never adds any.
  const bool is_written =
      file.is_open() && ::fchmod(file.get(), 0600) == 0 && write_all(file.get(), content);
  return is_written ? std::move(file) : OpenFile(-1);
}

/// The same, on disk.
bool write_new_file(int directory, const std::string& name, ByteView content) {
  OpenFile file = write_draft(directory, name, content);
  return file.is_open() && ::fsync(file.get()) == 0 && file.close();
}

/// Whether what has that name, if anything, may be replaced.
Result<void, FileError> check_old(int directory, const std::string& name) {
  struct stat facts {};
  if (::fstatat(directory, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) return {};
  return check_file(facts);
}

/// One step either way: rename replaces, link fails where the name is taken.
Result<void, FileError> put_in_place(int directory, const std::string& from, const std::string& to,
                                     IfExists if_exists) {
  if (if_exists == IfExists::replace) {
    if (::renameat(directory, from.c_str(), directory, to.c_str()) != 0)
      return fail(FileError::input_output);
    return {};
  }
  if (::linkat(directory, from.c_str(), directory, to.c_str(), 0) != 0)
    return fail(errno == EEXIST ? FileError::exists : FileError::input_output);
  if (::unlinkat(directory, from.c_str(), 0) != 0) return fail(FileError::input_output);
  return {};
}

std::string temporary_name(const std::string& name) {
  std::array<Byte, 8> random;
  fill_random(random);
  return "." + name + "." + to_hex(random) + ".new";
}

/// So many are open at a time.
constexpr std::size_t kFilesAtOnce = 64;

/// All of them, and the directory is still to be synced.
void save_some(int directory, std::span<const PrivateFile> files,
               std::span<Result<void, FileError>> outcomes) {
  struct Draft {
    std::string name;
    OpenFile file{-1};
  };
  std::vector<Draft> drafts;
  for (std::size_t i = 0; i < files.size(); ++i) {
    Draft& draft = drafts.emplace_back();
    if (outcomes[i] = check_old(directory, files[i].name); !outcomes[i]) continue;
    draft.name = temporary_name(files[i].name);
    draft.file = write_draft(directory, draft.name, files[i].content);
    // All on their way to the disk before the first is waited for: then one write of the file
    // system's journal does for most of them.
    if (draft.file.is_open())
      static_cast<void>(::sync_file_range(draft.file.get(), 0, 0, SYNC_FILE_RANGE_WRITE));
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    Draft& draft = drafts[i];
    if (!outcomes[i]) continue;
    outcomes[i] = draft.file.is_open() && ::fsync(draft.file.get()) == 0 && draft.file.close()
                      ? put_in_place(directory, draft.name, files[i].name, IfExists::replace)
                      : Result<void, FileError>(fail(FileError::input_output));
    if (!outcomes[i]) ::unlinkat(directory, draft.name.c_str(), 0);
  }
}

}  // namespace

std::string_view to_string(FileError error) {
  switch (error) {
    case FileError::directory_missing:
      return "its directory does not exist or cannot be opened";
    case FileError::directory_not_ours:
      return "its directory is a link or belongs to another user";
    case FileError::directory_too_open:
      return "its directory grants rights to others (chmod 700 it)";
    case FileError::missing:
      return "there is no such file";
    case FileError::exists:
      return "there is such a file already";
    case FileError::not_a_regular_file:
      return "it is a link, a directory, a device or a file with a second name";
    case FileError::not_ours:
      return "it belongs to another user";
    case FileError::too_open:
      return "it grants rights to others (chmod 600 it)";
    case FileError::too_large:
      return "it is too large";
    case FileError::input_output:
      return "the system refused to read or write it";
  }
  return "unknown";
}

OpenFile& OpenFile::operator=(OpenFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

OpenFile::~OpenFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool OpenFile::close() {
  return ::close(std::exchange(descriptor_, -1)) == 0;
}

Result<OpenFile, FileError> open_private_file(const std::string& path) {
  const Place place = split(path);
  const auto directory = open_directory(place.directory);
  if (!directory) return fail(directory.error());
  // O_NONBLOCK, so that a FIFO put there by someone does not hold us.
  OpenFile file(::openat(directory->get(), place.name.c_str(),
                         O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.is_open()) {
    if (errno == ENOENT) return fail(FileError::missing);
    return fail(errno == ELOOP ? FileError::not_a_regular_file : FileError::input_output);
  }
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) return fail(FileError::input_output);
  if (auto checked = check_file(facts); !checked) return fail(checked.error());
  return file;
}

Result<Bytes, FileError> read_private_file(const std::string& path, std::size_t size_max) {
  const auto file = open_private_file(path);
  if (!file) return fail(file.error());
  Bytes content(size_max + 1);
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(file->get(), content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(FileError::input_output);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > size_max) return fail(FileError::too_large);
  content.resize(size);
  return content;
}

Result<void, FileError> save_private_file(const std::string& path, ByteView content,
                                          IfExists if_exists) {
  const Place place = split(path);
  const auto directory = open_directory(place.directory);
  if (!directory) return fail(directory.error());
  struct stat facts {};
  if (if_exists == IfExists::refuse &&
      ::fstatat(directory->get(), place.name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0)
    return fail(FileError::exists);
  if (auto checked = check_old(directory->get(), place.name); !checked)
    return fail(checked.error());
  const std::string temporary = temporary_name(place.name);
  auto saved = write_new_file(directory->get(), temporary, content)
                   ? put_in_place(directory->get(), temporary, place.name, if_exists)
                   : Result<void, FileError>(fail(FileError::input_output));
  if (!saved) {
    // It may not be there at all; what counts is that nothing half-written stays.
    ::unlinkat(directory->get(), temporary.c_str(), 0);
    return fail(saved.error());
  }
  if (::fsync(directory->get()) != 0) return fail(FileError::input_output);
  return {};
}

std::vector<Result<void, FileError>> save_private_files(const std::string& path,
                                                        std::span<const PrivateFile> files) {
  std::vector<Result<void, FileError>> outcomes(files.size());
  const auto directory = open_directory(path);
  if (!directory) {
    for (auto& each : outcomes) each = fail(directory.error());
    return outcomes;
  }
  for (std::size_t done = 0; done < files.size(); done += kFilesAtOnce) {
    const std::size_t count = std::min(kFilesAtOnce, files.size() - done);
    save_some(directory->get(), files.subspan(done, count),
              std::span(outcomes).subspan(done, count));
  }
  if (::fsync(directory->get()) != 0)
    for (auto& each : outcomes) each = fail(FileError::input_output);
  return outcomes;
}

Result<void, FileError> ensure_private_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(FileError::directory_missing);
  const auto directory = open_directory(path);
  if (!directory) return fail(directory.error());
  return {};
}

}  // namespace vostro
