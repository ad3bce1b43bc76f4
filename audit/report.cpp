#include "audit/report.h"

#include <boost/json.hpp>

#include "base/time.h"

namespace vostro::audit {
namespace {

namespace json = boost::json;

std::string line(const std::string& name, const std::string& value) {
  return name + std::string(name.size() < 22 ? 22 - name.size() : 1, ' ') + value + "\n";
}

std::string blocks_text(const Blocks& blocks) {
  return grouped(blocks.first.value) + " to " + grouped(blocks.second.value);
}

std::string per_second(std::uint64_t count, std::uint64_t ms) {
  return ms == 0 ? std::string("-") : grouped(count * 1000 / ms) + " per second";
}

std::string verdict(const Report& report) {
  if (report.divergence) return "DIVERGES at " + to_string(*report.divergence);
  std::string text = report.checked_to.value == 0
                         ? "holds: the beginning, and no block yet"
                         : "holds: blocks 1 to " + grouped(report.checked_to.value);
  if (!report.trusted.empty()) text += ", with transaction signatures left to the quorum in some";
  return text;
}

json::object counts_json(const Counts& counts) {
  return {{"transactions", counts.transactions}, {"payments", counts.payments},
          {"receipts", counts.receipts},         {"entries", counts.entries},
          {"batches", counts.batches},           {"signatures", counts.signatures},
          {"finality_proofs", counts.proofs},    {"epochs", counts.epochs}};
}

}  // namespace

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string duration(std::uint64_t ms) {
  const std::uint64_t seconds = ms / 1000;
  const auto two = [](std::uint64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
  };
  if (seconds >= 3600)
    return std::to_string(seconds / 3600) + " h " + two(seconds / 60 % 60) + " min";
  if (seconds >= 60) return std::to_string(seconds / 60) + " min " + two(seconds % 60) + " s";
  return std::to_string(seconds) + " s";
}

std::string to_text(const Report& report) {
  const Counts& all = report.counts;
  std::string text = line("network", report.network_name);
  text += line("network id", hex(report.network_id));
  text += line("source", report.source + ", " + grouped(report.source_last.value) + " blocks");
  if (report.resumed_from.value > 0)
    text += line("gone on from", "block " + grouped(report.resumed_from.value) +
                                     ", checked by an earlier replay with this work directory");
  text += line("checked to",
               "block " + grouped(report.checked_to.value) + " of " + vostro::to_text(report.time));
  text += line("block id", hex(report.block));
  text += line("state root", hex(report.state_root));
  text += line("transactions", grouped(all.transactions));
  text += line("payments", grouped(all.payments) + " receipts of payments, of " +
                               grouped(all.receipts) + " receipts in all");
  text += line("entries posted", grouped(all.entries));
  text += line("signatures", grouped(all.signatures) + " of transactions and quotes, " +
                                 grouped(all.batches) + " of batches");
  text += line("finality proofs", grouped(all.proofs) + ", in " + grouped(all.epochs) +
                                      (all.epochs == 1 ? " epoch" : " epochs"));
  for (const Blocks& blocks : report.trusted)
    text += line("NOT CHECKED", "transaction signatures of blocks " + blocks_text(blocks) +
                                    ": the quorum of validators was trusted with them");
  if (report.has_tables)
    text += line("node's own tables", report.tables_compared
                                          ? "state, tree and ids compared row by row"
                                          : "not compared: they are those of another block");
  if (report.has_files)
    text += line("files", report.files_checked ? "every checksum holds" : "not read through");
  text +=
      line("time taken", duration(report.elapsed_ms) + ", " +
                             per_second(report.run.payments, report.elapsed_ms) + " payments, " +
                             per_second(report.run.signatures, report.elapsed_ms) + " signatures");
  return text + line("verdict", verdict(report));
}

json::array trusted_json(const Report& report) {
  json::array trusted;
  for (const Blocks& blocks : report.trusted)
    trusted.push_back({{"from", blocks.first.value}, {"to", blocks.second.value}});
  return trusted;
}

std::string to_json(const Report& report) {
  json::object object{{"network_id", hex(report.network_id)},
                      {"network", report.network_name},
                      {"source", report.source},
                      {"source_last", report.source_last.value},
                      {"resumed_from", report.resumed_from.value},
                      {"checked_to", report.checked_to.value},
                      {"last", report.last.value},
                      {"block", hex(report.block)},
                      {"state_root", hex(report.state_root)},
                      {"time", vostro::to_text(report.time)},
                      {"counts", counts_json(report.counts)},
                      {"signatures_trusted", trusted_json(report)},
                      {"tables_compared", report.tables_compared},
                      {"files_checked", report.files_checked},
                      {"run", counts_json(report.run)},
                      {"elapsed_ms", report.elapsed_ms},
                      {"holds", !report.divergence.has_value()}};
  if (const auto& d = report.divergence) {
    json::object divergence{{"height", d->height.value},
                            {"field", d->field},
                            {"expected", d->expected},
                            {"found", d->found}};
    divergence["transaction"] =
        d->transaction ? json::value(*d->transaction) : json::value(nullptr);
    object["divergence"] = std::move(divergence);
  } else {
    object["divergence"] = nullptr;
  }
  return json::serialize(object);
}

}  // namespace vostro::audit
