#include "bridge/flow/redemption.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/text.h"
#include "bridge/flow/movements.h"

namespace vostro::bridge {
namespace {

Hash payout_hash(const chain::OwnedId& redeem) {
  Bytes what;
  append(what, as_bytes(to_text(redeem.owner)));
  append(what, redeem.id.view());
  return hash("payout", what);
}

/// The day on which a payout settles has begun there. Without a calendar each day is open.
bool is_fiat_open(const BookTransaction& book, const BridgeConfig& config, const Payout& payout) {
  const CurrencyCalendar* calendar = config.calendar(payout.amount.currency);
  if (calendar == nullptr) return true;
  const auto day = calendar->calendar.business_day(payout.created);
  return day && day->begins.value * 1000 <= book.now().value;
}

/// The payout's message into journal and outbox, or an alarm where nobody knows where to.
void start(BookTransaction& book, const BridgeConfig& config, const PayoutWriter& write,
           Redemption& redemption) {
  const Standing* standing = config.standing(redemption.account.owner, redemption.amount.currency);
  const auto wait = [&](const std::string& why) {
    redemption.state = RedemptionState::waiting;
    book.raise("waiting/" + key_of(redemption),
               "the redemption " + key_of(redemption) + " cannot be paid: " + why);
  };
  if (standing == nullptr) {
    wait("no [[standing]] for " + to_text(redemption.account.owner) + " in " +
         to_text(redemption.amount.currency));
    return;
  }
  const Payout payout = payout_of(config, *standing, redemption);
  if (!is_fiat_open(book, config, payout)) {
    redemption.state = RedemptionState::waiting;
    book.clear("waiting/" + key_of(redemption));
    return;
  }
  const auto text = write(payout);
  if (!text) {
    wait(text.error());
    return;
  }
  book.clear("waiting/" + key_of(redemption));
  insert(book, JournalMessage{"out", "pacs.009.001.08", to_text(config.agent), payout.message_id,
                              hash("file", as_bytes(*text)), *text});
  insert(book, OutboxItem{payout.message_id + ".xml", OutboxItem::Kind::file, *text});
  redemption.state = RedemptionState::paying;
  redemption.deadline = UnixMillis(book.now().value +
                                   static_cast<std::uint64_t>(config.answer_within.count()) * 1000);
}

enum class Word : std::uint8_t { paid, refused, not_yet, unknown };
/// Source: ISO 20022 external code set ExternalPaymentTransactionStatus1Code.
Word word_of_bank(std::string_view status) {
  if (status == "ACSC" || status == "ACCC") return Word::paid;
  if (status == "RJCT" || status == "CANC") return Word::refused;
  for (const std::string_view each :
       {"ACCP", "ACFC", "ACSP", "ACTC", "ACWC", "ACWP", "PATC", "PDNG", "RCVD", "BLCK"})
    if (status == each) return Word::not_yet;
  return Word::unknown;
}

/// The bank's reason where it is four letters or digits; else MS03, "reason not specified".
chain::GivenCode given_code(const std::string& code) {
  chain::GivenCode given{'M', 'S', '0', '3'};
  if (code.size() == given.size() &&
      std::ranges::all_of(code, [](char c) { return is_upper(c) || is_digit(c); }))
    std::ranges::copy(code, given.begin());
  return given;
}

/// The ledger had closed it before the bank's word was read: the book was restored from an older
/// copy, or somebody closed it by hand. True: the word is the same, and the books agree now.
bool closed_before_answer(BookTransaction& book, const BridgeConfig& config, Redemption& redemption,
                          bool is_paid, const std::string& code, const Hash& message) {
  const bool is_same =
      redemption.state == (is_paid ? RedemptionState::burnt : RedemptionState::unlocked);
  if (!is_same) return false;
  const std::string key = key_of(redemption);
  redemption.answer = message;
  if (!is_paid) redemption.code = given_code(code);
  if (is_paid)
    book.move("paid", key, BookAccount::nostro, BookAccount::unmatched, redemption.amount);
  if (const Pool* pool = config.pool(redemption.amount.currency))
    on_decided(book, pool->account, redemption, is_paid);
  update(book, redemption, "the bank's word, after the ledger's");
  remove_from_outbox(book, redemption.message_id + ".xml");
  for (const char* alarm : {"closed/", "late/", "answer/"}) book.clear(alarm + key);
  close_break(book, BreakKind::unpaid_burn, redemption.amount.currency, key);
  return true;
}

void take_answer(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker,
                 const PayoutAnswer& answer, const Hash& message) {
  auto redemption = find_redemption_by_message(book, answer.message_id);
  if (!redemption) {
    book.raise(
        "answer/" + to_hex(message.view()).substr(0, 16),
        "the bank answers about " + answer.message_id + ", which the bridge has not ordered");
    return;
  }
  const std::string key = key_of(*redemption);
  const Word word = word_of_bank(answer.status);
  if (word == Word::not_yet) return;
  if (word == Word::unknown) {
    book.raise("answer/" + key, "the bank's status " + answer.status + " of " + answer.message_id +
                                    " says neither paid nor refused: ask it");
    return;
  }
  const bool is_paid = word == Word::paid;
  if (!redemption->answer &&
      closed_before_answer(book, config, *redemption, is_paid, answer.code, message))
    return;
  if (redemption->state != RedemptionState::paying) {
    const bool was_paid =
        redemption->state == RedemptionState::paid || redemption->state == RedemptionState::burnt;
    // The first word stands: money was burnt or unlocked for it. Another one is for people.
    if (was_paid != is_paid)
      book.raise("contradiction/" + key, "the bank first said otherwise than " + answer.status +
                                             " of " + answer.message_id +
                                             ": clear it with the bank");
    return;
  }
  redemption->answer = message;
  if (is_paid) {
    redemption->state = RedemptionState::paid;
    book.move("paid", key, BookAccount::nostro, BookAccount::burning, redemption->amount);
  } else {
    redemption->state = RedemptionState::refused;
    redemption->code = given_code(answer.code);
  }
  if (const Pool* pool = config.pool(redemption->amount.currency))
    on_decided(book, pool->account, *redemption, is_paid);
  maker.close(book, *redemption, is_paid);
  update(book, *redemption, "the bank says " + answer.status);
  book.clear("late/" + key);
  book.clear("answer/" + key);
  // Whoever answers has the file.
  remove_from_outbox(book, redemption->message_id + ".xml");
}

}  // namespace

std::string payout_message_id(const chain::OwnedId& redeem) {
  return "VR" + to_hex(payout_hash(redeem).view()).substr(0, 30);
}

Payout payout_of(const BridgeConfig& config, const Standing& standing,
                 const Redemption& redemption) {
  const Pool* pool = config.pool(redemption.amount.currency);
  VOSTRO_CHECK(pool != nullptr);
  const Hash whole = payout_hash(redemption.id);
  std::array<Byte, 16> half{};
  std::copy_n(whole.bytes.begin() + 16, half.size(), half.begin());
  Payout payout;
  payout.agent = config.agent;
  payout.bank = pool->bank;
  payout.message_id = redemption.message_id;
  payout.uetr = make_uuid_v4(half);
  payout.created = UnixSeconds(redemption.ordered.value / 1000);
  payout.settlement = redemption.business_date;
  // The fiat's own day: on a weekend the ledger goes on, and the bank does not.
  if (const CurrencyCalendar* calendar = config.calendar(redemption.amount.currency))
    if (const auto day = calendar->calendar.business_day(payout.created))
      payout.settlement = day->date;
  payout.amount = redemption.amount;
  payout.from_account = pool->account;
  payout.creditor = redemption.account.owner;
  payout.creditor_bank = standing.bank;
  payout.creditor_account = standing.account;
  payout.remittance =
      "VOSTRO/" + chain::to_text(redemption.account) + " " + to_text(redemption.id.id);
  return payout;
}

void on_redeem(BookTransaction& book, const BridgeConfig& config, const PayoutWriter& write,
               const chain::OwnedId& id, const chain::AccountId& account, const Money& amount,
               UnixMillis block_time, Date business_date, bool is_delayed) {
  if (find_redemption(book, id)) return;
  Redemption redemption;
  redemption.id = id;
  redemption.account = account;
  redemption.amount = amount;
  redemption.ordered = block_time;
  redemption.business_date = business_date;
  redemption.message_id = payout_message_id(id);
  redemption.state = RedemptionState::delayed;
  book.move("redeem", key_of(redemption), BookAccount::redeeming, BookAccount::ledger, amount);
  if (!is_delayed) start(book, config, write, redemption);
  insert(book, redemption, is_delayed ? "delayed by its bank" : "final on the ledger");
}

void on_delay_over(BookTransaction& book, const BridgeConfig& config, const PayoutWriter& write,
                   Redemption redemption, bool is_open) {
  if (redemption.state != RedemptionState::delayed) return;
  if (is_open) {
    start(book, config, write, redemption);
    update(book, redemption, "the delay is over");
    return;
  }
  redemption.state = RedemptionState::cancelled;
  book.move("cancelled", key_of(redemption), BookAccount::ledger, BookAccount::redeeming,
            redemption.amount);
  update(book, redemption, "cancelled before it was open");
}

void pay_waiting(BookTransaction& book, const BridgeConfig& config, const PayoutWriter& write) {
  for (Redemption& each : redemptions_in(book, RedemptionState::waiting)) {
    if (config.standing(each.account.owner, each.amount.currency) == nullptr) continue;
    start(book, config, write, each);
    if (each.state == RedemptionState::paying)
      update(book, each, "a standing instruction is there");
  }
}

void take_status(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker,
                 const PayoutStatus& status, const Hash& message) {
  for (const PayoutAnswer& answer : status.answers)
    take_answer(book, config, maker, answer, message);
}

void on_closed(BookTransaction& book, Redemption redemption, bool is_paid,
               const chain::OwnedId& order) {
  const std::string key = key_of(redemption);
  const bool is_ours = redemption.order && *redemption.order == order.id;
  if (is_ours) {
    remove_from_outbox(book, chain::to_text(order));
    book.clear("order/" + chain::to_text(order));
  }
  using enum RedemptionState;
  if (redemption.state == burnt || redemption.state == unlocked || redemption.state == cancelled)
    return;
  const bool fits = is_paid ? redemption.state == paid : redemption.state == refused;
  if (is_paid)
    // What the bank has not confirmed to us has left our books without leaving the bank.
    book.move("burnt", key, fits ? BookAccount::burning : BookAccount::unmatched,
              BookAccount::redeeming, redemption.amount);
  else
    book.move("unlocked", key, BookAccount::ledger, BookAccount::redeeming, redemption.amount);
  if (!fits) {
    const std::string text = std::string("the redemption was closed on the ledger as ") +
                             (is_paid ? "paid" : "failed") + " by another order, " +
                             chain::to_text(order) + ", while the bridge had it as " +
                             std::string(to_string(redemption.state));
    book.raise("closed/" + key, text);
    if (is_paid)
      note_break(book, {BreakKind::unpaid_burn, redemption.amount.currency, key,
                        redemption.account.owner, redemption.amount.units, text});
  }
  // It is over: nobody is to be asked to pay it, and no earlier order to close it counts.
  book.clear("close/" + key);
  remove_from_outbox(book, redemption.message_id + ".xml");
  redemption.state = is_paid ? burnt : unlocked;
  update(book, redemption, is_ours ? "final on the ledger" : "closed by another order");
}

void on_close_failed(BookTransaction& book, const Bic& agent, Redemption redemption,
                     const std::string& why) {
  if (!redemption.order) return;
  const std::string order = chain::to_text(chain::OwnedId{agent, *redemption.order});
  remove_from_outbox(book, order);
  book.clear("order/" + order);
  if (redemption.state != RedemptionState::paid && redemption.state != RedemptionState::refused)
    return;
  redemption.order.reset();
  update(book, redemption, "the order to close it failed: " + why);
  book.raise("close/" + key_of(redemption),
             "the ledger did not take the outcome of " + key_of(redemption) + ": " + why);
}

void close_again(BookTransaction& book, const OrderMaker& maker) {
  for (const auto state : {RedemptionState::paid, RedemptionState::refused})
    for (Redemption& each : redemptions_in(book, state)) {
      if (each.order) continue;
      maker.close(book, each, state == RedemptionState::paid);
      update(book, each, "the next order to close it");
    }
}

void look_at_deadlines(BookTransaction& book) {
  for (const Redemption& each : redemptions_in(book, RedemptionState::paying))
    if (book.now() > each.deadline)
      book.raise("late/" + key_of(each), "the bank has not answered about the payout " +
                                             each.message_id + " in time: ask it; nothing is done");
}

}  // namespace vostro::bridge
