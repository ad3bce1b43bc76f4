/// What the readers have in common: names, countries and counts of a list in the making. Internal
/// to this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bridge/screening/list.h"

namespace vostro::bridge::screening {

class ListBuilder {
 public:
  /// What the version's hash is over; each file once, in the order of the format.
  void add_file(std::string_view bytes);
  void published(Date date) { list_.version.published = date; }

  /// A name without a letter or digit is none.
  void add_name(ListEntry& entry, std::string text, bool is_alias, bool is_weak);
  void add_country(ListEntry& entry, std::string_view english_name);
  void add(ListEntry entry, std::size_t line);
  void add(ListedCountry country);

  /// Errors: an entry without id or name; more than the limits of list.h; no entry at all.
  [[nodiscard]] Result<List, ListError> finish(std::string_view name);

 private:
  void refuse(std::size_t line, std::string what);

  List list_;
  std::vector<Hash> files_;
  std::optional<ListError> error_;
};

}  // namespace vostro::bridge::screening
