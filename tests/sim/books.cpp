#include "tests/sim/books.h"

#include "chain/records.h"
#include "tests/support/chain_builders.h"

namespace vostro::sim {

using chain::PlaceKind;
using chain::Receipt;
using chain::Status;

std::vector<std::string> Books::post(const chain::ExecutedBlock& block) {
  std::vector<std::string> wrong;
  for (const Receipt& receipt : block.receipts) {
    const std::string name = to_text(receipt.id);
    const auto asked = asked_.find(receipt.id);
    if (asked != asked_.end()) post_payment(receipt, asked->second, wrong);
    std::int64_t sum = 0;
    for (const chain::Entry& entry : receipt.entries) {
      const std::int64_t units = entry.amount.value;
      sum += units;
      switch (entry.place.kind) {
        case PlaceKind::account:
          accounts_[*entry.place.account] += units;
          if (accounts_[*entry.place.account] < 0)
            wrong.push_back(name + ": " + to_text(*entry.place.account) + " falls below zero");
          break;
        case PlaceKind::hold:
          holds_[*entry.place.hold] += units;
          if (holds_[*entry.place.hold] < 0)
            wrong.push_back(name + ": more leaves a hold than was in it");
          break;
        case PlaceKind::supply:
          issued_ -= units;
          break;
      }
    }
    if (sum != 0)
      wrong.push_back(name + ": its entries sum to " + std::to_string(sum) + ", not to zero");
  }
  return wrong;
}

/// A payment moves what its client asked for, to whom he asked, or nothing; and nothing only for a
/// reason that these books see too.
void Books::post_payment(const Receipt& receipt, const Asked& asked,
                         std::vector<std::string>& wrong) {
  const std::string name = to_text(receipt.id);
  std::map<chain::AccountId, std::int64_t> moved;
  std::int64_t held = 0;
  for (const chain::Entry& entry : receipt.entries) {
    if (entry.place.account) moved[*entry.place.account] += entry.amount.value;
    if (entry.place.hold) held += entry.amount.value;
  }
  const bool has_money = accounts_[asked.from] >= asked.amount;
  const auto is = [&](std::int64_t from, std::int64_t to, std::int64_t in_hold) {
    return moved[asked.from] == from && moved[asked.to] == to && held == in_hold;
  };
  bool as_asked = false;
  switch (receipt.status) {
    case Status::settled:
      as_asked = !asked.waits_for_acceptance && has_money && is(-asked.amount, asked.amount, 0);
      break;
    case Status::held:
      as_asked = asked.waits_for_acceptance && has_money && is(-asked.amount, 0, asked.amount);
      break;
    case Status::released:
      as_asked = is(asked.amount, 0, -asked.amount);
      break;
    case Status::rejected:
      as_asked = is(0, 0, 0) && (!has_money || asked.waits_for_acceptance);
      break;
    default:
      break;
  }
  if (!as_asked)
    wrong.push_back(name + ": " + std::string(to_string(receipt.status)) +
                    " is not what its client asked for, or its entries are not");
}

std::vector<std::string> Books::compare(const test::MemoryStore& store) const {
  std::vector<std::string> wrong;
  std::int64_t total = 0;
  for (const auto& [account, units] : accounts_) {
    const auto record = chain::load<chain::Balance>(store, {account, test::currency("EUR")});
    const std::int64_t stored = record ? record->units.value : 0;
    if (stored != units)
      wrong.push_back(to_text(account) + " has " + std::to_string(stored) +
                      ", and the receipts say " + std::to_string(units));
    total += units;
  }
  for (const auto& [hold, units] : holds_) total += units;
  if (total != issued_)
    wrong.push_back("accounts and holds have " + std::to_string(total) + ", issued were " +
                    std::to_string(issued_));
  return wrong;
}

}  // namespace vostro::sim
