#include <algorithm>
#include <map>

#include "base/csv.h"
#include "base/identifiers.h"
#include "base/text.h"
#include "bridge/screening/country_names.h"
#include "bridge/screening/list_builder.h"
#include "bridge/screening/readers.h"

namespace vostro::bridge::screening {
namespace {

// Columns of sdn.csv, alt.csv and add.csv, from 0.
constexpr std::size_t kSdnColumns = 12;
constexpr std::size_t kSdnId = 0, kSdnName = 1, kSdnType = 2, kSdnProgramme = 3, kSdnFlag = 9,
                      kSdnRemarks = 11;
constexpr std::size_t kAltColumns = 5;
constexpr std::size_t kAltName = 3;
constexpr std::size_t kAddColumns = 6;
constexpr std::size_t kAddCountry = 4;

Result<std::vector<CsvRow>, ListError> rows_of(std::string_view text, std::string_view file,
                                               std::size_t columns, std::size_t rows_max) {
  const auto refuse = [&](std::size_t line, const std::string& what) {
    return fail(ListError{line, std::string(file) + ": " + what});
  };
  // DOS's end of file closes the published files.
  while (!text.empty() && (text.back() == '\x1a' || text.back() == ' ')) text.remove_suffix(1);
  if (text.size() > list_bytes_max) return refuse(0, "the file is too large");
  auto rows = read_csv(text, rows_max);
  if (!rows) return refuse(rows.error().line, rows.error().what);
  for (CsvRow& row : *rows) {
    if (row.cells.size() != columns)
      return refuse(row.line, "a row has " + std::to_string(row.cells.size()) + " columns, and " +
                                  std::to_string(columns) + " are expected");
    for (std::string& cell : row.cells) {
      while (cell.ends_with(' ')) cell.pop_back();
      if (cell == "-0-") cell.clear();
      // Lines of an address; names have none.
      std::ranges::replace_if(
          cell, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
      if (!is_clean_text(cell))
        return refuse(row.line, "a cell is no clean text in UTF-8; convert the file");
    }
  }
  return *std::move(rows);
}

/// "a.k.a. 'BNC'; alt. ..." names people call somebody, too short or too common to identify him.
void add_weak_names(ListBuilder& list, ListEntry& entry, std::string_view remarks) {
  constexpr std::string_view kMarks[]{"a.k.a. '", "f.k.a. '", "n.k.a. '"};
  for (const std::string_view mark : kMarks)
    for (std::size_t at = remarks.find(mark); at != std::string_view::npos;
         at = remarks.find(mark, at + 1)) {
      const std::size_t begin = at + mark.size();
      // An apostrophe inside is followed by a letter.
      std::size_t end = remarks.find('\'', begin);
      while (end != std::string_view::npos && end + 1 < remarks.size() &&
             remarks.find_first_of(";. ),", end + 1) != end + 1)
        end = remarks.find('\'', end + 1);
      if (end == std::string_view::npos) continue;
      list.add_name(entry, std::string(remarks.substr(begin, end - begin)), true, true);
    }
}

std::string programme_of(std::string text) {
  // "FTO] [SDGT" is two.
  for (std::size_t at = text.find("] ["); at != std::string::npos; at = text.find("] ["))
    text.replace(at, 3, "; ");
  return text;
}

}  // namespace

Result<List, ListError> read_ofac_csv(const OfacCsv& files, std::string_view name) {
  const auto sdn = rows_of(files.sdn, "sdn.csv", kSdnColumns, list_entries_max);
  if (!sdn) return fail(sdn.error());
  const auto alt = rows_of(files.alt, "alt.csv", kAltColumns, list_names_max);
  if (!alt) return fail(alt.error());
  const auto add = rows_of(files.add, "add.csv", kAddColumns, list_names_max);
  if (!add) return fail(add.error());

  ListBuilder list;
  std::map<std::string, std::size_t, std::less<>> by_id;
  std::vector<ListEntry> entries;
  for (const CsvRow& row : *sdn) {
    ListEntry entry;
    entry.id = row.cells[kSdnId];
    entry.kind = row.cells[kSdnType].empty() ? "entity" : row.cells[kSdnType];
    entry.programme = programme_of(row.cells[kSdnProgramme]);
    if (!by_id.emplace(entry.id, entries.size()).second)
      return fail(ListError{row.line, "sdn.csv: the id " + entry.id + " stands there twice"});
    list.add_name(entry, row.cells[kSdnName], false, false);
    list.add_country(entry, row.cells[kSdnFlag]);
    add_weak_names(list, entry, row.cells[kSdnRemarks]);
    entries.push_back(std::move(entry));
  }
  const auto entry_of = [&](const CsvRow& row) -> ListEntry* {
    const auto found = by_id.find(row.cells[0]);
    return found == by_id.end() ? nullptr : &entries[found->second];
  };
  for (const CsvRow& row : *alt) {
    ListEntry* entry = entry_of(row);
    if (entry == nullptr)
      return fail(ListError{row.line,
                            "alt.csv: an alias belongs to no entry of sdn.csv; take "
                            "files of one day"});
    list.add_name(*entry, row.cells[kAltName], true, false);
  }
  for (const CsvRow& row : *add) {
    ListEntry* entry = entry_of(row);
    if (entry == nullptr)
      return fail(ListError{row.line,
                            "add.csv: an address belongs to no entry of sdn.csv; take "
                            "files of one day"});
    list.add_country(*entry, row.cells[kAddCountry]);
  }
  for (ListEntry& entry : entries) list.add(std::move(entry), 0);
  list.add_file(files.sdn);
  list.add_file(files.alt);
  list.add_file(files.add);
  return list.finish(name);
}

Result<List, ListError> read_countries(std::string_view text, std::string_view name) {
  constexpr std::size_t kRowsMax = 400;
  const auto rows = read_csv(text, kRowsMax);
  if (!rows) return fail(ListError{rows.error().line, rows.error().what});
  if (rows->empty() ||
      rows->front().cells != std::vector<std::string>{"country", "measure", "basis"})
    return fail(ListError{1, "the first line has to be: country,measure,basis"});
  ListBuilder list;
  list.add_file(text);
  for (std::size_t i = 1; i < rows->size(); ++i) {
    const CsvRow& row = (*rows)[i];
    if (row.cells.size() != 3) return fail(ListError{row.line, "a row has to have 3 columns"});
    ListedCountry country{row.cells[0], row.cells[1], row.cells[2]};
    if (!is_country(country.code))
      return fail(ListError{row.line, "the country is no code of ISO 3166 (two capitals)"});
    if (country.measure.empty() || country.basis.empty() || !is_clean_text(country.measure) ||
        !is_clean_text(country.basis))
      return fail(ListError{row.line, "measure and basis have to be said, in clean text"});
    list.add(std::move(country));
  }
  return list.finish(name);
}

}  // namespace vostro::bridge::screening
