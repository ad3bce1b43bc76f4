/// Lists in the formats that are published, read. Pure: text in, list out. Whatever is not as the
/// format says refuses the whole file: a list that is read by halves screens by halves. Errors
/// quote no name.
///
/// Source: OFAC, "SDN data specification" (2023-09-25) and its sdn.xml, whose spelling of
/// publshInformation is theirs; UN Security Council, consolidated list XML.
#pragma once

#include <string_view>

#include "bridge/screening/list.h"

namespace vostro::bridge::screening {

/// sdn.csv, alt.csv and add.csv: no header, "-0-" is empty, ids of the entry first. Aliases that
/// are weak stand in the remarks ("a.k.a. 'X'"). The format does not say when it was published.
struct OfacCsv {
  std::string_view sdn;
  std::string_view alt;
  std::string_view add;
};
[[nodiscard]] Result<List, ListError> read_ofac_csv(const OfacCsv& files, std::string_view name);

/// sdn.xml, root sdnList, whatever its namespace: it has changed before.
[[nodiscard]] Result<List, ListError> read_ofac_xml(std::string_view text, std::string_view name);

/// consolidated.xml, root CONSOLIDATED_LIST.
[[nodiscard]] Result<List, ListError> read_un_xml(std::string_view text, std::string_view name);

/// A header and rows of country (ISO 3166 alpha-2), measure and basis.
[[nodiscard]] Result<List, ListError> read_countries(std::string_view text, std::string_view name);

}  // namespace vostro::bridge::screening
