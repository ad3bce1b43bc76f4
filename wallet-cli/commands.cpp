#include <iterator>

#include "wallet-cli/command.h"

namespace vostro::wallet {

const std::vector<Command>& commands() {
  static const std::vector<Command> all = [] {
    std::vector<Command> list;
    for (const auto group :
         {key_commands,     account_commands, policy_commands,     pay_commands,
          bulk_commands,    track_commands,   inbox_commands,      annex_commands,
          approve_commands, settled_commands, statement_commands,  receipt_commands,
          quote_commands,   order_commands,   issue_commands,      reserves_commands,
          network_commands, doctor_commands,  governance_commands, evidence_commands,
          iso_commands,     manual_commands}) {
      std::vector<Command> more = group();
      list.insert(list.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
    }
    return list;
  }();
  return all;
}

}  // namespace vostro::wallet
