#include "chain/state.h"

#include "base/check.h"

namespace vostro::chain {
namespace {

constexpr std::size_t kScanStep = 64;

/// The key that comes right after `key`.
Bytes successor(Bytes key) {
  key.push_back(0);
  return key;
}

/// Calls `visit` for entries under the prefix until it returns false.
template <class Visit>
void scan_while(const StateReader& reader, const Bytes& prefix, std::size_t step, Visit&& visit) {
  Bytes from = prefix;
  while (true) {
    const auto entries = reader.scan(prefix, from, step);
    for (const auto& [key, value] : entries)
      if (!visit(key, value)) return;
    if (entries.size() < step) return;
    from = successor(entries.back().first);
  }
}

template <class Record>
void append_changes(const State& state, Changes& changes) {
  state.for_each_change<Record>([&](const auto& key, const Record*, const Record* now) {
    std::optional<Bytes> value;
    if (now != nullptr) value = encode_record(*now);
    changes.emplace(key_of<Record>(key), std::move(value));
  });
}

}  // namespace

const Parameters& State::parameters() {
  const Parameters* stored = find<Parameters>({});
  if (stored != nullptr) return *stored;
  // Only a state that no genesis made has none; its blocks mean nothing.
  is_damaged_ = true;
  static const Parameters defaults;
  return defaults;
}

const Validators& State::validators() {
  if (const Validators* stored = find<Validators>({})) return *stored;
  is_damaged_ = true;  // as above
  static const Validators none;
  return none;
}

MinorUnits State::balance(const AccountId& account, const Currency& currency) {
  const Balance* balance = find<Balance>({account, currency});
  return balance != nullptr ? balance->units : MinorUnits(0);
}

void State::set_balance(const AccountId& account, const Currency& currency, MinorUnits units) {
  if (units.value == 0) {
    erase<Balance>({account, currency});
  } else {
    put<Balance>({account, currency}, {units});
  }
}

bool State::has_balance(const AccountId& account) {
  const auto& rows = std::get<Table<Balance>>(tables_).rows();
  for (auto at = rows.lower_bound({account, {}}); at != rows.end(); ++at) {
    if (at->first.account != account) break;
    if (at->second.now) return true;
  }
  bool found = false;
  scan_while(reader_, balances_prefix(account), kScanStep, [&](const Bytes& key, const Bytes&) {
    const auto name = balance_of_key(key);
    if (!name) {
      is_damaged_ = true;
      return false;
    }
    found = find<Balance>(*name) != nullptr;
    return !found;
  });
  return found;
}

void State::put_hold(const OwnedId& name, const Hold& hold) {
  if (find<Hold>(name) == nullptr) {
    for (const AccountId& party : parties_of(hold)) {
      const HoldCount* count = find<HoldCount>(party);
      put<HoldCount>(party, {count != nullptr ? count->count + 1 : 1});
    }
  }
  put<Hold>(name, hold);
}

void State::erase_hold(const OwnedId& name) {
  const Hold* hold = find<Hold>(name);
  VOSTRO_CHECK(hold != nullptr);  // a hold ends once
  for (const AccountId& party : parties_of(*hold)) {
    const HoldCount* count = find<HoldCount>(party);
    if (count == nullptr) {
      is_damaged_ = true;
      continue;
    }
    if (count->count > 1) {
      put<HoldCount>(party, {count->count - 1});
    } else {
      erase<HoldCount>(party);
    }
  }
  erase<Hold>(name);
}

PolicyScope State::scope_of(const AccountId& account) {
  const AccountRecord* record = find<AccountRecord>(account);
  if (record != nullptr && record->policy) return {account.owner, account.label, std::nullopt};
  return {account.owner, {}, std::nullopt};
}

const Policy* State::policy_of(const PolicyScope& scope) {
  if (scope.currency) {
    const CurrencyRecord* currency = find<CurrencyRecord>(*scope.currency);
    return currency != nullptr ? &currency->policy : nullptr;
  }
  if (!scope.label.empty()) {
    const AccountRecord* account = find<AccountRecord>({scope.participant, scope.label});
    if (account == nullptr) return nullptr;
    if (account->policy) return &*account->policy;
  }
  const Participant* participant = find<Participant>(scope.participant);
  return participant != nullptr ? &participant->policy : nullptr;
}

std::vector<Currency> State::currencies_of(const Bic& agent) {
  scan_while(reader_, {CurrencyRecord::prefix}, kScanStep, [&](const Bytes& key, const Bytes&) {
    const auto currency = currency_of_key(key);
    if (!currency) {
      is_damaged_ = true;
      return false;
    }
    static_cast<void>(find<CurrencyRecord>(*currency));
    return true;
  });
  // Now every one is a row, whether it was there or came within this block.
  std::vector<Currency> currencies;
  for (const auto& [currency, row] : std::get<Table<CurrencyRecord>>(tables_).rows())
    if (row.now && row.now->agent == agent) currencies.push_back(currency);
  return currencies;
}

const std::map<std::uint16_t, CorridorRecord>& State::corridor_rules() {
  if (corridor_rules_) return *corridor_rules_;
  std::map<std::uint16_t, CorridorRecord> rules;
  scan_while(reader_, {CorridorRecord::prefix}, kScanStep, [&](const Bytes& key, const Bytes&) {
    const auto number = rule_of_key(key);
    if (!number) {
      is_damaged_ = true;
      return false;
    }
    static_cast<void>(find<CorridorRecord>(*number));
    return true;
  });
  for (const auto& [number, row] : std::get<Table<CorridorRecord>>(tables_).rows())
    if (row.now) rules.emplace(number, *row.now);
  corridor_rules_ = std::move(rules);
  return *corridor_rules_;
}

void State::set_corridor_rule(std::uint16_t number, std::optional<CorridorRecord> record) {
  if (record) {
    put<CorridorRecord>(number, *std::move(record));
  } else {
    erase<CorridorRecord>(number);
  }
  corridor_rules_.reset();
}

bool State::has_money(const Bic& owner) {
  for (const auto& [key, row] : std::get<Table<Balance>>(tables_).rows())
    if (key.account.owner == owner && row.now) return true;
  for (const auto& [key, row] : std::get<Table<HoldCount>>(tables_).rows())
    if (key.owner == owner && row.now) return true;
  bool found = false;
  scan_while(reader_, key_bytes(Balance::prefix, owner), kScanStep,
             [&](const Bytes& key, const Bytes&) {
               const auto name = balance_of_key(key);
               if (!name) is_damaged_ = true;
               found = name && find<Balance>(*name) != nullptr;
               return name && !found;
             });
  if (found) return true;
  scan_while(reader_, key_bytes(HoldCount::prefix, owner), kScanStep,
             [&](const Bytes& key, const Bytes&) {
               Bytes account_key = key;
               account_key[0] = AccountRecord::prefix;  // the same names under another letter
               const auto name = account_of_key(account_key);
               if (!name) is_damaged_ = true;
               found = name && find<HoldCount>(*name) != nullptr;
               return name && !found;
             });
  return found;
}

std::vector<OwnedId> State::pending_changes() {
  const PendingChanges* pending = find<PendingChanges>({});
  return pending != nullptr ? pending->proposals : std::vector<OwnedId>{};
}

void State::set_pending_changes(std::vector<OwnedId> proposals) {
  if (proposals.empty()) {
    if (find<PendingChanges>({}) != nullptr) erase<PendingChanges>({});
  } else {
    put<PendingChanges>({}, {std::move(proposals)});
  }
}

void State::erase_lanes() {
  scan_while(reader_, {Lane::prefix}, kScanStep, [&](const Bytes& key, const Bytes&) {
    const auto author = author_of_key(key);
    if (!author) {
      is_damaged_ = true;
      return false;
    }
    static_cast<void>(find<Lane>(*author));
    return true;
  });
  std::vector<std::uint16_t> authors;
  for (const auto& [author, row] : std::get<Table<Lane>>(tables_).rows())
    if (row.now) authors.push_back(author);
  for (const std::uint16_t author : authors) erase<Lane>(author);
}

std::vector<OwnedId> State::open_proposals() {
  scan_while(reader_, {Proposal::prefix}, kScanStep, [&](const Bytes& key, const Bytes&) {
    const auto name = owned_id_of_key(key);
    if (!name) {
      is_damaged_ = true;
      return false;
    }
    static_cast<void>(find<Proposal>(*name));
    return true;
  });
  std::vector<OwnedId> open;
  for (const auto& [name, row] : std::get<Table<Proposal>>(tables_).rows())
    if (row.now && row.now->status == ProposalStatus::open) open.push_back(name);
  return open;
}

std::vector<Bic> State::participants() {
  scan_while(reader_, {Participant::prefix}, kScanStep, [&](const Bytes& key, const Bytes&) {
    const auto bic = participant_of_key(key);
    if (!bic) {
      is_damaged_ = true;
      return false;
    }
    static_cast<void>(find<Participant>(*bic));
    return true;
  });
  std::vector<Bic> all;
  for (const auto& [bic, row] : std::get<Table<Participant>>(tables_).rows())
    if (row.now) all.push_back(bic);
  return all;
}

std::vector<std::pair<DueKey, DueKind>> State::due_before(UnixMillis now, std::size_t limit) {
  std::vector<std::pair<DueKey, DueKind>> due;
  if (limit == 0) return due;
  scan_while(reader_, {DueMarker::prefix}, kScanStep, [&](const Bytes& key, const Bytes& value) {
    const auto name = due_of_key(key);
    const auto marker = decode_record<DueMarker>(value);
    if (!name || !marker) {
      is_damaged_ = true;
      return false;
    }
    if (!is_past(name->time, now)) return false;
    due.emplace_back(*name, marker->kind);
    return due.size() < limit;
  });
  return due;
}

std::vector<DueKey> State::expired_fills(UnixMillis now, std::size_t limit) {
  std::vector<DueKey> expired;
  if (limit == 0) return expired;
  scan_while(reader_, {FillExpiry::prefix}, kScanStep, [&](const Bytes& key, const Bytes&) {
    const auto name = due_of_key(key);
    if (!name) {
      is_damaged_ = true;
      return false;
    }
    if (!is_past(name->time, now)) return false;
    expired.push_back(*name);
    return expired.size() < limit;
  });
  return expired;
}

bool State::is_id_used(const OwnedId& id) {
  return ids_.contains(id) || reader_.find_id(id).has_value();
}

void State::use_id(const OwnedId& id, const IdRecord& record) {
  if (ids_.insert(id).second) new_ids_.emplace_back(id, record);
}

bool State::use_new_id(const OwnedId& id, const IdRecord& record) {
  if (!ids_.insert(id).second || reader_.find_id(id)) return false;
  new_ids_.emplace_back(id, record);
  return true;
}

void State::commit() {
  std::apply([](auto&... table) { (table.commit(), ...); }, tables_);
}

void State::roll_back() {
  if (!std::get<Table<CorridorRecord>>(tables_).is_committed()) corridor_rules_.reset();
  std::apply([](auto&... table) { (table.roll_back(), ...); }, tables_);
}

Changes State::changes() const {
  Changes changes;
  std::apply([&]<class... Records>(
                 const Table<Records>&...) { (append_changes<Records>(*this, changes), ...); },
             tables_);
  return changes;
}

}  // namespace vostro::chain
