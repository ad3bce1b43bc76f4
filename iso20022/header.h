/// head.001, the header that travels with a message. Plain data; any thread.
/// Source: ISO 20022 message definition report "Business Application Header".
#pragma once

#include "iso20022/parts.h"

namespace vostro::iso20022 {

struct HeaderParty {
  std::optional<Party> organisation;
  std::optional<Agent> bank;

  bool operator==(const HeaderParty&) const = default;
};

struct Header {
  std::string character_set;
  HeaderParty from;
  HeaderParty to;
  std::string business_message_id;
  std::string message_definition;  ///< "pacs.008.001.08"; that of the document
  std::string business_service;
  Part market_practice;
  DateTime created;
  std::optional<DateTime> processed;
  std::string copy;  ///< CODU, COPY, DUPL
  std::optional<bool> is_possible_duplicate;
  std::string priority;
  Part signature;  ///< as it stands; whoever checks it needs the bytes that were sent
  Part related;

  bool operator==(const Header&) const = default;
};

}  // namespace vostro::iso20022
