#include "tests/unit/iso20022/guideline_messages.h"

#include <map>
#include <stdexcept>

#include "iso20022/schema.h"

namespace vostro::test {

using namespace iso20022;  // NOLINT: the whole file is about it
namespace {

std::string text_of(std::string_view name) {
  for (const SchemaText& each : guideline_texts()) {
    if (each.name == name) return std::string(each.text);
  }
  throw std::runtime_error("no schema " + std::string(name));
}

/// A value that each simple type of the guidelines takes.
const std::map<std::string, std::string, std::less<>>& values() {
  static const std::map<std::string, std::string, std::less<>> known{
      {"Code4", "ABCD"},
      {"Code5", "ABCDE"},
      {"Code35", "ABCDEF"},
      {"Exact4", "AB12"},
      {"PageNumber", "1"},
      {"Number", "7"},
      {"Decimal", "1.25"},
      {"Rate", "1.0825"},
      {"Percentage", "2.5"},
      {"ImpliedAmount", "3.5"},
      {"CurrencyCode", "EUR"},
      {"Date", "2026-11-23"},
      {"DateTime", "2026-11-23T15:16:39.123+01:00"},
      {"Time", "15:16:39"},
      {"Truth", "true"},
      {"YesNo", "true"},
      {"CountryCode", "DE"},
      {"Bic", "NORDDEFF"},
      {"Lei", "529900T8BM49AURSDO55"},
      {"Iban", "DE89370400440532013000"},
      {"Phone", "+49-30123456"},
      {"ClearingSystemCode", "TGT"},
      {"CharacterSet", "UTF-8"},
      {"MessagePriority", "NORM"},
      {"AvailabilityDays", "+2"},
  };
  return known;
}

class Maker {
 public:
  Maker(const MessageType& type, std::size_t variant, std::size_t repeats = 2)
      : name_(to_text(type)), kind_(type.kind), variant_(variant), repeats_(repeats) {
    load(name_ + ".xsd");
  }

  Element make() {
    const std::string root = kind_ == Kind::head_001 ? "AppHdr" : "Document";
    Element made = element(root, kind_ == Kind::head_001 ? "Header" : "Document");
    made.name_space = std::string(iso_name_space) + name_;
    return made;
  }

 private:
  void load(const std::string& file) {
    const auto tree = read_tree(text_of(file), {});
    if (!tree) throw std::runtime_error(file + ": " + tree.error().what);
    for (const Element& each : tree->children) {
      if (each.name == "include") load(std::string(each.attribute("schemaLocation")));
      if (each.name == "complexType" || each.name == "simpleType")
        types_[std::string(each.attribute("name"))] = each;
    }
  }

  Element element(const std::string& name, const std::string& type) {
    Element made;
    made.name = name;
    const auto at = types_.find(type);
    if (at == types_.end()) throw std::runtime_error("no type " + type);
    const Element& definition = at->second;
    if (definition.name == "simpleType") {
      made.text = value(name, type, definition);
    } else if (definition.find("simpleContent") != nullptr) {
      made.attributes.emplace_back("Ccy", "EUR");
      made.text = "12.50";
    } else {
      particles(*definition.find("sequence"), made);
    }
    return made;
  }

  void particles(const Element& group, Element& to) {
    for (std::size_t i = 0; i < group.children.size(); ++i) {
      const Element& each = group.children[i];
      if (group.name == "choice" && i != variant_ % group.children.size()) continue;
      if (each.name == "choice") {
        particles(each, to);
      } else if (each.name == "any") {
        Element foreign;
        const std::string_view space = each.attribute("namespace");
        foreign.name = "Addition";
        foreign.name_space = space == "##any" ? "urn:example:addition" : std::string(space);
        foreign.attributes.emplace_back("kind", "a");
        foreign.text = "kept & <whole>";
        to.children.push_back(std::move(foreign));
      } else {
        const std::string name(each.attribute("name"));
        if (is_refused_by_rule(name)) continue;
        const std::string_view most = each.attribute("maxOccurs");
        const std::size_t count = most.empty() || most == "1" ? 1 : repeats_;
        for (std::size_t n = 0; n < count; ++n)
          to.children.push_back(element(name, std::string(each.attribute("type"))));
      }
    }
  }

  [[nodiscard]] bool is_refused_by_rule(const std::string& name) const {
    return kind_ == Kind::pain_001 && (name == "XchgRateInf" || name.starts_with("IntrmyAgt"));
  }

  std::string value(const std::string& name, const std::string& type, const Element& definition) {
    if (type == "Uetr") {
      const std::string digits = std::to_string(100'000'000'000 + ++ids_);
      return "6f9619ff-8b86-4d01-b42d-" + digits;
    }
    if (type == "Count") return count(name);
    if (name == "EndToEndId") return "E-" + std::to_string(++ids_);
    if (name == "CtrlSum" || name == "Sum") return "";  // filled in by the caller
    if (const auto at = values().find(type); at != values().end()) return at->second;
    const Element& restriction = *definition.find("restriction");
    std::vector<std::string> words;
    for (const Element& each : restriction.children) {
      if (each.name == "enumeration") words.emplace_back(each.attribute("value"));
    }
    if (!words.empty()) return words[variant_ % words.size()];
    const Element* most = restriction.find("maxLength");
    if (most == nullptr) throw std::runtime_error("no value for type " + type);
    // As long as it may be: what is shortened anywhere is seen.
    std::string text = std::to_string(++ids_);
    const auto size = std::stoul(std::string(most->attribute("value")));
    while (text.size() < size) text += static_cast<char>('a' + static_cast<int>(text.size() % 26));
    return text.substr(0, size);
  }

  [[nodiscard]] std::string count(const std::string& name) const {
    // Two groups of two orders, two requests about each of two messages; else two of each.
    const bool is_of_groups = kind_ == Kind::pain_001 || kind_ == Kind::camt_056;
    return name == "NbOfTxs" && is_of_groups ? "4" : "2";
  }

  std::string name_;
  Kind kind_;
  std::size_t variant_;
  std::size_t repeats_;
  std::map<std::string, Element> types_;
  std::size_t ids_ = 0;
};

/// Sets the text of elements by name, below a path's first step.
void set(Element& element, std::string_view name, const std::string& text) {
  for (Element& child : element.children) {
    if (child.name == name) child.text = text;
    set(child, name, text);
  }
}
void set_in(Element& element, std::string_view where, std::string_view name,
            const std::string& text) {
  for (Element& child : element.children) {
    if (child.name == where) set(child, name, text);
    set_in(child, where, name, text);
  }
}

}  // namespace

Element fullest_message(Kind kind, std::size_t variant) {
  Element made = Maker(current(kind), variant).make();
  Element& content = made.children.front();
  set(made, "CtrlSum", kind == Kind::camt_056 || kind == Kind::pain_001 ? "50.00" : "25.00");
  set(made, "OrgnlCtrlSum", "25.00");
  set(made, "DtldCtrlSum", "25.00");
  if (kind == Kind::pain_001) {
    set_in(content, "PmtInf", "NbOfTxs", "2");
    set_in(content, "PmtInf", "CtrlSum", "25.00");
  }
  set_in(content, "GrpHdr", "TtlIntrBkSttlmAmt", "25.00");
  set_in(content, "GrpHdr", "TtlRtrdIntrBkSttlmAmt", "25.00");
  // Both entries are debits or credits, as the variant has it.
  const bool is_credit = variant % 2 == 0;
  set_in(content, "TtlNtries", "Sum", "25.00");
  set_in(content, "TtlCdtNtries", "Sum", is_credit ? "25.00" : "0");
  set_in(content, "TtlCdtNtries", "NbOfNtries", is_credit ? "2" : "0");
  set_in(content, "TtlDbtNtries", "Sum", is_credit ? "0" : "25.00");
  set_in(content, "TtlDbtNtries", "NbOfNtries", is_credit ? "0" : "2");
  set_in(content, "TtlNtriesPerBkTxCd", "Sum", "12.50");
  return made;
}

Element leanest_message(Kind kind, std::size_t variant) {
  Element made = Maker(current(kind), variant, 1).make();
  for (const char* sum : {"CtrlSum", "OrgnlCtrlSum", "DtldCtrlSum", "Sum"}) set(made, sum, "12.50");
  return made;
}

Element fullest_header(Kind of, std::size_t variant) {
  Element made = Maker(current(Kind::head_001), variant).make();
  for (Element& each : made.children) {
    if (each.name == "MsgDefIdr") each.text = to_text(current(of));
  }
  return made;
}

std::string told(const Problems& problems) {
  std::string out;
  for (const Problem& each : problems.list) out += to_string(each) + "\n";
  return out;
}

}  // namespace vostro::test
