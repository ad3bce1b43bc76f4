#include "genesis/toml.h"

#include <algorithm>

#include "genesis/toml_lines.h"

// The only place that sees the library; its errors come back as values, not as exceptions.
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace vostro::genesis {
namespace {

using Kind = GenesisError::Kind;

constexpr int kDepthMax = 12;
constexpr std::size_t kShownMax = 60;

/// The library repeats what it met, line feeds and control characters too.
std::string one_line(std::string_view description) {
  std::string out(description);
  std::ranges::replace_if(
      out, [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

/// Recursion is bounded by kDepthMax.
Result<TomlNode, GenesisError> convert(const toml::node& from, int depth) {
  TomlNode node;
  node.line = from.source().begin.line;
  if (depth > kDepthMax) return refusal(Kind::not_toml, node.line, "tables are nested too deeply");
  if (const auto* table = from.as_table()) {
    for (const auto& [key, value] : *table) {
      auto member = convert(value, depth + 1);
      if (!member) return fail(member.error());
      node.members.push_back({std::string(key.str()), key.source().begin.line, *std::move(member)});
    }
  } else if (const auto* array = from.as_array()) {
    node.kind = TomlNode::Kind::array;
    for (const auto& value : *array) {
      auto item = convert(value, depth + 1);
      if (!item) return fail(item.error());
      node.items.push_back(*std::move(item));
    }
  } else if (const auto* text = from.as_string()) {
    node.kind = TomlNode::Kind::text;
    node.text = text->get();
  } else if (const auto* integer = from.as_integer()) {
    node.kind = TomlNode::Kind::integer;
    node.integer = integer->get();
  } else if (const auto* boolean = from.as_boolean()) {
    node.kind = TomlNode::Kind::boolean;
    node.boolean = boolean->get();
  } else {
    return refusal(Kind::wrong_type, node.line,
                   "floating-point numbers and TOML dates are not taken: write amounts, dates and "
                   "times as text in quotes");
  }
  return node;
}

std::string_view word_of(TomlNode::Kind kind) {
  switch (kind) {
    case TomlNode::Kind::table:
      return "a table";
    case TomlNode::Kind::array:
      return "an array";
    case TomlNode::Kind::text:
      return "text in quotes";
    case TomlNode::Kind::integer:
      return "a whole number";
    case TomlNode::Kind::boolean:
      return "true or false";
  }
  return "unknown";
}

}  // namespace

Result<TomlNode, GenesisError> read_toml(std::string_view text) {
  if (text.size() > file_size_max)
    return refusal(Kind::too_large, 0,
                   "the file has more than " + std::to_string(file_size_max) + " bytes");
  if (auto fault = fault_of_lines(text)) return fail(*std::move(fault));
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return refusal(Kind::not_toml, error.source().begin.line, one_line(error.description()));
  }
  return convert(parsed.table(), 0);
}

std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
  return out;
}

TableReader::TableReader(const TomlNode& table, std::string where, FirstFault& fault)
    : table_(table), where_(std::move(where)), fault_(fault) {
  if (table.kind != TomlNode::Kind::table)
    fault_.report(Kind::wrong_type, table.line, where_ + " must be a table");
}

const TomlMember* TableReader::find(std::string_view key) const {
  const auto at = std::find_if(table_.members.begin(), table_.members.end(),
                               [&](const TomlMember& member) { return member.key == key; });
  return at == table_.members.end() ? nullptr : &*at;
}

const TomlNode* TableReader::any(std::string_view key) {
  known_.emplace(key);
  const TomlMember* member = find(key);
  return member == nullptr ? nullptr : &member->value;
}

const TomlNode* TableReader::typed(std::string_view key, TomlNode::Kind kind) {
  const TomlNode* node = any(key);
  if (node == nullptr) {
    fault_.report(Kind::missing_key, line(), where_ + ": \"" + std::string(key) + "\" is missing");
    return nullptr;
  }
  if (node->kind == kind) return node;
  fault_.report(Kind::wrong_type, node->line,
                where_ + ": \"" + std::string(key) + "\" must be " + std::string(word_of(kind)));
  return nullptr;
}

std::string TableReader::text(std::string_view key) {
  const TomlNode* node = typed(key, TomlNode::Kind::text);
  return node == nullptr ? std::string() : node->text;
}

std::int64_t TableReader::integer(std::string_view key, std::int64_t min, std::int64_t max) {
  const TomlNode* node = typed(key, TomlNode::Kind::integer);
  if (node == nullptr) return min;
  if (node->integer >= min && node->integer <= max) return node->integer;
  refuse(key, std::to_string(node->integer) + " is not from " + std::to_string(min) + " to " +
                  std::to_string(max));
  return min;
}

bool TableReader::boolean(std::string_view key) {
  const TomlNode* node = typed(key, TomlNode::Kind::boolean);
  return node != nullptr && node->boolean;
}

const TomlNode* TableReader::table_if_any(std::string_view key) {
  return any(key) == nullptr ? nullptr : typed(key, TomlNode::Kind::table);
}

std::vector<const TomlNode*> TableReader::tables(std::string_view key, std::size_t count_max) {
  std::vector<const TomlNode*> found;
  if (any(key) == nullptr) return found;
  const TomlNode* array = typed(key, TomlNode::Kind::array);
  if (array == nullptr) return found;
  if (array->items.size() > count_max) {
    refuse(key, "there are " + std::to_string(array->items.size()) + ", at most " +
                    std::to_string(count_max) + " are taken");
    return found;
  }
  for (const TomlNode& item : array->items) {
    if (item.kind != TomlNode::Kind::table)
      fault_.report(Kind::wrong_type, item.line,
                    where_ + ": \"" + std::string(key) + "\" must hold tables");
    found.push_back(&item);
  }
  return found;
}

std::vector<std::string> TableReader::words(std::string_view key, std::size_t count_max) {
  std::vector<std::string> found;
  const TomlNode* array = typed(key, TomlNode::Kind::array);
  if (array == nullptr) return found;
  if (array->items.size() > count_max) {
    refuse(key, "there are " + std::to_string(array->items.size()) + ", at most " +
                    std::to_string(count_max) + " are taken");
    return found;
  }
  for (const TomlNode& item : array->items) {
    if (item.kind != TomlNode::Kind::text)
      fault_.report(Kind::wrong_type, item.line,
                    where_ + ": \"" + std::string(key) + "\" must hold texts in quotes");
    found.push_back(item.text);
  }
  return found;
}

void TableReader::refuse(std::string_view key, std::string_view why) {
  const TomlMember* member = find(key);
  fault_.report(Kind::bad_value, member == nullptr ? line() : member->line,
                where_ + ": \"" + std::string(key) + "\": " + std::string(why));
}

void TableReader::finish() {
  for (const TomlMember& member : table_.members) {
    if (known_.contains(member.key)) continue;
    fault_.report(Kind::unknown_key, member.line,
                  where_ + ": the key \"" + shown(member.key) + "\" is unknown");
  }
}

std::string TableReader::shown(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kShownMax)) out.push_back(c >= ' ' && c <= '~' ? c : '?');
  return text.size() > kShownMax ? out + "..." : out;
}

}  // namespace vostro::genesis
