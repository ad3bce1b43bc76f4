// Sanctions lists and names from outside: what is taken has entries with ids and names, each in
// tokens of letters and digits; what is refused is refused in a sentence. Screening ends, whatever
// the names are.
#include <algorithm>

#include "base/text.h"
#include "bridge/screening/normal.h"
#include "bridge/screening/readers.h"
#include "bridge/screening/screen.h"
#include "tests/fuzz/target.h"

namespace vostro::fuzz {
namespace {

using namespace bridge::screening;  // NOLINT: the whole file is about it

void check_tokens(std::string_view text) {
  const auto tokens = tokens_of(text);
  VOSTRO_CHECK(tokens.size() <= tokens_max);
  for (const Token& each : tokens) {
    VOSTRO_CHECK(!each.text.empty() && each.text.size() <= token_bytes_max + 3);
    for (const char c : each.text) VOSTRO_CHECK(is_lower(c) || is_digit(c));
  }
}

void check_list(const Result<List, ListError>& list, std::string_view asked) {
  if (!list) {
    VOSTRO_CHECK(!list.error().what.empty());
    return;
  }
  VOSTRO_CHECK(list->version.entries == list->entries.size() + list->countries.size());
  VOSTRO_CHECK(list->version.entries > 0);
  for (const ListEntry& entry : list->entries) {
    VOSTRO_CHECK(!entry.id.empty() && !entry.names.empty());
    for (const ListedName& name : entry.names) check_tokens(name.text);
  }
  const Screener screener({*list}, {});
  const Finding found = screener.screen({{"debtor", std::string(asked), "KP"}});
  VOSTRO_CHECK(found.hits.size() <= hits_max);
  for (const Hit& hit : found.hits)
    VOSTRO_CHECK(hit.score >= hit.threshold && hit.score <= 1000 && !explain(hit).empty());
}

}  // namespace

std::vector<Bytes> seeds() {
  std::vector<Bytes> made;
  for (const std::string_view text :
       {"1,\"BORKIN, Pavel\",\"individual\",\"X] [Y\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"a.k.a. "
        "'PASHA'; b.\"\r\n2,\"ALTAMAX CO., LTD.\",-0- ,\"CUBA\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- "
        ",-0- \r\n\x1a",
        "country,measure,basis\nKP,embargo,\"EU 2017/1509\"\nIR,embargo,x\n",
        "<?xml version=\"1.0\" standalone=\"yes\"?>\n<sdnList "
        "xmlns=\"http://tempuri.org/sdnList.xsd\">"
        "<publshInformation><Publish_Date>11/18/2026</Publish_Date></publshInformation><sdnEntry>"
        "<uid>7</uid><firstName>Pavel</firstName><lastName>BORKIN</lastName><sdnType>Individual"
        "</sdnType><programList><program>X</program></programList><akaList><aka><category>weak"
        "</category><lastName>PASHA</lastName></aka></akaList><addressList><address><country>Russia"
        "</country></address></addressList></sdnEntry></sdnList>",
        "<?xml version='1.0' encoding='UTF-8'?>\n<CONSOLIDATED_LIST "
        "dateGenerated=\"2026-02-27T00:00:"
        "09.554Z\"><INDIVIDUALS><INDIVIDUAL><FIRST_NAME>ZAID</FIRST_NAME><SECOND_NAME>AL-BADRANI"
        "</SECOND_NAME><UN_LIST_TYPE>X</UN_LIST_TYPE><REFERENCE_NUMBER>XXi.001</REFERENCE_NUMBER>"
        "<NAME_ORIGINAL_SCRIPT>\u0632\u064A\u062F</NAME_ORIGINAL_SCRIPT><INDIVIDUAL_ALIAS><QUALITY>"
        "Low</QUALITY><ALIAS_NAME>ABU X</ALIAS_NAME></INDIVIDUAL_ALIAS></INDIVIDUAL></INDIVIDUALS>"
        "</CONSOLIDATED_LIST>",
        "\u0421\u0435\u0440\u0433\u0435\u0439 \uAE40\uC815\uC740 \u91D1\u6B63\u6069 S.A. DE C.V."})
    made.push_back(bytes_of(text));
  return made;
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fuzz = vostro::fuzz;
  namespace screening = vostro::bridge::screening;
  const std::string_view text = vostro::as_text({data, size});
  const std::string_view asked = text.substr(text.size() / 2, 80);
  fuzz::check_tokens(text);
  fuzz::check_list(screening::read_ofac_csv({text, "", ""}, "x"), asked);
  fuzz::check_list(screening::read_ofac_xml(text, "x"), asked);
  fuzz::check_list(screening::read_un_xml(text, "x"), asked);
  fuzz::check_list(screening::read_countries(text, "x"), asked);
  return 0;
}
