// Makes evidence against a validator whose key it is given, for the functional tests: signs what no
// honest validator signs, in epoch 0, and writes the file that convicts it.
//
//   vostro-make-evidence GENESIS KEY PASSPHRASE_FILE E1..E5 VIEW OUT
#include <charconv>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "base/keystore.h"
#include "base/secret_text.h"
#include "client/proof.h"
#include "consensus/evidence_file.h"
#include "tests/support/evidence_builders.h"

namespace vostro {
namespace {

int complain(const std::string& sentence) {
  std::cerr << "vostro-make-evidence: " << sentence << "\n";
  return 1;
}

int make(const std::vector<std::string>& words) {
  if (words.size() != 6) return complain("usage: GENESIS KEY PASSPHRASE_FILE E1..E5 VIEW OUT");
  const auto definition = genesis::load(words[0]);
  if (!definition) return complain(words[0] + " is no genesis file");
  const auto passphrase = read_secret_from_file(words[2]);
  if (!passphrase) return complain(words[2] + ": " + std::string(to_string(passphrase.error())));
  const auto key = load_key(words[1], *passphrase);
  if (!key) return complain(words[1] + ": " + to_string(key.error()));
  const auto committee = client::committee_of(*definition, definition->network_id);
  const auto index =
      committee ? committee->context().validators.index_of(key->public_key()) : std::nullopt;
  if (!index) return complain("the key is no validator's of the first epoch");
  std::uint64_t view = 0;
  std::from_chars(words[4].data(), words[4].data() + words[4].size(), view);
  const test::EvidenceMaker maker(*committee,
                                  [&](std::uint16_t) -> const SecretKey& { return *key; });
  for (const EvidenceKind kind : test::evidence_kinds) {
    if (code_of(kind) != words[3]) continue;
    const Bytes file = consensus::write_evidence_file({definition->network_id,
                                                       {},
                                                       committee->context().version,
                                                       maker.of(kind, index->value, view)});
    std::ofstream out(words[5], std::ios::binary);
    out << as_text(file);
    return out.good() ? 0 : complain("cannot write " + words[5]);
  }
  return complain("no kind " + words[3]);
}

}  // namespace
}  // namespace vostro

int main(int argc, char** argv) {
  return vostro::make({argv + 1, argv + argc});
}
