#include "bridge/errands.h"

#include <algorithm>

#include "base/failpoint.h"
#include "bridge/book/customers.h"
#include "bridge/book/payments.h"
#include "bridge/customer_messages.h"
#include "bridge/flow/incoming.h"
#include "bridge/flow/outgoing.h"

namespace vostro::bridge {
namespace {

constexpr std::size_t kPaymentsAtOnce = 256;

UnixSeconds seconds_of(UnixMillis time) {
  return UnixSeconds(time.value / 1000);
}

client::AnnexParty annex_party(const NamedParty& from) {
  client::AnnexParty party;
  party.name = from.name;
  for (const std::string& line : from.address) {
    if (party.address.size() == client::AnnexParty::address_lines_max) break;  // all is in message
    party.address.emplace_back(line);
  }
  party.country = from.country.empty() ? from.residence : from.country;
  party.account = from.account;
  return party;
}

client::Annex annex_of(const PaymentDetails& details, const std::string& pacs008) {
  client::Annex annex;
  annex.salt = client::fresh_salt();
  annex.debtor = annex_party(details.debtor());
  annex.creditor = annex_party(details.creditor());
  for (const NamedParty& party : details.parties) {
    if (party.role == "ultimate_debtor") annex.ultimate_debtor = annex_party(party);
    if (party.role == "ultimate_creditor") annex.ultimate_creditor = annex_party(party);
  }
  annex.end_to_end_id = details.end_to_end_id;
  for (const std::string& line : details.remittance) annex.remittance.emplace_back(line);
  const ByteView bytes = as_bytes(pacs008);
  annex.message.assign(bytes.begin(), bytes.end());
  return annex;
}

/// Why what an annex says is not the payment on the ledger; empty: it is.
std::string mismatch(const CustomerPayment& payment, const Bic& us, const PaymentDetails& details) {
  if (details.uetr != payment.name.id) return "its annex is of another payment";
  if (details.debtor_agent != payment.name.owner) return "its annex names another debtor agent";
  if (details.creditor_agent != us) return "its annex names another creditor agent";
  if (details.amount != payment.amount) return "its annex has another amount";
  if (details.creditor().account.empty()) return "its annex names no creditor's account";
  if (!is_named(details.debtor().name) || !is_named(details.creditor().name))
    return "its annex does not name debtor and creditor";
  return {};
}

/// The node refuses this question, or says what cannot be read; else it answers none for now, or
/// nobody's.
bool is_about_one_payment(const client::ApiError& error) {
  if (!error.problem) return error.kind == client::ApiError::Kind::bad_answer;
  const int status = error.problem->status;
  return status != 401 && status != 403 && status != 429 && status != 503;
}

void log_no_answer(const client::ApiError& error) {
  log::warning("the node does not answer about a payment", {{"error", client::to_string(error)}});
}

}  // namespace

Result<void, client::ApiError> Errands::look_up_banks() {
  if (Clock::now() >= look_up_at_) {
    banks_.reset();
    currencies_.reset();
    look_up_at_ = Clock::now() + rules_.config.poll;
  }
  if (!banks_) {
    auto listed = client::all_pages([&](const auto& page) { return api_.participants(page); });
    if (!listed) return fail(listed.error());
    banks_ = *std::move(listed);
  }
  if (!currencies_) {
    auto listed = client::all_pages([&](const auto& page) { return api_.currencies(page); });
    if (!listed) return fail(listed.error());
    currencies_ = *std::move(listed);
  }
  return {};
}

Result<Errands::Step, client::ApiError> Errands::ask_terms(const Waiting& one, UnixMillis now) {
  const CustomerPayment& payment = one.payment;
  if (auto known = look_up_banks(); !known) return fail(known.error());
  const auto later = [this](std::string why) -> Step {
    return [this, why = std::move(why)](BookTransaction& rows, CustomerPayment each) {
      wait_for_terms(rows, rules_, std::move(each), why);
    };
  };
  const auto no = [this](std::string code, std::string why) -> Step {
    return [this, code = std::move(code), why = std::move(why)](BookTransaction& rows,
                                                                CustomerPayment each) {
      refuse_payment(rows, rules_, std::move(each), code, rows.now(), why);
    };
  };
  const auto currency =
      std::ranges::find(*currencies_, payment.amount.currency, &client::CurrencyView::currency);
  if (currency == currencies_->end()) return no("AM03", "the ledger does not have the currency");
  if (payment.execution.value > currency->business_date.value) return Step();  // its day will come
  const auto& pay_with = one.pays_with;
  if (!pay_with) return no("AC02", "the customer's account is gone");
  const auto readers = client::annex_readers(*banks_, {rules_.config.agent, payment.other.owner});
  if (!readers) {
    const bool is_participant = std::ranges::find(*banks_, payment.other.owner,
                                                  &client::ParticipantView::bic) != banks_->end();
    if (!is_participant) return no("RC04", "the creditor's bank is no participant");
    return later(to_text(readers.error()) + " has no annex key on the ledger");
  }
  const auto details = read_known_details(payment.details);
  if (!details) return no("FF01", details.error());

  Terms terms;
  terms.accept_by =
      UnixSeconds(seconds_of(now).value +
                  static_cast<std::uint64_t>(rules_.config.participant->accept_within.count()));
  if (*pay_with != payment.amount.currency) {
    auto quotes = client::all_pages(
        [&](const auto& page) { return api_.quotes(payment.amount.currency, *pay_with, page); });
    if (!quotes) return fail(quotes.error());
    const client::FxSearch search = client::search_quotes(
        {rules_.maker.network_id(), rules_.config.participant->account, payment.other,
         payment.amount, *pay_with, seconds_of(now), terms.accept_by},
        *quotes);
    if (search.offers.empty())
      return later("no live quote sells " + to_text(payment.amount.currency) + " for " +
                   to_text(*pay_with) + ": " + client::why_none(search));
    terms.offer = search.offers.front();
  }
  const client::Annex annex = annex_of(*details, payment.details);
  const auto commitment = client::commitment(annex);
  const auto sealed = client::seal(annex, payment.name, *readers);
  if (!commitment || !sealed)
    return no("FF01", "its details cannot be sealed: " +
                          client::to_string(commitment ? sealed.error() : commitment.error()));
  terms.commitment = *commitment;
  terms.sealed = chain::encode_sealed_annex(*sealed);
  return Step([this, terms = std::move(terms)](BookTransaction& rows, CustomerPayment each) {
    order_payment(rows, rules_, std::move(each), terms);
  });
}

Result<Errands::Step, client::ApiError> Errands::ask_annex(const CustomerPayment& payment) {
  Opened opened;
  const auto done = [this](Opened result) -> Step {
    return [this, result = std::move(result)](BookTransaction& rows, CustomerPayment each) {
      on_opened(rows, rules_, std::move(each), result);
    };
  };
  const auto view = api_.payment(payment.name.id, payment.name.owner);
  if (!view) return fail(view.error());
  if (view->creditor_gets && *view->creditor_gets != payment.amount) {
    opened.code = "AM09";  // wrong amount
    opened.fault = "charges are to be taken from what we get";
    return done(std::move(opened));
  }
  if (!view->annex) {
    opened.fault = "it has no annex: nobody knows for whom it is";
    return done(std::move(opened));
  }
  const auto sealed = api_.annex(payment.name);
  if (!sealed) return fail(sealed.error());
  if (!*sealed)
    return Step([this](BookTransaction& rows, CustomerPayment each) {
      wait_for_annex(rows, rules_, each);
    });
  const auto annex = client::open(**sealed, annex_key_, *view->annex);
  if (!annex) {
    opened.fault = "its annex does not open: " + client::to_string(annex.error());
    return done(std::move(opened));
  }
  const std::string text(as_text(annex->message));
  const auto details = read_details(text);
  opened.fault = details ? mismatch(payment, rules_.config.agent, *details) : details.error();
  if (opened.fault.empty()) opened.details = text;
  return done(std::move(opened));
}

Result<Errands::Step, client::ApiError> Errands::ask_original(const CustomerPayment& payment) {
  auto original = api_.original(payment.name);
  if (!original) {
    if (original.error().is_problem(409)) return Step();  // the node's index is behind its chain
    return fail(original.error());
  }
  return Step([this, shown = *std::move(original)](BookTransaction& rows, CustomerPayment each) {
    if (each.side == PaymentSide::outgoing)
      order_recall(rows, rules_, std::move(each), shown);
    else if (each.state == PaymentState::returning)
      order_return(rows, rules_, std::move(each), shown);
    else
      confirm_credit(rows, rules_, std::move(each), shown);
  });
}

Result<Errands::Step, client::ApiError> Errands::ask(const Waiting& one, UnixMillis now) {
  const CustomerPayment& payment = one.payment;
  if (payment.state == PaymentState::ready) return ask_terms(one, now);
  if (payment.state == PaymentState::arrived) return ask_annex(payment);
  if (payment.side == PaymentSide::incoming) return ask_original(payment);
  switch (payment.state) {
    case PaymentState::held:
    case PaymentState::blocked:
      return Step([this](BookTransaction& rows, CustomerPayment each) {
        order_recall(rows, rules_, std::move(each), std::nullopt);
      });
    case PaymentState::settled:
    case PaymentState::confirmed:
      return ask_original(payment);
    default:
      return Step();  // what became of the order comes first
  }
}

/// What is to be done where the node does not say what the next step needs.
Errands::Step Errands::refused(const CustomerPayment& payment,
                               const client::ApiError& error) const {
  // 410: this node's history begins later, or the receipt is not kept.
  if (error.is_problem(410) && payment.side == PaymentSide::outgoing &&
      payment.recall == RecallState::asked)
    return [this](BookTransaction& rows, CustomerPayment each) {
      on_cannot_recall(rows, rules_, std::move(each));
    };
  return [why = client::to_string(error)](BookTransaction& rows, const CustomerPayment& each) {
    rows.raise("node/" + key_of(each),
               "the node does not say what the next step of a payment needs: " + why);
  };
}

Result<std::vector<Errands::Waiting>, BookError> Errands::next_ones(UnixMillis now) {
  std::optional<Date> day;
  if (currencies_)
    for (const client::CurrencyView& each : *currencies_)
      day = std::max(day.value_or(each.business_date), each.business_date);
  std::vector<Waiting> waiting;
  const auto look = [&](BookTransaction& rows) {
    for (CustomerPayment& each : payments_to_ask_about(rows, after_, day, kPaymentsAtOnce)) {
      std::optional<Currency> pays_with;
      if (each.state == PaymentState::ready)
        if (const auto customer = find_customer(rows, each.customer))
          pays_with = customer->currency;
      waiting.push_back({std::move(each), pays_with});
    }
  };
  const auto read = book_.read(now, [&](BookTransaction& rows) {
    look(rows);
    if (!waiting.empty() || !after_) return;
    after_.reset();
    look(rows);
  });
  if (!read) return fail(read.error());
  return waiting;
}

Result<void, BookError> Errands::round(UnixMillis now) {
  bool is_any_ready = false;
  if (auto read = book_.read(
          now, [&](BookTransaction& rows) { is_any_ready = is_any_in(rows, PaymentState::ready); });
      !read)
    return read;
  if (is_any_ready)
    if (const auto known = look_up_banks(); !known && !is_about_one_payment(known.error())) {
      log_no_answer(known.error());
      return {};
    }
  auto waiting = next_ones(now);
  if (!waiting) return fail(waiting.error());
  std::erase_if(not_before_, [](const auto& each) { return Clock::now() >= each.second; });
  const bool is_last = waiting->size() < kPaymentsAtOnce;
  std::optional<PaymentPlace> reached;
  std::vector<std::pair<CustomerPayment, Step>> steps;
  bool is_answering = true;
  for (Waiting& one : *waiting) {
    const std::string key = key_of(one.payment) + " " + std::string(to_string(one.payment.state));
    if (!not_before_.contains(key)) {
      auto step = ask(one, now);
      // Also where nothing came: it may be this question alone, and the next round goes on behind.
      not_before_[key] = Clock::now() + rules_.config.poll;
      reached = place_of(one.payment);
      if (!step && is_about_one_payment(step.error())) step = refused(one.payment, step.error());
      if (!step) {
        log_no_answer(step.error());
        is_answering = false;
        break;
      }
      if (*step) steps.emplace_back(std::move(one.payment), *std::move(step));
    } else {
      reached = place_of(one.payment);
    }
  }
  if (reached) after_ = reached;
  if (is_answering && is_last) after_.reset();
  if (steps.empty()) return {};
  VOSTRO_FAILPOINT("bridge.errand.asked");
  auto done = book_.write(now, [&](BookTransaction& rows) {
    std::vector<PaymentKey> keys;
    for (const auto& [payment, step] : steps) keys.push_back({payment.side, payment.name});
    look_up_payments(rows, keys);
    for (auto& [payment, step] : steps) {
      // As it was when the node was asked, or the step is not for it.
      auto same = find_payment(rows, payment.side, payment.name);
      if (!same || *same != payment) continue;
      rows.clear("node/" + key_of(payment));
      step(rows, *std::move(same));
    }
    VOSTRO_FAILPOINT("bridge.errand.before_commit");
  });
  VOSTRO_FAILPOINT("bridge.errand.committed");
  return done;
}

}  // namespace vostro::bridge
