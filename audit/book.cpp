#include "audit/book.h"

#include <algorithm>

#include "chain/records.h"

namespace vostro::audit {
namespace {

// Keys of rows. An account's is that of its balance in the state (docs/ledger.md, "State"): 'b',
// BIC, label, 0, currency. A hold's is that of the hold, and the currency. Sums: 'S', currency, and
// whose.
constexpr char kAccount = 'b';
constexpr char kHold = 'h';
constexpr char kSum = 'S';
constexpr char kOfAccounts = 'a';
constexpr char kOfHolds = 'h';
constexpr char kOfSupply = 's';
constexpr std::size_t kHoldKeySize = 1 + 11 + 16;
constexpr std::size_t kCurrencySize = 3;

std::string row_key(const chain::Entry& entry) {
  std::string key;
  key.reserve(64);
  switch (entry.place.kind) {
    case chain::PlaceKind::account:
      if (!entry.place.account) return {};
      key += kAccount;
      key.append(entry.place.account->owner.text.begin(), entry.place.account->owner.text.end());
      key += entry.place.account->label;
      key += '\0';
      break;
    case chain::PlaceKind::hold:
      if (!entry.place.hold) return {};
      key += kHold;
      key.append(entry.place.hold->owner.text.begin(), entry.place.hold->owner.text.end());
      key.append(entry.place.hold->id.bytes.begin(), entry.place.hold->id.bytes.end());
      break;
    case chain::PlaceKind::supply:
      key += kSum;
      key.append(entry.currency.code.begin(), entry.currency.code.end());
      key += kOfSupply;
      return key;
  }
  key.append(entry.currency.code.begin(), entry.currency.code.end());
  return key;
}

std::string sum_key(std::string_view currency, char whose) {
  return std::string(1, kSum) + std::string(currency) + whose;
}

Bytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}
std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// 8 bytes, little-endian, signed; none for other lengths.
std::optional<std::int64_t> number_in(ByteView bytes) {
  if (bytes.size() != 8) return std::nullopt;
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number |= std::uint64_t{bytes[i]} << (8 * i);
  return static_cast<std::int64_t>(number);
}

/// For people: "NORDDEFF/main EUR", "hold NORDDEFF:6f9619ff... EUR".
std::string name_of(std::string_view key) {
  const std::string_view currency = key.substr(key.size() - kCurrencySize);
  if (key.front() == kAccount) {
    std::string name(key.substr(1, 11));
    if (name.ends_with("XXX")) name.resize(8);
    return "balance of " + name + "/" + std::string(key.substr(12, key.size() - 12 - 4)) + " in " +
           std::string(currency);
  }
  return "hold " + std::string(key.substr(1, 11)) + ":" + to_hex(bytes_of(key.substr(12, 16))) +
         " in " + std::string(currency);
}

Divergence differs(Height height, std::string field, std::int64_t expected, std::string found) {
  return {height, std::nullopt, std::move(field),
          std::to_string(expected) + " by the entries of all receipts", std::move(found)};
}

}  // namespace

bool Book::add(std::string key, std::int64_t units) {
  std::int64_t& sum = posted_[std::move(key)];
  return !__builtin_add_overflow(sum, units, &sum);
}

bool Book::post_entries(const std::vector<chain::Receipt>& receipts) {
  bool fits = true;
  for (const chain::Receipt& receipt : receipts) {
    for (const chain::Entry& entry : receipt.entries) {
      std::string key = row_key(entry);
      fits = fits && !key.empty() && add(std::move(key), entry.amount.value);
    }
  }
  return fits;
}

std::int64_t Book::stored(ByteView key) const {
  const auto row = read_(key);
  return row ? number_in(*row).value_or(0) : 0;
}

Checked<void> Book::post(Height height, const std::vector<chain::Receipt>& receipts,
                         const chain::Changes& state) {
  posted_.clear();
  rows_.clear();
  if (!post_entries(receipts)) {
    return diverges({height, std::nullopt, "entries of the receipts",
                     "a place for each, and sums that a 64-bit number holds", "others"});
  }
  if (auto fault = compare_posted(height, state)) return diverges(*std::move(fault));
  if (auto fault = compare_changed(height, state)) return diverges(*std::move(fault));
  if (auto fault = compare_sums(height, state)) return diverges(*std::move(fault));
  return {};
}

// Every balance and hold that an entry moved is what the state says.
std::optional<Divergence> Book::compare_posted(Height height, const chain::Changes& state) {
  for (const auto& [key, delta] : posted_) {
    const Bytes row = bytes_of(key);
    std::int64_t after = stored(row);
    if (__builtin_add_overflow(after, delta, &after))
      return differs(height, name_of(key), delta, "a sum that no 64-bit number holds");
    rows_[row] = after;
    if (key.front() == kSum) continue;
    if (after < 0) return differs(height, name_of(key), after, "less than nothing");
    const bool is_account = key.front() == kAccount;
    const auto changed =
        state.find(is_account ? row : Bytes(row.begin(), row.begin() + kHoldKeySize));
    if (is_account) {
      if (changed == state.end() && delta != 0)
        return differs(height, name_of(key), after, "a balance that did not change");
      if (changed == state.end()) continue;
      const auto balance = changed->second ? number_in(*changed->second) : 0;
      if (balance != after)
        return differs(height, name_of(key), after,
                       balance ? std::to_string(*balance) : "no number");
    } else if (changed != state.end() && !changed->second && after != 0) {
      return differs(height, name_of(key), after, "a hold that has ended");
    } else if (changed == state.end() && after != 0 && after == delta) {
      return differs(height, name_of(key), after, "no such hold");
    }
  }
  return std::nullopt;
}

// Every balance that the state changed was moved by an entry.
std::optional<Divergence> Book::compare_changed(Height height, const chain::Changes& state) const {
  for (const auto& [key, value] : state) {
    if (key.empty() || key.front() != static_cast<Byte>(kAccount) || rows_.contains(key)) continue;
    const std::int64_t before = stored(key);
    const auto now = value ? number_in(*value) : 0;
    if (now != before)
      return differs(height, name_of(text_of(key)), before,
                     now ? std::to_string(*now) : "no number");
  }
  return std::nullopt;
}

// Per currency: accounts and holds have what was issued and not redeemed.
std::optional<Divergence> Book::compare_sums(Height height, const chain::Changes& state) {
  struct Moved {
    std::int64_t accounts = 0;
    std::int64_t holds = 0;
  };
  std::map<std::string, Moved> moved;
  for (const auto& [key, delta] : posted_) {
    if (key.front() == kSum) {
      moved[key.substr(1, kCurrencySize)];
      continue;
    }
    Moved& sums = moved[key.substr(key.size() - kCurrencySize)];
    std::int64_t& sum = key.front() == kAccount ? sums.accounts : sums.holds;
    if (__builtin_add_overflow(sum, delta, &sum))
      return differs(height, "sum of a currency", delta, "a sum that no 64-bit number holds");
  }
  for (const auto& [currency, sums] : moved) {
    std::array<std::int64_t, 2> now{};
    bool fits = true;
    for (const auto& [at, whose, delta] :
         {std::tuple(0U, kOfAccounts, sums.accounts), std::tuple(1U, kOfHolds, sums.holds)}) {
      const Bytes key = bytes_of(sum_key(currency, whose));
      fits = fits && !__builtin_add_overflow(stored(key), delta, &now[at]);
      rows_[key] = now[at];
    }
    const Bytes supply_key = bytes_of(sum_key(currency, kOfSupply));
    const auto posted = rows_.find(supply_key);
    const std::int64_t supply = posted != rows_.end() ? posted->second : stored(supply_key);
    std::int64_t all = 0;
    fits = fits && !__builtin_add_overflow(now[0], now[1], &all);
    if (!fits || all != -supply)
      return differs(height, "money in " + currency + ": accounts and holds", -supply,
                     fits ? std::to_string(all) : "a sum that no 64-bit number holds");
    Bytes record_key{chain::CurrencyRecord::prefix};
    append(record_key, as_bytes(currency));
    const auto changed = state.find(record_key);
    if (changed == state.end() || !changed->second) {
      if (posted != rows_.end() && supply != stored(supply_key))
        return differs(height, "money in " + currency + ": issued less redeemed", -supply,
                       "a currency that did not change");
      continue;
    }
    const auto record = chain::decode_record<chain::CurrencyRecord>(*changed->second);
    std::int64_t outstanding = 0;
    const bool is_known = record && !__builtin_sub_overflow(record->issued.value,
                                                            record->redeemed.value, &outstanding);
    if (!is_known || outstanding != -supply)
      return differs(height, "money in " + currency + ": issued less redeemed", -supply,
                     is_known ? std::to_string(outstanding) : "no such record");
  }
  return std::nullopt;
}

chain::Changes Book::take_rows() {
  chain::Changes changes;
  for (const auto& [key, units] : rows_) {
    std::optional<Bytes> value;
    if (units != 0) {
      value.emplace();
      append_little_endian(*value, static_cast<std::uint64_t>(units), 8);
    }
    changes.emplace_hint(changes.end(), key, std::move(value));
  }
  rows_.clear();
  return changes;
}

Checked<void> Book::compare_whole(Height height, const Scan& rows, const Scan& state) {
  const auto next = [](const Scan& scan, Bytes& from, char kind) {
    auto found = scan(from);
    std::erase_if(found,
                  [&](const auto& row) { return row.first.front() != static_cast<Byte>(kind); });
    if (!found.empty()) {
      from = found.back().first;
      from.push_back(0);
    }
    return found;
  };
  Bytes ours_from{static_cast<Byte>(kAccount)};
  Bytes theirs_from = ours_from;
  for (;;) {
    const auto ours = next(rows, ours_from, kAccount);
    const auto theirs = next(state, theirs_from, kAccount);
    for (std::size_t i = 0; i < std::max(ours.size(), theirs.size()); ++i) {
      if (i < ours.size() && i < theirs.size() && ours[i] == theirs[i]) continue;
      const Bytes& key = i < ours.size() ? ours[i].first : theirs[i].first;
      const std::int64_t expected = i < ours.size() ? number_in(ours[i].second).value_or(0) : 0;
      return diverges(differs(height, name_of(text_of(key)), expected, "another balance, or none"));
    }
    if (ours.empty()) break;
  }
  // Each hold of the state has money in the book, and no money is in a hold that has ended.
  Bytes held_from{static_cast<Byte>(kHold)};
  Bytes open_from = held_from;
  std::vector<Bytes> held;
  std::vector<Bytes> open;
  for (auto found = next(rows, held_from, kHold); !found.empty();
       found = next(rows, held_from, kHold))
    for (const auto& [key, value] : found) {
      Bytes hold(key.begin(), key.begin() + kHoldKeySize);
      if (held.empty() || held.back() != hold) held.push_back(std::move(hold));
    }
  for (auto found = next(state, open_from, kHold); !found.empty();
       found = next(state, open_from, kHold))
    for (const auto& [key, value] : found) open.push_back(key);
  if (held == open) return {};
  const auto [ours, theirs] = std::mismatch(held.begin(), held.end(), open.begin(), open.end());
  const Bytes& key = ours != held.end() ? *ours : *theirs;
  return diverges({height, std::nullopt, "hold " + to_hex(key), "money in it while it is open",
                   "a hold without money, or money without a hold"});
}

}  // namespace vostro::audit
