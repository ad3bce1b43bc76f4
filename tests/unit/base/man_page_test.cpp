// Goal: whatever a help text says, roff shows it and takes none of it for a command.
#include "base/man_page.h"

#include <gtest/gtest.h>

namespace vostro {
namespace {

TEST(ManPage, IsRoff) {
  const ManPage page{"vostro-pay",
                     "Pay",
                     "vostro pay [OPTIONS]",
                     "Pays.\n\n  as it is\nAnd on.",
                     {{"OPTIONS", "", {{"--from", "TEXT", "Who pays"}, {"--wait", "", "Wait"}}}},
                     {"vostro"}};
  EXPECT_EQ(to_roff(page, "0.1.0"),
            ".TH \"VOSTRO\\-PAY\" 1 \"\" \"Vostro 0.1.0\" \"Vostro\"\n.nh\n.ad l\n"
            ".SH NAME\nvostro\\-pay \\- Pay\n"
            ".SH SYNOPSIS\n.B vostro pay [OPTIONS]\n"
            ".SH DESCRIPTION\nPays.\n.PP\n.PP\n.nf\n  as it is\n.fi\nAnd on.\n"
            ".SH \"OPTIONS\"\n.TP\n\\fB\\-\\-from\\fR \\fITEXT\\fR\nWho pays\n"
            ".TP\n\\fB\\-\\-wait\\fR\nWait\n"
            ".SH \"SEE ALSO\"\n.BR vostro (1)\n");
}

TEST(ManPage, TextIsNeverACommand) {
  const auto body = [](const std::string& help) {
    const std::string roff = to_roff({"a", "b", "c", help, {}, {}}, "1");
    return roff.substr(roff.find(".SH DESCRIPTION\n") + 16);
  };
  EXPECT_EQ(body(".de x"), "\\&.de x\n");
  EXPECT_EQ(body("'so /etc/passwd"), "\\&'so /etc/passwd\n");
  EXPECT_EQ(body("a \\fB b"), "a \\efB b\n");
  EXPECT_EQ(body("a\n.b"), "a\n\\&.b\n");
  const std::string title = to_roff({"a", "b", "c", "d", {{"say \"x\"", "", {}}}, {}}, "1");
  EXPECT_NE(title.find(".SH \"say \\(dqx\\(dq\"\n"), std::string::npos) << title;
}

TEST(ManPage, AMissingDirectoryIsSaid) {
  const auto written = write_man_pages("/nonexistent/man1", {}, "1");
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error(), "/nonexistent/man1 is no directory: make it first");
}

}  // namespace
}  // namespace vostro
