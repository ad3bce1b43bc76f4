#include "iso20022/schema.h"

#include <libxml/parserInternals.h>
#include <libxml/xmlschemas.h>

#include <algorithm>
#include <mutex>

#include "base/check.h"
#include "iso20022/libxml.h"
#include "iso20022/refusals.h"

namespace vostro::iso20022 {
namespace {

struct FreeDocument {
  void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
};
using Document = std::unique_ptr<xmlDoc, FreeDocument>;
struct FreeParser {
  void operator()(xmlSchemaParserCtxt* parser) const { xmlSchemaFreeParserCtxt(parser); }
};
using Parser = std::unique_ptr<xmlSchemaParserCtxt, FreeParser>;
struct FreeCheck {
  void operator()(xmlSchemaValidCtxt* check) const { xmlSchemaFreeValidCtxt(check); }
};
using Check = std::unique_ptr<xmlSchemaValidCtxt, FreeCheck>;

/// Schemas are trees of some thousand elements; a message of ISO 20022 has no more of them.
constexpr XmlLimits schema_limits{.bytes_max = std::size_t{4} * 1024 * 1024,
                                  .depth_max = 64,
                                  .elements_max = 100'000,
                                  .attributes_max = 16,
                                  .text_bytes_max = 16 * 1024,
                                  .is_utf8_only = true};

const xmlChar* chars(const std::string& text) {
  return reinterpret_cast<const xmlChar*>(text.c_str());
}

/// Our tree as one of libxml2. Each node points back to the element that it is.
class DocumentBuilder {
 public:
  Document make(const Element& root) {
    document_.reset(xmlNewDoc(BAD_CAST "1.0"));
    VOSTRO_CHECK(document_ != nullptr);
    xmlDocSetRootElement(document_.get(), node_of(root, nullptr));
    return std::move(document_);
  }

 private:
  xmlNode* node_of(const Element& element, xmlNs* around) {
    xmlNode* node = xmlNewDocNode(document_.get(), nullptr, chars(element.name), nullptr);
    VOSTRO_CHECK(node != nullptr);
    node->_private = const_cast<Element*>(&element);
    xmlNs* space = element.is_without_space ? nullptr : around;
    if (!element.name_space.empty()) space = xmlNewNs(node, chars(element.name_space), nullptr);
    xmlSetNs(node, space);
    for (const auto& [name, value] : element.attributes)
      xmlNewProp(node, chars(name), chars(value));
    if (element.children.empty() && !element.text.empty())
      xmlAddChild(node, xmlNewDocText(document_.get(), chars(element.text)));
    for (const Element& child : element.children) xmlAddChild(node, node_of(child, space));
    return node;
  }

  Document document_;
};

/// "PmtInf[1]/CdtTrfTxInf[3]/Amt": from the second level down, as a person looks for it.
std::string path_of(const xmlNode* node) {
  std::string out;
  for (; node != nullptr && node->parent != nullptr && node->parent->type == XML_ELEMENT_NODE;
       node = node->parent) {
    const bool is_top =
        node->parent->parent == nullptr || node->parent->parent->type != XML_ELEMENT_NODE;
    // The message's own root says nothing, unless it is what is wrong.
    if (is_top && !out.empty() && xmlStrcmp(node->parent->name, BAD_CAST "Document") == 0) break;
    std::size_t index = 1;
    bool is_one_of_many = false;
    const auto is_namesake = [&](const xmlNode* other) {
      return other->type == XML_ELEMENT_NODE && xmlStrcmp(other->name, node->name) == 0;
    };
    for (const xmlNode* other = node->prev; other != nullptr; other = other->prev)
      index += is_namesake(other) ? 1 : 0;
    is_one_of_many = index > 1 || (node->next != nullptr && is_namesake(node->next));
    std::string label = quotable(reinterpret_cast<const char*>(node->name));
    if (is_one_of_many) label += "[" + std::to_string(index) + "]";
    out = out.empty() ? label : label + "/" + out;
  }
  return out.empty() && node != nullptr ? quotable(reinterpret_cast<const char*>(node->name)) : out;
}

/// libxml2's sentence without the namespaces, and without the element that it is about.
std::string sentence_of(const char* message) {
  std::string text;
  for (const char* at = message == nullptr ? "" : message; *at != '\0'; ++at) {
    if (*at == '{') {
      while (*at != '\0' && *at != '}') ++at;
      if (*at == '\0') break;
    } else if (*at != '\n') {
      text += *at;
    }
  }
  if (text.starts_with("Element '")) {
    const std::size_t end = text.find("': ");
    if (end != std::string::npos) text = text.substr(end + 3);
  }
  return text;
}

struct Findings {
  Problems& problems;
  const xmlNode* last = nullptr;
  bool is_clean = true;
};

void on_finding(void* data, xmlError* error) {
  auto& findings = *static_cast<Findings*>(data);
  findings.is_clean = false;
  const auto* node = static_cast<const xmlNode*>(error->node);
  if (node != nullptr && node->type == XML_ATTRIBUTE_NODE) node = node->parent;
  // A value that breaks a pattern is told twice, once as a pattern and once as a type.
  if (node == findings.last && node != nullptr) return;
  findings.last = node;
  Problem problem;
  problem.what = sentence_of(error->message);
  if (node != nullptr) {
    const auto& element = *static_cast<const Element*>(node->_private);
    problem.line = element.line;
    problem.element = path_of(node);
    problem.value = element.text;
    if (const auto reason = refusal_of(element.name)) problem.what += " " + std::string(*reason);
  }
  findings.problems.add(std::move(problem));
}

struct FirstError {
  std::string text;
};
void on_schema_error(void* data, xmlError* error) {
  auto& first = *static_cast<FirstError*>(data);
  if (first.text.empty()) first.text = sentence_of(error->message);
}

}  // namespace

struct Schema::Compiled {
  explicit Compiled(xmlSchema* made) : schema(made) {}
  ~Compiled() { xmlSchemaFree(schema); }
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;

  xmlSchema* schema;
};

Result<Schema, std::string> Schema::make(std::string_view text) {
  set_up_libxml();
  const auto tree = read_tree(text, schema_limits);
  if (!tree) return fail("line " + std::to_string(tree.error().line) + ": " + tree.error().what);
  const std::string name_space(tree->attribute("targetNamespace"));
  if (tree->name != "schema" || name_space.empty())
    return fail(std::string("this is no XML Schema with a target namespace"));
  const Parser parser(xmlSchemaNewMemParserCtxt(text.data(), static_cast<int>(text.size())));
  if (!parser) return fail(std::string("there is not enough memory to read it"));
  FirstError first;
  xmlSchemaSetParserStructuredErrors(parser.get(), on_schema_error, &first);
  xmlSchema* schema = xmlSchemaParse(parser.get());
  if (schema == nullptr) return fail(first.text.empty() ? "this is no XML Schema" : first.text);
  auto compiled = std::make_shared<const Compiled>(schema);
  // An include that was not found is an error to us, though libxml2 goes on without it.
  if (!first.text.empty()) return fail(first.text);
  return Schema(name_space, std::move(compiled));
}

bool Schema::check(const Element& root, Problems& problems) const {
  const Document document = DocumentBuilder().make(root);
  const Check check(xmlSchemaNewValidCtxt(compiled_->schema));
  VOSTRO_CHECK(check != nullptr);
  Findings findings{problems};
  xmlSchemaSetValidStructuredErrors(check.get(), on_finding, &findings);
  const int result = xmlSchemaValidateDoc(check.get(), document.get());
  if (result != 0 && findings.is_clean)
    problems.add({root.line, root.name, "", "the schema refuses it and does not say why"});
  return result == 0 && findings.is_clean;
}

const Schema* guideline_of(std::string_view name_space) {
  static const std::map<std::string, Schema, std::less<>> guidelines = [] {
    std::map<std::string, Schema, std::less<>> made;
    for (const SchemaText& each : guideline_texts()) {
      if (each.name.starts_with("vostro-")) continue;  // these are included by the others
      auto schema = Schema::make(each.text);
      VOSTRO_CHECK(schema);
      made.emplace(schema->name_space(), std::move(*schema));
    }
    return made;
  }();
  const auto at = guidelines.find(name_space);
  return at == guidelines.end() ? nullptr : &at->second;
}

Result<void, std::string> SchemaSet::add(std::string_view text) {
  auto schema = Schema::make(text);
  if (!schema) return fail(schema.error());
  const std::string name_space = schema->name_space();
  if (!schemas_.emplace(name_space, std::move(*schema)).second)
    return fail("there is another schema for " + name_space);
  return {};
}

const Schema* SchemaSet::find(std::string_view name_space) const {
  const auto at = schemas_.find(name_space);
  return at == schemas_.end() ? nullptr : &at->second;
}

}  // namespace vostro::iso20022
