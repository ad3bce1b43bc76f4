/// What the bridge and its bank tell each other, as far as the flows act on it; the whole message
/// stays in the journal. Plain data with one encoding, in which it comes from the process that
/// reads XML, and in which a statement waits that is held.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/fields.h"
#include "base/hash.h"
#include "base/identifiers.h"
#include "base/money.h"
#include "base/time.h"

namespace vostro::bridge {

/// Caps of the encoding: a file has 10 MiB, and what it says is less.
inline constexpr std::size_t fiat_text_max = 65'535;
inline constexpr std::size_t fiat_texts_max = 65'535;
inline constexpr std::size_t fiat_entries_max = 65'536;

/// Texts in a container, each with its cap.
template <class Archive>
void serialize_texts(Archive& archive, std::vector<std::string>& texts) {
  struct Text {
    std::string value;
    void serialize(Archive& into) { into(bounded<fiat_text_max>(value)); }
  };
  std::vector<Text> list;
  for (const std::string& each : texts) list.push_back({each});
  archive(bounded<fiat_texts_max>(list));
  if constexpr (Archive::is_loading::value) {
    texts.clear();
    for (Text& each : list) texts.push_back(std::move(each.value));
  }
}

/// A credit or debit on an account of ours (camt.053, camt.054).
struct FiatEntry {
  std::string account;    ///< ours
  std::string reference;  ///< the bank's own for this entry; empty: it gave none
  Money amount;
  bool is_credit = true;
  bool is_booked = true;  ///< else announced only
  bool is_reversal = false;
  std::uint64_t payments = 1;  ///< that the entry is the sum of
  std::string debtor_account;
  std::vector<std::string> texts;        ///< end-to-end id and remittance lines
  std::vector<std::string> instruction;  ///< ids that we may have given the payment
  std::optional<Date> booked;
  std::optional<Date> value;

  bool operator==(const FiatEntry&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<fiat_text_max>(account), bounded<fiat_text_max>(reference), amount, is_credit,
            is_booked, is_reversal, payments, bounded<fiat_text_max>(debtor_account));
    serialize_texts(archive, texts);
    serialize_texts(archive, instruction);
    archive(booked, value);
  }
};
/// Movements as they come (camt.054).
struct FiatNotice {
  static constexpr std::uint8_t tag = 1;
  std::vector<FiatEntry> entries;

  bool operator==(const FiatNotice&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<fiat_entries_max>(entries));
  }
};

/// What becomes of a payment that we ordered (pacs.002).
struct PayoutAnswer {
  std::string message_id;  ///< of the order
  std::optional<Uuid> uetr;
  std::string status;  ///< as the bank says it: "ACSC"
  std::string code;    ///< the reason; empty where there is none

  bool operator==(const PayoutAnswer&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<fiat_text_max>(message_id), uetr, bounded<fiat_text_max>(status),
            bounded<fiat_text_max>(code));
  }
};
struct PayoutStatus {
  static constexpr std::uint8_t tag = 2;
  std::vector<PayoutAnswer> answers;

  bool operator==(const PayoutStatus&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<fiat_entries_max>(answers));
  }
};

/// An account of ours at the end of its bank's day (camt.053). That opening and booked entries give
/// closing was checked when it was read.
struct FiatStatement {
  std::string account;
  std::string id;                       ///< as the bank names it
  std::optional<std::uint64_t> number;  ///< of the account's statements, each one more
  bool is_whole = true;                 ///< on one page
  std::optional<Money> opening;         ///< below zero: overdrawn
  std::optional<Money> closing;
  std::optional<Date> date;  ///< of the closing balance
  std::vector<FiatEntry> entries;

  bool operator==(const FiatStatement&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<fiat_text_max>(account), bounded<fiat_text_max>(id), number, is_whole, opening,
            closing, date, bounded<fiat_entries_max>(entries));
  }
};
struct FiatStatements {
  static constexpr std::uint8_t tag = 3;
  std::vector<FiatStatement> statements;

  bool operator==(const FiatStatements&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<fiat_entries_max>(statements));
  }
};

/// A payment that our bank is to make (pacs.009). All of it follows from the Redeem and the
/// configuration, so that making it again gives the same bytes.
struct Payout {
  Bic agent;
  Bic bank;                ///< that gets the message
  std::string message_id;  ///< also instruction and end-to-end id
  Uuid uetr;
  UnixSeconds created;
  Date settlement;
  Money amount;
  std::string from_account;  ///< ours
  Bic creditor;
  Bic creditor_bank;
  std::string creditor_account;
  std::string remittance;
};

}  // namespace vostro::bridge
