// Messages of banks: what is read is written, and read again as the same; what is refused is
// refused in sentences; a tree costs memory in proportion to its text. Catalogue rows B1 to B5.
#include "iso20022/message.h"
#include "tests/fuzz/target.h"
#include "tests/unit/iso20022/example_messages.h"

namespace vostro::fuzz {
namespace {

using namespace iso20022;  // NOLINT: the whole file is about it

// Low, so that inputs of a few kilobytes meet them.
constexpr XmlLimits kLimits{.bytes_max = 64 * 1024,
                            .depth_max = 24,
                            .elements_max = 2'000,
                            .attributes_max = 4,
                            .text_bytes_max = 2'048,
                            .is_utf8_only = true};

void check_problems(const Problems& problems) {
  VOSTRO_CHECK(!problems.list.empty() && problems.list.size() <= Problems::count_max);
  for (const Problem& each : problems.list) {
    const std::string told = to_string(each);
    VOSTRO_CHECK(!each.what.empty() && told.find('\n') == std::string::npos);
  }
}

void check_tree(std::string_view text) {
  const auto tree = read_tree(text, kLimits);
  if (!tree) {
    VOSTRO_CHECK(!tree.error().what.empty());
    return;
  }
  const auto again = read_tree(write_tree(*tree), tree_limits);
  VOSTRO_CHECK(again && *again == *tree);
}

void check_message(std::string_view text) {
  const auto message = read_message(text, {.limits = kLimits});
  if (!message) return check_problems(message.error());
  VOSTRO_CHECK(!explain(*message).empty());
  if (is_neighbour(message->type)) return;
  VOSTRO_CHECK(message->kept.empty());
  // Headers of neighbouring versions have what the current one does not.
  const auto written = write_message(message->type.kind, message->body, std::nullopt);
  VOSTRO_CHECK(written);
  const auto again = read_message(*written);
  VOSTRO_CHECK(again && again->body == message->body);
}

const std::vector<Element>& examples() {
  static const std::vector<Element> trees = [] {
    std::vector<Element> made;
    for (const auto& each : test::example_messages()) {
      const auto written = write_message(each.kind, each.body, each.header);
      VOSTRO_CHECK(written);
      made.push_back(*read_tree(*written));
    }
    return made;
  }();
  return trees;
}

/// Bytes as edits of a message that is in order: well-formed text that no mutation of bytes makes.
/// Three for each edit: where, what, with which.
void check_edited(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t edits_max = 8;
  static constexpr std::string_view texts[] = {"",    "0",      "1",         "-1",  "1.005",
                                               " 1 ", "BOOK",   "RJCT",      "JPY", "ZZZ",
                                               "\n",  "&<>\"'", "2026-02-30"};
  Element tree = examples()[data[0] % examples().size()];
  for (std::size_t i = 1; i + 2 < size && i < 3 * edits_max; i += 3) {
    Element* at = &tree;
    // Down by the digits of the number, so that every place can be reached.
    for (std::size_t way = data[i] * 257U + data[i + 2]; !at->children.empty() && way > 0;
         way /= 7) {
      Element* next = &at->children[way % at->children.size()];
      if (next->children.empty()) break;
      at = next;
    }
    if (at->children.empty()) continue;
    const std::size_t n = data[i + 2] % at->children.size();
    const auto place = at->children.begin() + static_cast<std::ptrdiff_t>(n);
    switch (data[i + 1] % 6) {
      case 0:
        at->children.erase(place);
        break;
      case 1: {
        const Element copy = *place;
        at->children.insert(place, copy);
        break;
      }
      case 2:
        std::swap(at->children[n], at->children.back());
        break;
      case 3:
        place->children.clear();
        place->text = texts[data[i + 1] / 6 % std::size(texts)];
        break;
      case 4:
        place->name_space = data[i + 1] % 4 == 0 ? "urn:example" : "";
        place->is_without_space = place->name_space.empty();
        break;
      default:
        place->attributes = {{"Ccy", std::string(texts[data[i + 1] / 6 % std::size(texts)])}};
    }
  }
  check_message(write_tree(tree));
}

}  // namespace

std::vector<Bytes> seeds() {
  std::vector<Bytes> made;
  for (const auto& each : test::example_messages()) {
    const auto written = write_message(each.kind, each.body, each.header);
    VOSTRO_CHECK(written && read_message(*written, {.limits = kLimits}));
    made.push_back(bytes_of(*written));
  }
  for (const std::string_view text :
       {"<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><Document "
        "a='\xe9'>\xe9&#233;&lt;</Document>",
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><GrpHdr>"
        "<MsgId>M</MsgId><CreDtTm>2026-11-23T10:00:00Z</CreDtTm></GrpHdr><Stmt><Id>S</Id><Acct><Id>"
        "<IBAN>DE89370400440532013000</IBAN></Id></Acct><Bal><Tp><CdOrPrtry><Cd>OPBD</Cd>"
        "</CdOrPrtry></Tp><Amt Ccy=\"JPY\">100</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-23"
        "</Dt></Dt></Bal></Stmt></BkToCstmrStmt></Document>"})
    made.push_back(bytes_of(text));
  return made;
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = vostro::as_text({data, size});
  vostro::fuzz::check_tree(text);
  vostro::fuzz::check_message(text);
  if (size > 0) vostro::fuzz::check_edited(data, size);
  return 0;
}
