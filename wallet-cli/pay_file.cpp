#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ostream>
#include <set>

#include "base/checked.h"
#include "base/private_file.h"
#include "wallet-cli/bad_file.h"
#include "wallet-cli/bulk_annex.h"
#include "wallet-cli/bulk_file.h"
#include "wallet-cli/bulk_plan.h"
#include "wallet-cli/bulk_result.h"
#include "wallet-cli/command.h"
#include "wallet-cli/input_file.h"
#include "wallet-cli/lookup.h"
#include "wallet-cli/send.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

using iso20022::Problems;

/// What is asked for, checked as far as that needs neither file nor node.
struct BulkRequest {
  std::string path;
  std::string content;
  Hash hash;
  BulkDefaults defaults;
  std::string options;  ///< those that decide what is signed, as they were given
  bool is_another = false;
  bool is_dry_run = false;
};

BulkRequest bulk_request_from(Wallet& wallet, const Arguments& arguments) {
  BulkRequest request;
  request.path = arguments.text("FILE");
  request.is_another = arguments.has("--another");
  request.is_dry_run = arguments.has("--dry-run");
  BulkDefaults& defaults = request.defaults;
  defaults.now = wallet.now();
  for (const char* name :
       {"--from", "--to-label", "--pay-with", "--accept-by", "--charge-bearer"}) {
    const auto given = arguments.find(name);
    if (!given) continue;
    if (given->size() > 100) throw usage(std::string(name) + ": at most 100 characters");
    request.options += (request.options.empty() ? "" : " ") + std::string(name) + " " + *given;
  }
  if (const auto given = arguments.find("--from")) defaults.from = account_from(*given, "--from");
  if (const auto given = arguments.find("--to-label")) {
    const auto label = parse_label(*given);
    if (!label)
      throw usage("--to-label " + *given + " is no label of an account: 1 to 34 of a-z, 0-9 and -");
    defaults.to_label = *label;
  }
  if (const auto given = arguments.find("--pay-with"))
    defaults.pay_with = currency_from(*given, "--pay-with");
  if (const auto given = arguments.find("--accept-by")) {
    const auto time = parse_when(*given, wallet.now());
    // Of a file that was begun the stored orders count, whose time may have passed by now.
    if (!time && !parse_time(*given)) throw usage("--accept-by " + time.error());
    if (time) defaults.accept_by = *time;
    if (!time) defaults.accept_by = parse_time(*given);
  }
  if (const auto given = arguments.find("--charge-bearer")) {
    const auto bearer = chain::bearer_from(*given);
    if (!bearer) throw usage("--charge-bearer " + *given + ": known are DEBT, SHAR and CRED");
    defaults.bearer = *bearer;
  }
  request.content = read_input(request.path, bulk_file_bytes_max);
  request.hash = client::bulk_file_hash(as_bytes(request.content));
  return request;
}

/// The network's names, fetched once for the whole file.
struct Directory {
  std::set<Currency> currencies;
  std::vector<client::ParticipantView> banks;
  std::set<Bic> participants;
  std::map<chain::AccountId, client::AccountView> accounts;  ///< that the token may read
  std::set<Bic> visible_owners;
  std::set<chain::AccountId> first_accounts;  ///< of the genesis file
  std::vector<std::string> account_names, participant_names;
};

Directory directory_of(Wallet& wallet) {
  client::ApiClient& api = wallet.api();
  Directory out;
  for (const auto& each :
       must(client::all_pages([&](const auto& cursor) { return api.currencies(cursor); })))
    out.currencies.insert(each.currency);
  out.banks = must(client::all_pages([&](const auto& cursor) { return api.participants(cursor); }));
  for (const client::ParticipantView& each : out.banks) {
    out.participants.insert(each.bic);
    out.participant_names.push_back(vostro::to_text(each.bic));
  }
  for (auto& each :
       must(client::all_pages([&](const auto& cursor) { return api.accounts(cursor); }))) {
    out.visible_owners.insert(each.account.owner);
    out.account_names.push_back(chain::to_text(each.account));
    const chain::AccountId name = each.account;
    out.accounts.emplace(name, std::move(each));
  }
  for (const auto& each : wallet.network().state.accounts) {
    out.first_accounts.insert(each.id);
    out.account_names.push_back(chain::to_text(each.id));
  }
  return out;
}

void check_debtor(const Directory& directory, const BulkCredit& credit, Problems& problems) {
  const std::string name = chain::to_text(credit.debtor);
  const std::string element = element_of(credit, "debtor", "../DbtrAcct");
  const auto at = directory.accounts.find(credit.debtor);
  if (at == directory.accounts.end()) {
    problems.add({credit.line, element, name,
                  "there is no such account that this token may read" +
                      suggestion(name, directory.account_names)});
  } else if (at->second.status != "open") {
    problems.add({credit.line, element, name, "the account is " + at->second.status});
  }
}

/// False where only the ledger knows whether the account exists.
bool check_creditor(const Directory& directory, const BulkCredit& credit, Problems& problems) {
  const std::string name = chain::to_text(credit.creditor);
  const std::string owner = vostro::to_text(credit.creditor.owner);
  if (!directory.participants.contains(credit.creditor.owner)) {
    problems.add({credit.line, element_of(credit, "creditor", "CdtrAgt/FinInstnId/BICFI"), owner,
                  "no such bank takes part in this network" +
                      suggestion(owner, directory.participant_names)});
    return true;
  }
  const std::string element = element_of(credit, "creditor", "CdtrAcct");
  const auto at = directory.accounts.find(credit.creditor);
  if (at != directory.accounts.end()) {
    if (at->second.status == "closed")
      problems.add({credit.line, element, name, "the account is closed"});
    return true;
  }
  if (!directory.visible_owners.contains(credit.creditor.owner))
    return directory.first_accounts.contains(credit.creditor);
  problems.add({credit.line, element, name,
                "there is no such account" + suggestion(name, directory.account_names)});
  return true;
}

/// Each account and currency is looked at where it stands first; the number of creditors' accounts
/// that this token does not show.
std::size_t check_names(Wallet& wallet, const Directory& directory, const BulkFile& file,
                        Problems& problems) {
  std::set<Currency> currencies;
  std::set<chain::AccountId> debtors, creditors;
  std::size_t unseen = 0;
  const auto participant = wallet.participant();
  for (const BulkCredit& credit : file.credits) {
    if (problems.is_full()) break;
    for (const Currency& currency : {credit.amount.currency, credit.pay_with}) {
      if (!currencies.insert(currency).second || directory.currencies.contains(currency)) continue;
      std::string list;
      for (const Currency& each : directory.currencies)
        list += (list.empty() ? "" : ", ") + vostro::to_text(each);
      problems.add({credit.line, element_of(credit, "currency", "Amt"), vostro::to_text(currency),
                    "this network has no such currency; it has " + list});
    }
    if (debtors.insert(credit.debtor).second) {
      if (participant && credit.debtor.owner != *participant)
        problems.add({credit.line, element_of(credit, "debtor", "../DbtrAgt"),
                      chain::to_text(credit.debtor),
                      "this wallet works for " + vostro::to_text(*participant)});
      check_debtor(directory, credit, problems);
    }
    if (creditors.insert(credit.creditor).second && !check_creditor(directory, credit, problems))
      ++unseen;
  }
  return unseen;
}

/// The file, checked to its end against the network, and what would be signed for it.
struct Prepared {
  BulkFile file;
  BulkAnnexes annexes;
  std::vector<PlannedOrder> orders;
  std::vector<Uuid> uetrs;  ///< of the credits
  std::vector<std::optional<client::FxOffer>> offers;
  BulkSums sums;
  std::size_t unseen = 0;
  std::map<chain::AccountId, client::AccountView> debtors;
};

Result<Prepared, Problems> prepare_bulk(Wallet& wallet, const BulkRequest& request) {
  if (request.defaults.accept_by && *request.defaults.accept_by <= wallet.now())
    throw usage("--accept-by " + vostro::to_text(*request.defaults.accept_by) +
                " is not in the future; it is now " + vostro::to_text(wallet.now()));
  auto file = read_bulk_file(request.content, request.defaults);
  if (!file) return fail(file.error());
  Prepared out;
  out.file = *std::move(file);
  Problems problems;
  const Directory directory = directory_of(wallet);
  out.unseen = check_names(wallet, directory, out.file, problems);
  if (problems.list.empty()) {
    out.offers = find_offers(
        out.file.credits, {wallet.network().network_id, wallet.now()},
        [&](const Currency& sells, const Currency& buys) {
          return must(client::all_pages(
              [&](const auto& cursor) { return wallet.api().quotes(sells, buys, cursor); }));
        },
        problems);
  }
  if (problems.list.empty())
    out.sums = check_sums(out.file.credits, out.offers, wallet.network().state.parameters.money_max,
                          problems);
  problems.is_cut = problems.is_full();
  if (!problems.list.empty()) return fail(std::move(problems));
  out.annexes = prepare_annexes(out.file.credits, directory.banks);
  out.orders =
      plan_orders(out.file.credits, out.offers, default_valid_until(wallet), client::make_uetr);
  if (out.orders.size() > client::BulkRun::orders_max) {
    problems.add({0, "", "",
                  "the file comes to " + std::to_string(out.orders.size()) +
                      " orders by account, currency, charge bearer and acceptance, and at most " +
                      std::to_string(client::BulkRun::orders_max) + " are taken; split it"});
    return fail(std::move(problems));
  }
  out.uetrs = uetrs_of(out.orders, out.file.credits.size());
  for (const auto& [of, sum] : out.sums)
    out.debtors.emplace(of.first, directory.accounts.at(of.first));
  return out;
}

/// What creditors get, by currency: what the control sum of the file is compared with by eye.
std::map<Currency, std::pair<std::size_t, std::int64_t>> totals_of(const BulkFile& file) {
  std::map<Currency, std::pair<std::size_t, std::int64_t>> totals;
  for (const BulkCredit& credit : file.credits) {
    auto& [count, units] = totals[credit.amount.currency];
    ++count;
    // The sum over all accounts may be beyond what one order or balance can be.
    units = checked_add(units, credit.amount.units.value).value_or(INT64_MAX);
  }
  return totals;
}

std::string credits_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " credit" : " credits");
}

Lines bulk_lines_of(const BulkRequest& request, const Prepared& prepared) {
  const BulkFile& file = prepared.file;
  Lines lines{{"file", request.path + " (" + file.format + ")"},
              {"hash", to_hex(request.hash.view()).substr(0, 16)}};
  if (!file.message_id.empty()) lines.emplace_back("message", file.message_id);
  lines.emplace_back("credits", std::to_string(file.credits.size()));
  for (const auto& [currency, total] : totals_of(file))
    lines.emplace_back(
        "total " + vostro::to_text(currency),
        to_text(Money{currency, MinorUnits(total.second)}) + " in " + credits_text(total.first));
  lines.emplace_back("control sum", file.control_sum
                                        ? *file.control_sum + ", which the credits sum up to"
                                        : "the file has none");
  for (const auto& [of, sum] : prepared.sums) {
    const Money pays{of.second, MinorUnits(sum.units)};
    const auto& balances = prepared.debtors.at(of.first).balances;
    const auto balance = std::find_if(balances.begin(), balances.end(), [&](const auto& each) {
      return each.amount.currency == pays.currency;
    });
    const Money has = balance == balances.end() ? Money{of.second, {}} : balance->amount;
    lines.emplace_back("payer", chain::to_text(of.first) + " pays " + to_text(pays) + " for " +
                                    credits_text(sum.credits) + ", and has " + to_text(has) +
                                    (has.units < pays.units ? ", which is too little" : ""));
  }
  std::map<std::string_view, std::size_t> kinds;
  for (const PlannedOrder& order : prepared.orders) ++kinds[chain::kind_of(order.body)];
  std::string orders;
  for (const auto& [kind, count] : kinds)
    orders += (orders.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(kind);
  lines.emplace_back("orders", orders);
  std::optional<UnixSeconds> ends;
  for (const auto& offer : prepared.offers) {
    if (offer && (!ends || offer->quote.quote.quote.expires_at < *ends))
      ends = offer->quote.quote.quote.expires_at;
  }
  if (ends) lines.emplace_back("prices end", vostro::to_text(*ends) + " at the earliest");
  if (!prepared.annexes.salts.empty())
    lines.emplace_back("sealed", "the references of " +
                                     credits_text(prepared.annexes.salts.size()) +
                                     ", to the payees' banks");
  if (prepared.annexes.unsealed > 0)
    lines.emplace_back("not sent", "the references of " + credits_text(prepared.annexes.unsealed) +
                                       ": a bank has no annex key to seal them to");
  if (file.with_details > 0)
    lines.emplace_back("not sent", "names, customers' accounts and remittance details of " +
                                       credits_text(file.with_details) +
                                       ": they do not travel on the ledger");
  if (prepared.unseen > 0)
    lines.emplace_back("not checked", "the node does not show whether " +
                                          std::to_string(prepared.unseen) +
                                          " of the creditors' accounts exist; where one does not, "
                                          "the ledger rejects its credits (AC03)");
  return lines;
}

json::object summary_json(const BulkRequest& request, const std::string& format,
                          const std::string& message_id) {
  return {
      {"file", as_json(request.path)},
      {"file_hash", as_json(to_hex(request.hash.view()))},
      {"format", format.empty() ? json::value(nullptr) : json::value(as_json(format))},
      {"message_id", message_id.empty() ? json::value(nullptr) : json::value(as_json(message_id))}};
}

Exit finish_dry_run(Wallet& wallet, const BulkRequest& request, const Prepared& prepared) {
  json::object out = summary_json(request, prepared.file.format, prepared.file.message_id);
  json::array totals;
  for (const auto& [currency, total] : totals_of(prepared.file)) {
    json::object each = as_json(Money{currency, MinorUnits(total.second)}).as_object();
    each["credits"] = total.first;
    totals.push_back(std::move(each));
  }
  json::array orders;
  for (const PlannedOrder& order : prepared.orders)
    orders.push_back(json::object{{"kind", as_json(chain::kind_of(order.body))},
                                  {"credits", order.credits.size()}});
  out["credits"] = prepared.file.credits.size();
  out["totals"] = std::move(totals);
  out["control_sum"] = prepared.file.control_sum ? json::value(as_json(*prepared.file.control_sum))
                                                 : json::value(nullptr);
  out["orders"] = std::move(orders);
  out["dry_run"] = true;
  return finish(
      wallet, Exit::ok, std::move(out),
      "Bulk payment, not signed and not sent\n" + labelled(bulk_lines_of(request, prepared)));
}

Stop bulk_stop(const client::JournalError& error) {
  if (error.kind != client::JournalError::Kind::damaged)
    return {Exit::local, client::to_string(error), "stored_orders", {}};
  return {Exit::local,
          error.path +
              ": what was signed for this file is damaged, and nothing is sent. Look for its "
              "payments (vostro account entries), and only then move the file away",
          "stored_orders",
          {}};
}

template <class T>
T must_bulk(Result<T, client::JournalError> result) {
  if (!result) throw bulk_stop(result.error());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

client::BulkJournal open_bulks(Wallet& wallet) {
  // Beside the single orders, in the directory of the same network.
  const std::string& orders = wallet.journal().directory();
  return must_bulk(
      client::BulkJournal::open(orders.substr(0, orders.rfind('/')) + "/bulks-" +
                                to_hex(wallet.network().network_id.view()).substr(0, 16)));
}

client::BulkRun sign_run(Wallet& wallet, const BulkRequest& request, Prepared& prepared,
                         std::uint32_t number) {
  client::BulkRun run;
  run.file = request.hash;
  run.number = number;
  run.made_at = wallet.now_ms();
  run.file_name = request.path.substr(0, client::BulkRun::text_bytes_max);
  run.options = request.options;
  run.message_id = prepared.file.message_id;
  run.items.resize(prepared.file.credits.size());
  const auto keys = wallet.keys();
  for (PlannedOrder& order : prepared.orders) {
    for (std::size_t i = 0; i < order.credits.size(); ++i) {
      const BulkCredit& credit = prepared.file.credits[order.credits[i]];
      run.items[order.credits[i]] = {static_cast<std::uint32_t>(credit.line), credit.reference,
                                     static_cast<std::uint32_t>(run.orders.size()),
                                     static_cast<std::uint32_t>(i)};
    }
    const auto transaction = client::sign_order(
        {wallet.network().network_id, order.id, order.valid_until, std::move(order.body)}, keys);
    if (!transaction)
      throw usage(
          "an order is not one that the ledger takes: " + chain::to_string(transaction.error()),
          std::string(chain::to_string(transaction.error().reason)));
    run.orders.push_back({{chain::acting_participant(transaction->body), transaction->id},
                          chain::encode_transaction(*transaction)});
  }
  return run;
}

/// The run that goes on, where this file was begun or done before; none where it is to be paid
/// anew.
std::optional<client::BulkRun> earlier_run(const client::BulkJournal& journal,
                                           const BulkRequest& request, std::uint32_t& number) {
  number = must_bulk(journal.last_number(request.hash));
  if (number == 0) return std::nullopt;
  client::BulkRun run = must_bulk(journal.load(request.hash, number));
  const client::BulkProgress progress = must_bulk(journal.progress(run));
  if (progress.is_void) return std::nullopt;  // nothing was taken, and nothing ever can be
  if (request.is_another) {
    if (progress.is_done) return std::nullopt;
    throw Stop{Exit::unknown,
               request.path + ": the paying of this file that was begun at " +
                   vostro::to_text(run.made_at) +
                   " is not finished, and may have been paid. Give the same file without --another "
                   "to finish it first",
               "unfinished_bulk",
               {}};
  }
  if (run.options != request.options)
    throw usage(request.path + ": this file was " + (progress.is_done ? "paid" : "begun") + " at " +
                    vostro::to_text(run.made_at) + " with other options (" +
                    (run.options.empty() ? "none" : run.options) +
                    "). Give the same ones to see its results, or --another to pay it again",
                "other_options");
  return run;
}

/// A bar at a terminal; nothing elsewhere.
class ProgressBar {
 public:
  ProgressBar(Wallet& wallet, std::size_t all) : environment_(wallet.environment()), all_(all) {
    const auto terminal = environment_.variables("TERM");
    is_shown_ = environment_.is_terminal && !wallet.settings().is_json && terminal != "dumb";
    show(0);
  }
  void show(std::size_t done) {
    constexpr std::size_t width = 40;
    if (!is_shown_ || all_ == 0) return;
    const std::size_t filled = done * width / all_;
    environment_.out << "\r[" << std::string(filled, '#') << std::string(width - filled, '.')
                     << "] " << done << " of " << all_ << " credits final";
    environment_.out.flush();
  }
  void clear() {
    if (!is_shown_) return;
    environment_.out << "\r" << std::string(80, ' ') << "\r";
  }

 private:
  Environment& environment_;
  std::size_t all_;
  bool is_shown_ = false;
};

std::string_view what_next(const BulkCounts& counts) {
  if (counts.contains("unknown") || counts.contains("accepted"))
    return "some outcomes are unknown: give the same file again, which cannot pay twice";
  if (counts.contains("awaiting_approval"))
    return "other persons sign: vostro approve list; then give the same file again for the "
           "receipts";
  if (counts.contains("not_sent"))
    return "what was not sent is sent when the same file is given again";
  if (counts.size() == 1 && (counts.contains("refused") || counts.contains("expired")))
    return "nothing was paid: mend the reason and give the same file again";
  return "";
}

Exit report_bulk(Wallet& wallet, const BulkRequest& request, const client::BulkRun& run,
                 bool is_repeat, const RunOutcome& outcome, std::optional<ResultFile>& result) {
  Exit exit = exit_of(outcome);
  if (outcome.journal)
    remark(wallet, "the outcomes are as shown, but could not be noted: " +
                       client::to_string(*outcome.journal));
  if (!outcome.trouble.empty()) remark(wallet, outcome.trouble);
  json::value result_path = nullptr;
  if (result) {
    if (const auto saved = result->save(outcome.items); saved) {
      result_path = as_json(result->path());
    } else {
      remark(wallet, saved.error() +
                         "; the outcomes are as shown: give the same file again for the results");
      if (exit == Exit::ok || exit == Exit::partly) exit = Exit::local;
    }
  }
  const BulkCounts counts = count_items(outcome.items);
  json::object out = summary_json(request, "", run.message_id);
  out.erase("format");
  json::object counted;
  for (const auto& [status, count] : counts) counted[status] = count;
  json::array orders;
  for (const OrderOutcome& order : outcome.orders) orders.push_back(order_json(order));
  out["run"] = run.number;
  out["made_at"] = as_json(run.made_at);
  out["repeat"] = is_repeat;
  out["credits"] = run.items.size();
  out["counts"] = std::move(counted);
  out["orders"] = std::move(orders);
  out["result"] = std::move(result_path);
  out["dry_run"] = false;

  Lines lines{{"credits", std::to_string(run.items.size())},
              {"outcome", counts_text(wallet, counts)}};
  constexpr std::size_t shown_max = 10;
  std::size_t bad = 0;
  for (const ItemOutcome& item : outcome.items) {
    const bool is_bad = item.final && item.final->receipt.status == chain::Status::rejected;
    if (!is_bad || ++bad > shown_max) continue;
    lines.emplace_back("line " + std::to_string(item.line),
                       vostro::to_text(item.uetr) + " " + reason_text(item.final->receipt));
  }
  if (bad > shown_max)
    lines.emplace_back(
        "", "and " + std::to_string(bad - shown_max) + " more: --result FILE has each credit");
  for (const OrderOutcome& order : outcome.orders) {
    if (order.delivery.outcome == client::Outcome::refused && order.delivery.error)
      lines.emplace_back("refused", client::to_string(*order.delivery.error));
  }
  if (result) lines.emplace_back("result", result->path());
  if (!what_next(counts).empty()) lines.emplace_back("next", what_next(counts));
  return finish(wallet, exit, std::move(out), labelled(lines));
}

Exit pay_file(Wallet& wallet, const Arguments& arguments) {
  const BulkRequest request = bulk_request_from(wallet, arguments);
  std::optional<ResultFile> result;
  if (const auto path = arguments.find("--result"); path && !request.is_dry_run) {
    if (*path == request.path) throw usage("--result is the file of the credits itself");
    if (!result_format(*path))
      throw usage("--result " + *path + ": the name ends in .csv or .json");
    auto opened = ResultFile::open(*path);
    if (!opened) throw Stop{Exit::local, opened.error(), "local", {}};
    result.emplace(*std::move(opened));
  }
  (void)wallet.network();
  (void)wallet.api();  // a node of another network is refused before anything else
  if (request.is_dry_run) {
    const auto prepared = prepare_bulk(wallet, request);
    return prepared
               ? finish_dry_run(wallet, request, *prepared)
               : refuse_file(wallet, request.path, prepared.error(), "nothing was signed or sent");
  }
  client::BulkJournal journal = open_bulks(wallet);
  std::uint32_t number = 0;
  std::optional<client::BulkRun> run = earlier_run(journal, request, number);
  const bool is_repeat = run.has_value();
  if (is_repeat) {
    remark(wallet, "this file was signed before, at " + vostro::to_text(run->made_at) +
                       ": what is left of it goes on, and nothing is paid twice");
  } else {
    auto prepared = prepare_bulk(wallet, request);
    if (!prepared)
      return refuse_file(wallet, request.path, prepared.error(), "nothing was signed or sent");
    confirm(wallet, "Bulk payment", bulk_lines_of(request, *prepared));
    run = sign_run(wallet, request, *prepared, number + 1);
    // Before the orders are on disk: whoever finds them there sends them without asking.
    put_annexes(wallet, prepared->annexes, prepared->file.credits, prepared->uetrs);
    // Another process that was quicker with the same file has stored the orders that count.
    const auto stored = journal.store(*run);
    if (!stored && stored.error().kind == client::JournalError::Kind::already_there)
      throw Stop{Exit::refused,
                 request.path +
                     ": another vostro has just begun to pay this file; nothing was sent. "
                     "Give the same file again to see its results",
                 "stored_orders",
                 {}};
    must_bulk(stored);
  }
  ProgressBar bar(wallet, run->items.size());
  const RunOutcome outcome =
      carry_out(wallet, journal, *run, [&bar](std::size_t done) { bar.show(done); });
  bar.clear();
  return report_bulk(wallet, request, *run, is_repeat, outcome, result);
}

}  // namespace

std::vector<Command> bulk_commands() {
  using Kind = Option::Kind;
  return {{"pay-file",
           "Pay a file of credits, CSV or pain.001; the same file again goes on, and pays nothing "
           "twice",
           {{"FILE", Kind::positional, false, "CSV or pain.001 (docs/bulk.md)"},
            {"--from", Kind::value, false,
             "Account that pays, for a pain.001 that names none of the ledger"},
            {"--to-label", Kind::value, false,
             "Label of the creditor bank's account, likewise (default main)"},
            {"--pay-with", Kind::value, false,
             "Currency to pay with, at the best live quotes, where the file says nothing"},
            {"--accept-by", Kind::value, false,
             "Hold for the payees' banks until: UTC time, or +90s, +15m, +1h, +7d"},
            {"--charge-bearer", Kind::value, false,
             "DEBT, SHAR or CRED, where the file says nothing (default SHAR)"},
            {"--result", Kind::value, false,
             "Write what became of each credit to this file: .csv or .json"},
            {"--dry-run", Kind::flag, false, "Check and show everything; sign and send nothing"},
            {"--another", Kind::flag, false, "Pay a file again that was paid before"}},
           pay_file}};
}

}  // namespace vostro::wallet
