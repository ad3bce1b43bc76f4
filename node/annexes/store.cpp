#include "node/annexes/store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/log.h"
#include "base/private_files.h"

namespace vostro::node {
namespace {

using chain::OwnedId;
using chain::SealedAnnex;

constexpr std::string_view kEnding = ".annex";

std::string file_name(const OwnedId& name) {
  return to_text(name.owner) + "." + to_text(name.id) + std::string(kEnding);
}

std::optional<OwnedId> name_of(std::string_view file) {
  if (!file.ends_with(kEnding)) return std::nullopt;
  file.remove_suffix(kEnding.size());
  const std::size_t dot = file.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto owner = parse_bic(file.substr(0, dot));
  const auto id = parse_uuid(file.substr(dot + 1));
  if (!owner || !id) return std::nullopt;
  return OwnedId{*owner, *id};
}

/// What base/private_file.h calls a file that it has not put in place yet.
bool is_half_written(std::string_view file) {
  return file.starts_with(".") && file.ends_with(".new");
}

/// Of a regular file; its time is that of the last write, or what `set_time` made it.
std::optional<std::pair<std::uint64_t, UnixMillis>> size_and_time_of(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return std::nullopt;
  return std::pair(static_cast<std::uint64_t>(found.st_size),
                   UnixMillis(static_cast<std::uint64_t>(found.st_mtim.tv_sec) * 1000));
}

/// Calls `each` with name, size and time of every annex in the directory; removes half-written
/// files.
Result<void, std::string> for_each_annex(
    const std::string& directory,
    const std::function<void(const OwnedId&, std::uint64_t, UnixMillis)>& each) {
  std::error_code error;
  std::filesystem::directory_iterator at(directory, error);
  while (!error && at != std::filesystem::directory_iterator()) {
    const std::string file = at->path().filename().string();
    const auto name = name_of(file);
    const auto found = name ? size_and_time_of(at->path().string()) : std::nullopt;
    if (is_half_written(file)) std::filesystem::remove(at->path(), error);
    if (found) each(*name, found->first, found->second);
    if (!error) at.increment(error);
  }
  if (error) return fail(directory + ": " + error.message());
  return {};
}

std::optional<SealedAnnex> read_file(const std::string& path, const OwnedId& name) {
  const auto bytes = read_private_file(path, SealedAnnex::size_max);
  if (!bytes) return std::nullopt;
  auto sealed = chain::decode_sealed_annex(*bytes);
  if (!sealed || sealed->belongs_to != name) return std::nullopt;
  return std::move(*sealed);
}

/// What is read as its time later.
bool set_time(const std::string& path, UnixMillis time) {
  const timespec at{static_cast<time_t>(time.value / 1000), 0};
  const std::array<timespec, 2> times{at, at};
  return ::utimensat(AT_FDCWD, path.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) == 0;
}

std::optional<std::uint64_t> size_of(const std::string& path) {
  const auto found = size_and_time_of(path);
  return found ? std::optional(found->first) : std::nullopt;
}

/// Whether `overwrite` was at it when the process ended: it begins with the first byte, which is
/// the version of an annex that was not touched.
bool is_begun_to_be_overwritten(const std::string& path) {
  static_assert(SealedAnnex::version_now != 0);
  const auto bytes = read_private_file(path, SealedAnnex::size_max);
  return bytes && (bytes->empty() || bytes->front() == 0);
}

/// Zeros over all of it, on disk, then no bytes.
bool overwrite(const std::string& path, std::uint64_t size) {
  const OpenFile file(::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file.is_open()) return false;
  static constexpr std::array<Byte, 4096> kZeros{};
  for (std::uint64_t at = 0; at < size;) {
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(kZeros.size(), size - at));
    const ssize_t written = ::pwrite(file.get(), kZeros.data(), part, static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += static_cast<std::uint64_t>(written);
  }
  return ::fsync(file.get()) == 0 && ::ftruncate(file.get(), 0) == 0 && ::fsync(file.get()) == 0;
}

}  // namespace

namespace {

/// One of several that are put at once, and is to be written.
struct Coming {
  std::size_t index = 0;  ///< among them
  Bytes bytes;
  bool is_new = true;
  std::uint64_t grown = 0;  ///< modulo 2^64: less than nothing where a larger one gives way
};

Coming coming_of(std::span<const SealedAnnex> annexes, std::size_t index,
                 std::optional<std::uint64_t> size_before) {
  Coming each{index, chain::encode_sealed_annex(annexes[index]), !size_before};
  each.grown = each.bytes.size() - size_before.value_or(0);
  return each;
}

/// Waits for the disk. What became of each of `coming`.
std::vector<Result<void, FileError>> save_all(const std::string& directory,
                                              std::span<const SealedAnnex> annexes,
                                              const std::vector<Coming>& coming) {
  std::vector<PrivateFile> files;
  for (const Coming& each : coming)
    files.push_back({file_name(annexes[each.index].belongs_to), each.bytes});
  return save_private_files(directory, files);
}

/// Each of another order.
std::set<OwnedId> names_of(std::span<const SealedAnnex> annexes) {
  std::set<OwnedId> names;
  for (const SealedAnnex& each : annexes) VOSTRO_CHECK(names.insert(each.belongs_to).second);
  return names;
}

}  // namespace

/// At some annexes, with the lock held, but for what is done `unlocked`. One thread at a time,
/// which waits for none of them while it has another.
class AnnexStore::Turn {
 public:
  Turn(AnnexStore& store, std::set<OwnedId> names)
      : store_(store), names_(std::move(names)), lock_(store.mutex_) {
    store_.turned_.wait(lock_, [this] {
      return std::ranges::none_of(
          names_, [this](const auto& each) { return store_.turns_.contains(each); });
    });
    store_.turns_.insert(names_.begin(), names_.end());
  }
  ~Turn() {
    if (!lock_.owns_lock()) lock_.lock();  // the work threw
    for (const OwnedId& each : names_) store_.turns_.erase(each);
    store_.turned_.notify_all();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  /// Waits for the disk.
  template <class Work>
  [[nodiscard]] auto unlocked(Work work) {
    lock_.unlock();
    auto done = work();
    lock_.lock();
    return done;
  }

 private:
  AnnexStore& store_;
  std::set<OwnedId> names_;
  std::unique_lock<std::mutex> lock_;
};

Result<std::unique_ptr<AnnexStore>, std::string> AnnexStore::open(const std::string& path,
                                                                  Limits limits,
                                                                  std::function<UnixMillis()> now) {
  std::unique_ptr<AnnexStore> store(new AnnexStore(path, limits, std::move(now)));
  for (const std::string& directory : {path, path + "/early", path + "/kept"}) {
    if (const auto made = ensure_private_directory(directory); !made)
      return fail(directory + ": " + std::string(to_string(made.error())));
  }
  if (const auto done = store->read_early(); !done) return fail(done.error());
  if (const auto done = store->count_kept(); !done) return fail(done.error());
  return store;
}

Result<void, std::string> AnnexStore::read_early() {
  return for_each_annex(path_ + "/early", [this](const OwnedId& name, std::uint64_t size,
                                                 UnixMillis since) {
    const auto sealed = read_file(early_file(name), name);
    if (!sealed && is_begun_to_be_overwritten(early_file(name))) {
      if (overwrite(early_file(name), size)) ::unlink(early_file(name).c_str());
      return;
    }
    if (!sealed) {
      log::warning("an annex that waits for its order does not read: it was not what was written",
                   {{"participant", name.owner}, {"uetr", name.id}});
      return;
    }
    early_bytes_ += size;
    early_[name] = {sealed->commitment, size, since};
  });
}

Result<void, std::string> AnnexStore::count_kept() {
  return for_each_annex(path_ + "/kept", [this](const OwnedId&, std::uint64_t size, UnixMillis) {
    if (size == 0) return;
    ++kept_;
    kept_bytes_ += size;
  });
}

std::string AnnexStore::early_file(const OwnedId& name) const {
  return path_ + "/early/" + file_name(name);
}
std::string AnnexStore::kept_file(const OwnedId& name) const {
  return path_ + "/kept/" + file_name(name);
}

AnnexState AnnexStore::state_locked(const OwnedId& name) const {
  if (const auto size = size_of(kept_file(name)))
    return *size == 0 ? AnnexState::erased : AnnexState::kept;
  return early_.contains(name) ? AnnexState::early : AnnexState::absent;
}

bool AnnexStore::sync() const {
  const OpenFile directory(::open((path_ + "/kept").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return directory.is_open() && ::fsync(directory.get()) == 0;
}

AnnexState AnnexStore::state(const OwnedId& name) const {
  const std::lock_guard lock(mutex_);
  return state_locked(name);
}

/// `stored`: it may be, where there is room.
AnnexPut AnnexStore::judge_early(const SealedAnnex& sealed) const {
  const OwnedId& name = sealed.belongs_to;
  const AnnexState state = state_locked(name);
  if (state == AnnexState::erased) return AnnexPut::erased;
  if (state == AnnexState::kept) {
    const auto kept = read_file(kept_file(name), name);
    return kept && kept->commitment == sealed.commitment ? AnnexPut::repeated : AnnexPut::conflicts;
  }
  const auto before = early_.find(name);
  const bool is_here = before != early_.end() && before->second.commitment == sealed.commitment;
  return is_here ? AnnexPut::repeated : AnnexPut::stored;
}

AnnexPut AnnexStore::put_early(const SealedAnnex& sealed) {
  return put_early(std::span(&sealed, 1)).front();
}

std::vector<AnnexPut> AnnexStore::put_early(std::span<const SealedAnnex> annexes) {
  Turn turn(*this, names_of(annexes));
  std::vector<AnnexPut> outcomes;
  std::vector<Coming> coming;
  for (std::size_t i = 0; i < annexes.size(); ++i) {
    outcomes.push_back(judge_early(annexes[i]));
    if (outcomes.back() != AnnexPut::stored) continue;
    const auto before = early_.find(annexes[i].belongs_to);
    Coming each = coming_of(
        annexes, i, before == early_.end() ? std::nullopt : std::optional(before->second.bytes));
    if (early_.size() + early_coming_ + (each.is_new ? 1 : 0) > limits_.early_max ||
        early_bytes_ + each.grown > limits_.early_bytes_max) {
      outcomes.back() = AnnexPut::full;
      continue;
    }
    if (each.is_new) ++early_coming_;
    early_bytes_ += each.grown;
    coming.push_back(std::move(each));
  }
  if (coming.empty()) return outcomes;
  const UnixMillis now = now_();
  const auto saved = turn.unlocked([&] {
    auto done = save_all(path_ + "/early", annexes, coming);
    for (std::size_t i = 0; i < coming.size(); ++i)
      if (done[i] && !set_time(early_file(annexes[coming[i].index].belongs_to), now))
        done[i] = fail(FileError::input_output);
    return done;
  });
  for (std::size_t i = 0; i < coming.size(); ++i) {
    const Coming& each = coming[i];
    if (each.is_new) --early_coming_;
    if (saved[i]) {
      early_[annexes[each.index].belongs_to] = {annexes[each.index].commitment, each.bytes.size(),
                                                now};
    } else {
      // Which of the two is in place is not known: what the name held is known no more.
      const auto before = early_.find(annexes[each.index].belongs_to);
      early_bytes_ -= each.grown;
      if (before != early_.end()) {
        early_bytes_ -= before->second.bytes;
        early_.erase(before);
      }
      outcomes[each.index] = AnnexPut::failed;
    }
  }
  return outcomes;
}

AnnexPut AnnexStore::put_kept(const SealedAnnex& sealed) {
  return put_kept(std::span(&sealed, 1)).front();
}

std::vector<AnnexPut> AnnexStore::put_kept(std::span<const SealedAnnex> annexes) {
  Turn turn(*this, names_of(annexes));
  std::vector<AnnexPut> outcomes;
  std::vector<Coming> coming;
  for (std::size_t i = 0; i < annexes.size(); ++i) {
    const OwnedId& name = annexes[i].belongs_to;
    const auto size = size_of(kept_file(name));
    outcomes.push_back(AnnexPut::stored);
    if (size && *size == 0) {
      outcomes.back() = AnnexPut::erased;
      continue;
    }
    // A file that does not read is written anew.
    if (size && read_file(kept_file(name), name)) {
      outcomes.back() = AnnexPut::repeated;
      continue;
    }
    Coming each = coming_of(annexes, i, size);
    if (kept_ >= limits_.kept_max || kept_bytes_ + each.bytes.size() > limits_.kept_bytes_max) {
      outcomes.back() = AnnexPut::full;
      continue;
    }
    if (each.is_new) ++kept_;
    kept_bytes_ += each.grown;
    coming.push_back(std::move(each));
  }
  if (coming.empty()) return outcomes;
  const auto saved = turn.unlocked([&] { return save_all(path_ + "/kept", annexes, coming); });
  for (std::size_t i = 0; i < coming.size(); ++i) {
    const Coming& each = coming[i];
    if (!saved[i]) {
      // It may be in place although the disk has not said so: then it stays counted.
      if (each.is_new && !size_of(kept_file(annexes[each.index].belongs_to))) {
        --kept_;
        kept_bytes_ -= each.grown;
      }
      outcomes[each.index] = AnnexPut::failed;
    } else if (const auto early = early_.find(annexes[each.index].belongs_to);
               early != early_.end()) {
      drop_early(turn, early);
    }
  }
  return outcomes;
}

AnnexState AnnexStore::on_ledger(const OwnedId& name, const Hash& commitment) {
  Turn turn(*this, {name});
  const auto early = early_.find(name);
  if (early == early_.end()) return state_locked(name);
  if (early->second.commitment != commitment) {
    drop_early(turn, early);
    return state_locked(name);
  }
  // After a crash before `sync` the block is looked at again, and this done again.
  if (std::rename(early_file(name).c_str(), kept_file(name).c_str()) != 0) {
    const int error = errno;
    if (size_of(early_file(name)) || error != ENOENT) {
      note_refused(name, error);
      return AnnexState::early;
    }
    log::warning("an annex that waited for its order was removed by somebody else",
                 {{"participant", name.owner}, {"uetr", name.id}});
    early_bytes_ -= early->second.bytes;
    early_.erase(early);
    return state_locked(name);
  }
  is_refused_ = false;
  ++kept_;
  kept_bytes_ += early->second.bytes;
  early_bytes_ -= early->second.bytes;
  early_.erase(early);
  return AnnexState::kept;
}

/// Once: whoever reads the chain asks again twice a second.
void AnnexStore::note_refused(const OwnedId& name, int error) {
  if (std::exchange(is_refused_, true)) return;
  log::error("an annex cannot be kept, and those of later blocks wait for it",
             {{"file", kept_file(name)}, {"reason", std::generic_category().message(error)}});
}

std::optional<SealedAnnex> AnnexStore::read(const OwnedId& name) const {
  std::unique_lock lock(mutex_);
  turned_.wait(lock, [&] { return !turns_.contains(name); });
  switch (state_locked(name)) {
    case AnnexState::absent:
    case AnnexState::erased:
      return std::nullopt;
    case AnnexState::early:
      return read_file(early_file(name), name);
    case AnnexState::kept:
      return read_file(kept_file(name), name);
  }
  return std::nullopt;
}

Result<bool, std::string> AnnexStore::erase(const OwnedId& name) {
  Turn turn(*this, {name});
  const AnnexState state = state_locked(name);
  if (state == AnnexState::absent || state == AnnexState::erased) return false;
  const bool is_early = state == AnnexState::early;
  const std::string file = is_early ? early_file(name) : kept_file(name);
  const std::uint64_t size = size_of(file).value_or(0);
  const int error = turn.unlocked([&] { return overwrite(file, size) ? 0 : errno; });
  if (error != 0) return fail(file + ": " + std::generic_category().message(error));
  if (is_early) {
    drop_early(turn, early_.find(name));
  } else {
    --kept_;
    kept_bytes_ -= size;
  }
  return true;
}

void AnnexStore::drop_early(Turn& turn, std::map<OwnedId, Early>::iterator at) {
  const std::string file = early_file(at->first);
  early_bytes_ -= at->second.bytes;
  early_.erase(at);
  static_cast<void>(turn.unlocked([&] {
    const auto size = size_of(file);
    if (size) overwrite(file, *size);
    return ::unlink(file.c_str()) == 0;
  }));
}

void AnnexStore::drop_aged() {
  const UnixMillis now = now_();
  const auto has_aged = [&](const Early& early) {
    return now.value > early.since.value + limits_.early_age_ms;
  };
  std::vector<OwnedId> aged;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, early] : early_)
      if (has_aged(early)) aged.push_back(name);
  }
  for (const OwnedId& name : aged) {
    Turn turn(*this, {name});
    const auto at = early_.find(name);
    if (at != early_.end() && has_aged(at->second)) drop_early(turn, at);
  }
}

AnnexStore::Figures AnnexStore::figures() const {
  const std::lock_guard lock(mutex_);
  return {early_.size(), kept_, early_bytes_ + kept_bytes_};
}

}  // namespace vostro::node
