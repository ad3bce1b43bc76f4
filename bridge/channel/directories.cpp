#include "bridge/channel/directories.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <memory>
#include <set>

#include "base/failpoint.h"
#include "base/hash.h"
#include "base/text.h"
#include "bridge/channel/signature.h"

namespace vostro::bridge {
namespace {

constexpr std::size_t kFilesAtOnce = 16;
constexpr std::size_t kBytesAtOnce = std::size_t{32} * 1024 * 1024;
constexpr std::size_t kFilesOpenAtOnce = 64;  // to be sent; each with its signature
constexpr std::size_t kNamesMax = 100'000;
constexpr std::size_t kKeptHash = 16;  // digits

std::string system_error(const std::string& what) {
  return what + ": " + std::strerror(errno);
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

/// A directory of ours, not through a link.
Result<OpenFile, std::string> open_directory(const std::string& path) {
  OpenFile directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory.is_open()) return fail(system_error(path));
  return directory;
}

Result<std::vector<std::string>, std::string> names_in(const std::string& path) {
  auto opened = open_directory(path);
  if (!opened) return fail(opened.error());
  const int copy = ::dup(opened->get());
  std::unique_ptr<DIR, CloseDirectory> directory(copy < 0 ? nullptr : ::fdopendir(copy));
  if (!directory) return fail(system_error(path));
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    if (names.size() > kNamesMax) return fail(path + ": more than 100000 names; take files away");
  }
  if (errno != 0) return fail(system_error(path));
  std::ranges::sort(names);
  return names;
}

/// Why this is no file that we open; empty: it is one.
std::string oddity_of(const struct stat& status) {
  if (S_ISLNK(status.st_mode)) return "is a link";
  if (!S_ISREG(status.st_mode)) return "is no regular file";
  if (status.st_uid != ::geteuid()) return "belongs to another user";
  if (status.st_nlink != 1) return "has a second name";
  if (status.st_size > static_cast<off_t>(file_bytes_max)) return "is above 10 MiB";
  return {};
}

std::int64_t nanoseconds(const timespec& time) {
  return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec;
}

/// All bytes of a file that has not changed meanwhile; none where it did, or cannot be read.
std::optional<Bytes> read_whole(int directory, const std::string& name, std::size_t size_max) {
  // O_NONBLOCK: what was put in the file's place since it was looked at may be a pipe.
  const OpenFile file(
      ::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  struct stat before {};
  if (!file.is_open() || ::fstat(file.get(), &before) != 0 || !oddity_of(before).empty() ||
      before.st_size > static_cast<off_t>(size_max))
    return std::nullopt;
  Bytes content(static_cast<std::size_t>(before.st_size));
  std::size_t filled = 0;
  while (filled < content.size()) {
    const ssize_t got = ::read(file.get(), content.data() + filled, content.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    filled += static_cast<std::size_t>(got);
  }
  struct stat after {};
  if (::fstat(file.get(), &after) != 0 || after.st_size != before.st_size ||
      nanoseconds(after.st_mtim) != nanoseconds(before.st_mtim))
    return std::nullopt;
  return content;
}

std::string draft_of(const std::string& name) {
  return "." + name + ".part";
}

/// A new file beside its place, written and not synced.
Result<OpenFile, std::string> write_draft(int directory, const std::string& path,
                                          const std::string& name, std::string_view content) {
  const std::string draft = draft_of(name);
  static_cast<void>(::unlinkat(directory, draft.c_str(), 0));
  OpenFile file(::openat(directory, draft.c_str(),
                         O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.is_open()) return fail(system_error(path + "/" + draft));
  std::size_t written = 0;
  while (written < content.size()) {
    const ssize_t put = ::write(file.get(), content.data() + written, content.size() - written);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return fail(system_error(path + "/" + draft));
    written += static_cast<std::size_t>(put);
  }
  return file;
}

Result<void, std::string> sync_draft(OpenFile& draft, const std::string& path,
                                     const std::string& name) {
  if (::fsync(draft.get()) != 0 || !draft.close())
    return fail(system_error(path + "/" + draft_of(name)));
  return {};
}

Result<void, std::string> rename_draft(int directory, const std::string& path,
                                       const std::string& name) {
  if (::renameat(directory, draft_of(name).c_str(), directory, name.c_str()) != 0)
    return fail(system_error(path + "/" + name));
  return {};
}

/// A new file beside its place, synced, then renamed.
Result<void, std::string> write_into(int directory, const std::string& path,
                                     const std::string& name, std::string_view content) {
  auto draft = write_draft(directory, path, name, content);
  if (!draft) return fail(draft.error());
  if (auto done = sync_draft(*draft, path, name); !done) return done;
  if (auto done = rename_draft(directory, path, name); !done) return done;
  if (::fsync(directory) != 0) return fail(system_error(path + "/" + name));
  return {};
}

/// Files on their way into one directory, each with its signature.
class Shipment {
 public:
  Shipment(int directory, const std::string& path, std::span<const OutgoingFile> files)
      : directory_(directory), path_(path), files_(files), outcomes_(files.size()) {}

  std::vector<Result<void, std::string>> send() {
    for (std::size_t i = 0; i < files_.size(); ++i) write(i);
    // All on their way to the disk before the first is waited for: then one write of the file
    // system's journal does for most of them.
    for (const Draft& draft : drafts_)
      static_cast<void>(::sync_file_range(draft.file.get(), 0, 0, SYNC_FILE_RANGE_WRITE));
    for (Draft& draft : drafts_)
      if (outcomes_[draft.of]) outcomes_[draft.of] = sync_draft(draft.file, path_, draft.name);
    place(signature_suffix);
    VOSTRO_FAILPOINT("bridge.send.signature_written");
    place("");
    return std::move(outcomes_);
  }

 private:
  struct Draft {
    std::size_t of = 0;  ///< which file
    std::string name;
    OpenFile file;
  };

  void write(std::size_t i) {
    const OutgoingFile& file = files_[i];
    struct stat status {};
    if (::fstatat(directory_, file.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
      const auto there = read_whole(directory_, file.name, file_bytes_max);
      if (!there || as_text(*there) != file.content)
        outcomes_[i] =
            fail(path_ + "/" + file.name + " is there with other content: a person has to look");
      return;
    }
    for (const std::string_view suffix : {signature_suffix, std::string_view()}) {
      const std::string name = file.name + std::string(suffix);
      auto draft =
          write_draft(directory_, path_, name, suffix.empty() ? file.content : file.signature);
      if (!draft) {
        outcomes_[i] = fail(draft.error());
        return;
      }
      drafts_.push_back({i, name, *std::move(draft)});
    }
  }

  /// Those drafts get their names whose names end so.
  void place(std::string_view suffix) {
    for (const Draft& draft : drafts_)
      if (outcomes_[draft.of] && draft.name == files_[draft.of].name + std::string(suffix))
        outcomes_[draft.of] = rename_draft(directory_, path_, draft.name);
    if (::fsync(directory_) == 0) return;
    for (const Draft& draft : drafts_) outcomes_[draft.of] = fail(system_error(path_));
  }

  int directory_;
  const std::string& path_;
  std::span<const OutgoingFile> files_;
  std::vector<Result<void, std::string>> outcomes_;
  std::vector<Draft> drafts_;
};

bool is_plain(char c) {
  return is_digit(c) || is_upper(c) || is_lower(c) || c == '.' || c == '_' || c == '-';
}

}  // namespace

bool is_file_name(std::string_view name) {
  return name.size() > 4 && name.size() <= name_size_max && name.ends_with(".xml") &&
         name.front() != '.' && std::ranges::all_of(name, is_plain);
}

std::string safe_name(std::string_view name) {
  std::string safe(name.substr(0, name_size_max));
  for (char& c : safe)
    if (!is_plain(c)) c = '_';
  return safe;
}

Result<Directories, std::string> Directories::open(std::string root,
                                                   std::chrono::milliseconds settle) {
  for (const char* name : {"", "/in", "/out", "/archive", "/quarantine"}) {
    const std::string path = root + name;
    if (const auto made = ensure_private_directory(path); !made)
      return fail(path + ": " + std::string(to_string(made.error())));
  }
  return Directories(std::move(root), settle);
}

Directories::Seen* Directories::settled(const std::string& name, Seen now_seen) {
  Seen& before = seen_.try_emplace(name, now_seen).first->second;
  const bool is_same = before.size == now_seen.size && before.changed_ns == now_seen.changed_ns &&
                       before.inode == now_seen.inode;
  if (!is_same) before = now_seen;
  return now_seen.since - before.since >= settle_ ? &before : nullptr;
}

Result<Arrivals, std::string> Directories::look(Clock::time_point now) {
  const std::string path = root_ + "/in";
  auto directory = open_directory(path);
  if (!directory) return fail(directory.error());
  const auto names = names_in(path);
  if (!names) return fail(names.error());
  Arrivals arrivals;
  std::size_t bytes = 0;
  std::set<std::string> there;
  for (const std::string& name : *names) {
    struct stat status {};
    if (::fstatat(directory->get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    there.insert(name);
    const std::string odd = oddity_of(status);
    const bool is_signature = name.ends_with(signature_suffix);
    const bool is_draft = name.starts_with('.') || !(is_signature || name.ends_with(".xml"));
    if (!odd.empty() || (!is_draft && !is_signature && !is_file_name(name))) {
      arrivals.odd.push_back({safe_name(name), odd.empty() ? "has a name we do not take" : odd});
      continue;
    }
    if (is_signature || is_draft) continue;  // another's draft: it gets its name when it is whole
    const Seen seen{status.st_size, nanoseconds(status.st_mtim),
                    static_cast<std::int64_t>(status.st_ino), now};
    Seen* const known = settled(name, seen);
    if (known == nullptr) {
      ++arrivals.unfinished;
      continue;
    }
    if (arrivals.files.size() == kFilesAtOnce || bytes >= kBytesAtOnce) {
      arrivals.is_more = true;
      break;
    }
    const auto signature =
        read_whole(directory->get(), name + std::string(signature_suffix), signature_bytes_max);
    auto content = signature || !known->is_told ? read_whole(directory->get(), name, file_bytes_max)
                                                : std::nullopt;
    if (!signature) {
      known->is_told = true;
      ++arrivals.unfinished;
    }
    if (!content) continue;
    bytes += content->size();
    arrivals.files.push_back(
        {name, *std::move(content), signature ? std::string(as_text(*signature)) : std::string()});
  }
  if (!arrivals.is_more)
    std::erase_if(seen_, [&](const auto& each) { return !there.contains(each.first); });
  return arrivals;
}

Result<void, std::string> Directories::put_away(const std::string& name, ByteView content,
                                                bool is_taken) {
  const std::string from = root_ + "/in";
  const std::string to = root_ + (is_taken ? "/archive" : "/quarantine");
  auto source = open_directory(from);
  if (!source) return fail(source.error());
  auto target = open_directory(to);
  if (!target) return fail(target.error());
  // Under the hash of its bytes: the same file twice lies there once, and another one of its name
  // beside it.
  const std::string kept =
      to_hex(hash("file", content).view()).substr(0, kKeptHash) + "-" + safe_name(name);
  // The signature goes first: a file whose hash is known needs none to follow it.
  for (const std::string_view suffix : {signature_suffix, std::string_view()}) {
    const std::string each = name + std::string(suffix);
    const std::string there = kept + std::string(suffix);
    if (::renameat(source->get(), each.c_str(), target->get(), there.c_str()) != 0 &&
        errno != ENOENT)
      return fail(system_error(from + "/" + safe_name(each)));
    if (!suffix.empty()) VOSTRO_FAILPOINT("bridge.archive.signature_moved");
  }
  if (::fsync(target->get()) != 0 || ::fsync(source->get()) != 0) return fail(system_error(to));
  return {};
}

std::string archived_hash(const std::string& name) {
  return name.substr(0, kKeptHash);
}

Result<std::vector<std::string>, std::string> Directories::archived() const {
  auto names = names_in(root_ + "/archive");
  if (!names) return names;
  // What is not of our making is left alone.
  std::erase_if(*names, [](const std::string& name) {
    return name.size() <= kKeptHash + 1 || name[kKeptHash] != '-' || !name.ends_with(".xml");
  });
  return names;
}

Result<void, std::string> Directories::take_back(const std::string& archived) {
  auto source = open_directory(root_ + "/archive");
  if (!source) return fail(source.error());
  auto target = open_directory(root_ + "/in");
  if (!target) return fail(target.error());
  std::string name = archived.substr(kKeptHash + 1);
  struct stat status {};
  // Another file of its name may have come meanwhile.
  if (::fstatat(target->get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) name = archived;
  for (const std::string_view suffix : {signature_suffix, std::string_view()}) {
    const std::string from = archived + std::string(suffix);
    const std::string to = name + std::string(suffix);
    if (::renameat(source->get(), from.c_str(), target->get(), to.c_str()) != 0 && errno != ENOENT)
      return fail(system_error(root_ + "/archive/" + from));
  }
  if (::fsync(target->get()) != 0 || ::fsync(source->get()) != 0)
    return fail(system_error(root_ + "/in"));
  return {};
}

std::vector<Result<void, std::string>> Directories::send(std::span<const OutgoingFile> files) {
  const std::string path = root_ + "/out";
  auto directory = open_directory(path);
  std::vector<Result<void, std::string>> outcomes;
  while (!files.empty()) {
    const auto some = files.first(std::min(files.size(), kFilesOpenAtOnce));
    files = files.subspan(some.size());
    if (directory)
      std::ranges::move(Shipment(directory->get(), path, some).send(),
                        std::back_inserter(outcomes));
    else
      outcomes.insert(outcomes.end(), some.size(), fail(directory.error()));
  }
  return outcomes;
}

Result<void, std::string> Directories::accept(const std::string& name, ByteView content,
                                              std::string_view signature) const {
  const std::string path = root_ + "/in";
  auto directory = open_directory(path);
  if (!directory) return fail(directory.error());
  if (auto put =
          write_into(directory->get(), path, name + std::string(signature_suffix), signature);
      !put)
    return put;
  VOSTRO_FAILPOINT("bridge.post.signature_written");
  return write_into(directory->get(), path, name, as_text(content));
}

bool Directories::is_in(const std::string& name) const {
  struct stat status {};
  return ::lstat((root_ + "/in/" + name).c_str(), &status) == 0;
}

Result<void, std::string> Directories::take_out(const std::string& name) const {
  auto directory = open_directory(root_ + "/out");
  if (!directory) return fail(directory.error());
  // The file first: a signature that is left says nothing, a file without one would.
  for (const std::string& each : {name, name + std::string(signature_suffix)})
    if (::unlinkat(directory->get(), each.c_str(), 0) != 0 && errno != ENOENT)
      return fail(system_error(root_ + "/out/" + each));
  if (::fsync(directory->get()) != 0) return fail(system_error(root_ + "/out"));
  return {};
}

Result<Directories::Waiting, std::string> Directories::waiting(std::string_view which) const {
  const std::string path = root_ + "/" + std::string(which);
  auto directory = open_directory(path);
  if (!directory) return fail(directory.error());
  const auto names = names_in(path);
  if (!names) return fail(names.error());
  Waiting found;
  for (const std::string& name : *names) {
    struct stat status {};
    if (!is_file_name(name) ||
        ::fstatat(directory->get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
      continue;
    ++found.files;
    if (found.oldest_s == 0 || status.st_mtim.tv_sec < found.oldest_s)
      found.oldest_s = status.st_mtim.tv_sec;
  }
  return found;
}

}  // namespace vostro::bridge
