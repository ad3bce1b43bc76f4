#include "chain/genesis_state.h"

#include <algorithm>
#include <set>

namespace vostro::chain {
namespace {

using Checked = Result<void, InitialStateError>;
using Why = InitialStateReason;

tl::unexpected<InitialStateError> refuse(Why reason, std::string where) {
  return fail(InitialStateError{reason, std::move(where)});
}

class Maker {
 public:
  Checked add(const Participant& participant) {
    const std::string where = "participant " + to_text(participant.bic);
    if (!is_well_formed(participant)) return refuse(Why::bad_participant, where);
    if (auto ok = check(participant.policy, where); !ok) return ok;
    if (!participants_.emplace(participant.bic, participant.roles).second)
      return refuse(Why::repeated, where);
    return put(participant.bic, participant, where);
  }

  Checked add(const InitialAccount& account) {
    const std::string where = "account " + to_text(account.id);
    if (account.policy) {
      if (auto ok = check(*account.policy, where); !ok) return ok;
    }
    if (!is_valid(account.id) || !is_well_formed(account.accepts))
      return refuse(Why::bad_account, where);
    if (!participants_.contains(account.id.owner)) return refuse(Why::unknown_owner, where);
    return put(account.id, AccountRecord{account.policy, account.accepts, AccountStatus::open},
               where);
  }

  Checked add(const InitialCurrency& currency) {
    const std::string where = "currency " + to_text(currency.currency);
    if (auto ok = check(currency.policy, where); !ok) return ok;
    const auto agent = participants_.find(currency.agent);
    if (agent == participants_.end()) return refuse(Why::unknown_owner, where);
    if (!is_well_formed(currency)) return refuse(Why::bad_currency, where);
    if (!agent->second.has(ParticipantRole::settlement_agent))
      return refuse(Why::agent_lacks_role, where);
    return put(currency.currency, record_of(currency), where);
  }

  Checked add(std::vector<Validator> validators, bool is_development) {
    if (validators.empty() || validators.size() > Validators::count_max)
      return refuse(Why::bad_validator, std::to_string(validators.size()) + " validators");
    std::sort(validators.begin(), validators.end());
    std::set<ValidatorId> ids;
    std::set<PublicKey> keys;
    for (const Validator& validator : validators) {
      const std::string where = "validator " + to_hex(validator.id.view());
      const auto owner =
          std::find_if(participants_.begin(), participants_.end(),
                       [&](const auto& p) { return validator_id_of(p.first) == validator.id; });
      if (owner == participants_.end()) return refuse(Why::unknown_owner, where);
      if (!ids.insert(validator.id).second || !keys.insert(validator.key).second)
        return refuse(Why::repeated, where);
      if (!is_admissible(validator.key)) return refuse(Why::bad_validator, where);
    }
    Validators record;
    record.now = std::move(validators);
    if (is_development) record.size_min = 1;
    return put(Only{}, record, "validators");
  }

  Checked add(const Parameters& parameters) {
    if (const auto bad = bad_parameter(parameters))
      return refuse(Why::bad_parameter, std::string(*bad));
    return put(Only{}, parameters, "parameters");
  }

  [[nodiscard]] Changes take() { return std::move(changes_); }

 private:
  static Checked check(const Policy& policy, const std::string& where) {
    if (const auto ok = check_policy(policy); !ok)
      return refuse(Why::bad_policy, where + ": " + std::string(to_string(ok.error())));
    return {};
  }
  template <class Key, class Record>
  Checked put(const Key& key, const Record& record, const std::string& where) {
    if (!changes_.emplace(key_of<Record>(key), encode_record(record)).second)
      return refuse(Why::repeated, where);
    return {};
  }

  std::map<Bic, ParticipantRoles> participants_;
  Changes changes_;
};

}  // namespace

std::string_view to_string(InitialStateReason reason) {
  switch (reason) {
    case Why::bad_parameter:
      return "a parameter is out of its range";
    case Why::bad_participant:
      return "a BIC, name, country, LEI, role or TLS key is malformed";
    case Why::bad_policy:
      return "a policy is of wrong form";
    case Why::repeated:
      return "it stands twice";
    case Why::bad_account:
      return "an account's name or list of agents is malformed";
    case Why::unknown_owner:
      return "its owner or agent is no participant";
    case Why::bad_currency:
      return "a code is malformed, or the exponent is not that of ISO 4217";
    case Why::agent_lacks_role:
      return "the agent does not have the role of settlement agent";
    case Why::bad_validator:
      return "validators: none, too many, or a key that is not admissible";
  }
  return "unknown";
}

Result<Changes, InitialStateError> make_initial_state(const InitialState& initial) {
  Maker maker;
  if (auto ok = maker.add(initial.parameters); !ok) return fail(ok.error());
  for (const Participant& participant : initial.participants)
    if (auto ok = maker.add(participant); !ok) return fail(ok.error());
  for (const InitialAccount& account : initial.accounts)
    if (auto ok = maker.add(account); !ok) return fail(ok.error());
  for (const InitialCurrency& currency : initial.currencies)
    if (auto ok = maker.add(currency); !ok) return fail(ok.error());
  if (auto ok = maker.add(initial.validators, initial.development); !ok) return fail(ok.error());
  return maker.take();
}

}  // namespace vostro::chain
