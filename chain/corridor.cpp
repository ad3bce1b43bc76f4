#include "chain/corridor.h"

#include <algorithm>

#include "base/checked.h"
#include "base/text.h"
#include "chain/turn.h"

namespace vostro::chain {
namespace {

Date start_of(Period period, Date business_date) {
  return period == Period::month ? month_of(business_date) : business_date;
}

/// What the debtor agent ordered under the rule in the current period.
std::int64_t ordered_before(State& state, const CorridorSpentKey& key, const CorridorRecord& rule,
                            Date start) {
  const CorridorSpent* spent = state.find<CorridorSpent>(key);
  const bool is_current =
      spent != nullptr && spent->rule_since == rule.since && spent->period_start == start;
  return is_current ? spent->units.value : 0;
}

/// Counts one credit under one rule; false where the period's limit would be passed.
bool count(State& state, std::uint16_t number, const CorridorRecord& record,
           const CorridorCredit& credit) {
  const PeriodLimit& limit = *record.rule.per_period;
  const Date today = state.find<CurrencyRecord>(credit.amount.currency)->business_date;
  const Date start = start_of(limit.period, today);
  const CorridorSpentKey key{number, credit.debtor_agent};
  const auto sum =
      checked_add(ordered_before(state, key, record, start), credit.amount.units.value);
  if (!sum || *sum > limit.amount.value) return false;
  state.put<CorridorSpent>(key, {record.since, start, MinorUnits(*sum)});
  return true;
}

}  // namespace

bool is_well_formed(const CorridorRule& rule) {
  const auto is_known = [](const std::optional<Country>& country) {
    return !country || is_country({country->data(), country->size()});
  };
  const bool purposes_are_sound =
      rule.purposes.size() <= CorridorRule::purposes_max &&
      std::adjacent_find(rule.purposes.begin(), rule.purposes.end(), std::greater_equal<>()) ==
          rule.purposes.end() &&
      std::all_of(rule.purposes.begin(), rule.purposes.end(), [](const Purpose& purpose) {
        return std::all_of(purpose.code.begin(), purpose.code.end(), is_upper);
      });
  const bool has_limit = rule.per_payment || rule.per_period;
  const bool limits_are_sound =
      (!rule.per_payment ||
       (rule.per_payment->value >= 0 && *rule.per_payment <= money_max_default &&
        (rule.currency || rule.per_payment->value == 0))) &&
      (!rule.per_period || (rule.per_period->amount.value >= 0 && rule.currency));
  return is_known(rule.debtor_country) && is_known(rule.creditor_country) &&
         (!rule.currency || is_valid(*rule.currency)) && purposes_are_sound && has_limit &&
         limits_are_sound;
}

bool concerns(const CorridorRule& rule, const CorridorCredit& credit, const Country& debtor_country,
              const Country& creditor_country) {
  if (rule.debtor_country && *rule.debtor_country != debtor_country) return false;
  if (rule.creditor_country && *rule.creditor_country != creditor_country) return false;
  if (rule.currency && *rule.currency != credit.amount.currency) return false;
  if (rule.purposes.empty()) return true;
  return credit.purpose &&
         std::binary_search(rule.purposes.begin(), rule.purposes.end(), *credit.purpose);
}

Result<void, Reason> check_corridors(Turn& turn, const CorridorCredit& credit) {
  State& state = turn.state;
  const auto& rules = state.corridor_rules();
  if (rules.empty()) return {};
  // The common checks found both.
  const Country from = state.find<Participant>(credit.debtor_agent)->country;
  const Country to = state.find<Participant>(credit.creditor_agent)->country;
  bool all_pass = true;
  for (const auto& [number, record] : rules) {
    if (!concerns(record.rule, credit, from, to)) continue;
    const auto& most = record.rule.per_payment;
    all_pass = all_pass && (!most || credit.amount.units <= *most);
    // What waited for a delay was counted when it was ordered.
    if (all_pass && record.rule.per_period && turn.step != Step::due)
      all_pass = count(state, number, record, credit);
  }
  if (!all_pass) return fail(Reason::corridor_refused);
  return {};
}

}  // namespace vostro::chain
