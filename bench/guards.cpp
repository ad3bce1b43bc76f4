#include "bench/guards.h"

#include <algorithm>

#include "bench/delivery.h"

namespace vostro::bench {
namespace {

/// A rate above this share of the ceiling cannot be: what verifies each signature at every node
/// also decodes, agrees, executes and stores.
constexpr double kBelievableShare = 0.9;
constexpr std::uint64_t kSampleEvery = 997;  // a prime, so that samples do not follow the groups
constexpr std::size_t kSamplesMax = 100;
constexpr std::size_t kCopiedBytes = 8 * 1024 * 1024;
constexpr std::size_t kBodyBytes = 1024 * 1024;  // of forged copies in one post, where one fits
constexpr std::chrono::seconds kSamePatience{60};

Guard broken(std::string name, std::string detail) {
  return {std::move(name), false, std::move(detail)};
}

std::string count_of(std::uint64_t count, const std::string& what) {
  return std::to_string(count) + " " + what;
}

Result<void, std::string> read_bank(const Member& member, Balances& out) {
  auto client = client_of(member);
  if (!client) return fail(client.error());
  const auto accounts = client::all_pages(
      [&](const std::optional<std::string>& cursor) { return client->accounts(cursor); });
  if (!accounts) return fail("accounts of " + member.name + ": " + to_string(accounts.error()));
  for (const client::AccountView& view : *accounts) {
    if (view.account.owner != member.bic) continue;
    for (const client::BalanceView& each : view.balances)
      out.accounts[{view.account, each.amount.currency}] = {each.amount.units.value,
                                                            each.held.units.value};
  }
  const auto currencies = client::all_pages(
      [&](const std::optional<std::string>& cursor) { return client->currencies(cursor); });
  if (!currencies) return fail("currencies: " + to_string(currencies.error()));
  for (const client::CurrencyView& each : *currencies)
    out.supply[each.currency] = each.issued.units.value - each.redeemed.units.value;
  return {};
}

std::map<Currency, std::int64_t> sums_of(const Balances& balances) {
  std::map<Currency, std::int64_t> sums;
  for (const auto& [where, balance] : balances.accounts)
    sums[where.second] += balance.amount + balance.held;
  return sums;
}

}  // namespace

Result<Balances, std::string> read_balances(const Network& network) {
  Balances balances;
  for (const Member& member : network.members()) {
    if (auto done = read_bank(member, balances); !done) return fail(done.error());
  }
  return balances;
}

void Ledgerbook::note(const Order& order) {
  for (const Posting& each : order.postings) {
    Balance& change = change_[{each.account, each.is_foreign}];
    change.amount += each.amount;
    change.held += each.held;
  }
  noted_ += order.payments;
  std::uint64_t& next = next_sample_[order.end];
  if (order.end == End::held || noted_ < next) return;
  next = noted_ + kSampleEvery;
  samples_.push_back({order.uetr, order.debtor, order.amount, order.end});
  if (copied_bytes_ >= kCopiedBytes) return;
  copied_bytes_ += order.framed.size();
  copied_.push_back(order);
}

void Ledgerbook::note(const LoadResult& result) {
  for (const Sent& sent : result.sent) {
    for (std::size_t i = 0; i < sent.orders.size(); ++i) {
      if (sent.fates[i] == Sent::Fate::accepted) note(sent.orders[i]);
    }
  }
}

std::vector<Guard> Ledgerbook::compare(const Balances& before, const Balances& after) const {
  const auto old_sums = sums_of(before);
  const auto new_sums = sums_of(after);
  Guard sums{"sum of balances unchanged", true, "in each currency, and equal to what was issued"};
  for (const auto& [currency, supply] : after.supply) {
    const auto old_sum = old_sums.find(currency);
    const auto new_sum = new_sums.find(currency);
    const bool is_equal = old_sum != old_sums.end() && new_sum != new_sums.end() &&
                          old_sum->second == new_sum->second && new_sum->second == supply;
    if (!is_equal) sums = broken(sums.name, to_text(currency) + " differs");
  }

  auto expected = before.accounts;
  for (const auto& [where, change] : change_) {
    const auto& [account, is_foreign] = where;
    Balance& balance =
        expected[{book_.accounts[account], is_foreign ? book_.foreign : book_.currency}];
    balance.amount += change.amount;
    balance.held += change.held;
  }
  Guard each{"every account as computed", true,
             count_of(expected.size(), "balances after ") + count_of(noted_, "payments")};
  for (const auto& [where, balance] : expected) {
    const auto found = after.accounts.find(where);
    if (found == after.accounts.end() || found->second != balance)
      each = broken(each.name, chain::to_text(where.first) + " is not what its payments make it");
  }
  return {std::move(sums), std::move(each)};
}

Guard Ledgerbook::receipts(const Network& network) const {
  Guard guard{"receipts as they should be on every node", true, {}};
  std::uint64_t looked_at = 0;
  const std::size_t step = std::max<std::size_t>(1, samples_.size() / kSamplesMax);
  for (const Member* member : network.running()) {
    auto client = client_of(*member);
    if (!client) return broken(guard.name, client.error());
    for (std::size_t i = 0; i < samples_.size(); i += step) {
      const Sample& order = samples_[i];
      const auto view = client->payment(order.uetr, book_.accounts[order.debtor].owner);
      const std::string who = to_text(order.uetr) + " at " + member->name;
      if (!view) return broken(guard.name, who + ": " + to_string(view.error()));
      const bool was_held = order.end == End::accepted;
      if (view->status != (order.end == End::rejected ? "rejected" : "settled") ||
          view->receipts.size() != (was_held ? 2U : 1U))
        return broken(guard.name, who + " is " + view->status);
      if (!view->amount || view->amount->units.value != order.amount)
        return broken(guard.name, who + " has another amount");
      ++looked_at;
    }
  }
  guard.detail = count_of(looked_at, "looked up");
  return looked_at > 0 ? guard : broken(guard.name, "there was none to look up");
}

Guard Ledgerbook::forged_copies(const Network& network) const {
  Guard guard{"forged copies refused by every node", true, {}};
  std::vector<std::vector<Order>> posts;
  std::size_t bytes = kBodyBytes;
  const std::size_t step = std::max<std::size_t>(1, copied_.size() / kSamplesMax);
  for (std::size_t i = 0; i < copied_.size(); i += step) {
    if (bytes + copied_[i].framed.size() > kBodyBytes) {
      posts.emplace_back();
      bytes = 0;
    }
    posts.back().push_back(forged_copy(copied_[i]));
    bytes += copied_[i].framed.size();
  }
  if (posts.empty()) return broken(guard.name, "there was none to copy");
  std::uint64_t refused = 0;
  for (const Member* member : network.running()) {
    auto door = Door::of(*member);
    if (!door) return broken(guard.name, door.error());
    for (const std::vector<Order>& post : posts) {
      std::string body;
      for (const Order& each : post) body += each.framed;
      const auto answer = door->post(body, post.size());
      if (!answer) return broken(guard.name, answer.error());
      const auto count = static_cast<std::size_t>(
          std::count(answer->verdicts.begin(), answer->verdicts.end(), Verdict::bad_signature));
      if (count != post.size())
        return broken(guard.name, member->name + " refused " + std::to_string(count) + " of " +
                                      std::to_string(post.size()));
      refused += count;
    }
  }
  guard.detail = count_of(refused, "refused");
  return guard;
}

std::vector<Guard> guards_of(const LoadResult& result) {
  std::vector<Guard> guards;
  // What was put off to the end was never judged; all others were.
  std::uint64_t forged_taken = 0;
  std::uint64_t unknown = 0;
  for (const Sent& sent : result.sent) {
    for (std::size_t i = 0; i < sent.orders.size(); ++i) {
      if (sent.fates[i] == Sent::Fate::unknown) ++unknown;
      if (sent.orders[i].is_forged && sent.fates[i] == Sent::Fate::accepted) ++forged_taken;
    }
  }
  guards.push_back({"forged payments refused",
                    forged_taken == 0 && (result.forged == 0 || result.forged_refused > 0),
                    std::to_string(result.forged_refused) + " of " + std::to_string(result.forged) +
                        " refused, " + std::to_string(forged_taken) + " taken"});
  guards.push_back({"what was accepted is final on all nodes",
                    result.final_in_all == result.accepted && unknown == 0,
                    std::to_string(result.accepted) + " accepted, " +
                        std::to_string(result.final_in_all) + " final, " + std::to_string(unknown) +
                        " without an answer"});
  guards.push_back({"no answer but those expected", result.trouble.empty(),
                    result.trouble.empty() ? "202, 429, 503, and 400 to forged ones"
                                           : result.trouble.substr(0, 300)});
  return guards;
}

Guard believable(const LoadResult& result, double ceiling) {
  return {"rate below 90 % of the signature ceiling", result.served <= kBelievableShare * ceiling,
          "above it, something was not verified"};
}

Guard same_everywhere(const Network& network) {
  const auto settled = settle(network, kSamePatience);
  Guard guard{"heights and state roots equal", settled.has_value(), "on all nodes"};
  if (!settled) guard.detail = settled.error();
  return guard;
}

}  // namespace vostro::bench
