#include "base/markup.h"

namespace vostro {

void append_markup(std::string_view text, MarkupPlace place, std::string& out) {
  const bool is_attribute = place == MarkupPlace::attribute;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\r':
        out += "&#13;";
        break;
      case '"':
        out += is_attribute ? "&quot;" : "\"";
        break;
      case '\n':
      case '\t':
        if (is_attribute) {
          out += c == '\n' ? "&#10;" : "&#9;";
          break;
        }
        [[fallthrough]];
      default:
        out += c;
    }
  }
}

}  // namespace vostro
