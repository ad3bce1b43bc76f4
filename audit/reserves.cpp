#include "audit/reserves.h"

#include <set>

#include "base/codec.h"
#include "chain/records.h"
#include "chain/transaction.h"

namespace vostro::audit {

/// What is known of a currency.
struct Reserves::Pool {
  std::int64_t issued = 0;  ///< less what was burnt
  std::int64_t open = 0;    ///< locked in redemptions that are open
  std::optional<chain::Attestation> attested;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(issued, open, attested);
  }
};

/// An order that a later receipt comes back to.
struct Reserves::Waiting {
  Currency currency;
  bool is_open = false;  ///< a redemption that counts as open
  MinorUnits redeemed;   ///< what it locks; 0: an attestation whose delay is not over
  std::optional<chain::Attestation> attests;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(currency, is_open, redeemed, attests);
  }
};

namespace {

// Keys of rows: kind, and whose.
constexpr Byte kPool = 'R';
constexpr Byte kWaiting = 'W';

Bytes key_of(const Currency& currency) {
  Bytes key{kPool};
  append(key, as_bytes(std::string_view(currency.code.data(), currency.code.size())));
  return key;
}
Bytes key_of(const chain::OwnedId& order) {
  Bytes key{kWaiting};
  append(key, as_bytes(std::string_view(order.owner.text.data(), order.owner.text.size())));
  append(key, order.id.view());
  return key;
}

std::string text_of(const std::optional<chain::Attestation>& attested) {
  return attested ? std::to_string(attested->balance.value) + " as of " + to_text(attested->as_of) +
                        ", statement " + hex(attested->statement)
                  : std::string("none");
}

/// More than `age_s` seconds have gone since; a second that has begun counts whole.
bool is_stale(UnixSeconds as_of, std::uint64_t age_s, UnixMillis now) {
  const std::uint64_t since_ms = as_of.value * 1000;  // form: no year after 9999
  return now.value > since_ms && (now.value - since_ms + 999) / 1000 > age_s;
}

}  // namespace

/// One block.
class Reserves::Walk {
 public:
  Walk(Reserves& reserves, const chain::ExecutedBlock& block)
      : reserves_(reserves), block_(block), next_(block.transactions.begin()) {}

  Checked<void> run() {
    for (const chain::Receipt& receipt : block_.receipts) {
      if (receipt.kind == chain::ReceiptKind::transaction) {
        if (next_ == block_.transactions.end())
          return differs("receipts of transactions", "one each", "more");
        look_at_order(receipt, (*next_++)->transaction().body);
      } else if (receipt.kind == chain::ReceiptKind::due) {
        look_at_due(receipt);
      }
      for (const chain::Entry& entry : receipt.entries) look_at_entry(entry);
      if (fault_) return diverges(*std::move(fault_));
    }
    return compare();
  }

 private:
  tl::unexpected<Finding> differs(std::string field, std::string expected,
                                  std::string found) const {
    return diverges(
        {block_.height, std::nullopt, std::move(field), std::move(expected), std::move(found)});
  }
  void blame(std::string field, std::string expected, std::string found) {
    if (!fault_)
      fault_ = Divergence{block_.height, std::nullopt, std::move(field), std::move(expected),
                          std::move(found)};
  }

  Pool pool(const Currency& currency) const {
    const auto stored = reserves_.row(key_of(currency));
    if (!stored) return {};
    return decode<Pool>(*stored).value_or(Pool());
  }
  void keep(const Currency& currency, const Pool& now) {
    reserves_.rows_[key_of(currency)] = encode(now);
    touched_.insert(currency);
  }
  std::optional<Waiting> waiting(const chain::OwnedId& order) const {
    const auto stored = reserves_.row(key_of(order));
    if (!stored) return std::nullopt;
    const auto read = decode<Waiting>(*stored);
    return read ? std::optional(*read) : std::nullopt;
  }

  void look_at_order(const chain::Receipt& receipt, const chain::Body& body) {
    const bool is_done = receipt.status == chain::Status::done;
    if (!is_done && receipt.status != chain::Status::delayed) return;
    Waiting order;
    if (const auto* redeem = std::get_if<chain::Redeem>(&body)) {
      order.currency = redeem->money.currency;
      order.redeemed = redeem->money.units;
    } else if (const auto* said = std::get_if<chain::AttestReserves>(&body)) {
      order.currency = said->currency;
      order.attests = chain::Attestation{said->balance, said->statement, said->as_of};
    } else {
      return;
    }
    if (is_done)
      carry_out(receipt.id, std::move(order));
    else
      reserves_.rows_[key_of(receipt.id)] = encode(order);
  }

  /// Its delay is over.
  void look_at_due(const chain::Receipt& receipt) {
    auto order = waiting(receipt.id);
    if (!order || order->is_open) return;
    if (receipt.status == chain::Status::done)
      carry_out(receipt.id, *std::move(order));
    else
      reserves_.rows_[key_of(receipt.id)] = std::nullopt;
  }

  void carry_out(const chain::OwnedId& id, Waiting order) {
    Pool now = pool(order.currency);
    if (!order.attests) {
      order.is_open = true;
      if (__builtin_add_overflow(now.open, order.redeemed.value, &now.open))
        blame("open redemptions", "a 64-bit number", "more");
      reserves_.rows_[key_of(id)] = encode(order);
      keep(order.currency, now);
      return;
    }
    const std::string field = "attested reserves of " + to_text(order.currency);
    if (now.attested && order.attests->as_of.value <= now.attested->as_of.value)
      blame(field, "later than " + to_text(now.attested->as_of), text_of(order.attests));
    if (order.attests->as_of.value > block_.time.value / 1000)
      blame(field, "no time after the block's", text_of(order.attests));
    now.attested = order.attests;
    reserves_.rows_[key_of(id)] = std::nullopt;
    keep(order.currency, now);
  }

  void look_at_entry(const chain::Entry& entry) {
    const std::int64_t amount = entry.amount.value;
    if (entry.place.kind == chain::PlaceKind::supply) {
      Pool now = pool(entry.currency);
      if (amount < 0) check_issue(entry.currency, now);
      if (__builtin_sub_overflow(now.issued, amount, &now.issued))
        blame("supply of " + to_text(entry.currency), "a 64-bit number", "more");
      keep(entry.currency, now);
    } else if (entry.place.kind == chain::PlaceKind::hold && amount < 0 && entry.place.hold) {
      const auto order = waiting(*entry.place.hold);
      if (!order || order->redeemed.value == 0) return;  // a payment's
      if (order->is_open) {
        Pool now = pool(order->currency);
        now.open -= order->redeemed.value;
        keep(order->currency, now);
      }
      reserves_.rows_[key_of(*entry.place.hold)] = std::nullopt;
    }
  }

  /// Before it is counted: more may be issued while what circulates is covered.
  void check_issue(const Currency& currency, const Pool& now) {
    const std::string field = "money issued in " + to_text(currency);
    const auto record = changed_record(currency);
    if (!record) {
      blame(field, "a changed currency", "none");
      return;
    }
    if (record->attestation_max_age_s) {
      const bool is_young = now.attested && !is_stale(now.attested->as_of,
                                                      *record->attestation_max_age_s, block_.time);
      if (!is_young)
        blame(field,
              "an attestation not older than " + std::to_string(*record->attestation_max_age_s) +
                  " s",
              text_of(now.attested));
    }
    const std::int64_t circulating = now.issued - now.open;
    if (now.attested && now.attested->balance.value < circulating)
      blame(field, "reserves of " + std::to_string(circulating) + " or more",
            text_of(now.attested));
  }

  [[nodiscard]] std::optional<chain::CurrencyRecord> changed_record(
      const Currency& currency) const {
    Bytes key{chain::CurrencyRecord::prefix};
    append(key, as_bytes(std::string_view(currency.code.data(), currency.code.size())));
    const auto changed = block_.state.find(key);
    if (changed == block_.state.end() || !changed->second) return std::nullopt;
    return chain::decode_record<chain::CurrencyRecord>(*changed->second);
  }

  /// What the walk came to, against the state after the block.
  [[nodiscard]] Checked<void> compare() const {
    for (const Currency& currency : touched_)
      if (!changed_record(currency))
        return differs("record of " + to_text(currency), "changed", "not changed");
    for (const auto& [key, value] : block_.state) {
      if (key.empty() || key.front() != chain::CurrencyRecord::prefix || !value) continue;
      const auto record = chain::decode_record<chain::CurrencyRecord>(*value);
      const auto currency = parse_currency(as_text(ByteView(key).subspan(1)));
      if (!record || !currency) return differs("record of a currency", "one", "another");
      const Pool now = pool(*currency);
      if (record->open_redemptions.value != now.open)
        return differs("open redemptions of " + to_text(*currency), std::to_string(now.open),
                       std::to_string(record->open_redemptions.value));
      if (record->attestation != now.attested)
        return differs("attested reserves of " + to_text(*currency), text_of(now.attested),
                       text_of(record->attestation));
    }
    return {};
  }

  Reserves& reserves_;
  const chain::ExecutedBlock& block_;
  std::vector<chain::VerifiedTransactionPtr>::const_iterator next_;
  std::set<Currency> touched_;
  std::optional<Divergence> fault_;
};

std::optional<Bytes> Reserves::row(ByteView key) const {
  const auto changed = rows_.find(Bytes(key.begin(), key.end()));
  return changed != rows_.end() ? changed->second : read_(key);
}

Checked<void> Reserves::post(const chain::ExecutedBlock& block) {
  rows_.clear();
  return Walk(*this, block).run();
}

chain::Changes Reserves::take_rows() {
  chain::Changes changes = std::move(rows_);
  rows_.clear();
  return changes;
}

}  // namespace vostro::audit
