#include "wallet-cli/bulk_run.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/check.h"
#include "client/events.h"

namespace vostro::wallet {
namespace {

using client::Delivery;
using client::Outcome;

/// Orders that one note covers: each costs a sync of the disk.
constexpr std::uint32_t orders_noted_at_once = 16;
/// A node that is busy is asked again after a second, so often.
constexpr int busy_retries_max = 120;
/// The node holds a waiting answer for up to 30 s.
constexpr int waits_max = 4;
/// It holds none for an order that others have approved: it is asked again, for half a minute.
constexpr int looks_max = 120;
constexpr std::chrono::milliseconds between_looks{250};
constexpr std::chrono::seconds event_patience{30};

bool is_busy(const Delivery& delivery) {
  return delivery.outcome == Outcome::not_sent && delivery.error && delivery.error->is_problem(429);
}
bool is_open(const Delivery& delivery) {
  return delivery.outcome == Outcome::accepted || delivery.outcome == Outcome::unknown;
}
/// Waits for other persons of the bank: nothing more can be done for it in this run of the program.
bool is_with_others(const Delivery& delivery) {
  return delivery.outcome == Outcome::awaiting_approval;
}
bool is_over(const Delivery& delivery) {
  return delivery.outcome == Outcome::final || delivery.outcome == Outcome::expired ||
         delivery.outcome == Outcome::refused;
}

/// The node gave no answer: the next order would fare no better.
bool is_silence(const Delivery& delivery) {
  return delivery.outcome == Outcome::unknown && delivery.error &&
         delivery.error->kind != client::ApiError::Kind::problem;
}

class Runner {
 public:
  Runner(Wallet& wallet, client::BulkJournal& journal, const client::BulkRun& run,
         const ReportProgress& report)
      : wallet_(wallet), journal_(journal), run_(run), report_(report) {}

  RunOutcome carry_out() {
    const auto progress = journal_.progress(run_);
    if (!progress) throw bulk_stop(progress.error());
    progress_ = *progress;
    for (const client::BulkOrder& order : run_.orders) {
      auto transaction = chain::decode_transaction(order.transaction);
      if (!transaction)
        throw Stop{Exit::local,
                   "a stored order of this file is of a newer program: " +
                       chain::to_string(transaction.error()),
                   "stored_orders",
                   {}};
      const bool is_begun = out_.orders.size() < progress_.begun;
      out_.orders.push_back(
          {Delivery{is_begun ? Outcome::unknown : Outcome::not_sent}, *std::move(transaction)});
    }
    count_items();
    if (progress_.is_done) {
      look_up_all();
    } else {
      send_all();
      for (std::size_t i = 0; i < run_.orders.size(); ++i) {
        if (!wait_for(i)) break;
      }
      note_end();
    }
    fetch_items();
    return std::move(out_);
  }

 private:
  [[nodiscard]] client::StoredOrder stored(std::size_t index) const {
    const client::BulkOrder& order = run_.orders[index];
    return {1, client::OrderState::stored, run_.made_at, order.name, order.transaction};
  }
  [[nodiscard]] Delivery& delivery(std::size_t index) { return out_.orders[index].delivery; }
  static Stop bulk_stop(const client::JournalError& error) {
    return {Exit::local, client::to_string(error), "stored_orders", {}};
  }

  void count_items() {
    items_of_.assign(run_.orders.size(), 0);
    for (const client::BulkItem& item : run_.items) ++items_of_[item.order];
  }

  /// Before the first byte of an order leaves, it is on disk that it may have been sent.
  void note_begun(std::size_t index) {
    if (index < progress_.begun) return;
    client::BulkProgress next = progress_;
    next.begun = static_cast<std::uint32_t>(
        std::min<std::size_t>(run_.orders.size(), index + orders_noted_at_once));
    if (const auto noted = journal_.note(run_, next); !noted) throw bulk_stop(noted.error());
    progress_ = next;
  }

  void note_end() {
    const auto all = [this](auto&& condition) {
      return std::all_of(out_.orders.begin(), out_.orders.end(),
                         [&](const OrderOutcome& order) { return condition(order.delivery); });
    };
    if (!all(is_over)) return;
    progress_.is_done = true;
    progress_.is_void = all([](const Delivery& each) { return each.outcome != Outcome::final; });
    if (const auto noted = journal_.note(run_, progress_); !noted) out_.journal = noted.error();
  }

  void send_all() {
    const std::uint32_t begun_before = progress_.begun;
    for (std::size_t i = 0; i < run_.orders.size(); ++i) {
      note_begun(i);
      bool was_sent = i < begun_before;
      Delivery& now = delivery(i);
      for (int retry = 0;; ++retry) {
        now = client::deliver_kept(wallet_.api(), stored(i), was_sent, false);
        // An order that is doubted stays doubted, whatever later sends come to.
        was_sent = was_sent || now.outcome == Outcome::unknown;
        const bool is_worth_it =
            is_busy(now) || (was_sent && now.error && now.error->is_problem(429));
        if (!is_worth_it || retry == busy_retries_max) break;
        make_room(i);
      }
      report(i);
      if ((!is_open(now) && !is_over(now) && !is_with_others(now)) || is_silence(now)) {
        out_.trouble = now.error ? client::to_string(*now.error) : "the node gave no reason";
        return;
      }
    }
  }

  /// A node with too much waiting takes more when something has become final.
  void make_room(std::size_t before) {
    for (std::size_t i = 0; i < before; ++i) {
      if (delivery(i).outcome != Outcome::accepted) continue;
      delivery(i) = client::deliver_kept(wallet_.api(), stored(i), true, true);
      report(i);
      if (delivery(i).outcome == Outcome::final) return;
    }
    wallet_.environment().pause(std::chrono::seconds(1));
  }

  /// False where the node does not answer.
  bool wait_for(std::size_t index) {
    bool answers = true;
    int waits = 0;
    int looks = 0;
    while (waits < waits_max && looks < looks_max && answers && is_open(delivery(index))) {
      Delivery next = client::deliver_kept(wallet_.api(), stored(index), true, true);
      answers = !is_silence(next);
      if (next.outcome == Outcome::accepted && next.approval) {
        ++looks;
        wallet_.environment().pause(between_looks);
      } else {
        ++waits;
      }
      // A failed question says nothing against an earlier "accepted".
      if (next.outcome != Outcome::unknown || delivery(index).outcome == Outcome::unknown)
        delivery(index) = std::move(next);
    }
    report(index);
    return answers;
  }

  /// All was seen to its end before: nothing is sent any more.
  void look_up_all() {
    for (std::size_t i = 0; i < run_.orders.size(); ++i) {
      const auto& transaction = out_.orders[i].transaction;
      const auto found = wallet_.api().transaction(run_.orders[i].name, transaction.valid_until);
      Delivery& now = delivery(i);
      if (!found) {
        now = {Outcome::unknown, {}, {}, found.error()};
      } else if (found->state == client::TransactionState::final &&
                 found->final->receipt.transaction_hash == chain::transaction_hash(transaction)) {
        now = {Outcome::final, found->final};
      } else if (found->state == client::TransactionState::expired) {
        now = {Outcome::expired};
      } else {
        now = {Outcome::refused};
      }
      report(i);
    }
  }

  void report(std::size_t index) {
    if ((is_over(delivery(index)) || is_with_others(delivery(index))) &&
        reported_.insert(index).second)
      done_ += items_of_[index];
    report_(done_);
  }

  /// Receipts of a bulk's items stand in its block, and come as events: one request a block, not
  /// one a credit.
  void fetch_items() {
    std::map<Hash, std::size_t> bulks;
    std::set<Height> heights;
    for (std::size_t i = 0; i < out_.orders.size(); ++i) {
      const auto& final = delivery(i).final;
      if (delivery(i).outcome != Outcome::final || final->receipt.status == chain::Status::rejected)
        continue;
      if (!std::holds_alternative<chain::PaymentBatch>(out_.orders[i].transaction.body)) continue;
      bulks.emplace(final->receipt.transaction_hash, i);
      heights.insert(final->height);
    }
    for (const Height height : heights) {
      if (!read_block(height, bulks)) break;  // what is missing is asked for one by one
    }
    for (const client::BulkItem& item : run_.items) out_.items.push_back(outcome_of(item));
  }

  bool read_block(Height height, const std::map<Hash, std::size_t>& bulks) {
    auto stream = client::EventStream::open(wallet_.api(), client::EventPlace{height.previous()});
    if (!stream) return false;
    for (;;) {
      const auto event = stream->next(event_patience);
      if (!event || !*event) return false;
      if (const auto* block = std::get_if<client::BlockEvent>(&**event)) {
        if (block->height >= height) return true;
        continue;
      }
      const client::FinalReceipt& placed = std::get<client::ReceiptEvent>(**event).receipt;
      const auto bulk = bulks.find(placed.receipt.transaction_hash);
      if (bulk != bulks.end() && placed.receipt.kind == chain::ReceiptKind::item)
        receipts_.emplace(std::pair(bulk->second, placed.receipt.id.id), placed);
    }
  }

  ItemOutcome outcome_of(const client::BulkItem& item) {
    const OrderOutcome& order = out_.orders[item.order];
    ItemOutcome out;
    out.reference = item.reference;
    out.line = item.line;
    out.order = run_.orders[item.order].name;
    out.uetr = order.transaction.id;
    bool is_item = false;
    const auto describe = [&](const auto& body, const chain::Credit& credit) {
      out.debtor = body.debtor;
      out.creditor = credit.creditor;
      out.amount = {body.currency, credit.amount};
    };
    if (const auto* batch = std::get_if<chain::PaymentBatch>(&order.transaction.body)) {
      VOSTRO_CHECK(item.position < batch->items.size());
      is_item = true;
      out.uetr = batch->items[item.position].uetr;
      describe(*batch, batch->items[item.position].credit);
    } else if (const auto* payment = std::get_if<chain::Payment>(&order.transaction.body)) {
      describe(*payment, payment->credit);
    } else if (const auto* exchange = std::get_if<chain::FxPayment>(&order.transaction.body)) {
      describe(*exchange, exchange->credit);
    }
    out.status = outcome_word(order.delivery.outcome);
    if (order.delivery.outcome == Outcome::final) {
      out.final = order.delivery.final;
      if (is_item && out.final->receipt.status != chain::Status::rejected)
        out.final = receipt_of_item(item.order, out);
      out.status = out.final ? chain::to_string(out.final->receipt.status) : "unknown";
      if (out.final && out.final->receipt.reason) {
        out.reason = chain::to_string(*out.final->receipt.reason);
        out.reason_code = chain::iso_code(*out.final->receipt.reason);
      }
    } else if (order.delivery.error && order.delivery.error->problem) {
      out.reason = order.delivery.error->problem->code;
      out.reason_code = order.delivery.error->problem->reason.value_or("");
    }
    return out;
  }

  std::optional<client::FinalReceipt> receipt_of_item(std::size_t order, const ItemOutcome& item) {
    const auto at = receipts_.find({order, item.uetr});
    if (at != receipts_.end()) return at->second;
    if (!out_.trouble.empty()) return std::nullopt;  // said once; not asked again for each
    const auto found = wallet_.api().transaction({item.order.owner, item.uetr}, {});
    // Another payment may have used the UETR before: its receipt is not this credit's.
    const bool is_ours =
        found && found->final &&
        found->final->receipt.transaction_hash == delivery(order).final->receipt.transaction_hash;
    if (is_ours) return found->final;
    out_.trouble = "the receipts of some credits could not be read: " +
                   (found ? std::string("the node has none") : client::to_string(found.error())) +
                   "; give the same file again to see them";
    return std::nullopt;
  }

  Wallet& wallet_;
  client::BulkJournal& journal_;
  const client::BulkRun& run_;
  const ReportProgress& report_;
  RunOutcome out_;
  client::BulkProgress progress_;
  std::vector<std::size_t> items_of_;
  std::set<std::size_t> reported_;
  std::size_t done_ = 0;
  std::map<std::pair<std::size_t, Uuid>, client::FinalReceipt> receipts_;
};

}  // namespace

std::string_view outcome_word(Outcome outcome) {
  switch (outcome) {
    case Outcome::final:
      return "final";
    case Outcome::accepted:
      return "accepted";
    case Outcome::expired:
      return "expired";
    case Outcome::awaiting_approval:
      return "awaiting_approval";
    case Outcome::refused:
      return "refused";
    case Outcome::not_sent:
      return "not_sent";
    case Outcome::unknown:
      return "unknown";
  }
  VOSTRO_CHECK(false);
}

RunOutcome carry_out(Wallet& wallet, client::BulkJournal& journal, const client::BulkRun& run,
                     const ReportProgress& report) {
  return Runner(wallet, journal, run, report).carry_out();
}

}  // namespace vostro::wallet
