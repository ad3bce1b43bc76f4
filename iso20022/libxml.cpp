#include "iso20022/libxml.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlIO.h>

#include <cstring>
#include <mutex>
#include <string>

#include "iso20022/schema.h"

namespace vostro::iso20022 {
namespace {

void on_stray_message(void*, const char*, ...) {}

/// Whatever libxml2 wants to open, for whatever reason: it gets our own guidelines' parts, by name
/// and from memory, and nothing else.
xmlParserInput* load(const char* url, const char*, xmlParserCtxt* context) {
  if (url == nullptr) return nullptr;
  for (const SchemaText& each : guideline_texts()) {
    if (!each.name.starts_with("vostro-") || each.name != url) continue;
    const std::string copy(each.text);
    xmlParserInputBuffer* buffer = xmlParserInputBufferCreateMem(
        copy.data(), static_cast<int>(copy.size()), XML_CHAR_ENCODING_NONE);
    if (buffer == nullptr) return nullptr;
    xmlParserInput* input = xmlNewIOInputStream(context, buffer, XML_CHAR_ENCODING_NONE);
    if (input == nullptr) {
      xmlFreeParserInputBuffer(buffer);
      return nullptr;
    }
    input->filename = reinterpret_cast<char*>(xmlStrdup(BAD_CAST url));
    return input;
  }
  return nullptr;
}

}  // namespace

void set_up_libxml() {
  static std::once_flag once;
  std::call_once(once, [] {
    xmlInitParser();
    // Its decoders know no context, and would write to stderr what is told anyway.
    xmlThrDefSetGenericErrorFunc(nullptr, on_stray_message);
    xmlSetGenericErrorFunc(nullptr, on_stray_message);
    xmlSetExternalEntityLoader(load);
  });
}

}  // namespace vostro::iso20022
