#include "bridge/screening/list.h"

#include "base/check.h"

namespace vostro::bridge::screening {
namespace {

constexpr Format kFormats[]{Format::ofac_csv, Format::ofac_xml, Format::un_xml, Format::countries};
constexpr std::size_t kHashDigitsShown = 16;

}  // namespace

std::string_view to_string(Format format) {
  switch (format) {
    case Format::ofac_csv:
      return "ofac-csv";
    case Format::ofac_xml:
      return "ofac-xml";
    case Format::un_xml:
      return "un-xml";
    case Format::countries:
      return "countries";
  }
  VOSTRO_CHECK(false);
}

std::optional<Format> parse_format(std::string_view text) {
  for (const Format each : kFormats)
    if (text == to_string(each)) return each;
  return std::nullopt;
}

std::string to_string(const ListVersion& version) {
  return (version.published ? to_text(*version.published) : std::string("-")) + " " +
         to_hex(version.files.view()).substr(0, kHashDigitsShown);
}

}  // namespace vostro::bridge::screening
