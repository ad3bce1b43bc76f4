#include "wallet-cli/bulk_result.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/csv.h"
#include "chain/json/values.h"
#include "wallet-cli/send.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

/// One credit's result, all as text; empty where there is none.
struct Field {
  std::string_view name;
  std::string value;
  bool is_number = false;
};

std::vector<Field> result_fields_of(const ItemOutcome& item) {
  const chain::Receipt* receipt = item.final ? &item.final->receipt : nullptr;
  const auto exponent = iso4217_exponent(item.amount.currency);
  return {
      {"line", std::to_string(item.line), true},
      {"reference", item.reference},
      {"uetr", vostro::to_text(item.uetr)},
      {"debtor", chain::to_text(item.debtor)},
      {"creditor", chain::to_text(item.creditor)},
      {"currency", vostro::to_text(item.amount.currency)},
      {"amount", format_amount(item.amount.units, exponent.value_or(0))},
      {"status", item.status},
      {"iso_status",
       receipt == nullptr ? std::string() : std::string(chain::iso_status(receipt->status))},
      {"reason", item.reason},
      {"reason_code", item.reason_code},
      {"height", item.final ? std::to_string(item.final->height.value) : "", true},
      {"index", item.final ? std::to_string(item.final->index) : "", true},
      {"block_time", item.final ? vostro::to_text(item.final->block_time) : ""},
      {"order", vostro::to_text(item.order.id)},
      {"transaction_hash",
       receipt == nullptr ? std::string() : to_hex(receipt->transaction_hash.view())},
  };
}

bool is_paid(const ItemOutcome& item) {
  static constexpr std::array<std::string_view, 4> words{"settled", "held", "delayed", "credited"};
  return std::find(words.begin(), words.end(), item.status) != words.end();
}

std::string system_error() {
  return std::strerror(errno);
}

}  // namespace

BulkCounts count_items(const std::vector<ItemOutcome>& items) {
  BulkCounts counts;
  for (const ItemOutcome& item : items) ++counts[item.status];
  return counts;
}

std::string counts_text(Wallet& wallet, const BulkCounts& counts) {
  std::string out;
  for (const auto& [status, count] : counts)
    out += (out.empty() ? "" : ", ") + std::to_string(count) + " " + painted(wallet, status);
  return out;
}

Exit exit_of(const RunOutcome& outcome) {
  bool has_unknown = false, has_unsent = false, has_paid = false, has_refused = false,
       has_awaiting = false;
  for (const ItemOutcome& item : outcome.items) {
    if (item.status == "unknown" || item.status == "accepted") {
      has_unknown = true;
    } else if (item.status == "awaiting_approval") {
      has_awaiting = true;
    } else if (item.status == "not_sent") {
      has_unsent = true;
    } else if (is_paid(item)) {
      has_paid = true;
    } else {
      has_refused = true;
    }
  }
  const auto exit_of_first = [&](client::Outcome which) {
    const auto at =
        std::find_if(outcome.orders.begin(), outcome.orders.end(),
                     [&](const OrderOutcome& order) { return order.delivery.outcome == which; });
    return at == outcome.orders.end() ? Exit::refused : exit_of(at->delivery, true);
  };
  if (has_unknown) return Exit::unknown;
  if (has_unsent) return exit_of_first(client::Outcome::not_sent);
  if (has_awaiting) return has_refused ? Exit::partly : Exit::awaiting;
  if (has_paid) return has_refused ? Exit::partly : Exit::ok;
  // Where the node refused, its word for it: not authorised, for example.
  return exit_of_first(client::Outcome::refused);
}

json::object order_json(const OrderOutcome& order) {
  const chain::Transaction& transaction = order.transaction;
  const auto* batch = std::get_if<chain::PaymentBatch>(&transaction.body);
  const auto& final = order.delivery.final;
  json::object out{{"owner", as_json(vostro::to_text(chain::acting_participant(transaction.body)))},
                   {"id", as_json(vostro::to_text(transaction.id))},
                   {"kind", as_json(chain::kind_of(transaction.body))},
                   {"credits", batch == nullptr ? 1 : batch->items.size()},
                   {"valid_until", as_json(transaction.valid_until)},
                   {"outcome", as_json(outcome_word(order.delivery.outcome))},
                   {"status", nullptr},
                   {"reason", nullptr},
                   {"reason_code", nullptr},
                   {"height", nullptr},
                   {"index", nullptr},
                   {"block_time", nullptr},
                   {"message", nullptr}};
  if (final) {
    out["status"] = as_json(chain::to_string(final->receipt.status));
    if (final->receipt.reason) {
      out["reason"] = as_json(chain::to_string(*final->receipt.reason));
      out["reason_code"] = as_json(chain::iso_code(*final->receipt.reason));
    }
    out["height"] = final->height.value;
    out["index"] = final->index;
    out["block_time"] = as_json(final->block_time);
  } else if (order.delivery.error) {
    out["message"] = as_json(client::to_string(*order.delivery.error));
    if (const auto& problem = order.delivery.error->problem) {
      if (!problem->code.empty()) out["reason"] = as_json(problem->code);
      if (problem->reason) out["reason_code"] = as_json(*problem->reason);
    }
  }
  return out;
}

std::string results_csv(const std::vector<ItemOutcome>& items) {
  std::vector<std::string> header;
  for (const Field& field : result_fields_of(ItemOutcome{})) header.emplace_back(field.name);
  std::string out = csv_line(header);
  for (const ItemOutcome& item : items) {
    std::vector<std::string> cells;
    for (Field& field : result_fields_of(item)) cells.push_back(std::move(field.value));
    out += csv_line(cells);
  }
  return out;
}

std::string results_json(const std::vector<ItemOutcome>& items) {
  std::string out = "{\"items\":[";
  for (const ItemOutcome& item : items) {
    json::object object;
    for (const Field& field : result_fields_of(item)) {
      json::value value = nullptr;
      if (field.is_number && !field.value.empty()) {
        value = std::stoull(field.value);  // a number that was written here
      } else if (!field.value.empty()) {
        value = as_json(field.value);
      }
      object[{field.name.data(), field.name.size()}] = std::move(value);
    }
    out += (&item == items.data() ? "\n" : ",\n") + json::serialize(object);
  }
  return out + "\n]}\n";
}

std::optional<ResultFormat> result_format(const std::string& path) {
  if (path.ends_with(".csv")) return ResultFormat::csv;
  if (path.ends_with(".json")) return ResultFormat::json;
  return std::nullopt;
}

ResultFile::ResultFile(std::string path, std::string draft, ResultFormat format, int descriptor)
    : path_(std::move(path)), draft_(std::move(draft)), format_(format), descriptor_(descriptor) {}
ResultFile::ResultFile(ResultFile&& other) noexcept
    : path_(std::move(other.path_)),
      draft_(std::move(other.draft_)),
      format_(other.format_),
      descriptor_(other.descriptor_) {
  other.descriptor_ = -1;
}
ResultFile::~ResultFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(draft_.c_str());
}

Result<ResultFile, std::string> ResultFile::open(std::string path) {
  const auto format = result_format(path);
  if (!format) return fail("--result " + path + ": the name ends in .csv or .json");
  std::string draft = path + ".XXXXXX";
  const int descriptor = ::mkostemp(draft.data(), O_CLOEXEC);  // mode 0600
  if (descriptor < 0) return fail("--result " + path + ": " + system_error());
  return ResultFile(std::move(path), std::move(draft), *format, descriptor);
}

Result<void, std::string> ResultFile::save(const std::vector<ItemOutcome>& items) {
  const std::string content =
      format_ == ResultFormat::csv ? results_csv(items) : results_json(items);
  const auto failed = [this] { return fail("--result " + path_ + ": " + system_error()); };
  for (std::size_t at = 0; at < content.size();) {
    const ssize_t written = ::write(descriptor_, content.data() + at, content.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed();
    at += static_cast<std::size_t>(written);
  }
  if (::fsync(descriptor_) != 0) return failed();
  if (std::rename(draft_.c_str(), path_.c_str()) != 0) return failed();
  ::close(descriptor_);
  descriptor_ = -1;
  return {};
}

}  // namespace vostro::wallet
