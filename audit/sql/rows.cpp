#include "audit/sql/rows.h"

#include <boost/json.hpp>

#include "base/time.h"
#include "chain/json/values.h"
#include "chain/records.h"
#include "chain/store/rows.h"

namespace vostro::audit {
namespace {

namespace json = boost::json;

Cell number(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}
Cell word(std::string_view text) {
  return std::string(text);
}
template <class T, class Write>
Cell or_none(const std::optional<T>& value, Write&& write) {
  if (!value) return std::monostate();
  return write(*value);
}
std::string owner_name(const chain::ValidatorId& id) {
  const auto owner = chain::owner_of(id);
  return owner ? to_text(*owner) : to_hex(id.view());
}

json::value validators_value(const chain::Validators& validators) {
  const auto list = [](const std::vector<chain::Validator>& all) {
    json::array written;
    for (const chain::Validator& each : all)
      written.push_back({{"participant", owner_name(each.id)}, {"key", to_text(each.key)}});
    return written;
  };
  return {{"epoch", validators.epoch},
          {"version", validators.version},
          {"now", list(validators.now)},
          {"next", list(validators.next)}};
}
json::value misbehaviour_value(const chain::MisbehaviourKey& name,
                               const chain::Misbehaviour& record) {
  return {{"participant", to_text(name.owner)},   {"kind", code_of(name.kind)},
          {"act", to_string(name.kind)},          {"epoch", name.epoch.value},
          {"key", to_text(record.key)},           {"report", chain::to_value(record.report)},
          {"evidence_hash", hex(record.evidence)}};
}
json::value parameters_value(const chain::Parameters& p) {
  return {{"max_validity_s", p.max_validity_s},
          {"max_acceptance_s", p.max_acceptance_s},
          {"max_quote_life_s", p.max_quote_life_s},
          {"money_max", p.money_max.value},
          {"max_due", p.max_due},
          {"max_block_bytes", p.max_block_bytes},
          {"max_block_items", p.max_block_items},
          {"proof_window", p.proof_window},
          {"heartbeat_ms", p.heartbeat_ms}};
}

/// A record of the state that the table `state` tells of.
struct StateRow {
  std::string kind;
  std::string name;
  std::optional<std::string> value;
};

template <class Record, class Write>
std::optional<std::string> written(const std::optional<Bytes>& bytes, Write&& write) {
  if (!bytes) return std::nullopt;
  const auto record = chain::decode_record<Record>(*bytes);
  if (!record) return std::nullopt;
  return json::serialize(write(*record));
}

std::optional<StateRow> state_row(const Bytes& key, const std::optional<Bytes>& value,
                                  const chain::ExponentOf& exponents) {
  if (key.empty()) return std::nullopt;
  switch (key.front()) {
    case chain::Participant::prefix:
      if (const auto bic = chain::participant_of_key(key))
        return StateRow{"participant", to_text(*bic),
                        written<chain::Participant>(value, [&](const chain::Participant& record) {
                          return chain::to_value(record, exponents);
                        })};
      break;
    case chain::AccountRecord::prefix:
      if (const auto account = chain::account_of_key(key))
        return StateRow{
            "account", to_text(*account),
            written<chain::AccountRecord>(value, [&](const chain::AccountRecord& record) {
              return chain::to_value(*account, record, exponents);
            })};
      break;
    case chain::CurrencyRecord::prefix:
      if (const auto currency = chain::currency_of_key(key))
        return StateRow{
            "currency", to_text(*currency),
            written<chain::CurrencyRecord>(value, [&](const chain::CurrencyRecord& record) {
              return chain::to_value(*currency, record, exponents);
            })};
      break;
    case chain::CorridorRecord::prefix:
      if (const auto rule = chain::rule_of_key(key))
        return StateRow{
            "rule", std::to_string(*rule),
            written<chain::CorridorRecord>(value, [&](const chain::CorridorRecord& record) {
              return chain::to_value(record.rule, exponents);
            })};
      break;
    case chain::Proposal::prefix:
      if (const auto name = chain::owned_id_of_key(key))
        return StateRow{"proposal", to_text(*name),
                        written<chain::Proposal>(value, [&](const chain::Proposal& record) {
                          return chain::to_value(*name, record, exponents);
                        })};
      break;
    case chain::Parameters::prefix:
      return StateRow{"parameters", "",
                      written<chain::Parameters>(value, [](const chain::Parameters& record) {
                        return parameters_value(record);
                      })};
    case chain::Validators::prefix:
      return StateRow{"validators", "",
                      written<chain::Validators>(value, [](const chain::Validators& record) {
                        return validators_value(record);
                      })};
    case chain::Misbehaviour::prefix:
      if (const auto name = chain::misbehaviour_of_key(key))
        return StateRow{"misbehaviour", to_text(*name),
                        written<chain::Misbehaviour>(value, [&](const chain::Misbehaviour& record) {
                          return misbehaviour_value(*name, record);
                        })};
      break;
    default:
      break;
  }
  return std::nullopt;
}

}  // namespace

chain::ExponentOf exponent_of(const Exponents& exponents) {
  return [&exponents](const Currency& currency) -> std::optional<std::uint8_t> {
    const auto found = exponents.find(currency);
    if (found == exponents.end()) return std::nullopt;
    return found->second;
  };
}

Exponents exponents_in(const chain::StateReader& state) {
  Exponents exponents;
  const Bytes prefix{chain::CurrencyRecord::prefix};
  for (const auto& [key, value] : state.scan(prefix, prefix, SIZE_MAX)) {
    const auto currency = chain::currency_of_key(key);
    const auto record = chain::decode_record<chain::CurrencyRecord>(value);
    if (currency && record) exponents[*currency] = record->exponent;
  }
  return exponents;
}

std::optional<std::string> record_json(const Bytes& key, const Bytes& value,
                                       const Exponents& exponents) {
  if (const auto balance = chain::balance_of_key(key)) {
    return written<chain::Balance>(value, [&](const chain::Balance& record) {
      return chain::to_value(Money{balance->currency, record.units}, exponent_of(exponents));
    });
  }
  const auto row = state_row(key, value, exponent_of(exponents));
  return row ? row->value : std::nullopt;
}

void BlockRows::put(const std::string& table, Cells cells) {
  rows_[table].push_back(std::move(cells));
  ++count_;
}

void BlockRows::clear() {
  rows_.clear();
  statements_.clear();
  count_ = 0;
}

void BlockRows::add(const Step& step) {
  const chain::ExecutedBlock& block = step.executed;
  add_state(step);
  Cells cells{number(block.height.value), word(hex(step.id)), word(to_text(block.time))};
  if (step.block != nullptr) {
    const consensus::Header& header = step.block->header;
    const auto& member = step.committee.context().validators.at(header.proposer).member;
    cells.push_back(number(header.epoch.value));
    cells.push_back(number(header.view.value));
    cells.push_back(word(owner_name(chain::ValidatorId{member.bytes})));
  } else {
    cells.resize(6);
  }
  cells.push_back(number(block.transactions.size()));
  cells.push_back(number(block.receipts.size()));
  cells.push_back(word(hex(block.state_root)));
  put("blocks", std::move(cells));
  add_transactions(step);
  add_receipts(step);
}

void BlockRows::add_transactions(const Step& step) {
  const chain::ExponentOf exponents = exponent_of(exponents_);
  std::uint64_t position = 0;
  for (const auto& verified : step.executed.transactions) {
    const chain::Transaction& transaction = verified->transaction();
    put("transactions",
        {number(step.executed.height.value), number(position++),
         word(to_text(chain::acting_participant(transaction.body))), word(to_text(transaction.id)),
         word(hex(verified->hash())), word(chain::kind_of(transaction.body)),
         word(to_text(transaction.valid_until)), number(transaction.signatures.size()),
         word(json::serialize(chain::to_value(transaction.body, exponents)))});
  }
}

void BlockRows::add_receipts(const Step& step) {
  const chain::ExecutedBlock& block = step.executed;
  std::vector<bool> is_first(block.receipts.size(), false);
  for (const auto& [id, record] : block.ids) is_first.at(record.receipt) = true;
  // In the order of their receipts, each followed by those of its items (chain/execute.h).
  auto next = block.transactions.begin();
  const chain::Transaction* order = nullptr;
  for (std::size_t i = 0; i < block.receipts.size(); ++i) {
    const chain::Receipt& receipt = block.receipts[i];
    if (receipt.kind == chain::ReceiptKind::transaction) order = &(*next++)->transaction();
    Cells cells{number(block.height.value),      number(i),
                word(to_text(receipt.id.owner)), word(to_text(receipt.id.id)),
                word(to_string(receipt.kind)),   word(hex(receipt.transaction_hash))};
    if (const auto& payment = receipt.payment) {
      for (std::string text :
           {to_text(payment->debtor.owner), to_text(payment->uetr), to_text(payment->debtor),
            to_text(payment->creditor), to_text(payment->amount.currency)})
        cells.push_back(std::move(text));
      cells.push_back(payment->amount.units.value);
    } else {
      cells.resize(12);
    }
    cells.push_back(word(to_string(receipt.status)));
    cells.push_back(or_none(receipt.reason, [](chain::Reason r) { return word(to_string(r)); }));
    cells.push_back(
        receipt.given_code
            ? word({receipt.given_code->data(), receipt.given_code->size()})
            : or_none(receipt.reason, [](chain::Reason r) { return word(iso_code(r)); }));
    put("receipts", std::move(cells));

    for (std::size_t j = 0; j < receipt.entries.size(); ++j) {
      const chain::Entry& entry = receipt.entries[j];
      const bool is_hold = entry.place.kind == chain::PlaceKind::hold && entry.place.hold;
      put("entries",
          {number(block.height.value), number(i), number(j),
           word(entry.place.kind == chain::PlaceKind::account ? "account"
                : is_hold                                     ? "hold"
                                                              : "supply"),
           or_none(entry.place.account,
                   [](const auto& account) { return word(to_text(account.owner)); }),
           or_none(entry.place.account, [](const auto& account) { return word(to_text(account)); }),
           is_hold ? word(to_text(entry.place.hold->owner)) : Cell(),
           is_hold ? word(to_text(entry.place.hold->id)) : Cell(), word(to_text(entry.currency)),
           entry.amount.value, word(to_string(entry.kind)), word(to_text(entry.business_date))});
    }
    if (!receipt.payment) continue;
    const bool begins = is_first[i] && receipt.id == chain::payment_name(*receipt.payment);
    if (begins)
      begin_payment(step, receipt, *order);  // no id is first used by what falls due
    else if (chain::moves_status(receipt, false))
      move_payment(step, receipt);
  }
}

void BlockRows::begin_payment(const Step& step, const chain::Receipt& receipt,
                              const chain::Transaction& order) {
  const chain::PaymentFacts& facts = *receipt.payment;
  const chain::ExecutedBlock& block = step.executed;
  Cells cells{word(to_text(facts.debtor.owner)),
              word(to_text(facts.uetr)),
              word(to_text(facts.creditor.owner)),
              word(to_text(facts.debtor)),
              word(to_text(facts.creditor)),
              word(to_text(facts.amount.currency)),
              facts.amount.units.value};
  if (const auto* fx = std::get_if<chain::FxPayment>(&order.body)) {
    cells.push_back(word(to_text(fx->debtor_amount.currency)));
    cells.push_back(fx->debtor_amount.units.value);
    cells.push_back(word(to_text(fx->quote.quote.provider)));
    cells.push_back(word(to_text(fx->quote.quote.id)));
    cells.push_back(word(to_text(fx->quote.quote.rate)));
  } else {
    cells.push_back(word(to_text(facts.amount.currency)));
    cells.push_back(facts.amount.units.value);
    cells.resize(12);
  }
  const Cell height = number(block.height.value);
  const Cell time = word(to_text(block.time));
  const bool settled = receipt.status == chain::Status::settled;
  cells.insert(cells.end(),
               {height, time, word(to_string(receipt.status)), Cell(),
                or_none(receipt.reason, [](chain::Reason r) { return word(to_string(r)); }),
                or_none(receipt.reason, [](chain::Reason r) { return word(iso_code(r)); }), height,
                time, settled ? height : Cell(), settled ? time : Cell(), number(block.time.value),
                settled ? number(block.time.value) : Cell()});
  put("payments", std::move(cells));
}

// By the rule of the node's own lists (chain/store/rows.h): a receipt `done` ends an open recall,
// and a recall goes on being what the payment waits for.
void BlockRows::move_payment(const Step& step, const chain::Receipt& receipt) {
  Cell code = or_none(receipt.reason, [](chain::Reason r) { return word(iso_code(r)); });
  if (receipt.given_code) code = word({receipt.given_code->data(), receipt.given_code->size()});
  Cells values{word(to_text(receipt.payment->debtor.owner)),
               word(to_text(receipt.payment->uetr)),
               number(step.executed.height.value),
               word(to_text(step.executed.time)),
               or_none(receipt.reason, [](chain::Reason r) { return word(to_string(r)); }),
               std::move(code)};
  std::string set = "changed_height = :v2, changed_time = :v3, reason = :v4, code = :v5, ";
  if (receipt.status == chain::Status::done) {
    set += "status = CASE WHEN status = 'recall_requested' THEN before_recall ELSE status END";
  } else {
    values.push_back(word(to_string(receipt.status)));
    if (receipt.status == chain::Status::recall_requested)
      set += "before_recall = status, status = :v6";
    else if (receipt.status == chain::Status::credited)
      set +=
          "before_recall = CASE WHEN status = 'recall_requested' THEN 'credited' ELSE "
          "before_recall END, status = CASE WHEN status = 'recall_requested' THEN status ELSE :v6 "
          "END";
    else
      set += "status = :v6";
  }
  if (receipt.status == chain::Status::settled)
    set += ", settled_height = " + std::to_string(step.executed.height.value) +
           ", settled_time = '" + to_text(step.executed.time) +
           "', settled_ms = " + std::to_string(step.executed.time.value);
  statements_.push_back(
      {"UPDATE payments SET " + set + " WHERE agent = :v0 AND uetr = :v1", std::move(values)});
  ++count_;
}

void BlockRows::add_state(const Step& step) {
  // First the currencies: the others write amounts in them.
  for (const auto& [key, value] : step.executed.state) {
    if (key.empty() || key.front() != chain::CurrencyRecord::prefix || !value) continue;
    const auto currency = chain::currency_of_key(key);
    const auto record = chain::decode_record<chain::CurrencyRecord>(*value);
    if (!currency || !record) continue;
    if (exponents_.insert_or_assign(*currency, record->exponent).second)
      put("currencies",
          {word(to_text(*currency)), number(record->exponent), word(to_text(record->agent))});
  }
  const chain::ExponentOf exponents = exponent_of(exponents_);
  for (const auto& [key, value] : step.executed.state) {
    auto row = state_row(key, value, exponents);
    if (!row) continue;
    put("state", {row->kind, row->name, number(step.executed.height.value),
                  word(to_text(step.executed.time)), std::int64_t{row->value ? 1 : 0},
                  or_none(row->value, [](const std::string& text) { return word(text); })});
  }
}

}  // namespace vostro::audit
