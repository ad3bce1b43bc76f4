// Files of credits, CSV and pain.001: what is taken is what the ledger can pay, sums and counts are
// those of the file; what is refused is refused in sentences. XML costs no more than its limits.
// Catalogue rows B1, B2, B3, B5.
#include "base/csv.h"
#include "iso20022/pain001.h"
#include "tests/fuzz/target.h"
#include "tests/support/chain_builders.h"
#include "wallet-cli/bulk_file.h"

namespace vostro::fuzz {
namespace {

using namespace iso20022;  // NOLINT: the whole file is about it

constexpr std::size_t kRowsMax = 1'000;
// Low, so that inputs of a few kilobytes meet them.
constexpr XmlLimits kXmlLimits{.bytes_max = 64 * 1024,
                               .depth_max = 20,
                               .elements_max = 500,
                               .attributes_max = 4,
                               .text_bytes_max = 256};

class Counter final : public XmlHandler {
 public:
  bool on_open(const XmlElement& element) override {
    VOSTRO_CHECK(!element.name.empty() && element.line >= line_);
    VOSTRO_CHECK(element.attributes.size() <= kXmlLimits.attributes_max);
    for (const XmlAttribute& each : element.attributes)
      VOSTRO_CHECK(each.value.size() <= kXmlLimits.text_bytes_max);
    line_ = element.line;
    VOSTRO_CHECK(++opened_ <= kXmlLimits.elements_max);
    VOSTRO_CHECK(++depth_ <= kXmlLimits.depth_max);
    return true;
  }
  bool on_close(std::string_view text) override {
    VOSTRO_CHECK(text.size() <= kXmlLimits.text_bytes_max);
    VOSTRO_CHECK(depth_-- > 0);
    return true;
  }
  [[nodiscard]] bool is_whole() const { return depth_ == 0 && opened_ > 0; }

 private:
  std::size_t line_ = 0;
  std::size_t opened_ = 0;
  std::size_t depth_ = 0;
};

void check_problems(const Problems& problems) {
  VOSTRO_CHECK(!problems.list.empty() && problems.list.size() <= Problems::count_max);
  for (const Problem& each : problems.list) {
    const std::string told = to_string(each);
    VOSTRO_CHECK(!each.what.empty() && told.find('\n') == std::string::npos);
  }
}

void check_csv(std::string_view text) {
  const auto rows = vostro::read_csv(text, kRowsMax);
  if (!rows) {
    VOSTRO_CHECK(!rows.error().what.empty());
    return;
  }
  VOSTRO_CHECK(rows->size() <= kRowsMax);
  std::string written;
  for (const vostro::CsvRow& row : *rows) {
    VOSTRO_CHECK(!row.cells.empty() && row.cells.size() <= vostro::csv_cells_max);
    for (const std::string& cell : row.cells)
      VOSTRO_CHECK(cell.size() <= vostro::csv_cell_bytes_max);
    written += vostro::csv_line(row.cells);
  }
  const auto again = vostro::read_csv(written, kRowsMax);
  VOSTRO_CHECK(again && again->size() == rows->size());
  for (std::size_t i = 0; i < rows->size(); ++i)
    VOSTRO_CHECK((*again)[i].cells == (*rows)[i].cells);
}

void check_xml(std::string_view text) {
  Counter counter;
  const auto read = read_xml(text, kXmlLimits, counter);
  VOSTRO_CHECK(read ? counter.is_whole() : !read.error().what.empty());
  const auto initiation = read_pain001(text, {.xml = kXmlLimits, .credits_max = 20});
  if (!initiation) return check_problems(initiation.error());
  std::size_t credits = 0;
  for (const PaymentInstruction& instruction : initiation->instructions) {
    for (const CreditTransfer& each : instruction.credits)
      VOSTRO_CHECK(each.amount.units.value > 0 && !each.end_to_end_id.empty());
    credits += instruction.credits.size();
  }
  VOSTRO_CHECK(read && credits == initiation->count && credits <= 20);
}

void check_file(std::string_view text) {
  wallet::BulkDefaults defaults;
  defaults.now = test::test_time;
  defaults.from = test::account("NORDDEFF/main");
  const auto file = wallet::read_bulk_file(text, defaults);
  if (!file) return check_problems(file.error());
  VOSTRO_CHECK(!file->credits.empty());
  for (const wallet::BulkCredit& each : file->credits) {
    VOSTRO_CHECK(each.amount.units.value > 0 && each.amount.units <= money_max_default);
    VOSTRO_CHECK(is_valid(each.debtor) && is_valid(each.creditor));
    VOSTRO_CHECK(each.reference.size() <= client::BulkItem::reference_bytes_max);
    VOSTRO_CHECK(!each.uetr || version_of(*each.uetr) == 4);
  }
}

std::string pain001(const std::string& version, const std::string& more) {
  const std::string credit =
      "<CdtTrfTxInf><PmtId><EndToEndId>E-1</EndToEndId>"
      "<UETR>6f9619ff-8b86-4d01-b42d-00cf4fc964ff</UETR></PmtId>\n<Amt><InstdAmt "
      "Ccy=\"EUR\">12.5</InstdAmt></Amt><CdtrAgt><FinInstnId><BICFI>SUDBFRPP</BICFI>"
      "</FinInstnId></CdtrAgt>\n<Cdtr><Nm>Somebody &amp; Co</Nm></Cdtr><CdtrAcct><Id>"
      "<IBAN>DE89370400440532013000</IBAN></Id></CdtrAcct><Purp><Cd>SUPP</Cd></Purp>" +
      more + "</CdtTrfTxInf>\n";
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document "
         "xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001." +
         version +
         "\">\n<CstmrCdtTrfInitn><GrpHdr><MsgId>M-1</MsgId><CreDtTm>2026-01-05T08:00:00</CreDtTm>"
         "<NbOfTxs>1</NbOfTxs><CtrlSum>12.5</CtrlSum><InitgPty/></GrpHdr>\n<PmtInf><PmtInfId>P-1"
         "</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt><Dt>2026-01-05</Dt></ReqdExctnDt><Dbtr/>"
         "<DbtrAcct><Id><Othr><Id>NORDDEFF/main</Id></Othr></Id><Ccy>EUR</Ccy></DbtrAcct>"
         "<DbtrAgt><FinInstnId><BICFI>NORDDEFF</BICFI></FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>"
         "\n" +
         credit + "</PmtInf></CstmrCdtTrfInitn></Document>\n";
}

}  // namespace

std::vector<Bytes> seeds() {
  std::vector<Bytes> made{
      bytes_of(pain001("09", "")), bytes_of(pain001("09", "<!-- a --><?b c?>")),
      bytes_of(pain001("12", "<RmtInf><Ustrd><![CDATA[<2>]]></Ustrd></RmtInf>"))};
  VOSTRO_CHECK(read_pain001(as_text(made.front())));
  for (const std::string_view text :
       {"reference,uetr,debtor,creditor,currency,amount,charge_bearer,purpose,accept_by,pay_"
        "with\r\n"
        "\"A, \"\"1\",6f9619ff-8b86-4d01-b42d-00cf4fc964ff,NORDDEFF/main,SUDBFRPP/main,EUR,12.5,"
        "DEBT,SUPP,+1h,USD\r\n,,NORDDEFF/main,SUDBFRPP/main,JPY,100,,,,\r\n",
        "debtor,creditor,currency,amount\nNORDDEFF/main,SUDBFRPP/main,EUR,1\n\n"
        "NORDDEFF/main,\"SUDBFRPP/main\",EUR,0.01",
        "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a b='\xe9'>\xe9&#233;&lt;</a>",
        "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a>"
        "</a></a></a></a></a></a></a></a></a></a></a></a></a></a>"})
    made.push_back(bytes_of(text));
  return made;
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = vostro::as_text({data, size});
  vostro::fuzz::check_csv(text);
  vostro::fuzz::check_xml(text);
  vostro::fuzz::check_file(text);
  return 0;
}
