#include "bridge/screening/list_builder.h"

#include <algorithm>

#include "bridge/screening/country_names.h"

namespace vostro::bridge::screening {
namespace {

constexpr std::size_t kTextMax = 1024;  // of one name, programme or id
constexpr std::size_t kNamesMax = 500;  // of one entry

bool has_letter(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) {
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
}

}  // namespace

void ListBuilder::refuse(std::size_t line, std::string what) {
  if (!error_) error_ = ListError{line, std::move(what)};
}

void ListBuilder::add_file(std::string_view bytes) {
  files_.push_back(hash("screening-file", as_bytes(bytes)));
}

void ListBuilder::add_name(ListEntry& entry, std::string text, bool is_alias, bool is_weak) {
  if (!has_letter(text)) return;
  const auto is_same = [&](const ListedName& each) { return each.text == text; };
  if (const auto known = std::ranges::find_if(entry.names, is_same); known != entry.names.end()) {
    known->is_weak = known->is_weak && is_weak;
    return;
  }
  entry.names.push_back({std::move(text), is_alias, is_weak});
}

void ListBuilder::add_country(ListEntry& entry, std::string_view english_name) {
  std::string code = country_named(english_name);
  if (!code.empty() && std::ranges::find(entry.countries, code) == entry.countries.end())
    entry.countries.push_back(std::move(code));
}

void ListBuilder::add(ListEntry entry, std::size_t line) {
  if (entry.id.empty() || entry.names.empty()) return refuse(line, "an entry has no id or no name");
  if (entry.names.size() > kNamesMax || entry.id.size() > kTextMax ||
      entry.programme.size() > kTextMax ||
      std::ranges::any_of(entry.names,
                          [](const ListedName& each) { return each.text.size() > kTextMax; }))
    return refuse(line, "the entry " + entry.id.substr(0, 40) + " is longer than any real one");
  std::ranges::sort(entry.countries);
  list_.version.names += entry.names.size();
  if (list_.entries.size() == list_entries_max || list_.version.names > list_names_max)
    return refuse(line, "there are more entries than this program takes");
  list_.entries.push_back(std::move(entry));
}

void ListBuilder::add(ListedCountry country) {
  list_.countries.push_back(std::move(country));
}

Result<List, ListError> ListBuilder::finish(std::string_view name) {
  if (error_) return fail(*error_);
  list_.version.entries = list_.entries.size() + list_.countries.size();
  if (list_.version.entries == 0)
    return fail(ListError{0, "the list is empty, and a published one never is"});
  Bytes together;
  for (const Hash& file : files_) append(together, file.view());
  list_.version.files = files_.size() == 1 ? files_.front() : hash("screening-files", together);
  list_.version.name = name;
  return std::move(list_);
}

}  // namespace vostro::bridge::screening
