#include "iso20022/element.h"

#include <algorithm>
#include <optional>

#include "base/markup.h"

namespace vostro::iso20022 {
namespace {

class TreeBuilder final : public XmlHandler {
 public:
  bool on_open(const XmlElement& element) override {
    if (element.has_foreign_attributes) {
      error_ = XmlError{element.line,
                        "an attribute with a prefix (other than xsi) would be lost; remove it"};
      return false;
    }
    Element made;
    made.name = std::string(element.name);
    const std::string& around = open_.empty() ? none_ : spaces_.back();
    if (element.name_space != around) made.name_space = std::string(element.name_space);
    made.is_without_space = element.name_space.empty() && !around.empty();
    for (const XmlAttribute& each : element.attributes)
      made.attributes.emplace_back(std::string(each.name), std::string(each.value));
    made.line = static_cast<std::uint32_t>(std::min<std::size_t>(element.line, UINT32_MAX));
    spaces_.emplace_back(element.name_space);
    open_.push_back(std::move(made));
    return true;
  }
  bool on_close(std::string_view text) override {
    Element done = std::move(open_.back());
    open_.pop_back();
    spaces_.pop_back();
    // White space alone is no text: an element that somebody wrote in two lines is empty.
    const bool is_blank = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (done.children.empty() && !is_blank) done.text = std::string(text);
    done.children.shrink_to_fit();
    if (open_.empty()) {
      root_ = std::move(done);
    } else {
      open_.back().children.push_back(std::move(done));
    }
    return true;
  }

  Result<Element, XmlError> finish(const Result<void, XmlError>& read) {
    if (!read) return fail(read.error());
    if (error_) return fail(*error_);
    return std::move(root_);
  }

 private:
  std::string none_;
  std::vector<Element> open_;
  std::vector<std::string> spaces_;
  Element root_;
  std::optional<XmlError> error_;
};

void write(const Element& element, std::size_t depth, std::string& out) {
  out.append(depth * 2, ' ');
  out += "<" + element.name;
  if (!element.name_space.empty() || element.is_without_space) {
    out += " xmlns=\"";
    append_markup(element.name_space, MarkupPlace::attribute, out);
    out += "\"";
  }
  for (const auto& [name, value] : element.attributes) {
    out += " " + name + "=\"";
    append_markup(value, MarkupPlace::attribute, out);
    out += "\"";
  }
  if (element.children.empty() && element.text.empty()) {
    out += "/>\n";
    return;
  }
  out += ">";
  if (element.children.empty()) {
    append_markup(element.text, MarkupPlace::text, out);
  } else {
    out += "\n";
    for (const Element& child : element.children) write(child, depth + 1, out);
    out.append(depth * 2, ' ');
  }
  out += "</" + element.name + ">\n";
}

}  // namespace

const Element* Element::find(std::string_view child) const {
  const auto at = std::find_if(children.begin(), children.end(),
                               [&](const Element& each) { return each.name == child; });
  return at == children.end() ? nullptr : &*at;
}

std::string_view Element::attribute(std::string_view wanted) const {
  for (const auto& [name_of, value] : attributes) {
    if (name_of == wanted) return value;
  }
  return {};
}

bool operator==(const Element& a, const Element& b) {
  return a.name == b.name && a.name_space == b.name_space &&
         a.is_without_space == b.is_without_space && a.attributes == b.attributes &&
         a.text == b.text && a.children == b.children;
}

Result<Element, XmlError> read_tree(std::string_view text, const XmlLimits& limits) {
  TreeBuilder builder;
  const auto read = read_xml(text, limits, builder);
  return builder.finish(read);
}

std::string write_tree(const Element& root) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  write(root, 0, out);
  return out;
}

}  // namespace vostro::iso20022
