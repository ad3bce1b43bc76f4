#include "iso20022/xml.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "iso20022/libxml.h"

namespace vostro::iso20022 {
namespace {

/// Attributes of it (schemaLocation, type) say where a schema could be fetched; none is.
constexpr std::string_view kSchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";

struct FreeContext {
  void operator()(xmlParserCtxt* context) const { xmlFreeParserCtxt(context); }
};
using Context = std::unique_ptr<xmlParserCtxt, FreeContext>;

std::string_view view_of(const xmlChar* text) {
  return text == nullptr ? std::string_view()
                         : std::string_view(reinterpret_cast<const char*>(text));
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// libxml2 also guesses UTF-16, UCS-4 and EBCDIC from the first bytes: none of them begins so, or
/// has no NUL.
bool begins_like_utf8(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  return begin != std::string_view::npos && text[begin] == '<' &&
         text.find('\0') == std::string_view::npos;
}

/// One reading: what libxml2 calls back into. It stops at the first error of any kind.
class XmlReading {
 public:
  XmlReading(const XmlLimits& limits, XmlHandler& handler) : limits_(limits), handler_(handler) {}

  void use(xmlParserCtxt* context) { context_ = context; }
  [[nodiscard]] const std::optional<XmlError>& error() const { return error_; }
  [[nodiscard]] bool is_stopped() const { return is_stopped_; }

  void refuse(std::string what) {
    if (is_stopped_) return;
    error_ = XmlError{line(), std::move(what)};
    stop();
  }

  void open(std::string_view name, std::string_view name_space, const xmlChar** attributes,
            std::size_t count) {
    if (is_stopped_) return;
    if (elements_ == 0 && limits_.is_utf8_only && !is_declared_utf8())
      return refuse("the text says that its encoding is another than UTF-8; write it as UTF-8");
    if (++elements_ > limits_.elements_max)
      return refuse("more than " + std::to_string(limits_.elements_max) +
                    " elements; split the file");
    if (depth_ >= limits_.depth_max)
      return refuse("elements are nested deeper than " + std::to_string(limits_.depth_max));
    if (count > limits_.attributes_max)
      return refuse("an element has more than " + std::to_string(limits_.attributes_max) +
                    " attributes");
    if (depth_ > 0) {
      if (!is_blank(levels_[depth_ - 1].text))
        return refuse("text stands between elements; remove it");
      levels_[depth_ - 1].has_children = true;
      levels_[depth_ - 1].text.clear();
    }
    std::vector<XmlAttribute> known;
    bool has_foreign = false;
    for (std::size_t i = 0; i < count; ++i) {
      // Five pointers each: name, prefix, namespace, value, end of the value.
      const xmlChar** at = attributes + i * 5;
      const auto size = static_cast<std::size_t>(at[4] - at[3]);
      if (size > limits_.text_bytes_max) return refuse(too_long("an attribute"));
      if (at[1] == nullptr)
        known.push_back({view_of(at[0]), {reinterpret_cast<const char*>(at[3]), size}});
      if (at[1] != nullptr && view_of(at[2]) != kSchemaInstance) has_foreign = true;
    }
    if (levels_.size() == depth_) levels_.emplace_back();
    levels_[depth_].text.clear();
    levels_[depth_].has_children = false;
    ++depth_;
    if (!handler_.on_open({name, name_space, known, line(), has_foreign})) stop();
  }

  void close() {
    if (is_stopped_) return;
    Level& level = levels_[--depth_];
    if (level.has_children && !is_blank(level.text))
      return refuse("text stands between elements; remove it");
    if (level.has_children) level.text.clear();
    if (!handler_.on_close(level.text)) stop();
  }

  void text(std::string_view more) {
    if (is_stopped_ || depth_ == 0) return;
    std::string& text = levels_[depth_ - 1].text;
    if (more.size() > limits_.text_bytes_max - text.size())
      return refuse(too_long("the text of an element"));
    text += more;
  }

 private:
  struct Level {
    std::string text;
    bool has_children = false;
  };

  [[nodiscard]] std::string too_long(const std::string& what) const {
    return what + " is longer than " + std::to_string(limits_.text_bytes_max) + " bytes";
  }
  [[nodiscard]] std::size_t line() const {
    const int line = xmlSAX2GetLineNumber(context_);
    return line > 0 ? static_cast<std::size_t>(line) : 1;
  }
  /// Nothing said is UTF-8, and ASCII is a part of it. libxml2 keeps UTF-8 with the context, and
  /// others with the input that it decodes.
  [[nodiscard]] bool is_declared_utf8() const {
    const auto is_utf8 = [](const xmlChar* said) {
      return said == nullptr || xmlStrcasecmp(said, BAD_CAST "UTF-8") == 0 ||
             xmlStrcasecmp(said, BAD_CAST "US-ASCII") == 0;
    };
    return is_utf8(context_->encoding) &&
           (context_->input == nullptr || is_utf8(context_->input->encoding));
  }
  void stop() {
    is_stopped_ = true;
    xmlStopParser(context_);
  }

  const XmlLimits& limits_;
  XmlHandler& handler_;
  xmlParserCtxt* context_ = nullptr;
  std::optional<XmlError> error_;
  bool is_stopped_ = false;
  std::vector<Level> levels_;  // at most depth_max; kept, so that their memory is used again
  std::size_t depth_ = 0;
  std::size_t elements_ = 0;
};

XmlReading& xml_reading_of(void* data) {
  return *static_cast<XmlReading*>(data);
}

void on_open(void* data, const xmlChar* name, const xmlChar*, const xmlChar* name_space, int,
             const xmlChar**, int count, int, const xmlChar** attributes) {
  xml_reading_of(data).open(view_of(name), view_of(name_space), attributes,
                            count > 0 ? static_cast<std::size_t>(count) : 0);
}
void on_close(void* data, const xmlChar*, const xmlChar*, const xmlChar*) {
  xml_reading_of(data).close();
}
void on_text(void* data, const xmlChar* text, int size) {
  if (size > 0)
    xml_reading_of(data).text(
        {reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)});
}
/// Called at the name of a document type, before any of its declarations is read.
void on_document_type(void* data, const xmlChar*, const xmlChar*, const xmlChar*) {
  xml_reading_of(data).refuse(
      "a document type (<!DOCTYPE) is not taken: ISO 20022 messages have none; remove it");
}
xmlEntity* no_entity(void*, const xmlChar*) {
  return nullptr;
}
void on_error(void* data, xmlError* error) {
  if (error->level < XML_ERR_ERROR) return;
  std::string what = error->message == nullptr ? "not well formed" : error->message;
  // libxml2 writes some messages in two lines, and names of the text as they stand there.
  std::replace_if(
      what.begin(), what.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  while (!what.empty() && (what.back() == '\n' || what.back() == ' ')) what.pop_back();
  xml_reading_of(data).refuse("no well-formed XML: " + what);
}

xmlSAXHandler callbacks() {
  xmlSAXHandler handler;
  std::memset(&handler, 0, sizeof(handler));
  handler.initialized = XML_SAX2_MAGIC;
  handler.startElementNs = on_open;
  handler.endElementNs = on_close;
  handler.characters = on_text;
  handler.ignorableWhitespace = on_text;
  handler.cdataBlock = on_text;
  handler.internalSubset = on_document_type;
  handler.externalSubset = on_document_type;
  handler.getEntity = no_entity;
  handler.getParameterEntity = no_entity;
  handler.serror = on_error;
  return handler;
}

}  // namespace

Result<void, XmlError> read_xml(std::string_view text, const XmlLimits& limits,
                                XmlHandler& handler) {
  set_up_libxml();
  const std::size_t bytes_max =
      std::min<std::size_t>(limits.bytes_max, std::numeric_limits<int>::max());
  if (text.size() > bytes_max)
    return fail(XmlError{0, "the file has " + std::to_string(text.size()) + " bytes, and at most " +
                                std::to_string(bytes_max) + " are taken; split it"});
  if (is_blank(text)) return fail(XmlError{0, "the file is empty"});
  if (limits.is_utf8_only && !begins_like_utf8(text))
    return fail(XmlError{1, "the file is no XML in UTF-8; write it as UTF-8"});
  const Context context(xmlCreateMemoryParserCtxt(text.data(), static_cast<int>(text.size())));
  if (!context) return fail(XmlError{0, "there is not enough memory to read it"});
  XmlReading reading(limits, handler);
  reading.use(context.get());
  *context->sax = callbacks();
  context->userData = &reading;
  xmlCtxtUseOptions(context.get(), XML_PARSE_NONET);
  xmlParseDocument(context.get());
  if (reading.error()) return fail(*reading.error());
  if (!reading.is_stopped() && context->wellFormed == 0)
    return fail(XmlError{0, "no well-formed XML"});
  return {};
}

}  // namespace vostro::iso20022
