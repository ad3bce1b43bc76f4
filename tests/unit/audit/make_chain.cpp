/// vostro-make-chain DIR: the sample chain of the audit's tests, with every kind of payment and a
/// change of the validators, in DIR/node as a node has it, and DIR/genesis.toml. For
/// scripts/replay-builds.
#include <cstdio>
#include <fstream>

#include "base/check.h"
#include "tests/unit/audit/made_chain.h"

int main(int count, char** words) {
  if (count != 2) {
    std::fputs("usage: vostro-make-chain DIR, which exists\n", stderr);
    return 2;
  }
  const std::string directory = words[1];
  std::ofstream genesis(directory + "/genesis.toml");
  genesis << vostro::test::network_text() << std::flush;
  VOSTRO_CHECK(genesis.good());
  vostro::test::ChainMaker chain(directory + "/node");
  vostro::test::make_sample_chain(chain);
  vostro::test::make_epoch_change(chain, 8'000);
  return 0;
}
