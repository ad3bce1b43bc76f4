#include "chain/registry.h"

#include <algorithm>
#include <limits>

#include "base/text.h"

namespace vostro::chain {
namespace {

/// Thirty years: longer periods are mistakes, and a thousand times this still fits.
constexpr std::uint64_t kPeriodMax_s = 30ULL * 366 * 24 * 3600;

}  // namespace

std::string_view to_string(Standing standing) {
  switch (standing) {
    case Standing::active:
      return "active";
    case Standing::suspended:
      return "suspended";
    case Standing::removed:
      return "removed";
  }
  return "unknown";
}

bool is_well_formed(const Participant& p) {
  return is_valid(p.bic) && !p.legal_name.empty() &&
         p.legal_name.size() <= Participant::legal_name_size_max && is_clean_text(p.legal_name) &&
         is_country({p.country.data(), p.country.size()}) && (!p.lei || is_valid(*p.lei)) &&
         p.roles.bits <= ParticipantRoles::all && is_admissible(p.tls_key);
}

ValidatorId validator_id_of(const Bic& owner) {
  ValidatorId id;
  std::copy(owner.text.begin(), owner.text.end(), id.bytes.begin());
  return id;
}

std::optional<Bic> owner_of(const ValidatorId& id) {
  Bic owner;
  std::copy_n(id.bytes.begin(), owner.text.size(), owner.text.begin());
  if (!is_valid(owner) || validator_id_of(owner) != id) return std::nullopt;
  return owner;
}

std::optional<std::string_view> bad_parameter(const Parameters& p) {
  const auto is_period = [](std::uint64_t s) { return s >= 1 && s <= kPeriodMax_s; };
  if (!is_period(p.max_validity_s)) return "max_validity";
  if (!is_period(p.max_acceptance_s)) return "max_acceptance";
  if (!is_period(p.max_quote_life_s)) return "max_quote_life";
  if (p.money_max.value < 1 || p.money_max > money_max_default) return "money_max";
  if (p.max_due < 1) return "max_due";
  if (p.max_block_bytes < 1) return "max_block_bytes";
  if (p.max_block_items < 1) return "max_block_items";
  if (p.proof_window < 1) return "proof_window";
  if (p.heartbeat_ms > kPeriodMax_s * 1000) return "heartbeat";
  return std::nullopt;
}

std::string_view to_string(ParameterName name) {
  switch (name) {
    case ParameterName::max_validity_s:
      return "max_validity_s";
    case ParameterName::max_acceptance_s:
      return "max_acceptance_s";
    case ParameterName::max_quote_life_s:
      return "max_quote_life_s";
    case ParameterName::money_max:
      return "money_max";
    case ParameterName::max_due:
      return "max_due";
  }
  return "unknown";
}

std::optional<Parameters> with_parameter(Parameters parameters, ParameterName name,
                                         std::uint64_t value) {
  switch (name) {
    case ParameterName::max_validity_s:
      parameters.max_validity_s = value;
      break;
    case ParameterName::max_acceptance_s:
      parameters.max_acceptance_s = value;
      break;
    case ParameterName::max_quote_life_s:
      parameters.max_quote_life_s = value;
      break;
    case ParameterName::money_max:
      if (value > static_cast<std::uint64_t>(money_max_default.value)) return std::nullopt;
      parameters.money_max = MinorUnits(static_cast<std::int64_t>(value));
      break;
    case ParameterName::max_due:
      if (value > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
      parameters.max_due = static_cast<std::uint32_t>(value);
      break;
  }
  if (bad_parameter(parameters)) return std::nullopt;
  return parameters;
}

bool is_well_formed(const NewCurrency& currency) {
  const auto listed = iso4217_exponent(currency.currency);
  return is_valid(currency.currency) && currency.exponent <= exponent_max &&
         (!listed || *listed == currency.exponent);
}

}  // namespace vostro::chain
