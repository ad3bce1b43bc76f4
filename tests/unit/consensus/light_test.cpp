// Goal: who knows the validators of one epoch comes to those of a later one by the steps between,
// and by no others. Method: three epochs of real signatures; every fault of a step by name.
#include "consensus/light.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/codec.h"
#include "tests/support/consensus_net.h"

namespace vostro::consensus {
namespace {

/// Epochs 0 to 2, of 4, 7 and 5 validators; the protocol's version is 2 in the last.
class Light : public testing::Test {
 protected:
  Header closing(const Committee& committee, const net::Keys& next) {
    Header header;
    header.version = committee.context().version;
    header.network_id = committee.context().network_id;
    header.epoch = committee.epoch();
    header.height = Height(committee.context().anchor_height.value + 10);
    header.view = View(12);
    header.time = UnixMillis(committee.context().anchor_time.value + 5'000);
    header.set_hash = committee.set_hash();
    header.flags = Header::flag_epoch_close;
    header.next_set_hash = next.committee().set_hash();
    return header;
  }
  EpochStep step(const Committee& committee, const net::Keys& now, const net::Keys& next) {
    return {net::prove_final(committee, now, closing(committee, next)),
            next.committee().context().validators.all()};
  }

  net::Keys four{4};
  net::Keys seven{7};
  net::Keys five{5};
  net::PlainCache cache;
};

TEST_F(Light, EachStepLeadsToTheNextCommittee) {
  const Committee first = four.committee();
  const EpochStep one = step(first, four, seven);
  const auto second = committee_after(first, one, 1, cache);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->epoch(), Epoch(1));
  EXPECT_EQ(second->set_hash(), seven.committee().set_hash());
  EXPECT_EQ(second->context().anchor, one.closing.header.id());
  EXPECT_EQ(second->context().anchor_height, one.closing.header.height);
  EXPECT_EQ(second->context().anchor_time, one.closing.header.time);

  const auto third = committee_after(*second, step(*second, seven, five), 2, cache);
  ASSERT_TRUE(third.has_value());
  EXPECT_EQ(third->epoch(), Epoch(2));
  EXPECT_EQ(third->context().version, 2);
  Header header = closing(*third, four);
  header.flags = 0;
  header.next_set_hash = {};
  EXPECT_TRUE(verify_finality(*third, net::prove_final(*third, five, header), cache));
  EXPECT_FALSE(verify_finality(*second, net::prove_final(*third, five, header), cache));
  const auto other_version = committee_after(*second, step(*second, seven, five), 1, cache);
  ASSERT_TRUE(other_version.has_value());
  EXPECT_FALSE(verify_finality(*other_version, net::prove_final(*third, five, header), cache))
      << "a vote names the version of its protocol";
}

TEST_F(Light, AStepWithAFaultLeadsNowhere) {
  const Committee first = four.committee();
  const EpochStep good = step(first, four, seven);
  ASSERT_TRUE(committee_after(first, good, 1, cache));
  const auto signed_step = [&](const std::function<void(Header&)>& change) {
    Header header = closing(first, seven);
    change(header);
    return EpochStep{net::prove_final(first, four, header), good.next};
  };
  const auto changed = [&](const std::function<void(EpochStep&)>& change) {
    EpochStep made = good;
    change(made);
    return made;
  };
  const std::vector<std::pair<std::string, EpochStep>> faults{
      {"of another network", signed_step([](Header& h) { h.network_id = hash("test", Bytes{9}); })},
      {"of a later epoch", signed_step([](Header& h) { h.epoch = Epoch(1); })},
      {"of another set", signed_step([&](Header& h) { h.set_hash = five.committee().set_hash(); })},
      {"does not close", signed_step([](Header& h) { h.flags = 0; })},
      {"names another next set",
       signed_step([&](Header& h) { h.next_set_hash = five.committee().set_hash(); })},
      {"other validators",
       changed([&](EpochStep& s) { s.next = five.committee().context().validators.all(); })},
      {"one validator less", changed([](EpochStep& s) { s.next.pop_back(); })},
      {"two validators swapped", changed([](EpochStep& s) { std::swap(s.next[0], s.next[1]); })},
      {"no validators", changed([](EpochStep& s) { s.next.clear(); })},
      {"one signature too few",
       changed([](EpochStep& s) { s.closing.finalization.signatures.pop_back(); })},
      {"a signature of another block", changed([&](EpochStep& s) {
         Header other = s.closing.header;
         other.view = other.view.next();
         s.closing.finalization = net::prove_final(first, four, other).finalization;
       })},
  };
  for (const auto& [what, bad] : faults)
    EXPECT_FALSE(committee_after(first, bad, 1, cache)) << what;

  const auto second = committee_after(first, good, 1, cache);
  EXPECT_FALSE(committee_after(*second, good, 1, cache)) << "a step of the epoch before";
}

TEST_F(Light, NoByteOfAStepCanBeChanged) {
  const Committee first = four.committee();
  const Bytes good = encode(step(first, four, seven));
  for (std::size_t at = 0; at < good.size(); ++at) {
    Bytes changed = good;
    changed[at] ^= static_cast<Byte>(1U << (at % 8));
    const auto decoded = decode<EpochStep>(changed);
    EXPECT_FALSE(decoded && committee_after(first, *decoded, 1, cache)) << "byte " << at;
  }
}

}  // namespace
}  // namespace vostro::consensus
