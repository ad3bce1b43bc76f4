/// What a participant bank's core system and the bridge tell each other about customers' payments,
/// as far as the flows act on it; the whole message stays in the journal. Plain data; what comes in
/// has one encoding, in which it comes from the process that reads XML.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/fields.h"
#include "base/identifiers.h"
#include "base/money.h"
#include "base/time.h"

namespace vostro::bridge {

/// Caps of the encoding: a file has 10 MiB, and what it says is not much more.
inline constexpr std::size_t customer_text_max = 65'535;
inline constexpr std::size_t customer_details_max = std::size_t{16} * 1024 * 1024;
inline constexpr std::size_t customer_items_max = 65'536;

/// One payment that a customer orders: of a pain.001, or of a pacs.008 that the core system made
/// of one.
struct CustomerOrder {
  std::string group_id;  ///< PmtInfId; empty in a pacs.008
  std::string instruction_id;
  std::string end_to_end_id;
  Uuid uetr;            ///< the message's, or one that follows from the message
  std::string account;  ///< the customer's with us
  Money amount;         ///< what the creditor gets
  Date execution;       ///< not before this day
  Bic debtor_agent;
  Bic creditor_agent;
  std::string bearer;   ///< DEBT, SHAR, CRED
  std::string purpose;  ///< four letters, or empty
  std::string details;  ///< pacs.008.001.08 of this payment alone
  /// Where it is nothing that the bridge can order: the ISO 20022 code, and why. `details` is empty
  /// then.
  std::string refusal;
  std::string why;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<customer_text_max>(group_id), bounded<customer_text_max>(instruction_id),
            bounded<customer_text_max>(end_to_end_id), uetr, bounded<customer_text_max>(account),
            amount, execution, debtor_agent, creditor_agent, bounded<customer_text_max>(bearer),
            bounded<customer_text_max>(purpose), bounded<customer_details_max>(details),
            bounded<customer_text_max>(refusal), bounded<customer_text_max>(why));
  }
};
struct CustomerOrders {
  static constexpr std::uint8_t tag = 4;
  std::vector<CustomerOrder> orders;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<customer_items_max>(orders));
  }
};

/// A core system asks for a payment back (camt.056).
struct RecallRequest {
  struct Item {
    std::string cancellation_id;
    Uuid uetr;
    std::string code;

    template <class Archive>
    void serialize(Archive& archive) {
      archive(bounded<customer_text_max>(cancellation_id), uetr, bounded<customer_text_max>(code));
    }
  };
  static constexpr std::uint8_t tag = 5;
  std::vector<Item> items;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<customer_items_max>(items));
  }
};

/// A core system's answer to such a request (camt.029).
struct RecallAnswer {
  struct Item {
    Uuid uetr;
    bool is_refused = true;  ///< else the money is to be given back
    std::string code;        ///< of a refusal

    template <class Archive>
    void serialize(Archive& archive) {
      archive(uetr, is_refused, bounded<customer_text_max>(code));
    }
  };
  static constexpr std::uint8_t tag = 6;
  std::vector<Item> items;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<customer_items_max>(items));
  }
};

/// A core system gives a credited payment back (pacs.004).
struct ReturnOrders {
  struct Item {
    Uuid uetr;
    Money amount;
    std::string code;

    template <class Archive>
    void serialize(Archive& archive) {
      archive(uetr, amount, bounded<customer_text_max>(code));
    }
  };
  static constexpr std::uint8_t tag = 7;
  std::vector<Item> items;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<customer_items_max>(items));
  }
};

/// Whom a payment names, and for what: out of its pacs.008.
struct NamedParty {
  std::string role;  ///< "debtor", "creditor", "ultimate_debtor", "ultimate_creditor"
  std::string name;
  std::vector<std::string> address;  ///< line by line
  std::string country;               ///< of the address; empty where none is given
  std::string residence;             ///< country of residence; the same
  std::string account;               ///< the customer's; empty for the ultimate ones
};
struct PaymentDetails {
  Bic debtor_agent;
  Bic creditor_agent;
  Uuid uetr;
  Money amount;
  std::string end_to_end_id;
  std::vector<NamedParty> parties;  ///< debtor and creditor first
  std::vector<std::string> remittance;

  [[nodiscard]] const NamedParty& debtor() const { return parties.at(0); }
  [[nodiscard]] const NamedParty& creditor() const { return parties.at(1); }
};

/// What became of an order: pain.002 where it was a pain.001, pacs.002 where it was a pacs.008.
struct StatusNote {
  std::string message_id;
  UnixSeconds created;
  std::string original_type;
  std::string original_id;
  std::string group_id;
  std::string instruction_id;
  std::string end_to_end_id;
  Uuid uetr;
  std::string status;  ///< "ACSC"
  std::string code;    ///< of a rejection
};

/// A credit on a customer's account (camt.054): a payment that came in, or one that came back.
struct CreditNotice {
  std::string message_id;
  UnixSeconds created;
  std::string account;
  Money amount;
  Date booked;
  std::string reference;    ///< ours for the entry
  std::string details;      ///< pacs.008 of the payment
  std::string return_code;  ///< where it came back
};

/// A message about one payment: a recall, its answer, or a return.
struct PaymentNote {
  std::string message_id;
  UnixSeconds created;
  Bic from;  ///< the bank that says so
  Bic to;
  Uuid uetr;
  std::string end_to_end_id;
  std::string cancellation_id;  ///< of the request; empty in a return
  Money amount;
  std::optional<Date> settled;
  std::string code;  ///< why; empty where a recall is agreed to
  Money returned;    ///< what comes back
};

}  // namespace vostro::bridge
