#include "chain/history.h"

#include <algorithm>

#include "chain/merkle.h"

namespace vostro::chain {

void append_name(Bytes& to, const OwnedId& name) {
  append(to, as_bytes({name.owner.text.data(), name.owner.text.size()}));
  append(to, name.id.view());
}

UsedIds used_ids_of(const ExecutedBlock& block) {
  UsedIds used;
  used.names.reserve(block.ids.size() * UsedIds::name_size);
  for (const auto& [name, record] : block.ids) append_name(used.names, name);
  std::vector<Hash> hashes;
  hashes.reserve(block.transactions.size());
  for (const auto& transaction : block.transactions) hashes.push_back(transaction->hash());
  used.transactions_root = merkle_root(hashes);
  return used;
}

Hash tx_root_of(const UsedIds& used) {
  return hash("txs", {hash("ids", used.names).view(), used.transactions_root.view()});
}

std::optional<std::vector<OwnedId>> names_of(const UsedIds& used) {
  if (used.names.size() % UsedIds::name_size != 0) return std::nullopt;
  std::vector<OwnedId> names;
  names.reserve(used.names.size() / UsedIds::name_size);
  for (auto at = used.names.begin(); at != used.names.end();) {
    OwnedId name;
    const auto owner_end = at + static_cast<std::ptrdiff_t>(name.owner.text.size());
    std::copy(at, owner_end, name.owner.text.begin());
    at = owner_end + static_cast<std::ptrdiff_t>(name.id.bytes.size());
    std::copy(owner_end, at, name.id.bytes.begin());
    names.push_back(name);
  }
  return names;
}

}  // namespace vostro::chain
