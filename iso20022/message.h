/// Messages in and out: text to values, values to text. What is read has passed, in this order: the
/// limits of the XML, the header's and the message's own version, our guideline (for the version
/// that we write), the schemas that an operator added, the strict lexer, and the rules that no
/// schema can say (counts, sums, currencies, repeated UETRs). What is written passes the same.
/// Pure: opens nothing, knows no clock; any thread.
/// Source: issue 5, point 2; threat model 2.7 and rows B1 to B5; docs/iso20022.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "iso20022/element.h"
#include "iso20022/header.h"
#include "iso20022/initiation.h"
#include "iso20022/investigations.h"
#include "iso20022/message_type.h"
#include "iso20022/problem.h"
#include "iso20022/reports.h"
#include "iso20022/schema.h"
#include "iso20022/statements.h"
#include "iso20022/transfers.h"
#include "iso20022/use.h"

namespace vostro::iso20022 {

using Body = std::variant<InitiationMessage, OrderReport, StatusReport, Returns, CustomerTransfers,
                          BankTransfers, CancellationAnswer, AccountMessage, CancellationRequest>;

struct Message {
  MessageType type;
  std::optional<Header> header;
  Body body;
  Element document;  ///< the whole Document, also what has no field
  /// Neighbouring versions only: paths of elements that have no field; they are in `document`.
  std::vector<std::string> kept;

  bool operator==(const Message&) const = default;
};

struct ReadOptions {
  const SchemaSet* schemas = nullptr;  ///< more than our own, as an operator adds them
  XmlLimits limits = tree_limits;
  /// MsgDefIdr may name another version of the same message, as gateways do that convert the
  /// document and not its header. An operator's word about a channel; never by itself.
  bool takes_any_header_version = false;
};

/// A file holds one message: a Document, with or without an AppHdr before it, in any envelope.
/// Either everything is in order, or all that is wrong, up to Problems::count_max. The guideline
/// speaks first; values and rules are looked at where it has nothing to say.
[[nodiscard]] Result<Message, Problems> read_message(std::string_view text,
                                                     const ReadOptions& options = {});

/// The current version of `kind`. The same values give the same bytes. With a header both stand in
/// a RequestPayload; MsgDefIdr must be that of the message.
[[nodiscard]] Result<std::string, Problems> write_message(
    Kind kind, const Body& body, const std::optional<Header>& header = std::nullopt,
    const SchemaSet* schemas = nullptr);

/// One value of a message, and what becomes of it.
struct Understood {
  std::string path;  ///< "CdtTrfTxInf[2]/PmtId/UETR"
  std::string value;
  std::string currency;  ///< of an amount
  Use use = Use::journal;
  std::string_view meaning;
};
/// Every value of a message, in its order, header first: nothing is left out. What a neighbouring
/// version has without a field is journal.
[[nodiscard]] std::vector<Understood> explain(const Message& message);

}  // namespace vostro::iso20022
