#include "node/ready.h"

#include "chain/versions.h"

namespace vostro::node {

Signature possession_of(const SecretKey& key, const Hash& network_id, const Bic& owner) {
  return key.sign(chain::possession_message(network_id, owner, key.public_key()));
}

chain::Transaction ready_transaction(const Hash& network_id, const Bic& owner, const SecretKey& key,
                                     Height synced, UnixSeconds valid_until) {
  const auto versions = chain::supported_versions();
  chain::Transaction transaction;
  transaction.network_id = network_id;
  std::array<Byte, 16> random{};
  fill_random(random);
  transaction.id = make_uuid_v4(random);
  transaction.valid_until = valid_until;
  transaction.body =
      chain::Ready{owner, key.public_key(), synced, {versions.begin(), versions.end()}};
  const Bytes message =
      chain::transaction_message(network_id, chain::transaction_hash(transaction));
  transaction.signatures = {{key.public_key(), key.sign(message)}};
  return transaction;
}

}  // namespace vostro::node
