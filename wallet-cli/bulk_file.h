/// A file of credits, CSV or pain.001, as what the ledger could pay: everything that needs no node
/// is checked. Pure; any thread. Columns and elements: docs/bulk.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chain/tx/payment.h"
#include "client/bulk_journal.h"
#include "iso20022/problem.h"

namespace vostro::wallet {

inline constexpr std::size_t bulk_file_bytes_max = std::size_t{64} * 1024 * 1024;
inline constexpr std::size_t bulk_credits_max = client::BulkRun::items_max;

struct BulkCredit {
  std::size_t line = 0;
  std::string where;      ///< of a pain.001: "PmtInf[1]/CdtTrfTxInf[3]"; empty for a CSV
  std::string reference;  ///< at most BulkItem::reference_bytes_max
  std::optional<Uuid> uetr;
  chain::AccountId debtor;
  chain::AccountId creditor;
  Money amount;
  Currency pay_with;
  chain::Bearer bearer = chain::Bearer::shar;
  std::optional<chain::Purpose> purpose;
  std::optional<UnixSeconds> accept_by;
  std::optional<Hash> annex;  ///< what is sealed for it commits to; not the reader's

  [[nodiscard]] bool is_exchange() const { return pay_with != amount.currency; }
  bool operator==(const BulkCredit&) const = default;
};

struct BulkFile {
  std::string format;  ///< "CSV", "pain.001.001.09"
  std::string message_id;
  std::optional<std::string> control_sum;  ///< as the file has it, where it has one
  std::vector<BulkCredit> credits;
  std::size_t with_details = 0;  ///< credits with names or remittance, which do not travel

  bool operator==(const BulkFile&) const = default;
};

/// What the command line says about credits that do not say it themselves.
struct BulkDefaults {
  UnixSeconds now;
  std::optional<chain::AccountId> from;  ///< pays for a pain.001 whose account is none of ledger's
  std::string to_label = "main";         ///< of the creditor's bank, likewise
  std::optional<Currency> pay_with;
  std::optional<UnixSeconds> accept_by;
  chain::Bearer bearer = chain::Bearer::shar;
};

/// A text that begins with "<" is a pain.001, another one a CSV.
[[nodiscard]] Result<BulkFile, iso20022::Problems> read_bulk_file(std::string_view text,
                                                                  const BulkDefaults& defaults);
/// Where something of the credit stands: the column of a CSV, or the element of a pain.001.
[[nodiscard]] std::string element_of(const BulkCredit& credit, std::string_view column,
                                     std::string_view element);

}  // namespace vostro::wallet
