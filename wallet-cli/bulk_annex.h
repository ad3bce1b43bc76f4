/// Annexes of a file of credits: the payer's own reference of each travels sealed to the payee's
/// bank, where both banks have annex keys. Include in .cpp files only: it brings Boost.JSON.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "client/annex.h"
#include "client/answers.h"
#include "wallet-cli/bulk_file.h"
#include "wallet-cli/bulk_plan.h"
#include "wallet-cli/wallet.h"

namespace vostro::wallet {

struct BulkAnnexes {
  using Banks = std::pair<Bic, Bic>;  ///< debtor agent, creditor agent

  std::map<std::size_t, client::AnnexSalt> salts;  ///< by credit; of those that have an annex
  std::map<Banks, std::vector<chain::AnnexPublicKey>> readers;
  std::size_t unsealed = 0;  ///< credits with a reference, and a bank without annex key
};

/// Draws the salts, and notes in each credit what it commits to.
[[nodiscard]] BulkAnnexes prepare_annexes(std::vector<BulkCredit>& credits,
                                          const std::vector<client::ParticipantView>& participants);
/// Seals and gives all to the node; once they are there the orders may be stored and sent. Stop
/// where the node does not take one: nothing was sent.
void put_annexes(Wallet& wallet, const BulkAnnexes& annexes, const std::vector<BulkCredit>& credits,
                 const std::vector<Uuid>& uetrs);
/// The UETR of each credit, by its place in the file.
[[nodiscard]] std::vector<Uuid> uetrs_of(const std::vector<PlannedOrder>& orders,
                                         std::size_t credits);

}  // namespace vostro::wallet
