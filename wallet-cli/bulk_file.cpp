#include "wallet-cli/bulk_file.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/check.h"
#include "base/csv.h"
#include "base/text.h"
#include "iso20022/pain001.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

using iso20022::Problem;
using iso20022::Problems;

constexpr std::uint64_t seconds_of_day = std::uint64_t{24} * 3600;

enum Column : std::size_t {
  kUetr,
  kDebtor,
  kCreditor,
  kCurrency,
  kAmount,
  kChargeBearer,
  kPurpose,
  kAcceptBy,
  kReference,
  kPayWith,
  kColumns,
};
constexpr std::array<std::string_view, kColumns> kNames{
    "uetr",          "debtor",  "creditor",  "currency",  "amount",
    "charge_bearer", "purpose", "accept_by", "reference", "pay_with"};
constexpr std::array<Column, 4> kRequired{kDebtor, kCreditor, kCurrency, kAmount};

std::string all_names() {
  std::string out;
  for (const auto name : kNames) out += (out.empty() ? "" : ",") + std::string(name);
  return out;
}

/// Which cell of a row a column is in.
using Header = std::array<std::optional<std::size_t>, kColumns>;

Header header_of(const CsvRow& row, Problems& problems) {
  Header header;
  std::vector<std::string> names(kNames.begin(), kNames.end());
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const auto at = std::find(kNames.begin(), kNames.end(), row.cells[i]);
    if (at == kNames.end()) {
      const bool is_semicolons =
          row.cells.size() == 1 && row.cells[i].find(';') != std::string::npos;
      problems.add({row.line, "header", row.cells[i],
                    is_semicolons ? "the columns are parted by semicolons; write commas"
                                  : "there is no such column" + suggestion(row.cells[i], names) +
                                        " (known are " + all_names() + ")"});
      continue;
    }
    auto& place = header[static_cast<std::size_t>(at - kNames.begin())];
    if (place) problems.add({row.line, "header", row.cells[i], "this column stands twice"});
    place = i;
  }
  for (const Column column : kRequired) {
    if (!header[column] && problems.list.empty())
      problems.add({row.line, "header", "",
                    "the column " + std::string(kNames[column]) +
                        " is missing; the first line names the columns"});
  }
  return header;
}

/// Reads the cells of one row; each that is wrong is noted.
class RowReader {
 public:
  RowReader(const CsvRow& row, const Header& header, const BulkDefaults& defaults,
            Problems& problems)
      : row_(row), header_(header), defaults_(defaults), problems_(problems) {}

  BulkCredit read() {
    BulkCredit credit;
    credit.line = row_.line;
    for (const Column column : kRequired) {
      if (cell(column).empty()) note(column, "this cell must not be empty");
    }
    if (!cell(kDebtor).empty()) account(kDebtor, credit.debtor);
    if (!cell(kCreditor).empty()) account(kCreditor, credit.creditor);
    if (!cell(kDebtor).empty() && credit.debtor == credit.creditor)
      note(kCreditor, "debtor and creditor are the same account");
    money(credit);
    credit.pay_with = defaults_.pay_with.value_or(credit.amount.currency);
    if (!cell(kPayWith).empty()) currency(kPayWith, credit.pay_with);
    if (!cell(kUetr).empty()) {
      if (const auto uetr = parse_uetr(cell(kUetr)); uetr) {
        credit.uetr = *uetr;
      } else {
        note(kUetr, "a UETR is a UUID of version 4, as in 6f9619ff-8b86-4d01-b42d-00cf4fc964ff");
      }
    }
    bearer(credit);
    purpose(credit);
    credit.accept_by = defaults_.accept_by;
    if (!cell(kAcceptBy).empty()) {
      const auto time = parse_when(cell(kAcceptBy), defaults_.now);
      if (time) {
        credit.accept_by = *time;
      } else {
        problems_.add({row_.line, "accept_by", "", time.error()});
      }
    }
    credit.reference = cell(kReference);
    if (!credit.reference.empty() &&
        (credit.reference.size() > client::BulkItem::reference_bytes_max ||
         !is_clean_text(credit.reference)))
      note(kReference, "at most " + std::to_string(client::BulkItem::reference_bytes_max) +
                           " bytes of UTF-8 are taken, and no control characters");
    return credit;
  }

 private:
  [[nodiscard]] const std::string& cell(Column column) const {
    static const std::string none;
    return header_[column] ? row_.cells[*header_[column]] : none;
  }
  void note(Column column, std::string what) {
    problems_.add({row_.line, std::string(kNames[column]), cell(column), std::move(what)});
  }
  void account(Column column, chain::AccountId& to) {
    auto parsed = parse_account_name(cell(column));
    if (parsed) {
      to = *std::move(parsed);
    } else {
      problems_.add({row_.line, std::string(kNames[column]), "", parsed.error()});
    }
  }
  bool currency(Column column, Currency& to) {
    const auto parsed = parse_currency(cell(column));
    if (!parsed || !iso4217_exponent(*parsed)) {
      note(column, "this is no currency of ISO 4217; write three capital letters, as in EUR");
      return false;
    }
    to = *parsed;
    return true;
  }
  void money(BulkCredit& credit) {
    if (cell(kCurrency).empty() || !currency(kCurrency, credit.amount.currency) ||
        cell(kAmount).empty())
      return;
    const auto units = parse_units(cell(kAmount), credit.amount.currency);
    if (units) {
      credit.amount.units = *units;
    } else {
      problems_.add({row_.line, "amount", "", units.error()});
    }
  }
  void bearer(BulkCredit& credit) {
    credit.bearer = defaults_.bearer;
    if (cell(kChargeBearer).empty()) return;
    if (const auto found = chain::bearer_from(cell(kChargeBearer))) {
      credit.bearer = *found;
    } else {
      note(kChargeBearer, "known are DEBT, SHAR and CRED");
    }
  }
  void purpose(BulkCredit& credit) {
    const std::string& text = cell(kPurpose);
    if (text.empty()) return;
    if (text.size() != 4 || !std::all_of(text.begin(), text.end(), is_upper))
      return note(kPurpose, "a purpose of ISO 20022 has four capital letters, as in SUPP");
    credit.purpose.emplace();
    std::copy(text.begin(), text.end(), credit.purpose->code.begin());
  }

  const CsvRow& row_;
  const Header& header_;
  const BulkDefaults& defaults_;
  Problems& problems_;
};

void check_uetrs(const BulkFile& file, Problems& problems) {
  std::map<Uuid, std::size_t> lines;
  for (const BulkCredit& credit : file.credits) {
    if (!credit.uetr) continue;
    const auto [at, is_new] = lines.emplace(*credit.uetr, credit.line);
    if (!is_new)
      problems.add({credit.line, "uetr", to_text(*credit.uetr),
                    "the credit of line " + std::to_string(at->second) +
                        " has the same; each payment has its own"});
  }
}

/// References are the payer's affair, but a row that stands twice with the same one was copied.
void check_references(const BulkFile& file, Problems& problems) {
  std::map<std::string_view, std::size_t> lines;
  for (const BulkCredit& credit : file.credits) {
    if (credit.reference.empty()) continue;
    const auto [at, is_new] = lines.emplace(credit.reference, credit.line);
    if (!is_new)
      problems.add({credit.line, "reference", credit.reference,
                    "the credit of line " + std::to_string(at->second) +
                        " has the same; a credit that stands twice would be paid twice"});
  }
}

Result<BulkFile, Problems> read_csv_credits(std::string_view text, const BulkDefaults& defaults) {
  Problems problems;
  const auto rows = read_csv(text, bulk_credits_max + 1);
  if (!rows) {
    problems.add({rows.error().line, "", "", rows.error().what});
    return fail(problems);
  }
  if (rows->size() < 2) {
    problems.add({0, "", "",
                  rows->empty()
                      ? "the file is empty; its first line names the columns: " + all_names()
                      : "the file holds no credit"});
    return fail(problems);
  }
  const Header header = header_of(rows->front(), problems);
  if (!problems.list.empty()) return fail(problems);
  BulkFile file;
  file.format = "CSV";
  file.credits.reserve(rows->size() - 1);
  for (std::size_t i = 1; i < rows->size() && !problems.is_full(); ++i) {
    const CsvRow& row = (*rows)[i];
    if (row.cells.size() != rows->front().cells.size()) {
      problems.add({row.line, "", "",
                    "the row has " + std::to_string(row.cells.size()) + " cells, and the header " +
                        std::to_string(rows->front().cells.size())});
      continue;
    }
    file.credits.push_back(RowReader(row, header, defaults, problems).read());
  }
  check_uetrs(file, problems);
  check_references(file, problems);
  problems.is_cut = problems.is_full();
  if (!problems.list.empty()) return fail(problems);
  return file;
}

/// The account of the ledger that a pain.001's account names itself: Othr/Id "NORDDEFF/main".
std::optional<chain::AccountId> named_account(const iso20022::CashAccount& account,
                                              const Bic& agent) {
  const auto parsed = chain::parse_account(account.other);
  return parsed && parsed->owner == agent ? std::optional(*parsed) : std::nullopt;
}

chain::Bearer bearer_of(const std::optional<iso20022::ChargeBearer>& bearer,
                        chain::Bearer otherwise) {
  if (!bearer) return otherwise;
  switch (*bearer) {
    case iso20022::ChargeBearer::debt:
      return chain::Bearer::debt;
    case iso20022::ChargeBearer::cred:
      return chain::Bearer::cred;
    case iso20022::ChargeBearer::shar:
    case iso20022::ChargeBearer::slev:  // what a service level comes to between banks
      return chain::Bearer::shar;
  }
  VOSTRO_CHECK(false);
}

std::optional<chain::AccountId> debtor_of(const iso20022::PaymentInstruction& instruction,
                                          const std::string& where, const BulkDefaults& defaults,
                                          Problems& problems) {
  const std::string agent = vostro::to_text(instruction.debtor_agent);
  if (auto named = named_account(instruction.debtor_account, instruction.debtor_agent))
    return named;
  if (!defaults.from) {
    problems.add({instruction.line, where + "/DbtrAcct", "",
                  "this names no account of the ledger; say with --from which account of " + agent +
                      " pays, as in --from " + agent + "/main"});
    return std::nullopt;
  }
  if (defaults.from->owner != instruction.debtor_agent) {
    problems.add({instruction.line, where + "/DbtrAgt", agent,
                  "--from " + chain::to_text(*defaults.from) + " is an account of another bank"});
    return std::nullopt;
  }
  return defaults.from;
}

void add_credits(const iso20022::PaymentInstruction& instruction, const std::string& where,
                 const BulkDefaults& defaults, BulkFile& file, Problems& problems) {
  const Date today(static_cast<std::int32_t>(defaults.now.value / seconds_of_day));
  if (instruction.execution_date > today)
    problems.add({instruction.line, where + "/ReqdExctnDt",
                  vostro::to_text(instruction.execution_date),
                  "it is " + vostro::to_text(today) +
                      ", and the ledger pays at once; give the file on that day"});
  const auto debtor = debtor_of(instruction, where, defaults, problems);
  if (!debtor) return;
  for (const iso20022::CreditTransfer& from : instruction.credits) {
    BulkCredit credit;
    credit.line = from.line;
    credit.where = from.where;
    credit.reference = from.end_to_end_id;
    credit.uetr = from.uetr;
    credit.debtor = *debtor;
    credit.creditor = named_account(from.creditor_account, from.creditor_agent)
                          .value_or(chain::AccountId{from.creditor_agent, defaults.to_label});
    credit.amount = from.amount;
    credit.pay_with = defaults.pay_with.value_or(
        instruction.debtor_account.currency.value_or(from.amount.currency));
    credit.bearer = bearer_of(from.charge_bearer ? from.charge_bearer : instruction.charge_bearer,
                              defaults.bearer);
    if (from.purpose) credit.purpose = chain::Purpose{*from.purpose};
    credit.accept_by = defaults.accept_by;
    if (credit.debtor == credit.creditor)
      problems.add({credit.line, credit.where + "/CdtrAcct", chain::to_text(credit.creditor),
                    "debtor and creditor are the same account of the ledger"});
    if (from.has_details) ++file.with_details;
    file.credits.push_back(std::move(credit));
  }
}

Result<BulkFile, Problems> read_pain001_credits(std::string_view text,
                                                const BulkDefaults& defaults) {
  iso20022::Pain001Limits limits;
  limits.xml.bytes_max = bulk_file_bytes_max;
  limits.credits_max = bulk_credits_max;
  const auto message = iso20022::read_pain001(text, limits);
  if (!message) return fail(message.error());
  BulkFile file;
  file.format = "pain.001.001." + std::string(message->version < 10 ? "0" : "") +
                std::to_string(message->version);
  file.message_id = message->message_id;
  file.control_sum = message->control_sum;
  Problems problems;
  for (std::size_t i = 0; i < message->instructions.size(); ++i)
    add_credits(message->instructions[i], "PmtInf[" + std::to_string(i + 1) + "]", defaults, file,
                problems);
  problems.is_cut = problems.is_full();
  if (!problems.list.empty()) return fail(problems);
  return file;
}

/// "<", after white space and a byte order mark; of UTF-16 too, where a NUL stands beside it.
bool looks_like_xml(std::string_view text) {
  const std::size_t at =
      text.find_first_not_of(std::string_view("\0 \t\r\n\xEF\xBB\xBF\xFE\xFF", 10));
  return at != std::string_view::npos && text[at] == '<';
}

}  // namespace

std::string element_of(const BulkCredit& credit, std::string_view column,
                       std::string_view element) {
  return credit.where.empty() ? std::string(column) : credit.where + "/" + std::string(element);
}

Result<BulkFile, Problems> read_bulk_file(std::string_view text, const BulkDefaults& defaults) {
  return looks_like_xml(text) ? read_pain001_credits(text, defaults)
                              : read_csv_credits(text, defaults);
}

}  // namespace vostro::wallet
