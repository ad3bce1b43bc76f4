#include "chain/json/strict.h"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <set>

namespace vostro::chain {
namespace {

// Boost.JSON keeps the last of repeated fields and turns what does not fit 64 bits into a double:
// this pass over the text finds what the values would no longer show.
class Inspector {
 public:
  static constexpr std::size_t max_object_size = SIZE_MAX;
  static constexpr std::size_t max_array_size = SIZE_MAX;
  static constexpr std::size_t max_key_size = SIZE_MAX;
  static constexpr std::size_t max_string_size = SIZE_MAX;

  using Text = boost::json::string_view;
  using Code = boost::json::error_code;

  [[nodiscard]] const std::optional<JsonError>& error() const { return problem_.error(); }

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code& code) { return open(true, code); }
  bool on_object_end(std::size_t, Code&) { return close(); }
  bool on_array_begin(Code& code) { return open(false, code); }
  bool on_array_end(std::size_t, Code&) { return close(); }
  bool on_key_part(Text part, std::size_t, Code& code) {
    key_.append(part.data(), part.size());
    return check_text(part, code);
  }
  bool on_key(Text last, std::size_t, Code& code) {
    key_.append(last.data(), last.size());
    if (!check_text(last, code)) return false;
    Level& level = levels_.back();
    level.name = key_;
    key_.clear();
    if (!level.seen.insert(level.name).second) return refuse(JsonFault::repeated_field, code);
    return true;
  }
  bool on_string_part(Text part, std::size_t, Code& code) { return check_text(part, code); }
  bool on_string(Text last, std::size_t, Code& code) {
    return check_text(last, code) && value_ends();
  }
  bool on_number_part(Text, Code&) { return true; }
  bool on_int64(std::int64_t, Text, Code&) { return value_ends(); }
  bool on_uint64(std::uint64_t, Text, Code&) { return value_ends(); }
  bool on_double(double, Text, Code& code) { return refuse(JsonFault::not_an_integer, code); }
  bool on_bool(bool, Code&) { return value_ends(); }
  bool on_null(Code&) { return value_ends(); }
  bool on_comment_part(Text, Code&) { return true; }
  bool on_comment(Text, Code&) { return true; }

 private:
  struct Level {
    bool is_object = false;
    std::set<std::string> seen;
    std::string name;       // of the field being read
    std::size_t index = 0;  // of the element being read
  };

  bool open(bool is_object, Code& code) {
    if (levels_.size() == json_depth_max) return refuse(JsonFault::too_deep, code);
    levels_.push_back({is_object, {}, {}, 0});
    return true;
  }
  bool close() {
    levels_.pop_back();
    return value_ends();
  }
  bool value_ends() {
    if (!levels_.empty() && !levels_.back().is_object) ++levels_.back().index;
    return true;
  }
  bool check_text(Text part, Code& code) {
    return part.find('\0') == Text::npos || refuse(JsonFault::nul, code);
  }
  bool refuse(JsonFault fault, Code& code) {
    std::string path;
    for (const Level& level : levels_) {
      if (!level.is_object) {
        path += '[' + std::to_string(level.index) + ']';
      } else if (!level.name.empty() && level.name.size() <= 64) {
        // A name from outside is repeated only where it cannot be used to write anything into a
        // log.
        path += path.empty() ? "" : ".";
        for (const char c : level.name) path += c >= ' ' && c <= '~' ? c : '?';
      }
    }
    problem_.note(fault, path);
    code = boost::json::error::syntax;
    return false;
  }

  JsonProblem problem_;
  std::vector<Level> levels_;
  std::string key_;
};

}  // namespace

Result<boost::json::value, JsonError> parse_strict(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = 2 * json_depth_max;  // the inspector counts, and says where
  boost::json::basic_parser<Inspector> inspection(options);
  boost::json::error_code code;
  const std::size_t read = inspection.write_some(false, text.data(), text.size(), code);
  if (inspection.handler().error()) return fail(*inspection.handler().error());
  if (code || read != text.size())
    return fail(JsonError{JsonFault::not_json, "byte " + std::to_string(read)});
  boost::json::value value = boost::json::parse({text.data(), text.size()}, code, {}, options);
  if (code) return fail(JsonError{JsonFault::not_json, "byte 0"});
  return value;
}

}  // namespace vostro::chain
