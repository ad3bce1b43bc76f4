/// The state that a network begins with. Balances are zero: money comes by Issue. Pure; used by
/// genesis/ and by tests.
#pragma once

#include <string>
#include <vector>

#include "chain/execute.h"
#include "chain/records.h"

namespace vostro::chain {

struct InitialAccount {
  AccountId id;
  std::optional<Policy> policy;  ///< none: the owner's
  Accepts accepts;
};

using InitialCurrency = NewCurrency;

struct InitialState {
  std::vector<Participant> participants;
  std::vector<InitialAccount> accounts;
  std::vector<InitialCurrency> currencies;
  Parameters parameters;
  std::vector<Validator> validators;
  bool development = false;  ///< may come to have fewer than four validators
};

/// Why a network cannot begin like this, in order of precedence.
enum class InitialStateReason : std::uint8_t {
  bad_parameter,     ///< A parameter is 0, or money_max or a period is beyond what the ledger can
                     ///< count.
  bad_participant,   ///< A BIC, name, country, LEI, role or TLS key is malformed.
  bad_policy,        ///< A policy is of wrong form.
  repeated,          ///< A participant, account, currency, validator or validator key stands twice.
  bad_account,       ///< An account's name or list of agents is malformed.
  unknown_owner,     ///< An account's owner, a currency's agent or a validator's owner is no
                     ///< participant.
  bad_currency,      ///< A code is malformed, or its exponent is not that of ISO 4217.
  agent_lacks_role,  ///< A currency's agent does not have the role of settlement agent.
  bad_validator,  ///< No validator, too many, or one whose key is not admissible or whose id is not
                  ///< its owner's.
};
[[nodiscard]] std::string_view to_string(InitialStateReason reason);

struct InitialStateError {
  InitialStateReason reason;
  std::string where;  ///< what is at fault: "participant NORDDEFF", "currency EUR"
  bool operator==(const InitialStateError&) const = default;
};

/// All records as bytes by key.
[[nodiscard]] Result<Changes, InitialStateError> make_initial_state(const InitialState& initial);

}  // namespace vostro::chain
