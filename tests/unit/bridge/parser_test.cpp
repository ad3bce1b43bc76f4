// Goal: who reads XML from outside can do nothing else, and what happens to it stays with the one
// message. Method: the real program, started as the bridge starts it; limits are real, and small.
// Source: threat model 2.7.
#include "bridge/parser/parser.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "bridge/parser/protocol.h"

namespace vostro::bridge {
namespace {

const Bic kOwnBank = *parse_bic("NORDDEFF");

/// A pain.001 with so many orders of some 500 bytes.
std::string pain001(int count) {
  std::string text =
      R"(<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn><GrpHdr><MsgId>M</MsgId><CreDtTm>2026-01-05T09:00:00Z</CreDtTm><NbOfTxs>)" +
      std::to_string(count) +
      R"(</NbOfTxs><InitgPty><Nm>Muster</Nm></InitgPty></GrpHdr><PmtInf><PmtInfId>P-1</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt><Dt>2026-01-05</Dt></ReqdExctnDt><Dbtr><Nm>Muster</Nm><PstlAdr><TwnNm>Kiel</TwnNm><Ctry>DE</Ctry></PstlAdr></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct><DbtrAgt><FinInstnId><BICFI>NORDDEFF</BICFI></FinInstnId></DbtrAgt>)";
  for (int i = 0; i < count; ++i)
    text +=
        "<CdtTrfTxInf><PmtId><EndToEndId>E-" + std::to_string(i) +
        R"(</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">2.00</InstdAmt></Amt><CdtrAgt><FinInstnId><BICFI>SUDBFRPP</BICFI></FinInstnId></CdtrAgt><Cdtr><Nm>Dupont</Nm><PstlAdr><TwnNm>Paris</TwnNm><Ctry>FR</Ctry></PstlAdr></Cdtr><CdtrAcct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id></CdtrAcct></CdtTrfTxInf>)";
  return text + "</PmtInf></CstmrCdtTrfInitn></Document>";
}

Parser start(ParserLimits limits = {}) {
  auto parser = Parser::start(VOSTRO_BRIDGE_PROGRAM, limits);
  EXPECT_TRUE(parser) << parser.error();
  return *std::move(parser);
}

Result<IncomingMessage, std::string> read(Parser& parser, const std::string& text) {
  return parser.read(text, kOwnBank, kOwnBank);
}

std::string status_of(pid_t process, const std::string& name) {
  std::ifstream file("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(name + ":"))
      return line.substr(line.find_first_not_of(" \t", name.size() + 1));
  return {};
}

/// The process that reads now; -1: none.
pid_t reader_of(pid_t process) {
  const std::string id = std::to_string(process);
  std::ifstream file("/proc/" + id + "/task/" + id + "/children");
  pid_t reader = -1;
  file >> reader;
  return reader;
}

TEST(TheParser, SaysWhatReadingHereSays) {
  Parser parser = start();
  const std::string text = pain001(3);
  const auto apart = read(parser, text);
  ASSERT_TRUE(apart) << apart.error();
  EXPECT_EQ(encode(*apart), encode(*read_message(text, kOwnBank, kOwnBank)));
  for (const std::string& bad : {std::string("<not xml"), std::string(), std::string("<a/>"),
                                 text.substr(0, 500), "<!DOCTYPE a>" + text}) {
    const auto refused = read(parser, bad);
    const auto here = read_message(bad, kOwnBank, kOwnBank);
    ASSERT_FALSE(refused || here);
    EXPECT_EQ(refused.error(), here.error());
  }
}

TEST(TheParser, HasNoKeysNoNetworkNoFilesAndNoWayBack) {
  Parser parser = start();
  ASSERT_TRUE(read(parser, pain001(1)));
  const std::string proc = "/proc/" + std::to_string(parser.process());
  std::map<std::string, std::string> open;
  for (const auto& each : std::filesystem::directory_iterator(proc + "/fd"))
    open[each.path().filename()] = std::filesystem::read_symlink(each.path());
  ASSERT_EQ(open.size(), 4U) << "the channel, and nothing on 0 to 2";
  for (const char* standard : {"0", "1", "2"}) EXPECT_EQ(open[standard], "/dev/null");
  EXPECT_TRUE(open["3"].starts_with("socket:")) << open["3"];
  EXPECT_EQ(status_of(parser.process(), "NoNewPrivs"), "1");
  EXPECT_EQ(status_of(parser.process(), "Seccomp"), "2");
  std::stringstream environment;
  environment << std::ifstream(proc + "/environ").rdbuf();
  EXPECT_EQ(environment.str(), "") << "nor what stands in the environment";
}

TEST(TheParser, EndsAtItsLimitOfMemory) {
  Parser parser = start({.memory_bytes = std::size_t{200} * 1024 * 1024});
  const auto refused = read(parser, pain001(15'000));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), "reading it takes more than 200 MiB");
  EXPECT_TRUE(read(parser, pain001(1))) << "the next one is read";
}

TEST(TheParser, EndsAtItsLimitOfTime) {
  Parser parser = start({.processor = std::chrono::seconds(1)});
  const pid_t before = parser.process();
  const auto refused = read(parser, pain001(15'000));
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().starts_with("reading it takes more than 1 s")) << refused.error();
  EXPECT_TRUE(read(parser, pain001(1))) << "the next one is read";
  EXPECT_EQ(parser.process(), before);
}

TEST(TheParser, ThatIsKilledLosesOneMessageAtMost) {
  Parser parser = start();
  const pid_t before = parser.process();
  // Its reader, while it reads: as a crash.
  std::thread killer([&] {
    pid_t reader = -1;
    while (reader < 0) reader = reader_of(before);
    ::kill(reader, SIGKILL);
  });
  const auto crashed = read(parser, pain001(15'000));
  killer.join();
  ASSERT_FALSE(crashed);
  EXPECT_EQ(crashed.error(), "its reader was ended by signal 9");
  EXPECT_EQ(parser.process(), before);
  // The process itself, while nothing is read: nobody notices.
  ::kill(before, SIGKILL);
  EXPECT_TRUE(read(parser, pain001(1)));
  EXPECT_NE(parser.process(), before);
}

TEST(TheParser, IsNotBelievedWhateverItAnswers) {
  for (const auto& answer : {Bytes{}, Bytes{1}, Bytes{1, 0, 0}, Bytes{9}, Bytes(100, Byte{1})})
    EXPECT_FALSE(parser::decode_answer(answer));
  Bytes sentence{0};
  append(sentence, as_bytes("line 1\n\x1b[2J" + std::string(2'000, 'x')));
  const auto said = parser::decode_answer(sentence);
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().size(), 512U);
  EXPECT_TRUE(said.error().starts_with("line 1??[2J"));
}

TEST(TheParser, ThatCannotBeStartedSaysSo) {
  auto parser = Parser::start("/nowhere/vostro-bridge", {});
  ASSERT_TRUE(parser) << "it is known when it is used";
  const auto refused = read(*parser, pain001(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), "the process that reads messages ended each time with it");
}

}  // namespace
}  // namespace vostro::bridge
