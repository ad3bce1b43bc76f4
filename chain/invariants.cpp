#include "chain/invariants.h"

#include <algorithm>
#include <functional>
#include <map>

#include "base/checked.h"
#include "chain/membership.h"

namespace vostro::chain {
namespace {

/// Sums by key, in the order of their parts, so that partial sums are balances as they were. Says
/// so when one does not fit: then something was wrong before.
template <class Key>
class Sums {
 public:
  void add(const Key& key, std::int64_t units) {
    auto& sum = sums_[key];
    if (const auto more = checked_add(sum, units)) {
      sum = *more;
    } else {
      overflown_ = true;
    }
  }
  void subtract(const Key& key, std::int64_t units) {
    if (const auto negated = checked_sub<std::int64_t>(0, units)) {
      add(key, *negated);
    } else {
      overflown_ = true;
    }
  }
  [[nodiscard]] const std::map<Key, std::int64_t>& all() const { return sums_; }
  [[nodiscard]] bool has_overflown() const { return overflown_; }
  /// The first key whose sum is not zero.
  [[nodiscard]] std::optional<std::pair<Key, std::int64_t>> first_not_zero() const {
    for (const auto& [key, sum] : sums_)
      if (sum != 0) return std::pair(key, sum);
    return std::nullopt;
  }

 private:
  std::map<Key, std::int64_t> sums_;
  bool overflown_ = false;
};

tl::unexpected<std::string> breach(const std::string& what) {
  return fail("invariant broken: " + what);
}

std::int64_t units_of(const Balance* balance) {
  return balance != nullptr ? balance->units.value : 0;
}

std::string text(std::int64_t number) {
  return std::to_string(number);
}

/// An account and a currency, without a copy of either.
struct Position {
  const AccountId* account;
  Currency currency;
  bool operator<(const Position& other) const {
    if (account != other.account) {
      // Labels first: most accounts of a block are of a few banks.
      if (const int order = account->label.compare(other.account->label); order != 0)
        return order < 0;
      if (account->owner != other.account->owner) return account->owner < other.account->owner;
    }
    return currency < other.currency;
  }
};

struct HoldPosition {
  OwnedId hold;
  Currency currency;
  auto operator<=>(const HoldPosition&) const = default;
};

std::string name_of(const Position& position) {
  return to_text(*position.account) + " " + to_text(position.currency);
}
std::string name_of(const HoldPosition& position) {
  return to_text(position.hold) + " " + to_text(position.currency);
}

void add_hold(Sums<Currency>& sums, const Hold* hold, std::int64_t sign) {
  if (hold == nullptr) return;
  for (const Money& money : money_in(*hold)) sums.add(money.currency, sign * money.units.value);
}

std::int64_t open_redemption_of(const Hold* hold) {
  const bool is_open =
      hold != nullptr && hold->kind == HoldKind::redeem && hold->state == HoldState::held;
  return is_open ? hold->amount.units.value : 0;
}

}  // namespace

Sound check_money_equation(const State& state) {
  Sums<Currency> difference;  // of what is there and what should be, both as changes
  state.for_each_change<Balance>(
      [&](const BalanceKey& key, const Balance* before, const Balance* now) {
        difference.add(key.currency, units_of(now));
        difference.subtract(key.currency, units_of(before));
      });
  state.for_each_change<Hold>([&](const OwnedId&, const Hold* before, const Hold* now) {
    add_hold(difference, now, 1);
    add_hold(difference, before, -1);
  });
  state.for_each_change<CurrencyRecord>(
      [&](const Currency& currency, const CurrencyRecord* before, const CurrencyRecord* now) {
        if (now != nullptr) {
          difference.subtract(currency, now->issued.value);
          difference.add(currency, now->redeemed.value);
        }
        if (before != nullptr) {
          difference.add(currency, before->issued.value);
          difference.subtract(currency, before->redeemed.value);
        }
      });
  if (difference.has_overflown()) return breach("money equation: a sum does not fit");
  if (const auto wrong = difference.first_not_zero())
    return breach("money equation of " + to_text(wrong->first) + ": balances and holds differ by " +
                  text(wrong->second) + " minor units from issued less redeemed");
  return {};
}

Sound check_nothing_negative(const State& state) {
  std::string wrong;
  const auto look_at = [&](std::int64_t units, const std::function<std::string()>& name) {
    if (units < 0 && wrong.empty()) wrong = name() + " is " + text(units);
  };
  state.for_each_change<Balance>([&](const BalanceKey& key, const Balance*, const Balance* now) {
    look_at(units_of(now), [&] { return to_text(key.account) + " " + to_text(key.currency); });
  });
  state.for_each_change<Hold>([&](const OwnedId& name, const Hold*, const Hold* now) {
    if (now == nullptr) return;
    for (const Money& money : money_in(*now))
      look_at(money.units.value, [&] { return "hold " + to_text(name); });
  });
  state.for_each_change<CurrencyRecord>([&](const Currency& currency, const CurrencyRecord*,
                                            const CurrencyRecord* now) {
    if (now == nullptr) return;
    look_at(now->redeemed.value, [&] { return "redeemed " + to_text(currency); });
    look_at(now->open_redemptions.value, [&] { return "open redemptions " + to_text(currency); });
    // Both are not negative, so neither difference can overflow.
    look_at(now->issued.value - std::max<std::int64_t>(now->redeemed.value, 0),
            [&] { return "supply " + to_text(currency); });
  });
  state.for_each_change<QuoteFill>(
      [&](const OwnedId& name, const QuoteFill*, const QuoteFill* now) {
        if (now != nullptr) look_at(now->sold.value, [&] { return "fill " + to_text(name); });
      });
  state.for_each_change<Spent>([&](const SpentKey& key, const Spent*, const Spent* now) {
    if (now != nullptr) look_at(now->units.value, [&] { return "spent " + to_text(key.currency); });
  });
  state.for_each_change<CorridorSpent>(
      [&](const CorridorSpentKey& key, const CorridorSpent*, const CorridorSpent* now) {
        if (now != nullptr)
          look_at(now->units.value, [&] { return "spent under corridor rule " + text(key.rule); });
      });
  if (!wrong.empty()) return breach("nothing negative: " + wrong);
  return {};
}

Sound check_entries_balance(const std::vector<Receipt>& receipts) {
  for (const Receipt& receipt : receipts) {
    // Few entries and fewer currencies: each entry looks for those of its own currency.
    for (const Entry& entry : receipt.entries) {
      std::int64_t sum = 0;
      for (const Entry& other : receipt.entries) {
        if (other.currency != entry.currency) continue;
        const auto more = checked_add(sum, other.amount.value);
        if (!more) return breach("entries of " + to_text(receipt.id) + " do not fit");
        sum = *more;
      }
      if (sum != 0)
        return breach("entries of " + to_text(receipt.id) + " in " + to_text(entry.currency) +
                      " sum to " + text(sum) + ", not 0");
    }
  }
  return {};
}

Sound check_entries_explain_balances(const State& state, const std::vector<Receipt>& receipts) {
  Sums<Position> difference;
  for (const Receipt& receipt : receipts) {
    for (const Entry& entry : receipt.entries)
      if (entry.place.account)
        difference.add({&*entry.place.account, entry.currency}, entry.amount.value);
  }
  state.for_each_change<Balance>(
      [&](const BalanceKey& key, const Balance* before, const Balance* now) {
        difference.subtract({&key.account, key.currency}, units_of(now));
        difference.add({&key.account, key.currency}, units_of(before));
      });
  if (difference.has_overflown()) return breach("entries explain balances: a sum does not fit");
  if (const auto wrong = difference.first_not_zero())
    return breach("entries and balance differ: " + name_of(wrong->first) + " by " +
                  text(wrong->second));
  return {};
}

Sound check_holds_end_once(const State& state, const std::vector<Receipt>& receipts) {
  Sums<HoldPosition> difference;
  for (const Receipt& receipt : receipts) {
    for (const Entry& entry : receipt.entries)
      if (entry.place.hold) difference.add({*entry.place.hold, entry.currency}, entry.amount.value);
  }
  state.for_each_change<Hold>([&](const OwnedId& name, const Hold* before, const Hold* now) {
    if (now != nullptr)
      for (const Money& money : money_in(*now))
        difference.subtract({name, money.currency}, money.units.value);
    if (before != nullptr)
      for (const Money& money : money_in(*before))
        difference.add({name, money.currency}, money.units.value);
  });
  if (difference.has_overflown()) return breach("holds end once: a sum does not fit");
  if (const auto wrong = difference.first_not_zero())
    return breach("entries and hold differ: " + name_of(wrong->first) + " by " +
                  text(wrong->second));
  return {};
}

Sound check_open_redemptions(const State& state) {
  Sums<Currency> difference;
  state.for_each_change<Hold>([&](const OwnedId&, const Hold* before, const Hold* now) {
    if (before != nullptr) difference.subtract(before->amount.currency, open_redemption_of(before));
    if (now != nullptr) difference.add(now->amount.currency, open_redemption_of(now));
  });
  state.for_each_change<CurrencyRecord>(
      [&](const Currency& currency, const CurrencyRecord* before, const CurrencyRecord* now) {
        if (before != nullptr) difference.add(currency, before->open_redemptions.value);
        if (now != nullptr) difference.subtract(currency, now->open_redemptions.value);
      });
  if (difference.has_overflown()) return breach("open redemptions: a sum does not fit");
  if (const auto wrong = difference.first_not_zero())
    return breach("open redemptions of " + to_text(wrong->first) + " differ from their holds by " +
                  text(wrong->second));
  return {};
}

namespace {

/// A step of a proposal's life, or none.
bool may_follow(ProposalStatus before, ProposalStatus now, const Change& change) {
  using enum ProposalStatus;
  switch (before) {
    case open:
      return now == open || now == passed || now == refused || now == lapsed ||
             is_membership(change);  // which a block's end can bring into force at once
    case passed:
      return now == in_force || now == failed;
    case in_force:
    case refused:
    case lapsed:
    case failed:
      return false;
  }
  return false;
}

/// What is wrong with how a proposal changed; empty where nothing is.
std::string_view fault_of(const Proposal* before, const Proposal* now) {
  using enum ProposalStatus;
  if (now == nullptr) return "it is gone";
  if (!may_follow(before != nullptr ? before->status : open, now->status, now->change))
    return "it took no such step";
  if (before != nullptr && (before->change != now->change || before->proposed != now->proposed))
    return "it is another one";
  const bool was_passed = now->status == passed || now->status == in_force || now->status == failed;
  const bool is_over = now->status != open && now->status != passed;
  if (was_passed != now->passed.has_value() || is_over != now->ended.has_value())
    return "its heights do not fit its status";
  std::vector<Bic> voters;
  for (const Ballot& ballot : now->ballots) voters.push_back(ballot.voter);
  std::sort(voters.begin(), voters.end());
  if (std::adjacent_find(voters.begin(), voters.end()) != voters.end()) return "one voted twice";
  if (before != nullptr &&
      (before->ballots.size() > now->ballots.size() ||
       !std::equal(before->ballots.begin(), before->ballots.end(), now->ballots.begin())))
    return "a vote was changed";
  return {};
}

}  // namespace

Sound check_proposals(const State& state) {
  std::string wrong;
  state.for_each_change<Proposal>(
      [&](const OwnedId& name, const Proposal* before, const Proposal* now) {
        const std::string_view fault = fault_of(before, now);
        if (!fault.empty() && wrong.empty()) wrong = to_text(name) + ": " + std::string(fault);
      });
  if (!wrong.empty()) return breach("proposal " + wrong);
  return {};
}

namespace {

bool is_sound_set(const std::vector<Validator>& validators) {
  std::vector<PublicKey> keys;
  for (const Validator& validator : validators) keys.push_back(validator.key);
  std::sort(keys.begin(), keys.end());
  const auto not_below = [](const Validator& a, const Validator& b) { return !(a.id < b.id); };
  return !validators.empty() && validators.size() <= Validators::count_max &&
         std::adjacent_find(validators.begin(), validators.end(), not_below) == validators.end() &&
         std::adjacent_find(keys.begin(), keys.end()) == keys.end();
}

/// What is wrong with how the validators changed; empty where nothing is.
std::string_view fault_of(const Validators* before, const Validators* now) {
  if (before == nullptr || now == nullptr) return "the record came or went";
  if (before->size_min != now->size_min) return "the smallest size changed";
  const bool begins = !before->next.empty();
  if (now->epoch != before->epoch + (begins ? 1 : 0)) return "an epoch was skipped";
  if (now->now != (begins ? before->next : before->now) ||
      now->version != (begins ? before->next_version : before->version))
    return "they are not what was named before";
  if (now->next.empty())
    return now->next_version != 0 ? "a version is named without validators" : "";
  if (!is_sound_set(now->next)) return "the next set is not ascending and distinct";
  if (now->next.size() < now->size_min && now->next.size() < now->now.size())
    return "the next set is too small";
  if (now->next_version < now->version) return "the version goes back";
  if (now->next == now->now && now->next_version == now->version)
    return "the next ones are the same";
  return "";
}

}  // namespace

Sound check_validators(const State& state) {
  std::string wrong;
  bool closes = false;
  state.for_each_change<Validators>(
      [&](const Only&, const Validators* before, const Validators* now) {
        wrong = fault_of(before, now);
        closes = now != nullptr && !now->next.empty();
      });
  state.for_each_change<Lane>([&](std::uint16_t author, const Lane*, const Lane* now) {
    if (closes && now != nullptr) wrong = "the lane of " + text(author) + " outlives its epoch";
  });
  if (!wrong.empty()) return breach("validators: " + wrong);
  return {};
}

Sound check_block(const State& state, const std::vector<Receipt>& receipts) {
  if (auto ok = check_money_equation(state); !ok) return ok;
  if (auto ok = check_nothing_negative(state); !ok) return ok;
  if (auto ok = check_entries_balance(receipts); !ok) return ok;
  if (auto ok = check_entries_explain_balances(state, receipts); !ok) return ok;
  if (auto ok = check_holds_end_once(state, receipts); !ok) return ok;
  if (auto ok = check_open_redemptions(state); !ok) return ok;
  if (auto ok = check_proposals(state); !ok) return ok;
  return check_validators(state);
}

namespace {

constexpr std::size_t kEntriesAtOnce = 256;

/// Every record of a kind; false where one cannot be read or `visit` refuses it.
template <class Record, class Visit>
bool for_each_stored(const StateReader& state, Visit&& visit) {
  const Bytes prefix{Record::prefix};
  Bytes from = prefix;
  while (true) {
    const auto entries = state.scan(prefix, from, kEntriesAtOnce);
    for (const auto& [key, value] : entries) {
      const auto record = decode_record<Record>(value);
      if (!record || !visit(key, *record)) return false;
    }
    if (entries.size() < kEntriesAtOnce) return true;
    from = entries.back().first;
    from.push_back(0);
  }
}

}  // namespace

Sound check_whole_state(const StateReader& state) {
  Sums<Currency> circulating;
  Sums<Currency> open;
  Sums<AccountId> holds;
  std::string negative;
  const bool balances_read =
      for_each_stored<Balance>(state, [&](const Bytes& key, const Balance& balance) {
        const auto name = balance_of_key(key);
        if (!name) return false;
        // A balance of zero has no record.
        if (balance.units.value <= 0)
          negative = to_text(name->account) + " " + to_text(name->currency);
        circulating.add(name->currency, balance.units.value);
        return true;
      });
  const bool holds_read = for_each_stored<Hold>(state, [&](const Bytes& key, const Hold& hold) {
    for (const Money& money : money_in(hold)) {
      if (money.units.value < 0) negative = "hold " + to_hex(key);
      circulating.add(money.currency, money.units.value);
    }
    open.add(hold.amount.currency, open_redemption_of(&hold));
    for (const AccountId& party : parties_of(hold)) holds.add(party, 1);
    return true;
  });
  const bool counts_read =
      for_each_stored<HoldCount>(state, [&](const Bytes& key, const HoldCount& count) {
        Bytes account_key = key;
        account_key[0] = AccountRecord::prefix;
        const auto account = account_of_key(account_key);
        if (account) holds.subtract(*account, count.count);
        return account.has_value();
      });
  const bool currencies_read =
      for_each_stored<CurrencyRecord>(state, [&](const Bytes& key, const CurrencyRecord& record) {
        const auto currency = currency_of_key(key);
        if (!currency) return false;
        circulating.subtract(*currency, record.issued.value);
        circulating.add(*currency, record.redeemed.value);
        open.subtract(*currency, record.open_redemptions.value);
        return true;
      });
  if (!balances_read || !holds_read || !counts_read || !currencies_read)
    return breach("a stored record cannot be read");
  if (!negative.empty()) return breach("not positive: " + negative);
  if (circulating.has_overflown() || open.has_overflown()) return breach("a sum does not fit");
  if (const auto wrong = circulating.first_not_zero())
    return breach("money equation of " + to_text(wrong->first) + ": balances and holds differ by " +
                  text(wrong->second) + " minor units from issued less redeemed");
  if (const auto wrong = open.first_not_zero())
    return breach("open redemptions of " + to_text(wrong->first) + " differ from their holds by " +
                  text(wrong->second));
  if (const auto wrong = holds.first_not_zero())
    return breach("holds counted at " + to_text(wrong->first) + " differ by " +
                  text(wrong->second));
  return {};
}

}  // namespace vostro::chain
