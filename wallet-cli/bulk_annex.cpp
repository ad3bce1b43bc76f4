#include "wallet-cli/bulk_annex.h"

#include "base/check.h"
#include "wallet-cli/annex.h"

namespace vostro::wallet {
namespace {

client::Annex annex_of(const BulkCredit& credit, const client::AnnexSalt& salt) {
  client::Annex annex;
  annex.salt = salt;
  annex.end_to_end_id = credit.reference;
  return annex;
}

}  // namespace

BulkAnnexes prepare_annexes(std::vector<BulkCredit>& credits,
                            const std::vector<client::ParticipantView>& participants) {
  BulkAnnexes annexes;
  for (std::size_t i = 0; i < credits.size(); ++i) {
    BulkCredit& credit = credits[i];
    if (credit.reference.empty()) continue;
    const BulkAnnexes::Banks banks(credit.debtor.owner, credit.creditor.owner);
    auto at = annexes.readers.find(banks);
    if (at == annexes.readers.end()) {
      const auto readers = client::annex_readers(participants, {banks.first, banks.second});
      using Keys = std::vector<chain::AnnexPublicKey>;
      at = annexes.readers.emplace(banks, readers ? *readers : Keys{}).first;
    }
    if (at->second.empty()) {
      ++annexes.unsealed;
      continue;
    }
    const client::AnnexSalt salt = client::fresh_salt();
    const auto commitment = client::commitment(annex_of(credit, salt));
    VOSTRO_CHECK(commitment.has_value());  // the file's reader has bounded the reference
    credit.annex = *commitment;
    annexes.salts.emplace(i, salt);
  }
  return annexes;
}

void put_annexes(Wallet& wallet, const BulkAnnexes& annexes, const std::vector<BulkCredit>& credits,
                 const std::vector<Uuid>& uetrs) {
  for (const auto& [index, salt] : annexes.salts) {
    const BulkCredit& credit = credits[index];
    const auto& readers = annexes.readers.at({credit.debtor.owner, credit.creditor.owner});
    const auto sealed =
        client::seal(annex_of(credit, salt), {credit.debtor.owner, uetrs[index]}, readers);
    if (!sealed) throw usage(client::to_string(sealed.error()), "bad_annex");
    put_annex(wallet, *sealed);
  }
}

std::vector<Uuid> uetrs_of(const std::vector<PlannedOrder>& orders, std::size_t credits) {
  std::vector<Uuid> uetrs(credits);
  for (const PlannedOrder& order : orders) {
    const auto* bulk = std::get_if<chain::PaymentBatch>(&order.body);
    for (std::size_t i = 0; i < order.credits.size(); ++i)
      uetrs[order.credits[i]] = bulk == nullptr ? order.id : bulk->items[i].uetr;
  }
  return uetrs;
}

}  // namespace vostro::wallet
