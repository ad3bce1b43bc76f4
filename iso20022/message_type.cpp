#include "iso20022/message_type.h"

#include <array>

#include "base/check.h"
#include "base/text.h"

namespace vostro::iso20022 {
namespace {

// kind, base, version, first and last that are read, root, subject, written
constexpr std::array kKinds{
    MessageKind{Kind::head_001, "head.001.001.", 2, 1, 4, "", "the header before a message", true},
    MessageKind{Kind::pain_001, "pain.001.001.", 9, 3, 12, "CstmrCdtTrfInitn",
                "a customer tells his bank to pay", false},
    MessageKind{Kind::pain_002, "pain.002.001.", 10, 10, 10, "CstmrPmtStsRpt",
                "what became of a customer's orders", true},
    MessageKind{Kind::pacs_002, "pacs.002.001.", 10, 3, 14, "FIToFIPmtStsRpt",
                "what became of payments between banks", true},
    MessageKind{Kind::pacs_004, "pacs.004.001.", 9, 9, 13, "PmtRtr", "money that comes back", true},
    MessageKind{Kind::pacs_008, "pacs.008.001.", 8, 7, 12, "FIToFICstmrCdtTrf",
                "a customer's payment from bank to bank", true},
    MessageKind{Kind::pacs_009, "pacs.009.001.", 8, 7, 11, "FICdtTrf", "a bank's own payment",
                true},
    MessageKind{Kind::camt_029, "camt.029.001.", 9, 9, 9, "RsltnOfInvstgtn",
                "the answer to a request to cancel", true},
    MessageKind{Kind::camt_052, "camt.052.001.", 8, 2, 12, "BkToCstmrAcctRpt",
                "an account within the day", true},
    MessageKind{Kind::camt_053, "camt.053.001.", 8, 2, 12, "BkToCstmrStmt",
                "an account at the end of the day", true},
    MessageKind{Kind::camt_054, "camt.054.001.", 8, 2, 12, "BkToCstmrDbtCdtNtfctn",
                "debits and credits, told as they come", true},
    MessageKind{Kind::camt_056, "camt.056.001.", 8, 8, 8, "FIToFIPmtCxlReq",
                "a bank asks for a payment back", true},
};

}  // namespace

std::span<const MessageKind> message_kinds() {
  return kKinds;
}

const MessageKind& about(Kind kind) {
  const MessageKind& found = kKinds.at(static_cast<std::size_t>(kind));
  VOSTRO_CHECK(found.kind == kind);
  return found;
}

bool is_neighbour(const MessageType& type) {
  return type.version != about(type.kind).version;
}

MessageType current(Kind kind) {
  return {kind, about(kind).version};
}

std::string to_text(const MessageType& type) {
  const std::string version = std::to_string(type.version);
  return std::string(about(type.kind).base) + (version.size() < 2 ? "0" : "") + version;
}

std::optional<MessageType> parse_message_type(std::string_view text) {
  for (const MessageKind& each : kKinds) {
    if (!text.starts_with(each.base) || text.size() != each.base.size() + 2) continue;
    const char tens = text[text.size() - 2];
    const char ones = text.back();
    if (!is_digit(tens) || !is_digit(ones)) return std::nullopt;
    const auto version = static_cast<unsigned>((tens - '0') * 10 + (ones - '0'));
    if (version < each.version_first || version > each.version_last) return std::nullopt;
    return MessageType{each.kind, version};
  }
  return std::nullopt;
}

}  // namespace vostro::iso20022
