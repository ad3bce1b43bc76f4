#include "genesis/toml_lines.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "base/text.h"

namespace vostro::genesis {
namespace {

/// Our format nests five deep; the library takes nested dotted keys of any depth, and frees them by
/// recursion.
constexpr std::size_t kDotsInLineMax = 8;
constexpr std::size_t kLineSizeMax = 8 * 1024;

/// What stood last. `word` is a key, a number, true or false; `text` is in quotes.
enum class Token : char {
  nothing = 0,
  word = 'w',
  text = 't',
  equals = '=',
  comma = ',',
  open_list = '[',
  close_list = ']',
  open_table = '{',
  close_table = '}',
};

bool is_sign(char c) {
  return std::string_view("=,[]{}").find(c) != std::string_view::npos;
}
bool is_in_key(char c) {
  return is_digit(c) || is_upper(c) || is_lower(c) || c == '_' || c == '-' || c == '.';
}
/// Numbers and the library's dates, which are refused later by their type, need two more.
bool is_in_word(char c) {
  return is_in_key(c) || c == '+' || c == ':';
}

/// One statement is a header or a key with its value; only a list goes on over several lines.
class Statements {
 public:
  /// What is wrong with the next line, or nothing.
  [[nodiscard]] std::optional<std::string> fault_of(std::string_view line) {
    if (line.size() > kLineSizeMax) return "the line is longer than 8192 bytes";
    if (depth_ == 0) {
      last_ = Token::nothing;
      is_header_ = false;
    }
    std::size_t dots = 0;
    for (std::size_t i = 0; i < line.size() && line[i] != '#';) {
      const char c = line[i];
      const bool is_line_end = c == '\r' && i + 1 == line.size();
      if (c == ' ' || c == '\t' || is_line_end) {
        ++i;
        continue;
      }
      std::size_t size = 1;
      auto token = static_cast<Token>(c);
      if (c == '"' || c == '\'') {
        if (line.substr(i).starts_with(std::string(3, c)))
          return "texts of several lines are not taken";
        size = size_of_text(line.substr(i));
        if (size == 0) return "the text does not end on its line";
        token = Token::text;
      } else if (is_in_word(c)) {
        const auto end =
            std::find_if_not(line.begin() + static_cast<std::ptrdiff_t>(i), line.end(), is_in_word);
        const std::string_view word(line.data() + i,
                                    static_cast<std::size_t>(end - line.begin()) - i);
        dots += static_cast<std::size_t>(std::ranges::count(word, '.'));
        if (dots > kDotsInLineMax) return "a key has too many parts";
        if (word.front() == '.' || word.back() == '.') return "a word begins or ends with a point";
        const bool is_key = last_ == Token::nothing || is_header_;
        if (is_key && !std::ranges::all_of(word, is_in_key)) return "a key has a sign in it";
        size = word.size();
        token = Token::word;
      } else if (!is_sign(c)) {
        return "\"" + shown(c) + "\" stands outside texts and comments";
      }
      if (!may_follow(token)) return out_of_place(token);
      note(token);
      i += size;
    }
    if (last_ == Token::equals) return "the value is missing behind \"=\"";
    if (is_header_ && last_ != Token::close_list) return "a table's name has no end on its line";
    return std::nullopt;
  }

 private:
  /// With its quotes; 0 where it has no end.
  static std::size_t size_of_text(std::string_view text) {
    const char quote = text.front();
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i] == quote) return i + 1;
      if (quote == '"' && text[i] == '\\') ++i;
    }
    return 0;
  }

  [[nodiscard]] bool may_follow(Token token) const {
    const bool is_after_value = last_ == Token::word || last_ == Token::text ||
                                last_ == Token::close_list || last_ == Token::close_table;
    const bool is_after_name = last_ == Token::word || last_ == Token::text;
    if (is_header_) {
      if (token == Token::close_list) return is_after_name || last_ == Token::close_list;
      if (token == Token::open_list) return last_ == Token::open_list && depth_ == 1;
      return (token == Token::word || token == Token::text) && last_ == Token::open_list;
    }
    switch (token) {
      case Token::word:
      case Token::text:
        return !is_after_value;
      case Token::open_list:
        return !is_after_value && last_ != Token::open_table;
      case Token::open_table:
        return !is_after_value && last_ != Token::nothing && last_ != Token::open_table;
      case Token::equals:
        return is_after_name;
      case Token::comma:
        return is_after_value && depth_ > 0;
      case Token::close_list:
        return depth_ > 0 && (is_after_value || last_ == Token::open_list || last_ == Token::comma);
      case Token::close_table:
        return depth_ > 0 && (is_after_value || last_ == Token::open_table);
      case Token::nothing:
        break;
    }
    return false;
  }

  void note(Token token) {
    if (last_ == Token::nothing && token == Token::open_list) is_header_ = true;
    if (token == Token::open_list || token == Token::open_table) ++depth_;
    if (token == Token::close_list || token == Token::close_table) depth_ -= depth_ > 0 ? 1 : 0;
    last_ = token;
  }

  [[nodiscard]] std::string out_of_place(Token token) const {
    if (is_header_ && last_ == Token::open_list)
      return "a table's name is missing behind its bracket";
    if (token == Token::word) return "a word is out of place";
    if (token == Token::text) return "a text is out of place";
    return "\"" + shown(static_cast<char>(token)) + "\" is out of place";
  }

  static std::string shown(char c) { return {c >= ' ' && c <= '~' ? c : '?'}; }

  std::size_t depth_ = 0;  ///< lists and tables that are open
  Token last_ = Token::nothing;
  bool is_header_ = false;
};

}  // namespace

std::optional<GenesisError> fault_of_lines(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Statements statements;
  std::uint32_t number = 1;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (auto fault = statements.fault_of(text.substr(0, end)))
      return GenesisError{GenesisError::Kind::not_toml, number, *std::move(fault)};
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
  }
  return std::nullopt;
}

}  // namespace vostro::genesis
