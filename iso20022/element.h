/// A message as a tree of elements: what was in it, whatever its prefixes, comments and white space
/// were. The parts of a message that have no field of their own travel as such trees, so that
/// nothing is lost. Plain data; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "iso20022/xml.h"

namespace vostro::iso20022 {

struct Element {
  std::string name;        ///< without prefix
  std::string name_space;  ///< empty: that of the element around it
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string text;  ///< of an element without children; as it stands, white space included
  std::vector<Element> children;
  std::uint32_t line = 0;         ///< from 1, where it was read; 0 where it was made. Not compared.
  bool is_without_space = false;  ///< it has no namespace, and the element around it has one

  [[nodiscard]] const Element* find(std::string_view child) const;
  [[nodiscard]] std::string_view attribute(std::string_view wanted) const;
};
[[nodiscard]] bool operator==(const Element& a, const Element& b);

/// Elements that are kept as they stand: nothing here looks into them, and nothing is lost.
struct Part {
  std::vector<Element> elements;

  bool operator==(const Part&) const = default;
};

/// For files of up to 10 MiB; a tree of the most that is allowed stays below 256 MiB (catalogue row
/// B3, threat model 2.7).
inline constexpr XmlLimits tree_limits{.bytes_max = std::size_t{10} * 1024 * 1024,
                                       .depth_max = 64,
                                       .elements_max = 400'000,
                                       .attributes_max = 16,
                                       .text_bytes_max = 16 * 1024,
                                       .is_utf8_only = true};

/// Errors: those of read_xml; an attribute with a prefix other than `xsi`, which would be lost.
[[nodiscard]] Result<Element, XmlError> read_tree(std::string_view text,
                                                  const XmlLimits& limits = tree_limits);

/// UTF-8 with an XML declaration, two blanks a level, one way to write a tree. Text must be clean
/// (base/text.h, and line ends); guidelines see to that.
[[nodiscard]] std::string write_tree(const Element& root);

}  // namespace vostro::iso20022
