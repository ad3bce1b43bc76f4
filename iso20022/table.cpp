#include "iso20022/table.h"

#include <algorithm>
#include <bitset>

#include "base/check.h"

namespace vostro::iso20022 {
namespace {

/// More rows than the longest table has.
constexpr std::size_t rows_max = 96;

bool is_below(std::string_view path, std::string_view prefix) {
  return path.size() > prefix.size() && path.starts_with(prefix) && path[prefix.size()] == '/';
}

std::string_view last_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

/// The element in which the last name of `path` stands; those on the way are made where the last
/// child is another.
Element& place(Element& to, std::string_view path) {
  Element* at = &to;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/')) {
    const std::string_view name = path.substr(0, slash);
    if (at->children.empty() || at->children.back().name != name) {
      Element made;
      made.name = std::string(name);
      at->children.push_back(std::move(made));
    }
    at = &at->children.back();
    path.remove_prefix(slash + 1);
  }
  return *at;
}

}  // namespace

std::string_view to_string(Use use) {
  switch (use) {
    case Use::ledger:
      return "ledger";
    case Use::matched:
      return "matched";
    case Use::checked:
      return "checked";
    case Use::annex:
      return "annex";
    case Use::journal:
      return "journal";
    case Use::inside:
      return "inside";
  }
  VOSTRO_CHECK(false);
}

RowFound find_row(const Table& table, std::string_view path, Kind kind) {
  RowFound found;
  for (const Row& row : table.rows) {
    if ((row.kinds & mask_of(kind)) == 0) continue;
    any_alternative(row.path, [&](std::string_view each) {
      if (each == path && found.row == nullptr) found.row = &row;
      found.is_on_the_way = found.is_on_the_way || is_below(each, path);
      return false;
    });
  }
  return found;
}

struct Reading::Frame {
  void* to;
  const Table* table;
  std::bitset<rows_max> seen;
};

std::string Reading::path(bool has_indexes) const {
  std::string out;
  for (const Step& each : path_) {
    out += (out.empty() ? "" : "/") + each.name;
    if (has_indexes && each.index > 0) out += "[" + std::to_string(each.index) + "]";
  }
  return out;
}

void Reading::note(const Element& at, std::string_view value, std::string what) {
  problems.add({at.line, path(true), std::string(value), std::move(what)});
}

void Reading::no_row(const Element& element) {
  if (!is_neighbour_)
    return note(element, element.text, "this element has no place here; remove it");
  std::string where = path(false);
  if (kept.size() < Problems::count_max && std::find(kept.begin(), kept.end(), where) == kept.end())
    kept.push_back(std::move(where));
}

void Reading::children(const Element& element, std::string_view prefix, Frame& frame) {
  std::size_t index = 0;
  for (std::size_t n = 0; n < element.children.size(); ++n) {
    const Element& child = element.children[n];
    if (problems.is_full()) return;
    const bool is_again = n > 0 && element.children[n - 1].name == child.name;
    const bool is_first_of_many =
        n + 1 < element.children.size() && element.children[n + 1].name == child.name;
    index = is_again ? index + 1 : 1;
    path_.push_back({quotable(child.name), is_again || is_first_of_many ? index : 0});
    const std::string path_here =
        prefix.empty() ? child.name : std::string(prefix) + "/" + child.name;
    // What stands in another namespace is another's, whatever its name.
    const bool is_ours = child.name_space.empty() && !child.is_without_space;
    const auto [found, is_on_the_way] =
        is_ours ? find_row(*frame.table, path_here, kind_) : RowFound{};
    if (found != nullptr) {
      const auto at = static_cast<std::size_t>(found - frame.table->rows.data());
      if (frame.seen[at] && found->need != Need::many)
        note(child, "", "this element stands twice; only one can count, so remove the other");
      frame.seen.set(at);
      found->read(*this, child, frame.to);
    } else if (is_on_the_way) {
      // Nothing would be written for it, and the schema may want it: a bank that nothing names.
      if (child.children.empty() && !is_neighbour_)
        note(child, child.text,
             "this element is empty; fill it in, or leave out what it stands in");
      children(child, path_here, frame);
    } else {
      no_row(child);
    }
    path_.pop_back();
  }
}

/// Where neighbouring versions have the value itself in place of a choice: the row with ".".
const Row* row_of_itself(const Element& element, const Table& table) {
  const Row* itself = nullptr;
  for (const Row& row : table.rows) {
    const bool is_chosen = any_alternative(row.path, [&](std::string_view path) {
      if (path == ".") itself = &row;
      return element.find(path.substr(0, path.find('/'))) != nullptr;
    });
    if (is_chosen) return nullptr;
  }
  return itself;
}

void read_struct(Reading& reading, const Element& element, void* to, const Table& table) {
  VOSTRO_CHECK(table.rows.size() <= rows_max);
  if (reading.is_neighbour()) {
    if (const Row* itself = row_of_itself(element, table))
      return itself->read(reading, element, to);
  }
  Reading::Frame frame{to, &table, {}};
  reading.children(element, "", frame);
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const Row& row = table.rows[i];
    if (row.need != Need::one || frame.seen[i] || (row.kinds & mask_of(reading.kind())) == 0)
      continue;
    const std::string_view path = row.path.substr(0, row.path.find('|'));
    reading.path_.push_back({std::string(path), 0});
    reading.note(element, "", "this element is missing");
    reading.path_.pop_back();
  }
}

void write_struct(const void* from, const Table& table, Kind kind, Element& to) {
  for (const Row& row : table.rows) {
    if ((row.kinds & mask_of(kind)) == 0) continue;
    const std::string_view path = row.path.substr(0, row.path.find('|'));
    std::vector<Element> made;
    row.write(from, last_of(path), row.need, kind, made);
    if (made.empty()) continue;
    Element& at = place(to, path);
    for (Element& each : made) at.children.push_back(std::move(each));
  }
}

}  // namespace vostro::iso20022
