// Goal: the published formats are read as they are, and what is not as they say is refused whole.
// Method: small files of our own in each format, tables of broken ones, and the real slices.
#include <gtest/gtest.h>

#include "bridge/screening/country_names.h"
#include "bridge/screening/readers.h"
#include "tests/support/screening_names.h"
#include "tests/support/test_data.h"

namespace vostro::bridge::screening {
namespace {

const std::string kSdn =
    "36,\"ALTAMAX CO., LTD.\",-0- ,\"CUBA\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n"
    "40,\"BORKIN, Pavel\",\"individual\",\"SDNTK] [FTO\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"
    "\"DOB 1971; nationality Russia; a.k.a. 'PASHA'; f.k.a. 'D'ARTAN'.\"\r\n"
    "41,\"VELMAR\",\"vessel\",\"X\",-0- ,\"ABCD\",\"Tug\",-0- ,-0- ,\"Panama\",-0- ,-0- \r\n\x1a";
const std::string kAlt = "40,12,\"fka\",\"BORKINE, Paul\",-0- \r\n";
const std::string kAdd =
    "36,1,\"Calle 1\",\"Havana\",\"Cuba\",-0- \r\n40,2,-0- ,\"Pyongyang\",\"Korea, North\",-0- "
    "\r\n";

TEST(ReadOfacCsv, TakesNamesAliasesWeakAliasesAndCountries) {
  const auto list = read_ofac_csv({kSdn, kAlt, kAdd}, "sdn");
  ASSERT_TRUE(list) << list.error().what;
  ASSERT_EQ(list->entries.size(), 3U);
  EXPECT_EQ(list->entries[0],
            (ListEntry{"36", "entity", "CUBA", {{"ALTAMAX CO., LTD.", false, false}}, {"CU"}}));
  EXPECT_EQ(list->entries[1], (ListEntry{"40",
                                         "individual",
                                         "SDNTK; FTO",
                                         {{"BORKIN, Pavel", false, false},
                                          {"PASHA", true, true},
                                          {"D'ARTAN", true, true},
                                          {"BORKINE, Paul", true, false}},
                                         {"KP"}}));
  EXPECT_EQ(list->entries[2], (ListEntry{"41", "vessel", "X", {{"VELMAR", false, false}}, {"PA"}}));
  EXPECT_EQ(list->version.name, "sdn");
  EXPECT_EQ(list->version.names, 6U);
  EXPECT_EQ(list->version.published, std::nullopt);
}

TEST(ReadOfacCsv, RefusesWhatIsNotWholeOrNotOfOneDay) {
  struct Case {
    std::string sdn, alt, add, what;
  };
  for (const Case& each :
       {Case{"1,\"A\"\r\n", "", "", "columns"}, Case{kSdn + kSdn, "", "", "quote"},
        Case{kSdn.substr(0, kSdn.size() - 1) + kSdn, "", "", "twice"},
        Case{kSdn, "99,1,\"aka\",\"B\",-0- \r\n", "", "alt.csv: an alias belongs to no entry"},
        Case{kSdn, "", "99,1,-0- ,-0- ,\"Cuba\",-0- \r\n", "add.csv: an address belongs"},
        Case{kSdn, "40,1,\"aka\",\"B\r\n", "", "alt.csv: a quote has no end"},
        Case{"1,\"\xff\xfe\",-0-,-0-,-0-,-0-,-0-,-0-,-0-,-0-,-0-,-0-\r\n", "", "", "UTF-8"},
        Case{"1,-0- ,-0-,-0-,-0-,-0-,-0-,-0-,-0-,-0-,-0-,-0-\r\n", "", "", "no id or no name"},
        Case{"", "", "", "empty"}}) {
    const auto list = read_ofac_csv({each.sdn, each.alt, each.add}, "sdn");
    ASSERT_FALSE(list) << each.what;
    if (each.what != "quote") {
      EXPECT_NE(list.error().what.find(each.what), std::string::npos) << list.error().what;
    }
  }
}

std::string sdn_xml(const std::string& name_space, const std::string& more = "") {
  return "<?xml version=\"1.0\" standalone=\"yes\"?>\n"
         "<sdnList xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns=\"" +
         name_space +
         "\">\n<publshInformation><Publish_Date>11/18/2026</Publish_Date>"
         "<Record_Count>2</Record_Count></publshInformation>\n"
         "<sdnEntry><uid>40</uid><firstName>Pavel</firstName><lastName>BORKIN</lastName>"
         "<title>Dr</title><sdnType>Individual</sdnType><remarks>a &lt; b</remarks>"
         "<programList><program>SDNTK</program><program>FTO</program></programList>"
         "<akaList><aka><uid>1</uid><type>a.k.a.</type><category>strong</category>"
         "<lastName>BORKINE</lastName><firstName>Paul</firstName></aka>"
         "<aka><uid>2</uid><type>a.k.a.</type><category>weak</category>"
         "<lastName>PASHA</lastName></aka></akaList>"
         "<addressList><address><uid>3</uid><city>Pyongyang</city><country>Korea, North</country>"
         "</address></addressList>"
         "<nationalityList><nationality><uid>4</uid><country>Russia</country>"
         "<mainEntry>true</mainEntry></nationality></nationalityList></sdnEntry>\n"
         "<sdnEntry><uid>36</uid><lastName>ALTAMAX CO., LTD.</lastName><sdnType>Entity</sdnType>"
         "<programList><program>CUBA</program></programList></sdnEntry>" +
         more + "</sdnList>\n";
}

TEST(ReadOfacXml, TakesBothNamespacesAlike) {
  for (const char* name_space :
       {"http://tempuri.org/sdnList.xsd",
        "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/XML"}) {
    const auto list = read_ofac_xml(sdn_xml(name_space), "sdn");
    ASSERT_TRUE(list) << list.error().what;
    EXPECT_EQ(list->version.published, parse_date("2026-11-18"));
    ASSERT_EQ(list->entries.size(), 2U);
    EXPECT_EQ(
        list->entries[0],
        (ListEntry{
            "40",
            "individual",
            "SDNTK; FTO",
            {{"Pavel BORKIN", false, false}, {"Paul BORKINE", true, false}, {"PASHA", true, true}},
            {"KP", "RU"}}));
    EXPECT_EQ(list->entries[1],
              (ListEntry{"36", "entity", "CUBA", {{"ALTAMAX CO., LTD.", false, false}}, {}}));
  }
}

TEST(ReadUnXml, TakesNamesOriginalScriptQualityAndDate) {
  const std::string text =
      "<?xml version='1.0' encoding='UTF-8'?>\n<CONSOLIDATED_LIST "
      "dateGenerated=\"2026-02-27T00:00:09.554Z\">\n<INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID>"
      "<FIRST_NAME>ZAID </FIRST_NAME><SECOND_NAME/><THIRD_NAME>AL-BADRANI</THIRD_NAME>"
      "<UN_LIST_TYPE>Al-Qaida</UN_LIST_TYPE><REFERENCE_NUMBER>QDi.001</REFERENCE_NUMBER>"
      "<NAME_ORIGINAL_SCRIPT>\u0632\u064A\u062F\u200F</NAME_ORIGINAL_SCRIPT>"
      "<NATIONALITY><VALUE>Iran (Islamic Republic of)</VALUE></NATIONALITY>"
      "<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Zayd\nBadrani</ALIAS_NAME>"
      "</INDIVIDUAL_ALIAS><INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Abu X</ALIAS_NAME>"
      "</INDIVIDUAL_ALIAS><INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>"
      "</INDIVIDUAL></INDIVIDUALS><ENTITIES><ENTITY><FIRST_NAME>ADF</FIRST_NAME>"
      "<UN_LIST_TYPE>DRC</UN_LIST_TYPE><REFERENCE_NUMBER>CDe.001</REFERENCE_NUMBER>"
      "<ENTITY_ALIAS><QUALITY>a.k.a.</QUALITY><ALIAS_NAME>Forces</ALIAS_NAME></ENTITY_ALIAS>"
      "<ENTITY_ADDRESS><COUNTRY>Uganda</COUNTRY></ENTITY_ADDRESS></ENTITY></ENTITIES>"
      "</CONSOLIDATED_LIST>";
  const auto list = read_un_xml(text, "un");
  ASSERT_TRUE(list) << list.error().what;
  EXPECT_EQ(list->version.published, parse_date("2026-02-27"));
  ASSERT_EQ(list->entries.size(), 2U);
  EXPECT_EQ(list->entries[0], (ListEntry{"QDi.001",
                                         "individual",
                                         "Al-Qaida",
                                         {{"ZAID AL-BADRANI", false, false},
                                          {"Zayd Badrani", true, false},
                                          {"Abu X", true, true},
                                          {"\u0632\u064A\u062F", true, false}},
                                         {"IR"}}));
  EXPECT_EQ(
      list->entries[1],
      (ListEntry{
          "CDe.001", "entity", "DRC", {{"ADF", false, false}, {"Forces", true, false}}, {"UG"}}));
}

TEST(ReadXmlLists, RefusesWhatIsAnotherListBrokenOrHostile) {
  const std::string good = sdn_xml("x");
  for (const std::string& text :
       {std::string(), std::string("<a/>"), std::string("<sdnList/>"),
        good.substr(0, good.size() - 5), "<!DOCTYPE sdnList>" + good.substr(good.find("<sdnList")),
        "<?xml version=\"1.0\" encoding=\"UTF-16\"?>" + good.substr(good.find("<sdnList")),
        sdn_xml("x", "<sdnEntry><uid>1</uid><sdnType>Entity</sdnType></sdnEntry>"),
        sdn_xml("x", "<sdnEntry><lastName>A</lastName></sdnEntry>"),
        sdn_xml("x", "<sdnEntry><uid>1</uid><lastName>" + std::string(2000, 'a') +
                         "</lastName></sdnEntry>"),
        std::string("<CONSOLIDATED_LIST><INDIVIDUALS/></CONSOLIDATED_LIST>")}) {
    const auto ofac = read_ofac_xml(text, "x");
    EXPECT_FALSE(ofac) << text.substr(0, 80);
    const auto un = read_un_xml(text, "x");
    EXPECT_FALSE(un) << text.substr(0, 80);
    // Errors name nobody.
    if (!ofac) {
      EXPECT_EQ(ofac.error().what.find("BORKIN"), std::string::npos);
    }
  }
}

TEST(ReadCountries, TakesCodesMeasuresAndBases) {
  const auto list =
      read_countries("country,measure,basis\nKP,embargo,\"EU 2017/1509\"\nIR,licence,x\n", "own");
  ASSERT_TRUE(list) << list.error().what;
  EXPECT_EQ(list->countries, (std::vector<ListedCountry>{{"KP", "embargo", "EU 2017/1509"},
                                                         {"IR", "licence", "x"}}));
  for (const char* text :
       {"", "KP,embargo,x\n", "country,measure,basis\n", "country,measure,basis\nXX,embargo,x\n",
        "country,measure,basis\nkp,embargo,x\n", "country,measure,basis\nKP,embargo\n",
        "country,measure,basis\nKP,,x\n"})
    EXPECT_FALSE(read_countries(text, "own")) << text;
}

TEST(ListVersion, FollowsFromTheBytes) {
  const auto one = read_ofac_csv({kSdn, kAlt, kAdd}, "sdn");
  const auto same = read_ofac_csv({kSdn, kAlt, kAdd}, "sdn");
  const auto other = read_ofac_csv({kSdn, kAlt, ""}, "sdn");
  ASSERT_TRUE(one && same && other);
  EXPECT_EQ(one->version, same->version);
  EXPECT_NE(one->version.files, other->version.files);
  EXPECT_EQ(to_string(one->version), "- " + to_hex(one->version.files.view()).substr(0, 16));
  const auto dated = read_ofac_xml(sdn_xml("x"), "sdn");
  ASSERT_TRUE(dated);
  EXPECT_TRUE(to_string(dated->version).starts_with("2026-11-18 "));
}

TEST(ListFormat, HasAWordForEach) {
  for (const Format each : {Format::ofac_csv, Format::ofac_xml, Format::un_xml, Format::countries})
    EXPECT_EQ(parse_format(to_string(each)), each);
  EXPECT_EQ(parse_format("pdf"), std::nullopt);
}

TEST(CountryNames, AreThoseOfTheLists) {
  for (const auto& [name, code] : std::vector<std::pair<std::string, std::string>>{
           {"Russia", "RU"},
           {"Russian Federation", "RU"},
           {"Korea, North", "KP"},
           {"Democratic People's Republic of Korea", "KP"},
           {"Iran (Islamic Republic of)", "IR"},
           {"Burma", "MM"},
           {"Cote d Ivoire", "CI"},
           {"undetermined", ""},
           {"Region: Crimea", ""},
           {"", ""}})
    EXPECT_EQ(country_named(name), code) << name;
}

TEST(PublishedLists, AreReadWhole) {
  const auto lists = test::published_lists();
  if (lists.empty()) GTEST_SKIP() << "test data not found, set VOSTRO_TEST_DATA";
  ASSERT_EQ(lists.size(), 2U);
  EXPECT_EQ(lists[0].entries.size(), 4'448U);
  EXPECT_GT(lists[0].version.names, 4'448U + 5'860U - 100U);  // some aliases stand twice
  EXPECT_EQ(lists[1].entries.size(), 403U);
  EXPECT_EQ(lists[1].version.published, parse_date("2026-02-27"));
  std::size_t with_country = 0;
  for (const ListEntry& each : lists[0].entries) with_country += each.countries.empty() ? 0 : 1;
  EXPECT_GT(with_country, 3'000U);
}

}  // namespace
}  // namespace vostro::bridge::screening
