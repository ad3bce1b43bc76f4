#include "bridge/screening_lists.h"

#include <sys/stat.h>

#include <fstream>

#include "base/check.h"
#include "bridge/screening/readers.h"

namespace vostro::bridge {
namespace {

using screening::Format;
using screening::List;
using screening::ListError;

Result<std::string, std::string> read_list_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  std::vector<char> buffer(std::size_t{1} << 20);
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) ||
         file.gcount() > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(file.gcount()));
    if (text.size() > screening::list_bytes_max)
      return fail(path + ": the file is larger than " + std::to_string(screening::list_bytes_max) +
                  " bytes");
  }
  if (!file.eof() || text.empty()) return fail(path + ": the file cannot be read, or is empty");
  return text;
}

Result<List, std::string> read_list(const ListSource& source) {
  std::vector<std::string> texts;
  for (const std::string& path : source.files) {
    auto text = read_list_file(path);
    if (!text) return fail("list " + source.name + ": " + text.error());
    texts.push_back(*std::move(text));
  }
  const auto read = [&]() -> Result<List, ListError> {
    switch (source.format) {
      case Format::ofac_csv:
        return screening::read_ofac_csv({texts[0], texts[1], texts[2]}, source.name);
      case Format::ofac_xml:
        return screening::read_ofac_xml(texts[0], source.name);
      case Format::un_xml:
        return screening::read_un_xml(texts[0], source.name);
      case Format::countries:
        return screening::read_countries(texts[0], source.name);
    }
    VOSTRO_CHECK(false);
  };
  auto list = read();
  if (!list)
    return fail("list " + source.name + ", " + source.files.front() + ", line " +
                std::to_string(list.error().line) + ": " + list.error().what);
  return *std::move(list);
}

Result<screening::Screener, std::string> screener_of(const ScreeningConfig& config) {
  std::vector<List> lists;
  for (const ListSource& source : config.lists) {
    auto list = read_list(source);
    if (!list) return fail(list.error());
    lists.push_back(*std::move(list));
  }
  return screening::Screener(std::move(lists), config.thresholds);
}

std::vector<std::string> stamps_of(const ScreeningConfig& config) {
  std::vector<std::string> stamps;
  for (const ListSource& source : config.lists)
    for (const std::string& path : source.files) {
      struct stat found {};
      stamps.push_back(::stat(path.c_str(), &found) != 0
                           ? std::string("none")
                           : std::to_string(found.st_ino) + " " + std::to_string(found.st_size) +
                                 " " + std::to_string(found.st_mtim.tv_sec) + " " +
                                 std::to_string(found.st_mtim.tv_nsec));
    }
  return stamps;
}

}  // namespace

Result<ScreeningLists, std::string> ScreeningLists::open(ScreeningConfig config) {
  auto seen = stamps_of(config);
  auto screener = screener_of(config);
  if (!screener) return fail(screener.error());
  return ScreeningLists(std::move(config), *std::move(screener), std::move(seen));
}

ScreeningLists::Reload ScreeningLists::look(bool is_told) {
  // Before they are read: what changes meanwhile shows at the next look.
  auto seen = stamps_of(config_);
  if (seen == seen_ && !is_told) return Reload::unchanged;
  seen_ = std::move(seen);
  auto screener = screener_of(config_);
  if (!screener) {
    error_ = screener.error();
    return Reload::failed;
  }
  error_.clear();
  screener_ = *std::move(screener);
  return Reload::loaded;
}

}  // namespace vostro::bridge
