#include "bridge/screening/country_names.h"

#include <unicode/locid.h>

#include <map>

#include "base/identifiers.h"

namespace vostro::bridge::screening {
namespace {

/// What OFAC and the UN write otherwise than CLDR, as far as their lists of 2026 do.
constexpr std::pair<std::string_view, std::string_view> kOthers[]{
    {"Burma", "MM"},
    {"Myanmar", "MM"},
    {"Congo, Democratic Republic of the", "CD"},
    {"Democratic Republic of the Congo", "CD"},
    {"Congo, Republic of the", "CG"},
    {"Congo", "CG"},
    {"Cote d Ivoire", "CI"},
    {"Czech Republic", "CZ"},
    {"Democratic People's Republic of Korea", "KP"},
    {"Korea, North", "KP"},
    {"Korea, South", "KR"},
    {"Republic of Korea", "KR"},
    {"Hong Kong", "HK"},
    {"Macau", "MO"},
    {"Iran (Islamic Republic of)", "IR"},
    {"Palestinian", "PS"},
    {"State of Palestine", "PS"},
    {"West Bank", "PS"},
    {"Region: Gaza", "PS"},
    {"Russian Federation", "RU"},
    {"Saint Kitts and Nevis", "KN"},
    {"Saint Vincent and the Grenadines", "VC"},
    {"Syrian Arab Republic", "SY"},
    {"The Gambia", "GM"},
    {"The Bahamas", "BS"},
    {"Trinidad and Tobago", "TT"},
    {"Turkey", "TR"},
    {"Bosnia and Herzegovina", "BA"},
    {"United Kingdom of Great Britain and Northern Ireland", "GB"},
    {"United Republic of Tanzania", "TZ"},
    {"United States of America", "US"},
    {"Venezuela (Bolivarian Republic of)", "VE"},
    {"Viet Nam", "VN"},
    {"Virgin Islands, British", "VG"},
};

const std::map<std::string, std::string, std::less<>>& names() {
  static const auto all = [] {
    std::map<std::string, std::string, std::less<>> made;
    for (char first = 'A'; first <= 'Z'; ++first)
      for (char second = 'A'; second <= 'Z'; ++second) {
        const std::string code{first, second};
        if (!is_country(code)) continue;
        icu::UnicodeString shown;
        icu::Locale("", code.c_str()).getDisplayCountry(icu::Locale::getEnglish(), shown);
        std::string text;
        shown.toUTF8String(text);
        made.emplace(std::move(text), code);
      }
    for (const auto& [name, code] : kOthers) made.emplace(name, code);
    return made;
  }();
  return all;
}

}  // namespace

std::string country_named(std::string_view name) {
  const auto found = names().find(name);
  return found == names().end() ? std::string() : found->second;
}

}  // namespace vostro::bridge::screening
