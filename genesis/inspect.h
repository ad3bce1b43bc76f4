/// A definition in words, for the person who has to say yes to it. Pure; any thread.
#pragma once

#include <string>

#include "genesis/definition.h"

namespace vostro::genesis {

/// Plain text of several paragraphs: network, what it tolerates, currencies, and each participant
/// with its keys, accounts and who signs what.
[[nodiscard]] std::string describe(const Definition& definition);

/// One rule of a policy as a sentence: "pay EUR up to 100000.00: one maker or service alone".
[[nodiscard]] std::string sentence(const chain::Rule& rule, const Definition& definition);

}  // namespace vostro::genesis
