/// What the program answers with. Scripts decide by these: docs/cli.md has the same table.
#pragma once

#include <cstdint>
#include <string>

namespace vostro::wallet {

enum class Exit : std::uint8_t {
  ok = 0,  ///< Done; for an order: settled, held, delayed, or accepted where nobody asked to wait.
  refused = 1,  ///< The ledger or the node says no: rejected, expired, used id, not found.
  usage = 2,  ///< The command line, an amount, a name or the configuration is not in order. Nothing
              ///< was sent.
  unreachable =
      3,  ///< No node answers, or it takes nothing now. Nothing of an order has reached it.
  unknown =
      4,  ///< An order may or may not have been taken: track it, or send the same bytes again.
  not_authorised = 5,  ///< Token, key, passphrase or signers are not sufficient.
  wrong_network = 6,   ///< The node is of another network than the genesis file.
  local = 7,           ///< A file of this machine cannot be read or written. Nothing was sent.
  declined = 8,        ///< The user said no.
  partly = 9,          ///< Of several credits some were paid, and others rejected or refused.
  awaiting = 10,       ///< It waits for more signatures of the bank: nothing has moved yet.
};

/// A command that cannot go on: thrown anywhere, caught once, in run().
struct Stop {
  Exit exit = Exit::refused;
  std::string what;    ///< one sentence: what was wrong, and what to do
  std::string code;    ///< for --json: a word that stays the same, "unknown_account"; the node's
                       ///< where it is the node's
  std::string reason;  ///< ISO 20022 code, where the node named one
};

[[nodiscard]] inline Stop usage(std::string what, std::string code = "usage") {
  return {Exit::usage, std::move(what), std::move(code), {}};
}

}  // namespace vostro::wallet
