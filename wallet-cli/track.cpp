#include <algorithm>
#include <array>
#include <chrono>

#include "client/events.h"
#include "wallet-cli/command.h"
#include "wallet-cli/lookup.h"
#include "wallet-cli/send.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

template <std::size_t N>
bool is_one_of(const std::string& word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}
bool is_open(const std::string& status) {
  return is_one_of(status, std::array<std::string_view, 5>{"pending", "awaiting_approval",
                                                           "delayed", "held", "blocked"});
}
Exit exit_of(const std::string& status) {
  if (status == "awaiting_approval") return Exit::awaiting;
  return is_one_of(status, std::array<std::string_view, 5>{"rejected", "cancelled", "released",
                                                           "refused", "expired"})
             ? Exit::refused
             : Exit::ok;
}

std::vector<client::StoredOrder> stored_orders(Wallet& wallet) {
  if (!wallet.has_journal()) return {};
  auto content = wallet.journal().list();
  if (!content) throw stop_of(content.error());
  for (const std::string& path : content->damaged)
    remark(wallet, client::to_string(client::JournalError{client::JournalError::Kind::damaged,
                                                          FileError::input_output, path}));
  return std::move(content->orders);
}

/// An order whose outcome is on the ledger need not be stored any longer. True where it expired.
bool forget_if_over(Wallet& wallet, const client::StoredOrder& order) {
  const auto transaction = chain::decode_transaction(order.transaction);
  const auto found = wallet.api().transaction(
      order.name, transaction ? std::optional(transaction->valid_until) : std::nullopt);
  if (!found) {
    remark(wallet, "the stored order stays: " + client::to_string(found.error()));
    return false;
  }
  const bool is_expired = found->state == client::TransactionState::expired;
  if (found->state != client::TransactionState::final && !is_expired) return false;
  if (const auto removed = wallet.journal().remove(order.name); !removed)
    remark(wallet, client::to_string(removed.error()));
  return is_expired;
}

/// Steps that were not told yet, as they happen.
void tell_steps(Wallet& wallet, const client::PaymentView& payment, std::size_t& told) {
  for (; told < payment.timeline.size(); ++told) {
    const client::TimelineView& step = payment.timeline[told];
    remark(wallet, vostro::to_text(step.time) + "  " + step.event +
                       (step.reason_code ? " " + *step.reason_code : "") +
                       (step.height ? "  height " + std::to_string(step.height->value) : ""));
  }
}

/// The next event, if one came by now. A stream that broke off goes on behind the last one.
std::optional<client::Event> next_event(Wallet& wallet, client::EventStream& stream,
                                        client::EventPlace& last) {
  constexpr std::chrono::seconds kPatience(1);
  auto event = stream.next(kPatience);
  if (!event && event.error().kind == client::ApiError::Kind::broken_off) {
    stream = must(client::EventStream::open(wallet.api(), last));
    event = stream.next(kPatience);
  }
  auto came = must(std::move(event));
  if (came) last = std::visit([](const auto& each) { return each.place(); }, *came);
  return came;
}

/// Until the payment is neither pending, delayed, held nor blocked, or `until` has come; for ever
/// without it.
client::PaymentView follow(Wallet& wallet, client::PaymentView payment,
                           std::optional<UnixSeconds> until, bool tells_steps) {
  std::size_t told = 0;
  // The height is read before the payment's state: no event between the two can be missed.
  client::EventPlace last{must(wallet.api().status()).height};
  auto stream = must(client::EventStream::open(wallet.api(), last));
  for (;;) {
    payment = must(wallet.api().payment(payment.name.id, payment.name.owner));
    if (tells_steps) tell_steps(wallet, payment, told);
    if (!is_open(payment.status)) return payment;
    for (;;) {
      if (until && wallet.now() >= *until) return payment;
      const auto event = next_event(wallet, stream, last);
      // Signatures make no event: the node is asked again.
      if (!event && payment.status == "awaiting_approval") break;
      if (!event) continue;
      const auto* receipt = std::get_if<client::ReceiptEvent>(&*event);
      if (receipt == nullptr) continue;
      const auto& concerned = receipt->receipt.receipt.payment;
      if (concerned && concerned->uetr == payment.name.id &&
          concerned->debtor.owner == payment.name.owner)
        break;
    }
  }
}

Exit track(Wallet& wallet, const Arguments& arguments) {
  const Uuid uetr = uetr_from(arguments.text("UETR"));
  std::optional<std::string> agent = arguments.find("--agent");
  const bool follows = arguments.has("--follow");
  // Whoever follows stays to the end, unless told how long.
  std::optional<std::uint64_t> patience_s;
  if (!follows) patience_s = 60;
  if (const auto given = arguments.find("--for")) {
    const auto seconds = parse_duration_s(*given);
    if (!seconds) throw usage("--for " + *given + ": write a duration, as in 90s, 15m, 1h");
    patience_s = *seconds;
  }
  if (follows && arguments.has("--wait")) throw usage("--follow and --wait: choose one");
  const auto orders = stored_orders(wallet);
  const auto stored = std::find_if(orders.begin(), orders.end(),
                                   [&](const auto& each) { return each.name.id == uetr; });
  if (!agent && stored != orders.end()) agent = vostro::to_text(stored->name.owner);
  std::optional<client::PaymentView> payment;
  try {
    payment = find_payment(wallet, arguments.text("UETR"), agent);
  } catch (const Stop& stop) {
    if (stop.code != "unknown-payment" || stored == orders.end()) throw;
    if (forget_if_over(wallet, *stored))
      throw Stop{Exit::refused,
                 "the payment expired: it was in no block in time, and can never be paid",
                 "expired",
                 {}};
    throw Stop{Exit::unknown,
               "this node does not know the payment, and an order for it is stored here: vostro "
               "submit --pending sends the "
               "same order again, which cannot pay twice",
               "unknown-payment",
               {}};
  }
  if (follows || arguments.has("--wait")) {
    std::optional<UnixSeconds> until;
    if (patience_s) until = UnixSeconds(wallet.now().value + *patience_s);
    payment = follow(wallet, *payment, until, follows);
  }
  if (stored != orders.end()) (void)forget_if_over(wallet, *stored);
  const bool is_late =
      follows ? is_open(payment->status) : arguments.has("--wait") && payment->status == "pending";
  return finish(wallet, is_late ? Exit::unknown : exit_of(payment->status), payment_json(*payment),
                payment_text(wallet, *payment));
}

Exit submit(Wallet& wallet, const Arguments& arguments) {
  const auto file = arguments.find("FILE");
  if (file.has_value() == arguments.has("--pending"))
    throw usage(
        "what is to be sent? FILE, an order that was signed with vostro sign; or --pending, the "
        "stored orders again");
  if (file) return submit_file(wallet, *file);
  client::ApiClient& api = wallet.api();
  (void)wallet.network();
  json::array items;
  std::string text;
  Exit worst = Exit::ok;
  for (const client::StoredOrder& order : stored_orders(wallet)) {
    const auto delivery = client::deliver_again(wallet.journal(), api, order, true);
    if (delivery.journal) remark(wallet, client::to_string(*delivery.journal));
    items.push_back(delivery_json(order.name, delivery));
    text += delivery_text(wallet, order.name, delivery) + "\n";
    const Exit exit = wallet::exit_of(delivery, true);
    // An open question weighs more than a clear no.
    if (worst != Exit::unknown && exit != Exit::ok) worst = exit;
  }
  if (items.empty()) text = "no order is unfinished\n";
  return finish(wallet, worst, json::object{{"items", std::move(items)}}, text);
}

}  // namespace

std::vector<Command> track_commands() {
  using Kind = Option::Kind;
  return {
      {"track",
       "Show what became of a payment",
       {{"UETR", Kind::positional, false, "The payment"},
        {"--agent", Kind::value, false,
         "BIC of its debtor agent, where several payments bear the UETR"},
        {"--wait", Kind::flag, false, "Wait while it is pending, delayed, held or blocked"},
        {"--follow", Kind::flag, false,
         "Tell each step as it happens, until the payment has ended"},
        {"--for", Kind::value, false,
         "How long to wait: 90s, 15m, 1h (default 60s; with --follow to the end)"}},
       track},
      {"submit",
       "Bring an order that was signed in a file; or send orders again whose outcome is unknown",
       {{"FILE", Kind::optional_positional, false, "From \"vostro sign\""},
        {"--pending", Kind::flag, false,
         "All that are stored and not finished: the same bytes, which cannot pay twice"}},
       submit},
  };
}

}  // namespace vostro::wallet
