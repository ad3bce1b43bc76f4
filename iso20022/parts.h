/// What messages have in common: somebody, a bank, an account, a date. Members in the order of the
/// schema; what is empty was not there. What has no field stands in a Part. Plain data; any thread.
/// Source: ISO 20022 message definition reports; the names of the elements are in docs/iso20022.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/identifiers.h"
#include "base/money.h"
#include "base/time.h"
#include "iso20022/charge_bearer.h"
#include "iso20022/element.h"
#include "iso20022/lexer.h"

namespace vostro::iso20022 {

enum class Side : std::uint8_t { credit, debit };  ///< CRDT, DBIT
[[nodiscard]] std::string_view to_string(Side side);

/// Checked by parse_iban; empty where there is none.
struct Iban {
  std::string text;

  bool operator==(const Iban&) const = default;
};

/// An external code, or a word of one's own.
struct Choice {
  std::string code;
  std::string own;

  bool operator==(const Choice&) const = default;
};

struct DateOrTime {
  std::optional<Date> date;
  std::optional<DateTime> time;

  bool operator==(const DateOrTime&) const = default;
};
/// The day that is meant; of a time its date as it stands. Empty where there is neither.
[[nodiscard]] std::optional<Date> day_of(const DateOrTime& when);

struct PostalAddress {
  Part type;
  std::string department;
  std::string sub_department;
  std::string street;
  std::string building_number;
  std::string building_name;
  std::string floor;
  std::string post_box;
  std::string room;
  std::string post_code;
  std::string town;
  std::string town_location;
  std::string district;
  std::string subdivision;
  std::string country;  ///< two capital letters
  std::vector<std::string> lines;

  bool operator==(const PostalAddress&) const = default;
};

struct Party {
  std::string name;
  PostalAddress address;
  Part identification;  ///< OrgId or PrvtId
  std::string country_of_residence;
  Part contact;

  bool operator==(const Party&) const = default;
};

struct Agent {
  std::optional<Bic> bic;
  Part clearing_member;
  std::string lei;
  std::string name;
  PostalAddress address;
  Part other;
  Part branch;

  bool operator==(const Agent&) const = default;
};
/// A bank that is named by its BIC, as the ledger names banks.
[[nodiscard]] Agent agent_of(const Bic& bic);

struct PartyOrAgent {
  std::optional<Party> party;
  std::optional<Agent> agent;

  bool operator==(const PartyOrAgent&) const = default;
};

struct Account {
  Iban iban;
  std::string other;  ///< Othr/Id, where there is no IBAN
  Part scheme;
  std::string issuer;
  Part type;
  std::optional<Currency> currency;
  std::string name;
  Part proxy;
  std::optional<Party> owner;     ///< of an account that is reported
  std::optional<Agent> servicer;  ///< the same

  bool operator==(const Account&) const = default;
};
[[nodiscard]] Account account_of(const Iban& iban);
[[nodiscard]] Account account_of(std::string other);
/// The IBAN, or the other name.
[[nodiscard]] const std::string& id_of(const Account& account);

struct Charge {
  Money amount;
  Agent agent;

  bool operator==(const Charge&) const = default;
};

struct Remittance {
  std::vector<std::string> lines;  ///< Ustrd
  Part structured;                 ///< Strd

  bool operator==(const Remittance&) const = default;
};

/// Why a bank says so: of a status, a return, a request to cancel or its answer.
struct Reason {
  std::optional<Party> originator;
  Choice reason;
  std::vector<std::string> lines;

  bool operator==(const Reason&) const = default;
};

struct OriginalMessage {
  std::string message_id;
  std::string message_name;  ///< "pacs.008.001.08"
  std::optional<DateTime> created;

  bool operator==(const OriginalMessage&) const = default;
};

struct Page {
  std::string number;
  bool is_last = false;

  bool operator==(const Page&) const = default;
};

}  // namespace vostro::iso20022
