#include <algorithm>

#include "chain/json/values.h"
#include "client/fx.h"
#include "client/read_answers.h"
#include "wallet-cli/annex.h"
#include "wallet-cli/command.h"
#include "wallet-cli/lookup.h"
#include "wallet-cli/quotes.h"
#include "wallet-cli/send.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

/// What the command line asks for, checked as far as that needs no node.
struct PayRequest {
  chain::AccountId debtor;
  chain::AccountId creditor;
  Money amount;
  Currency pay_with;
  std::optional<UnixSeconds> accept_by;
  chain::Bearer bearer = chain::Bearer::shar;
  std::vector<chain::Charge> charges;
  std::optional<chain::Purpose> purpose;
  std::optional<Uuid> uetr;
  std::optional<client::Annex> annex;
  bool wait = false;

  [[nodiscard]] bool is_exchange() const { return pay_with != amount.currency; }
};

/// "debtor:NORDDEFF/fees:1.50"
chain::Charge charge_from(const std::string& text, const PayRequest& request) {
  const auto parts = split_list(text, ':');
  if (parts.size() != 3 || (parts[0] != "debtor" && parts[0] != "creditor"))
    throw usage("--charge " + text +
                ": write PAYER:ACCOUNT:AMOUNT, as in debtor:NORDDEFF/fees:1.50");
  const auto payer = parts[0] == "debtor" ? chain::Payer::debtor : chain::Payer::creditor;
  const Currency currency =
      payer == chain::Payer::debtor ? request.pay_with : request.amount.currency;
  const auto units = parse_units(parts[2], currency);
  if (!units) throw usage("--charge " + units.error());
  return {payer, account_from(parts[1], "--charge"), *units};
}

PayRequest request_from(Wallet& wallet, const Arguments& arguments) {
  PayRequest request;
  request.debtor = account_from(arguments.text("--from"), "--from");
  request.creditor = account_from(arguments.text("--to"), "--to");
  if (request.debtor == request.creditor) throw usage("--from and --to are the same account");
  const auto amount = parse_money(arguments.text("--amount"));
  if (!amount) throw usage("--amount " + amount.error(), "bad_amount");
  request.amount = *amount;
  const auto pay_with = arguments.find("--pay-with");
  request.pay_with = pay_with ? currency_from(*pay_with, "--pay-with") : request.amount.currency;
  if (const auto given = arguments.find("--accept-by")) {
    const auto time = parse_when(*given, wallet.now());
    if (!time) throw usage("--accept-by " + time.error());
    request.accept_by = *time;
  }
  if (const auto given = arguments.find("--charge-bearer")) {
    const auto bearer = chain::bearer_from(*given);
    if (!bearer) throw usage("--charge-bearer " + *given + ": known are DEBT, SHAR and CRED");
    request.bearer = *bearer;
  }
  for (const std::string& charge : arguments.all("--charge"))
    request.charges.push_back(charge_from(charge, request));
  if (const auto given = arguments.find("--purpose")) {
    const bool is_letters =
        given->size() == 4 &&
        std::all_of(given->begin(), given->end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!is_letters)
      throw usage("--purpose " + *given +
                  " is no ISO 20022 purpose: four capital letters, as in SUPP");
    request.purpose = chain::Purpose{code_from(*given, "--purpose")};
  }
  if (const auto given = arguments.find("--uetr")) request.uetr = uetr_from(*given);
  request.annex = annex_from(arguments);
  request.wait = arguments.has("--wait");
  return request;
}

constexpr std::size_t kNextShown = 3;

/// What the two currencies of an exchange need in common.
struct Terms {
  std::optional<client::FxOffer> taken;
  std::vector<client::FxOffer> next;  ///< the dearer ones that follow it
};

Terms terms_for(Wallet& wallet, const PayRequest& request) {
  if (!request.is_exchange()) return {};
  const auto quotes = must(client::all_pages([&](const auto& cursor) {
    return wallet.api().quotes(request.amount.currency, request.pay_with, cursor);
  }));
  const client::FxSearch search =
      client::search_quotes({wallet.network().network_id, request.debtor, request.creditor,
                             request.amount, request.pay_with, wallet.now(), request.accept_by},
                            quotes);
  if (search.offers.empty())
    throw Stop{Exit::refused,
               "no live quote sells " + to_text(request.amount) + " for " +
                   vostro::to_text(request.pay_with) + ": " + client::why_none(search),
               "no_quote",
               {}};
  const std::size_t shown = std::min(search.offers.size(), kNextShown + 1);
  const auto first = search.offers.begin();
  return {*first, {first + 1, first + static_cast<std::ptrdiff_t>(shown)}};
}

chain::Body body_of(const PayRequest& request, const Terms& terms,
                    const std::optional<Hash>& annex) {
  const chain::Credit credit{request.creditor, request.amount.units, request.charges,
                             request.purpose, annex};
  const chain::Acceptance acceptance{request.accept_by};
  if (!terms.taken)
    return chain::Payment{request.debtor, request.amount.currency, credit, request.bearer,
                          acceptance,     chain::IfShort::reject};
  return chain::FxPayment{request.debtor,
                          request.amount.currency,
                          credit,
                          request.bearer,
                          acceptance,
                          chain::IfShort::reject,
                          terms.taken->price,
                          terms.taken->quote.quote};
}

std::string offer_text(const client::FxOffer& offer) {
  const chain::Quote& quote = offer.quote.quote.quote;
  return to_text(offer.price) + " at " + rate_text(quote) + ", " + chain::to_text(quote.provider) +
         ", ends " + vostro::to_text(quote.expires_at);
}
std::string next_text(const client::FxOffer& offer, const client::FxOffer& taken) {
  const Money more{offer.price.currency,
                   MinorUnits(offer.price.units.value - taken.price.units.value)};
  return offer_text(offer) + ", " + to_text(more) + " more";
}

client::Ends ends_for(const PayRequest& request, const Terms& terms) {
  return client::ends_of(terms.taken ? terms.taken->price : request.amount, request.amount,
                         request.charges);
}

Lines lines_of(const PayRequest& request, const Terms& terms, const Uuid& uetr,
               const client::AccountView& debtor) {
  const client::Ends ends = ends_for(request, terms);
  const Money& taken = ends.taken;
  const Money price = terms.taken ? terms.taken->price : request.amount;
  Lines lines{{"payer", chain::to_text(request.debtor)},
              {"payee", chain::to_text(request.creditor)},
              {"amount", to_text(request.amount)}};
  if (terms.taken) {
    lines.emplace_back("price", offer_text(*terms.taken));
    for (const client::FxOffer& offer : terms.next)
      lines.emplace_back("next best", next_text(offer, *terms.taken));
    if (terms.next.empty()) lines.emplace_back("next best", "none");
    const UnixSeconds end = terms.taken->quote.quote.quote.expires_at;
    lines.emplace_back("price ends", vostro::to_text(end) + "; the order is void then");
  }
  std::string charges = std::string(chain::to_string(request.bearer));
  for (const chain::Charge& charge : request.charges)
    charges += (charges.size() == 4 ? ": " : ", ") +
               to_text(Money{
                   charge.payer == chain::Payer::debtor ? price.currency : request.amount.currency,
                   charge.amount}) +
               (charge.payer == chain::Payer::debtor ? " by the payer to " : " by the payee to ") +
               chain::to_text(charge.account);
  lines.emplace_back("charges", charges + (request.charges.empty() ? ", none" : ""));
  lines.emplace_back("payer pays", to_text(taken));
  lines.emplace_back("payee gets", to_text(ends.given));
  const auto balance =
      std::find_if(debtor.balances.begin(), debtor.balances.end(),
                   [&](const auto& each) { return each.amount.currency == taken.currency; });
  const Money there =
      balance == debtor.balances.end() ? Money{taken.currency, {}} : balance->amount;
  lines.emplace_back("payer has",
                     to_text(there) + (there.units < taken.units ? ", which is too little" : ""));
  lines.emplace_back(
      "settles",
      request.accept_by
          ? "when the payee's bank accepts (at once where it takes our payments unasked), by " +
                vostro::to_text(*request.accept_by)
          : "at once");
  if (request.purpose) lines.emplace_back("purpose", std::string(request.purpose->code.data(), 4));
  lines.emplace_back("uetr", vostro::to_text(uetr));
  return lines;
}

json::array charges_json(const PayRequest& request) {
  json::array out;
  for (const chain::Charge& charge : request.charges) {
    const bool is_debtors = charge.payer == chain::Payer::debtor;
    const Currency currency = is_debtors ? request.pay_with : request.amount.currency;
    out.push_back(json::object{{"payer", is_debtors ? "debtor" : "creditor"},
                               {"account", as_json(charge.account)},
                               {"amount", as_json(Money{currency, charge.amount})}});
  }
  return out;
}

json::object extra_json(const PayRequest& request, const Uuid& uetr, const Terms& terms,
                        bool is_repeat, const std::optional<Hash>& annex = {}) {
  json::object out{{"uetr", as_json(vostro::to_text(uetr))},
                   {"agent", as_json(vostro::to_text(request.debtor.owner))},
                   {"debtor", as_json(request.debtor)},
                   {"creditor", as_json(request.creditor)},
                   {"amount", as_json(request.amount)},
                   {"debtor_amount", as_json(terms.taken ? terms.taken->price : request.amount)},
                   {"debtor_pays", nullptr},
                   {"creditor_gets", nullptr},
                   {"charge_bearer", as_json(chain::to_string(request.bearer))},
                   {"charges", charges_json(request)},
                   {"accept_by", as_json(request.accept_by)},
                   {"annex", hash_json(annex)},
                   {"repeat", is_repeat},
                   {"quote", nullptr},
                   {"next_quotes", json::array{}},
                   {"price_ends", nullptr}};
  // Of an exchange that was ordered before, the price is not at hand.
  if (!request.is_exchange() || terms.taken) {
    const auto [taken, given] = ends_for(request, terms);
    out["debtor_pays"] = as_json(taken);
    out["creditor_gets"] = as_json(given);
  }
  if (!terms.taken) return out;
  const chain::Quote& quote = terms.taken->quote.quote.quote;
  out["quote"] = chain::to_value(quote, client::iso_exponents());
  out["price_ends"] = as_json(quote.expires_at);
  json::array next;
  for (const client::FxOffer& offer : terms.next)
    next.push_back(
        json::object{{"quote", chain::to_value(offer.quote.quote.quote, client::iso_exponents())},
                     {"price", as_json(offer.price)}});
  out["next_quotes"] = std::move(next);
  return out;
}

bool is_same_order(const chain::Body& body, const PayRequest& request) {
  const auto same = [&](const auto& order) {
    return order.debtor == request.debtor && order.currency == request.amount.currency &&
           order.credit.creditor == request.creditor && order.credit.amount == request.amount.units;
  };
  if (const auto* payment = std::get_if<chain::Payment>(&body))
    return !request.is_exchange() && same(*payment);
  if (const auto* exchange = std::get_if<chain::FxPayment>(&body))
    return exchange->debtor_amount.currency == request.pay_with && request.is_exchange() &&
           same(*exchange);
  return false;
}

/// The stored order of this UETR, whose bytes are to be sent again.
std::optional<client::StoredOrder> stored_order(Wallet& wallet, const PayRequest& request) {
  if (!request.uetr || !wallet.has_journal()) return std::nullopt;
  auto found = wallet.journal().find({request.debtor.owner, *request.uetr});
  if (!found) throw stop_of(found.error());
  if (!*found) return std::nullopt;
  const auto transaction = chain::decode_transaction((*found)->transaction);
  if (!transaction || !is_same_order(transaction->body, request))
    throw Stop{Exit::refused,
               "the UETR " + vostro::to_text(*request.uetr) +
                   " stands for another order, which is not finished: vostro submit --pending",
               "id-used", "AM05"};
  return **found;
}

/// A stored order that a node has taken is over once the ledger says so.
bool is_over(Wallet& wallet, const client::StoredOrder& order, const chain::Transaction& made) {
  const auto found = wallet.api().transaction(order.name, made.valid_until);
  const bool is_over = found && (found->state == client::TransactionState::final ||
                                 found->state == client::TransactionState::expired);
  if (is_over) {
    if (const auto removed = wallet.journal().remove(order.name); !removed)
      remark(wallet, to_string(removed.error()));
  }
  return is_over;
}

/// Whoever repeats an order whose outcome is unknown would pay twice.
void warn_of_unfinished(Wallet& wallet, const PayRequest& request, bool is_another_meant) {
  if (!wallet.has_journal()) return;
  const auto content = wallet.journal().list();
  if (!content) throw stop_of(content.error());
  for (const std::string& path : content->damaged)
    remark(wallet, to_string(client::JournalError{client::JournalError::Kind::damaged,
                                                  FileError::input_output, path}));
  std::size_t open = 0;
  for (const client::StoredOrder& order : content->orders) {
    const bool is_accepted = order.state == client::OrderState::accepted;
    if (!is_accepted) ++open;
    const auto transaction = chain::decode_transaction(order.transaction);
    const bool is_same =
        transaction && is_same_order(transaction->body, request) && !is_another_meant;
    if (is_same && !(is_accepted && is_over(wallet, order, *transaction)))
      throw Stop{Exit::unknown,
                 "an order of the same amount between the same accounts is not finished, and may "
                 "have been paid: " +
                     vostro::to_text(order.name.id) +
                     ". Send it again: vostro submit --pending; or add --another where a second "
                     "payment is meant",
                 "unfinished_order",
                 {}};
  }
  if (open > 0)
    remark(wallet, std::to_string(open) +
                       " orders have an unknown outcome: vostro submit --pending settles them");
}

/// The UETR was used before: where by this very payment, its state is the answer.
std::optional<Exit> answer_of_earlier(Wallet& wallet, const PayRequest& request, const Uuid& uetr,
                                      const client::Delivery& delivery) {
  const bool is_used = delivery.outcome == client::Outcome::refused && delivery.error &&
                       delivery.error->is_problem(409, "id-used");
  if (!is_used) return std::nullopt;
  const auto earlier = wallet.api().payment(uetr, request.debtor.owner);
  const bool is_same = earlier && earlier->debtor == request.debtor &&
                       earlier->creditor == request.creditor && earlier->amount == request.amount;
  if (!is_same) return std::nullopt;
  remark(wallet, "this payment was ordered before; nothing new was paid. Its state:");
  const bool is_bad = earlier->status == "rejected" || earlier->status == "expired";
  json::object out = payment_json(*earlier);
  out["repeat"] = true;
  return finish(wallet, is_bad ? Exit::refused : Exit::ok, std::move(out),
                payment_text(wallet, *earlier));
}

Exit pay(Wallet& wallet, const Arguments& arguments) {
  const PayRequest request = request_from(wallet, arguments);
  (void)wallet.network();
  client::ApiClient& api = wallet.api();
  if (const auto stored = stored_order(wallet, request)) {
    remark(wallet, "this order was stored before; the same bytes are sent again");
    const auto delivery = client::deliver_again(wallet.journal(), api, *stored, request.wait);
    return finish_delivery(wallet, stored->name, delivery, request.wait,
                           extra_json(request, *request.uetr, {}, true));
  }
  const auto debtor = own_account(wallet, request.debtor);
  if (debtor.status != "open")
    throw Stop{Exit::refused,
               "the account " + chain::to_text(request.debtor) + " is " + debtor.status,
               "account_" + debtor.status,
               {}};
  check_other_account(wallet, request.creditor);
  (void)listed_currency(wallet, request.amount.currency);
  if (request.is_exchange()) (void)listed_currency(wallet, request.pay_with);
  warn_of_unfinished(wallet, request, arguments.has("--another"));

  const Terms terms = terms_for(wallet, request);
  const Uuid uetr = request.uetr ? *request.uetr : client::make_uetr();
  UnixSeconds valid_until = default_valid_until(wallet);
  // A price that has ended is no longer wanted: then the order is to expire, not to wait for a
  // rejection.
  if (terms.taken) valid_until = std::min(valid_until, terms.taken->quote.quote.quote.expires_at);
  Lines lines = lines_of(request, terms, uetr, debtor);
  std::optional<OrderAnnex> annex;
  std::optional<Hash> commitment;
  if (request.annex) {
    annex = seal_annex(wallet, *request.annex, {request.debtor.owner, uetr},
                       {request.debtor.owner, request.creditor.owner});
    commitment = annex->commitment;
    lines.insert(lines.end(), annex->lines.begin(), annex->lines.end());
  }
  const Sent sent = sign_and_send(
      wallet, {terms.taken ? "Payment with currency exchange" : "Payment", std::move(lines),
               body_of(request, terms, commitment), uetr, valid_until, request.wait,
               annex ? std::optional(std::move(annex->sealed)) : std::nullopt});
  if (const auto answered = answer_of_earlier(wallet, request, uetr, sent.delivery))
    return *answered;
  return finish_delivery(wallet, sent.order.name, sent.delivery, request.wait,
                         extra_json(request, uetr, terms, false, commitment));
}

}  // namespace

std::vector<Command> pay_commands() {
  using Kind = Option::Kind;
  std::vector<Option> options{
      {"--from", Kind::value, true, "Account that pays: BIC/label"},
      {"--to", Kind::value, true, "Account that gets the money"},
      {"--amount", Kind::value, true, "What the payee gets, exactly: \"1250.00 EUR\""},
      {"--pay-with", Kind::value, false, "Currency to pay with, at the best live quote"},
      {"--accept-by", Kind::value, false,
       "Hold for the payee's bank until: UTC time, or +90s, +15m, +1h, +7d"},
      {"--charge-bearer", Kind::value, false, "DEBT, SHAR or CRED (default SHAR)"},
      {"--charge", Kind::values, false,
       "A charge PAYER:ACCOUNT:AMOUNT, as in debtor:NORDDEFF/fees:1.50; up to 4"},
      {"--purpose", Kind::value, false, "ISO 20022 purpose: four capital letters"}};
  for (const Option& option : annex_options()) options.push_back(option);
  options.insert(options.end(),
                 {{"--uetr", Kind::value, false, "UETR of your own (default: a new one)"},
                  {"--another", Kind::flag, false, "Pay although a like order is not finished"},
                  {"--wait", Kind::flag, false, "Wait until it is final"}});
  return {{"pay", "Pay: in one currency, with an exchange, at once or held for acceptance",
           std::move(options), pay}};
}

}  // namespace vostro::wallet
