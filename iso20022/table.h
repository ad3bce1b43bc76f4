/// The engine: which element of a message is which field, as a table. One table reads and writes;
/// the order of its rows is the order of the schema. A row that binds nothing does not exist, so an
/// element without a row is found: in a message of the current version that is an error, in one of
/// a neighbouring version its path is noted, and it stays in the message's tree.
/// Internal to the house, and to its tests, which walk the tables.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "iso20022/element.h"
#include "iso20022/message_type.h"
#include "iso20022/problem.h"
#include "iso20022/use.h"

namespace vostro::iso20022 {

enum class Need : std::uint8_t { one, optional, many };

class Reading;
struct Table;

/// Each pointer to void is to the struct that the table describes.
struct Row {
  /// "PmtId/UETR"; where neighbouring versions call it otherwise "BICFI|BIC", ours first, and
  /// "Cd|." where they have the value in place of a choice. For a Part: each element that it holds.
  std::string_view path;
  Need need = Need::optional;
  Use use = Use::journal;
  std::string_view meaning;
  std::string_view type;               ///< as the manual names it: "Amount", "Party"
  const Table* (*nested)() = nullptr;  ///< the table of a struct
  KindMask kinds = all_kinds;
  void (*read)(Reading&, const Element&, void* to) = nullptr;
  /// The elements, in order, with the name given; those of a Part have their own.
  void (*write)(const void* from, std::string_view name, Need need, Kind kind,
                std::vector<Element>& out) = nullptr;

  [[nodiscard]] constexpr Row only(KindMask mask) const {
    Row row = *this;
    row.kinds = mask;
    return row;
  }
};

struct Table {
  std::string_view name;  ///< "Party"
  std::span<const Row> rows;
};
template <class T>
[[nodiscard]] const Table& table_of();

struct RowFound {
  const Row* row = nullptr;    ///< that of the element itself
  bool is_on_the_way = false;  ///< there are rows below it
};
/// `path` is relative to the struct: "PmtId/UETR".
[[nodiscard]] RowFound find_row(const Table& table, std::string_view path, Kind kind);
/// Calls `with` each alternative of a row's path, until it answers true; tells whether one did.
template <class With>
bool any_alternative(std::string_view path, const With& with) {
  while (true) {
    const std::size_t bar = path.find('|');
    if (with(path.substr(0, bar))) return true;
    if (bar == std::string_view::npos) return false;
    path.remove_prefix(bar + 1);
  }
}

/// One message being read.
class Reading {
 public:
  Reading(Kind kind, bool is_neighbour) : kind_(kind), is_neighbour_(is_neighbour) {}

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is_neighbour() const { return is_neighbour_; }
  void note(const Element& at, std::string_view value, std::string what);
  Problems problems;
  std::vector<std::string> kept;  ///< paths of elements that have no row; neighbours only

 private:
  friend void read_struct(Reading&, const Element&, void*, const Table&);
  struct Frame;
  void children(const Element& element, std::string_view prefix, Frame& frame);
  void no_row(const Element& element);
  [[nodiscard]] std::string path(bool has_indexes) const;

  struct Step {
    std::string name;
    std::size_t index;  ///< 0 where there is one only
  };
  Kind kind_;
  bool is_neighbour_;
  std::vector<Step> path_;
};

void read_struct(Reading& reading, const Element& element, void* to, const Table& table);
void write_struct(const void* from, const Table& table, Kind kind, Element& to);

/// How a value without a table is read and written: `read` answers what is wrong; `write` gives
/// text and attributes; `is_absent` tells that there is nothing to write.
template <class V>
struct Codec;

namespace detail {

template <class V>
inline constexpr bool is_optional = false;
template <class V>
inline constexpr bool is_optional<std::optional<V>> = true;
template <class V>
inline constexpr bool is_vector = false;
template <class V>
inline constexpr bool is_vector<std::vector<V>> = true;
template <class V>
struct Inner {
  using type = V;
};
template <class V>
struct Inner<std::optional<V>> {
  using type = V;
};
template <class V>
struct Inner<std::vector<V>> {
  using type = V;
};
template <class V>
inline constexpr bool has_codec = requires {
  Codec<V>::name;
};

template <class V>
void put(Reading& reading, const Element& element, V& to) {
  if constexpr (std::is_same_v<V, Part>) {
    to.elements.push_back(element);
  } else if constexpr (is_optional<V>) {
    put(reading, element, to.emplace());
  } else if constexpr (is_vector<V>) {
    put(reading, element, to.emplace_back());
  } else if constexpr (has_codec<V>) {
    auto value = Codec<V>::read(element);
    if (value) {
      to = std::move(*value);
    } else {
      reading.note(element, element.text, value.error());
    }
  } else {
    read_struct(reading, element, &to, table_of<V>());
  }
}

template <class V>
void get(const V& from, std::string_view name, Need need, Kind kind, std::vector<Element>& out) {
  if constexpr (std::is_same_v<V, Part>) {
    out.insert(out.end(), from.elements.begin(), from.elements.end());
  } else if constexpr (is_optional<V>) {
    if (from) get(*from, name, Need::one, kind, out);
  } else if constexpr (is_vector<V>) {
    for (const auto& each : from) get(each, name, Need::one, kind, out);
  } else if constexpr (has_codec<V>) {
    if (need != Need::one && Codec<V>::is_absent(from)) return;
    Element made;
    made.name = std::string(name);
    Codec<V>::write(from, made);
    out.push_back(std::move(made));
  } else {
    if (need != Need::one && from == V{}) return;
    Element made;
    made.name = std::string(name);
    write_struct(&from, table_of<V>(), kind, made);
    out.push_back(std::move(made));
  }
}

template <class M>
struct Member;
template <class S, class V>
struct Member<V S::*> {
  using owner = S;
  using value = V;
};

template <class V>
constexpr std::string_view type_name() {
  using Bare = typename Inner<V>::type;
  if constexpr (std::is_same_v<Bare, Part>) {
    return "as it stands";
  } else if constexpr (has_codec<Bare>) {
    return Codec<Bare>::name;
  } else {
    return {};  // its table has it
  }
}

template <class V>
constexpr auto nested_of() -> const Table* (*)() {
  using Bare = typename Inner<V>::type;
  if constexpr (std::is_same_v<Bare, Part> || has_codec<Bare>) {
    return nullptr;
  } else {
    return [] { return &table_of<Bare>(); };
  }
}

}  // namespace detail

/// Binds a member: `row<&Entry::amount>("Amt", Need::one, Use::ledger, "...")`. A vector and a Part
/// may stand many times, others once.
template <auto M>
constexpr Row row(std::string_view path, Need need, Use use, std::string_view meaning) {
  using Owner = typename detail::Member<decltype(M)>::owner;
  using Value = typename detail::Member<decltype(M)>::value;
  Row made;
  made.path = path;
  made.need = need;
  made.use = use;
  made.meaning = meaning;
  made.type = detail::type_name<Value>();
  made.nested = detail::nested_of<Value>();
  made.read = [](Reading& reading, const Element& element, void* to) {
    detail::put(reading, element, static_cast<Owner*>(to)->*M);
  };
  made.write = [](const void* from, std::string_view name, Need needed, Kind kind,
                  std::vector<Element>& out) {
    detail::get(static_cast<const Owner*>(from)->*M, name, needed, kind, out);
  };
  return made;
}

}  // namespace vostro::iso20022
