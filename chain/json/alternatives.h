/// Reading a closed set of alternatives that name themselves in a field "type". Include in .cpp
/// files only: it brings Boost.JSON.
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "chain/json/strict.h"

namespace vostro::chain {

/// The alternative whose name `kind_of` writes, so that names stand in one place.
/// `read_one(in, static_cast<const Alternative*>(nullptr))` reads it.
template <class Variant, class ReadOne>
[[nodiscard]] Variant read_by_type(const JsonIn& in, ReadOne&& read_one) {
  if (!in.is_object()) {
    in.note(JsonFault::wrong_type);
    return {};
  }
  if (in.field("type").is_absent()) in.field("type").note(JsonFault::missing_field);
  const std::string type = in.field("type").text();
  if (in.has_problem()) return {};
  std::optional<Variant> found;
  const auto try_one = [&](auto alternative) {
    using Alternative = typename decltype(alternative)::type;
    if (kind_of(Variant(Alternative{})) != type) return false;
    found = read_one(in, static_cast<const Alternative*>(nullptr));
    return true;
  };
  [&]<std::size_t... Index>(std::index_sequence<Index...>) {
    static_cast<void>(
        (try_one(std::type_identity<std::variant_alternative_t<Index, Variant>>{}) || ...));
  }
  (std::make_index_sequence<std::variant_size_v<Variant>>{});
  if (found) return *std::move(found);
  in.field("type").note(JsonFault::bad_value);
  return {};
}

}  // namespace vostro::chain
