/// XML from outside, told element by element as it is read: no tree, no document type, no entities
/// but the five of XML itself, nothing fetched. Pure: text in, calls out. Any thread; libxml2 stays
/// in xml.cpp.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace vostro::iso20022 {

/// Looked at before anything of that size is kept.
struct XmlLimits {
  std::size_t bytes_max = std::size_t{64} * 1024 * 1024;  ///< of the whole text
  std::size_t depth_max = 40;  ///< pain.001 with all of its remittance has 16
  std::size_t elements_max = 5'000'000;
  std::size_t attributes_max = 16;         ///< of one element
  std::size_t text_bytes_max = 16 * 1024;  ///< of one element or attribute
  bool is_utf8_only = false;               ///< else also what libxml2 decodes (catalogue row B2)
};

struct XmlAttribute {
  std::string_view name;
  std::string_view value;
};

struct XmlElement {
  std::string_view name;                     ///< without prefix
  std::string_view name_space;               ///< empty where it has none
  std::span<const XmlAttribute> attributes;  ///< those without a prefix
  std::size_t line = 0;                      ///< from 1
  bool has_foreign_attributes = false;       ///< some have a prefix other than that of XML Schema
};

class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  /// What is handed over lives until the call ends. False ends the reading, which is no error then.
  [[nodiscard]] virtual bool on_open(const XmlElement& element) = 0;
  /// `text` is the element's own, as UTF-8; an element with others in it has none.
  [[nodiscard]] virtual bool on_close(std::string_view text) = 0;
};

struct XmlError {
  std::size_t line = 0;  ///< 0 where it is about the whole text
  std::string what;      ///< what is wrong, and what to do

  bool operator==(const XmlError&) const = default;
};

/// Errors: not well formed, beyond a limit, a document type, text between elements. What the
/// handler was told before an error stands.
[[nodiscard]] Result<void, XmlError> read_xml(std::string_view text, const XmlLimits& limits,
                                              XmlHandler& handler);

}  // namespace vostro::iso20022
