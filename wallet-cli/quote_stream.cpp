#include <algorithm>
#include <map>
#include <set>

#include "base/checked.h"
#include "chain/json/values.h"
#include "client/fx.h"
#include "client/read_answers.h"
#include "wallet-cli/desk.h"
#include "wallet-cli/line_source.h"
#include "wallet-cli/lookup.h"
#include "wallet-cli/quotes.h"
#include "wallet-cli/send.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTick{500};
constexpr milliseconds kPause{200};
constexpr std::uint64_t kLookS = 5;      // between looks whether the node still has the quotes
constexpr std::uint64_t kFinalInS = 15;  // a withdrawal that a node has taken is final by then

/// The node may be asked again later; what it says else will be said again.
bool may_pass(const client::ApiError& error) {
  return error.kind != client::ApiError::Kind::problem || error.problem->status == 429 ||
         error.problem->status >= 500;
}

class QuoteStream {
 public:
  QuoteStream(Wallet& wallet, LineSource& source, DeskOptions options, SecretKey key)
      : wallet_(wallet),
        api_(wallet.api()),
        source_(source),
        options_(options),
        key_(std::move(key)),
        desk_(std::move(options), client::make_uetr) {}

  Exit run() {
    fills_from_ = must(api_.status()).height.next();
    std::string why;
    std::optional<Stop> failed;
    try {
      why = quote_until_end();
    } catch (const Stop& stop) {
      failed = stop;
    }
    withdraw_all();
    return report(why, failed);
  }

 private:
  /// Why it ended.
  std::string quote_until_end() {
    for (;;) {
      const InputBatch batch = source_.next(kTick);
      take(batch);
      if (batch.end == InputBatch::End::signal) return "signal";
      if (batch.end == InputBatch::End::input) return "end_of_input";
      count_fills();
      desk_.advance(wallet_.now());
      publish();
      withdraw();
      look_for_lost();
      if (!has_complained_) complaint_.clear();
      has_complained_ = false;
    }
  }

  /// Every line must be good; of those that have come for a pair the last one counts.
  void take(const InputBatch& batch) {
    std::map<DeskPair, std::pair<DeskPrice, std::string>> newest;
    for (const InputLine& line : batch.lines) {
      auto price = parse_desk_price(line.text, wallet_.now());
      if (!price)
        throw usage("line " + std::to_string(line.number) + ": " + price.error() +
                        ". All quotes are withdrawn",
                    "bad_line");
      const DeskPair pair = price->pair;
      newest.insert_or_assign(pair, std::pair(*std::move(price), line.text));
    }
    std::vector<DeskPair> pairs;
    for (auto& [pair, price] : newest) {
      pairs.push_back(pair);
      std::string& known = known_[pair];
      if (batch.is_whole && known == price.second) continue;  // another line of the file changed
      known = price.second;
      if (!desk_.set_price(std::move(price.first)))
        throw usage("more than " + std::to_string(Desk::pairs_max) + " pairs", "too_many_pairs");
    }
    if (batch.is_whole) {
      desk_.keep_only(pairs);
      std::erase_if(known_, [&](const auto& entry) { return !newest.contains(entry.first); });
    }
  }

  void publish() {
    for (const chain::Quote& quote : desk_.to_publish(wallet_.now())) {
      desk_.offered(quote.id);  // from here on it may be live
      const auto published = api_.publish(client::sign_quote(quote, key_));
      if (published) {
        desk_.published(quote.id);
        ++published_;
        tell("live       " + text_of(quote));
      } else if (published.error().is_problem(409, "quote-closed")) {
        desk_.closed(quote.id);
        tell("closed     " + text_of(quote) + ": withdrawn by another, or sold out");
      } else if (is_ending(quote)) {
        desk_.withdrawn(quote.id);  // whatever the node says: nobody takes it any more
      } else if (may_pass(published.error())) {
        return complain("not published", published.error());
      } else {
        desk_.withdrawn(quote.id);
        Stop stop = stop_of(published.error());
        if (published.error().is_problem(422, "quote-expired"))
          stop.what += " This machine says that it is " + vostro::to_text(wallet_.now()) +
                       ": are both clocks right?";
        throw stop;
      }
    }
  }

  bool is_ending(const chain::Quote& quote) const {
    return quote.expires_at.value < wallet_.now().value + client::quote_seconds_min;
  }

  /// A withdrawal is an order of its own, the same bytes until it is final: a repeat is no second
  /// order. Here it is enough that the node has taken it.
  void withdraw() {
    for (const chain::Quote& quote : desk_.to_withdraw(wallet_.now())) {
      const auto answer = api_.submit(cancel_of(quote), false);
      if (answer || is_too_late(answer.error())) {
        cancels_.at(quote.id).taken_at = wallet_.now();
        note_withdrawn(quote);
      } else if (may_pass(answer.error())) {
        return complain("not withdrawn", answer.error());
      } else {
        throw stop_of(answer.error());
      }
    }
    const UnixSeconds now = wallet_.now();
    std::erase_if(cancels_, [&](const auto& entry) {
      const Cancel& cancel = entry.second;
      return cancel.valid_until < now ||
             (cancel.taken_at && cancel.taken_at->value + kFinalInS < now.value);
    });
  }

  /// Past its time the order is as little use as the quote.
  static bool is_too_late(const client::ApiError& error) {
    return error.is_problem(422, "outside-window");
  }

  void note_withdrawn(const chain::Quote& quote) {
    desk_.withdrawn(quote.id);
    ++withdrawn_;
    tell("withdrawn  " + text_of(quote));
  }

  const Bytes& cancel_of(const chain::Quote& quote) {
    if (const auto at = cancels_.find(quote.id); at != cancels_.end()) return at->second.bytes;
    const auto cancel = client::sign_order(
        {options_.network_id, client::make_uetr(), quote.expires_at, chain::Cancel{{}, quote}},
        std::span(&key_, 1));
    if (!cancel)
      throw usage("the withdrawal is not one that the ledger takes: " +
                  chain::to_string(cancel.error()));
    return cancels_
        .emplace(quote.id, Cancel{chain::encode_transaction(*cancel), cancel->valid_until, {}})
        .first->second.bytes;
  }

  void count_fills() {
    const auto fills = client::all_pages(
        [&](const auto& cursor) { return api_.fills(options_.provider, fills_from_, cursor); });
    if (!fills) {
      if (!may_pass(fills.error())) throw stop_of(fills.error());
      return complain("fills are not known", fills.error());
    }
    for (const client::FillView& fill : *fills) {
      if (fill.height > fills_from_) {
        fills_from_ = fill.height;
        seen_.clear();
      }
      if (!seen_.insert(fill.payment).second) continue;
      const Desk::Offer* offer = desk_.fill(fill.quote, fill.sold.units);
      if (offer == nullptr) continue;  // of another program
      ++fills_;
      add(fill.bought, bought_);
      add(fill.sold, sold_);
      tell("filled     " + to_text(fill.sold) + " for " + to_text(fill.bought) + " by " +
           chain::to_text(fill.debtor) + ", " + fill.status + ", " +
           vostro::to_text(fill.payment.id) + "; " +
           to_text(Money{fill.sold.currency, desk_.left_of_price(*offer)}) +
           " left of the price, quote " + vostro::to_text(fill.quote));
    }
  }

  static void add(const Money& money, std::map<Currency, std::int64_t>& to) {
    std::int64_t& sum = to[money.currency];
    sum = checked_add(sum, money.units.value).value_or(std::numeric_limits<std::int64_t>::max());
  }

  /// A node that was started anew has no quotes until it is told again.
  void look_for_lost() {
    const UnixSeconds now = wallet_.now();
    if (now.value < looked_at_.value + kLookS) return;
    looked_at_ = now;
    std::set<std::pair<Currency, Currency>> sides;
    for (const Desk::Offer* offer : desk_.open(now))
      if (offer->is_wanted) sides.emplace(offer->quote.sells, offer->quote.buys);
    for (const auto& [sells, buys] : sides) {
      const auto quotes = client::all_pages(
          [&, s = sells, b = buys](const auto& cursor) { return api_.quotes(s, b, cursor); });
      if (!quotes) return complain("quotes are not known", quotes.error());
      std::set<Uuid> there;
      for (const client::QuoteView& view : *quotes) there.insert(view.quote.quote.id);
      std::vector<Uuid> lost;
      for (const Desk::Offer* offer : desk_.open(now)) {
        const bool is_of_these = offer->quote.sells == sells && offer->quote.buys == buys;
        if (is_of_these && offer->is_wanted && !is_ending(offer->quote) &&
            !there.contains(offer->quote.id))
          lost.push_back(offer->quote.id);
      }
      for (const Uuid& id : lost) desk_.lost(id);
    }
  }

  /// Until none is live: withdrawn, or ended by itself. A second signal ends the trying.
  void withdraw_all() {
    desk_.stop();
    try {
      // All at once first, then each until it is final: they need one block, not one each.
      for (const chain::Quote& quote : desk_.to_withdraw(wallet_.now()))
        (void)api_.submit(cancel_of(quote), false);
      for (;;) {
        if (are_final(desk_.to_withdraw(wallet_.now()))) break;
        if (source_.pause(kPause)) return;
      }
      for (const auto& [quote, cancel] : cancels_) {
        if (cancel.valid_until >= wallet_.now()) (void)api_.submit(cancel.bytes, true);
      }
      count_fills();
    } catch (const Stop& stop) {
      tell(stop.what);
    }
  }

  bool are_final(const std::vector<chain::Quote>& quotes) {
    for (const chain::Quote& quote : quotes) {
      const auto answer = api_.submit(cancel_of(quote), true);
      if (!answer && !is_too_late(answer.error())) {
        complain("not withdrawn", answer.error());
        return false;
      }
      if (answer && !answer->final) return false;
      if (answer && answer->final->receipt.status == chain::Status::rejected &&
          quote.expires_at >= wallet_.now()) {
        tell("not withdrawn: " + reason_text(answer->final->receipt));
        return false;
      }
      note_withdrawn(quote);
    }
    return true;
  }

  Exit report(const std::string& why, const std::optional<Stop>& failed) {
    json::array live;
    UnixSeconds last;
    for (const Desk::Offer* offer : desk_.open(wallet_.now())) {
      live.push_back(json::object{{"id", as_json(vostro::to_text(offer->quote.id))},
                                  {"expires_at", as_json(offer->quote.expires_at)}});
      last = std::max(last, offer->quote.expires_at);
    }
    const std::string rest = std::to_string(live.size()) + " quotes may be live until " +
                             vostro::to_text(last) + ", when they end by themselves";
    if (failed) {
      Stop stop = *failed;
      if (!live.empty()) stop.what += ". " + rest;
      throw stop;
    }
    json::array positions;
    std::vector<std::vector<std::string>> rows{{"CURRENCY", "BOUGHT", "SOLD"}};
    std::set<Currency> currencies;
    for (const auto& [currency, units] : bought_) currencies.insert(currency);
    for (const auto& [currency, units] : sold_) currencies.insert(currency);
    for (const Currency& currency : currencies) {
      const Money bought{currency, MinorUnits(bought_[currency])};
      const Money sold{currency, MinorUnits(sold_[currency])};
      positions.push_back(json::object{{"currency", as_json(vostro::to_text(currency))},
                                       {"bought", as_json(bought)},
                                       {"sold", as_json(sold)}});
      rows.push_back({vostro::to_text(currency), to_text(bought), to_text(sold)});
    }
    const Exit exit = live.empty() ? Exit::ok : Exit::unknown;
    const std::string text =
        labelled({{"ended by", why == "signal" ? "a signal" : "the end of the input"},
                  {"published", std::to_string(published_)},
                  {"withdrawn", std::to_string(withdrawn_)},
                  {"fills", std::to_string(fills_)},
                  {"live", live.empty() ? "none" : rest}}) +
        (currencies.empty() ? "" : columns(rows));
    return finish(wallet_, exit,
                  json::object{{"provider", as_json(options_.provider)},
                               {"ended_by", as_json(why)},
                               {"published", published_},
                               {"withdrawn", withdrawn_},
                               {"fills", fills_},
                               {"positions", std::move(positions)},
                               {"live", std::move(live)}},
                  text);
  }

  std::string text_of(const chain::Quote& quote) const {
    return vostro::to_text(quote.id) + " sells " + to_text(Money{quote.sells, quote.limit}) +
           " at " + chain::to_text(quote.rate) + " " + vostro::to_text(quote.buys) + " per " +
           vostro::to_text(quote.sells) + " until " + vostro::to_text(quote.expires_at);
  }
  void tell(const std::string& what) { remark(wallet_, what); }
  /// Each trouble once, as long as it lasts.
  void complain(const std::string& what, const client::ApiError& error) {
    const std::string text = what + ", it is tried again: " + client::to_string(error);
    if (text != complaint_) tell(text);
    complaint_ = text;
    has_complained_ = true;
  }

  struct Cancel {
    Bytes bytes;
    UnixSeconds valid_until;
    std::optional<UnixSeconds> taken_at;  ///< by the node
  };

  Wallet& wallet_;
  client::ApiClient& api_;
  LineSource& source_;
  DeskOptions options_;
  SecretKey key_;
  Desk desk_;
  std::map<DeskPair, std::string> known_;  ///< the line of each pair that was taken last
  std::map<Uuid, Cancel> cancels_;         ///< signed withdrawals, by quote
  Height fills_from_;
  std::set<chain::OwnedId> seen_;  ///< fills of that height
  UnixSeconds looked_at_;
  std::string complaint_;  ///< while it lasts
  bool has_complained_ = false;
  std::uint64_t published_ = 0;
  std::uint64_t withdrawn_ = 0;
  std::uint64_t fills_ = 0;
  std::map<Currency, std::int64_t> bought_;
  std::map<Currency, std::int64_t> sold_;
};

std::uint64_t life_from(Wallet& wallet, const Arguments& arguments) {
  const std::string text = arguments.find("--life").value_or("30s");
  const auto seconds = parse_duration_s(text);
  const std::uint64_t most = wallet.network().state.parameters.max_quote_life_s;
  if (!seconds || *seconds < DeskOptions::life_min_s || *seconds > most)
    throw usage("--life " + text + ": a quote of a stream lives " +
                std::to_string(DeskOptions::life_min_s) + " s to " + std::to_string(most) +
                " s, as in 30s");
  return *seconds;
}

}  // namespace

Exit quote_stream(Wallet& wallet, const Arguments& arguments) {
  for (const std::string option :
       {"--sells", "--buys", "--rate", "--limit", "--expires", "--hold-max", "--debtors"})
    if (arguments.has(option))
      throw usage(option + " is for a single quote: with --stream each line says it");
  const std::string& input = arguments.text("--stream");
  DeskOptions options;
  options.network_id = wallet.network().network_id;
  options.provider = account_from(arguments.text("--provider"), "--provider");
  options.life_s = life_from(wallet, arguments);
  (void)wallet.api();
  (void)own_account(wallet, options.provider);
  confirm(wallet, "Quotes from a stream of prices",
          {{"provider", chain::to_text(options.provider)},
           {"prices from", input == "-" ? "standard input" : input},
           {"each quote", "at most " + std::to_string(options.life_s) + " s"}});
  SecretKey key = quote_key(wallet);
  const auto source = wallet.environment().open_lines(input);
  return QuoteStream(wallet, *source, std::move(options), std::move(key)).run();
}

}  // namespace vostro::wallet
