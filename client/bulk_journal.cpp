#include "client/bulk_journal.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/codec.h"
#include "base/hash.h"

namespace vostro::client {
namespace {

constexpr std::string_view kRun = ".bulk";
constexpr std::string_view kProgress = ".progress";
constexpr std::size_t bulk_bytes_max = std::size_t{256} * 1024 * 1024;

JournalError bulk_error(JournalError::Kind kind, FileError file, std::string path) {
  return {kind, file, std::move(path)};
}

template <class T>
Bytes sealed(std::string_view tag, const T& value) {
  Bytes out = encode(value);
  append(out, hash(tag, out).view());
  return out;
}

template <class T>
Result<T, JournalError> unsealed(std::string_view tag, const std::string& path) {
  // Room is made for as much as is asked for, and most runs are small.
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  const auto room = error ? std::size_t{0} : static_cast<std::size_t>(size);
  const auto file = read_private_file(path, std::min(room, bulk_bytes_max));
  if (!file) return fail(bulk_error(JournalError::Kind::file, file.error(), path));
  const auto damaged = bulk_error(JournalError::Kind::damaged, FileError::input_output, path);
  if (file->size() < Hash::size) return fail(damaged);
  const ByteView content = ByteView(*file).first(file->size() - Hash::size);
  if (!std::ranges::equal(hash(tag, content).view(), ByteView(*file).last(Hash::size)))
    return fail(damaged);
  auto value = decode<T>(content);
  if (!value || value->version != 1) return fail(damaged);
  return *std::move(value);
}

}  // namespace

Hash bulk_file_hash(ByteView content) {
  return hash("bulk-file", content);
}

std::string BulkJournal::path_of(const Hash& file, std::uint32_t number,
                                 std::string_view suffix) const {
  return directory_ + "/" + to_hex(file.view()) + "." + std::to_string(number) +
         std::string(suffix);
}

Result<BulkJournal, JournalError> BulkJournal::open(std::string directory) {
  if (auto made = ensure_private_directory(directory); !made)
    return fail(bulk_error(JournalError::Kind::file, made.error(), directory));
  return BulkJournal(std::move(directory));
}

Result<std::uint32_t, JournalError> BulkJournal::last_number(const Hash& file) const {
  const std::string prefix = to_hex(file.view()) + ".";
  std::uint32_t last = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator at(directory_, error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (!name.starts_with(prefix) || !name.ends_with(kRun)) continue;
    std::uint32_t number = 0;
    const char* digits = name.data() + prefix.size();
    const char* digits_end = name.data() + name.size() - kRun.size();
    const auto [stopped, wrong] = std::from_chars(digits, digits_end, number);
    if (wrong == std::errc{} && stopped == digits_end) last = std::max(last, number);
  }
  if (error) return fail(bulk_error(JournalError::Kind::file, FileError::input_output, directory_));
  return last;
}

Result<void, JournalError> BulkJournal::store(const BulkRun& run) {
  const std::string path = path_of(run.file, run.number, kRun);
  const auto saved = save_private_file(path, sealed("bulk-run", run), IfExists::refuse);
  if (saved) return {};
  const auto kind = saved.error() == FileError::exists ? JournalError::Kind::already_there
                                                       : JournalError::Kind::file;
  return fail(bulk_error(kind, saved.error(), path));
}

Result<BulkRun, JournalError> BulkJournal::load(const Hash& file, std::uint32_t number) const {
  const std::string path = path_of(file, number, kRun);
  auto run = unsealed<BulkRun>("bulk-run", path);
  if (!run) return run;
  const bool is_whole = run->file == file && run->number == number &&
                        std::all_of(run->items.begin(), run->items.end(), [&](const auto& item) {
                          return item.order < run->orders.size();
                        });
  if (!is_whole)
    return fail(bulk_error(JournalError::Kind::damaged, FileError::input_output, path));
  return run;
}

Result<BulkProgress, JournalError> BulkJournal::progress(const BulkRun& run) const {
  auto found = unsealed<BulkProgress>("bulk-progress", path_of(run.file, run.number, kProgress));
  if (!found && found.error().kind == JournalError::Kind::file &&
      found.error().file == FileError::missing)
    return BulkProgress{};
  return found;
}

Result<void, JournalError> BulkJournal::note(const BulkRun& run, const BulkProgress& progress) {
  const std::string path = path_of(run.file, run.number, kProgress);
  const auto saved = save_private_file(path, sealed("bulk-progress", progress), IfExists::replace);
  if (!saved) return fail(bulk_error(JournalError::Kind::file, saved.error(), path));
  return {};
}

}  // namespace vostro::client
