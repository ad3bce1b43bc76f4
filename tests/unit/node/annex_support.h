/// Sealed annexes for tests. Test code only.
#pragma once

#include <string>
#include <string_view>

#include "client/annex.h"
#include "tests/unit/node/api_support.h"

namespace vostro::node {

inline client::AnnexKey reader() {
  return client::AnnexKey(SecretKey::from_seed(Bytes(SecretKey::seed_size, 1)));
}

/// An annex that says `text`, sealed.
inline chain::SealedAnnex sealed_to(const chain::OwnedId& name, const std::string& text) {
  client::Annex annex;
  annex.salt.bytes.fill(7);
  annex.remittance = {text};
  return *client::seal(annex, name, {reader().public_key()});
}

inline chain::OwnedId named(std::string_view owner, std::uint64_t id) {
  return {test::bic(owner), test::uetr(id)};
}

}  // namespace vostro::node
