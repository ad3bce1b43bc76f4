// Goal: XML from outside costs no more than its limits, fetches nothing, and what is wrong is said
// with its line. Method: texts that attack a parser, and a handler that writes down what it is
// told.
#include "iso20022/xml.h"

#include <gtest/gtest.h>

#include <vector>

namespace vostro::iso20022 {
namespace {

class Notes final : public XmlHandler {
 public:
  bool on_open(const XmlElement& element) override {
    text_ += "<" + std::string(element.name) + "@" + std::to_string(element.line);
    for (const XmlAttribute& each : element.attributes)
      text_ += " " + std::string(each.name) + "=" + std::string(each.value);
    text_ += ">";
    ++opened_;
    return opened_ < stop_after_;
  }
  bool on_close(std::string_view text) override {
    text_ += std::string(text) + "/";
    return true;
  }
  std::string text_;
  std::size_t opened_ = 0;
  std::size_t stop_after_ = SIZE_MAX;
};

XmlError error_of(const std::string& text, const XmlLimits& limits = {}) {
  Notes notes;
  const auto read = read_xml(text, limits, notes);
  EXPECT_FALSE(read) << text.substr(0, 200) << "\ngave " << notes.text_.substr(0, 200);
  return read ? XmlError{} : read.error();
}

TEST(Xml, TellsElementsAttributesTextAndLines) {
  Notes notes;
  ASSERT_TRUE(
      read_xml("<?xml version=\"1.0\"?>\n<a xmlns=\"n\">\n <b Ccy=\"EUR\" x:y=\"z\" "
               "xmlns:x=\"m\">1 &amp; <![CDATA[<2>]]></b>\n</a>",
               {}, notes));
  EXPECT_EQ(notes.text_, "<a@2><b@3 Ccy=EUR>1 & <2>//");
}

TEST(Xml, OtherEncodingsArriveAsUtf8) {
  Notes notes;
  ASSERT_TRUE(read_xml("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xE9</a>", {}, notes));
  EXPECT_EQ(notes.text_, "<a@1>\xC3\xA9/");
}

TEST(Xml, ErrorIsOneLineAlsoWhereTheParserSaysTwo) {
  const XmlError error = error_of("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a>\xA9</a>");
  EXPECT_EQ(error.line, 2U);
  EXPECT_NE(error.what.find("UTF-8"), std::string::npos) << error.what;
  EXPECT_EQ(error.what.find('\n'), std::string::npos) << error.what;
}

TEST(Xml, RefusesDocumentTypesBeforeTheirFirstEntity) {
  const std::string bomb =
      "<?xml version=\"1.0\"?>\n<!DOCTYPE a [\n<!ENTITY a0 \"aaaaaaaaaaaaaaaaaaaaaaaa\">\n"
      "<!ENTITY a1 \"&a0;&a0;&a0;&a0;&a0;&a0;&a0;&a0;\"><!ENTITY a2 \"&a1;&a1;&a1;&a1;&a1;\">\n"
      "<!ENTITY a3 \"&a2;&a2;&a2;&a2;&a2;&a2;&a2;&a2;\">]>\n<a b=\"&a3;\">&a3;&a3;</a>";
  for (const std::string& text :
       {bomb, std::string("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"),
        std::string("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><a>&x;</a>"),
        std::string("<!DOCTYPE a PUBLIC \"p\" \"http://127.0.0.1:9/a.dtd\"><a/>"),
        std::string("<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://127.0.0.1:9/\"> %p;]><a/>"),
        std::string("<!DOCTYPE a><a/>")})
    EXPECT_NE(error_of(text).what.find("<!DOCTYPE"), std::string::npos) << text;
  EXPECT_EQ(error_of(bomb).line, 2U);
}

TEST(Xml, RefusesEntitiesThatNobodyDeclared) {
  EXPECT_NE(error_of("<a>\n&b;</a>").what.find("b"), std::string::npos);
  EXPECT_EQ(error_of("<a>\n&b;</a>").line, 2U);
  EXPECT_NE(error_of("<a c=\"&b;\"/>").what.find("b"), std::string::npos);
}

TEST(Xml, RefusesWhatIsNotWellFormed) {
  for (const std::string text :
       {"<a><b></a>", "<a>", "<a/><b/>", "a", "<a b=1/>", "<a b=\"1\" b=\"2\"/>", "<a>\x01</a>",
        "<a>\xFF</a>", "<p:a/>", "<a><!-- -- --></a>", "<a", "<a>]]></a>"})
    EXPECT_NE(error_of(text).what.find("well-formed"), std::string::npos) << text;
  EXPECT_EQ(error_of("").what, "the file is empty");
  EXPECT_EQ(error_of(" \n").what, "the file is empty");
}

TEST(Xml, RefusesTextBetweenElements) {
  for (const std::string text : {"<a>x<b/></a>", "<a><b/>x</a>", "<a><b/>\n<c/> x </a>"})
    EXPECT_NE(error_of(text).what.find("between elements"), std::string::npos) << text;
}

TEST(Xml, LimitsHoldBeforeAnythingIsKept) {
  XmlLimits limits;
  limits.depth_max = 3;
  limits.elements_max = 5;
  limits.attributes_max = 2;
  limits.text_bytes_max = 10;
  limits.bytes_max = 200;
  Notes notes;
  EXPECT_TRUE(read_xml("<a><b><c x=\"1\" y=\"2\">0123456789</c></b><d/><e/></a>", limits, notes));
  EXPECT_NE(error_of("<a><b><c><d/></c></b></a>", limits).what.find("deeper than 3"),
            std::string::npos);
  EXPECT_NE(error_of("<a><b/><b/><b/><b/><b/></a>", limits).what.find("more than 5 elements"),
            std::string::npos);
  EXPECT_NE(error_of("<a x=\"1\" y=\"2\" z=\"3\"/>", limits).what.find("more than 2 attributes"),
            std::string::npos);
  EXPECT_NE(error_of("<a>01234567890</a>", limits).what.find("longer than 10"), std::string::npos);
  EXPECT_NE(error_of("<a x=\"01234567890\"/>", limits).what.find("longer than 10"),
            std::string::npos);
  EXPECT_NE(error_of("<a>" + std::string(200, ' ') + "</a>", limits).what.find("at most 200"),
            std::string::npos);
}

TEST(Xml, ADeepTextEndsAtItsLimit) {
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) text += "<a>";
  EXPECT_NE(error_of(text).what.find("deeper than 40"), std::string::npos);
}

TEST(Xml, ALongFileIsRead) {
  std::string text = "<a>";
  for (int i = 0; i < 300'000; ++i) text += "<b>one of very many elements of a long file</b>\n";
  text += "</a>";
  ASSERT_GT(text.size(), 10'000'000U);  // libxml2's own limit on what it looks at at once
  Notes notes;
  ASSERT_TRUE(read_xml(text, {}, notes));
  EXPECT_EQ(notes.opened_, 300'001U);
}

TEST(Xml, TheHandlerEndsTheReading) {
  Notes notes;
  notes.stop_after_ = 2;
  EXPECT_TRUE(read_xml("<a><b/><c/><d></a>", {}, notes));
  EXPECT_EQ(notes.opened_, 2U);
}

}  // namespace
}  // namespace vostro::iso20022
