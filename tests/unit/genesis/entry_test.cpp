// Goal: a coordinator can put entries together and nothing else: what a bank signed cannot be
// changed, moved to another draft, or signed by fewer persons than the bank's policy asks. Method:
// a ceremony of four banks through the library, and tampered copies of its files.
#include "genesis/entry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "genesis/format.h"
#include "tests/unit/genesis/genesis_support.h"

namespace vostro::genesis {
namespace {

using Kind = GenesisError::Kind;
using test::a_draft;
using test::an_entry;
using test::replaced;
using test::signed_entries;

TEST(Ceremony, FourBanksFormANetworkThroughFiles) {
  // One bank writes the draft; all read it from its file.
  const std::string draft_file = write_draft(a_draft());
  const auto draft = parse_draft(draft_file);
  ASSERT_TRUE(draft.has_value()) << to_string(draft.error());
  EXPECT_EQ(*draft, a_draft());
  // Each bank writes its entry: the maker signs, then the checker, each from the file.
  std::vector<SignedEntry> received;
  for (std::size_t i = 0; i < test::bank_count; ++i) {
    SignedEntry entry = an_entry(i, *draft);
    const std::string bic = to_text(entry.entry.participant.bic);
    sign_entry(entry, draft_hash(*draft), test::key_named("maker of " + bic));
    auto at_checker = parse_entry(write_entry(entry, *draft), *draft);
    ASSERT_TRUE(at_checker.has_value()) << to_string(at_checker.error());
    EXPECT_EQ(check_signatures(*at_checker, draft_hash(*draft)).error().kind, Kind::bad_signature);
    sign_entry(*at_checker, draft_hash(*draft), test::key_named("checker of " + bic));
    auto at_coordinator = parse_entry(write_entry(*at_checker, *draft), *draft);
    ASSERT_TRUE(at_coordinator.has_value()) << to_string(at_coordinator.error());
    EXPECT_TRUE(check_signatures(*at_coordinator, draft_hash(*draft)).has_value());
    EXPECT_EQ(at_coordinator->entry, an_entry(i, *draft).entry);
    received.push_back(*std::move(at_coordinator));
  }
  // Sealed in whatever order they came, it is the same file.
  const auto sealed = seal(*draft, received);
  ASSERT_TRUE(sealed.has_value()) << to_string(sealed.error());
  std::reverse(received.begin(), received.end());
  EXPECT_EQ(*seal(*draft, received), *sealed);
  const auto definition = parse(*sealed);
  ASSERT_TRUE(definition.has_value()) << to_string(definition.error());
  EXPECT_EQ(definition->state.participants.size(), 4u);
}

TEST(Ceremony, CommentsAndOrderOfADraftDoNotCount) {
  const std::string file = write_draft(a_draft());
  const std::string plain = draft_text(a_draft(), false);
  EXPECT_NE(file, plain);
  EXPECT_EQ(draft_hash(*parse_draft(file)), draft_hash(*parse_draft(plain)));
  EXPECT_EQ(draft_hash(*parse_draft("# another comment\n" + file)), draft_hash(a_draft()));
  EXPECT_NE(draft_hash(*parse_draft(replaced(file, "\"7d\"", "\"6d\""))), draft_hash(a_draft()));
}

TEST(Tampering, EveryChangedValueOfASealedFileIsRefused) {
  const std::string sealed = test::sealed_text();
  const struct {
    std::string_view from, to;
  } changes[] = {
      {"name = \"Test network\"", "name = \"Best network\""},
      {"2026-01-05T06:00:00Z", "2026-01-05T06:00:01Z"},
      {"max_validity = \"7d\"", "max_validity = \"8d\""},
      {"development = false", "development = true"},
      {"attestation_max_age = \"1d\"", "attestation_max_age = \"2d\""},
      {"business_date = \"2026-01-05\"", "business_date = \"2026-01-06\""},
      {"legal_name = \"Alba Bank plc\"", "legal_name = \"Alba Bank Ltd\""},
      {"lei = \"335800BY3CB8W1JK9L13\"\n", ""},
      {"roles = [\"fx-provider\"]", "roles = [\"fx-provider\", \"supervisor\"]"},
      {"person = \"anna\"", "person = \"carl\""},
      {"up_to = \"50000.00\"", "up_to = \"50000000.00\""},
      {"checkers = 1", "checkers = 0"},
      {"delay = \"90s\"", "delay = \"1s\""},
      {"per_day = \"7000000\"", "per_day = \"70000000\""},
      {"accepts = \"all\"", "accepts = \"none\""},
      {"accepts = [\"ALBAGB2L\", \"SUDBFRPP\"]", "accepts = [\"ALBAGB2L\"]"},
      {"label = \"nostro\"", "label = \"vostro\""},
      {"name = \"branch\"", "name = \"trench\""},
  };
  for (const auto& [from, to] : changes) {
    const auto result = parse(replaced(sealed, from, to));
    ASSERT_FALSE(result.has_value()) << from;
    EXPECT_EQ(result.error().kind, Kind::bad_signature)
        << from << ": " << to_string(result.error());
  }
}

TEST(Tampering, KeysOfASealedFileCannotBeExchanged) {
  const std::string sealed = test::sealed_text();
  const std::string mallory = to_text(test::public_key_named("mallory"));
  for (const std::string_view whose :
       {"validator of SUDBFRPP", "tls of NORDDEFF", "branch of NORDDEFF"}) {
    const auto result = parse(replaced(sealed, to_text(test::public_key_named(whose)), mallory));
    ASSERT_FALSE(result.has_value()) << whose;
    EXPECT_EQ(result.error().kind, Kind::bad_signature)
        << whose << ": " << to_string(result.error());
  }
}

TEST(Tampering, ASignatureOfAnotherDraftDoesNotCount) {
  const Draft draft = a_draft();
  Draft other = draft;
  other.opens_at = UnixSeconds(draft.opens_at.value + 1);
  SignedEntry entry = an_entry(0, draft);
  test::sign_fully(entry, other);
  EXPECT_EQ(check_signatures(entry, draft_hash(draft)).error().kind, Kind::bad_signature);
  const auto read = parse_entry(write_entry(entry, other), draft);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().kind, Kind::other_network);
}

TEST(Tampering, SignersAreThoseOfTheBanksOwnManageRule) {
  const Draft draft = a_draft();
  const Hash hash = draft_hash(draft);
  const struct {
    std::string_view name;
    std::vector<std::string_view> signers;
    bool good;
  } cases[] = {
      {"nobody", {}, false},
      {"maker alone", {"maker of ALBAGB2L"}, false},
      {"checker alone", {"checker of ALBAGB2L"}, false},
      {"maker and a stranger", {"maker of ALBAGB2L", "mallory"}, false},
      {"the node's keys", {"validator of ALBAGB2L", "tls of ALBAGB2L"}, false},
      {"another bank's", {"maker of NORDDEFF", "checker of NORDDEFF"}, false},
      {"maker and checker", {"maker of ALBAGB2L", "checker of ALBAGB2L"}, true},
      {"both and a stranger", {"maker of ALBAGB2L", "checker of ALBAGB2L", "mallory"}, false},
  };
  for (const auto& one : cases) {
    SignedEntry entry = an_entry(0, draft);
    for (const std::string_view signer : one.signers)
      sign_entry(entry, hash, test::key_named(signer));
    EXPECT_EQ(check_signatures(entry, hash).has_value(), one.good) << one.name;
  }
}

TEST(Tampering, EverySignatureIsChecked) {
  const Draft draft = a_draft();
  for (const std::size_t which : {0u, 1u}) {
    SignedEntry entry = an_entry(0, draft);
    test::sign_fully(entry, draft);
    entry.signatures[which].signature.bytes[7] ^= 1;
    EXPECT_EQ(check_signatures(entry, draft_hash(draft)).error().kind, Kind::bad_signature)
        << which;
  }
}

TEST(Tampering, SigningTwiceKeepsOneSignature) {
  const Draft draft = a_draft();
  SignedEntry entry = an_entry(0, draft);
  sign_entry(entry, draft_hash(draft), test::key_named("maker of ALBAGB2L"));
  sign_entry(entry, draft_hash(draft), test::key_named("maker of ALBAGB2L"));
  EXPECT_EQ(entry.signatures.size(), 1u);
}

TEST(Entry, SignedBytesAreDomainAndHash) {
  const Draft draft = a_draft();
  const Bytes bytes = entry_signing_bytes(draft_hash(draft), an_entry(0, draft).entry);
  ASSERT_EQ(bytes.size(), 48u);
  EXPECT_EQ(as_text(ByteView(bytes).first(16)), "VOSTRO-GENESIS-1");
  EXPECT_NE(bytes, entry_signing_bytes(draft_hash(draft), an_entry(1, draft).entry));
}

TEST(Entry, FileHoldsOneParticipant) {
  const Draft draft = a_draft();
  const std::string head = "format = 1\ndraft = \"" + to_hex(draft_hash(draft).view()) + "\"\n";
  EXPECT_EQ(parse_entry(head, draft).error().kind, Kind::bad_value);
  const std::string two = head + participant_text(an_entry(0, draft), draft) +
                          participant_text(an_entry(1, draft), draft);
  EXPECT_EQ(parse_entry(two, draft).error().kind, Kind::bad_value);
  EXPECT_EQ(
      parse_entry("format = 1\n" + participant_text(an_entry(0, draft), draft), draft).error().kind,
      Kind::missing_key);
}

// Row T2: keys of small order, mixed order, not canonical, and zero.
TEST(RowT2, InadmissibleKeysAreNoKeysOfAnEntry) {
  const Draft draft = a_draft();
  const std::string good = to_text(test::public_key_named("validator of ALBAGB2L"));
  for (const std::string_view bad :
       {"0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"}) {
    const std::string text =
        replaced(write_entry(an_entry(0, draft), draft), good, "ed25519:" + std::string(bad));
    const auto result = parse_entry(text, draft);
    ASSERT_FALSE(result.has_value()) << bad;
    EXPECT_EQ(result.error().kind, Kind::bad_value) << bad;
  }
}

TEST(DefaultPolicy, AsksForTwoPersonsAboveTheLimit) {
  const Draft draft = a_draft();
  const chain::Policy policy = an_entry(0, draft).entry.participant.policy;
  ASSERT_TRUE(check_policy(policy).has_value());
  const Currency eur = *parse_currency("EUR");
  const auto pay = [&](std::int64_t units) {
    return find_rule(policy, chain::ActionClass::pay, Money{eur, MinorUnits(units)}, true)
        ->checkers;
  };
  EXPECT_EQ(pay(5'000'000), 0);
  EXPECT_EQ(pay(5'000'001), 1);
  EXPECT_EQ(find_rule(policy, chain::ActionClass::issue, Money{eur, MinorUnits(1)}, true)->checkers,
            1);
  EXPECT_EQ(find_rule(policy, chain::ActionClass::manage, {}, true)->checkers, 1);
}

TEST(DefaultPolicy, OnePersonDoesOnlyInADevelopmentNetwork) {
  Draft draft = a_draft();
  const std::vector<chain::PolicyKey> one{{test::public_key_named("only"), "anna", {3}}};
  EXPECT_FALSE(check_policy(default_policy(one, draft, 100)).has_value());
  draft.development = true;
  const chain::Policy policy = default_policy(one, draft, 100);
  EXPECT_TRUE(check_policy(policy).has_value());
  EXPECT_EQ(find_rule(policy, chain::ActionClass::manage, {}, true)->checkers, 0);
}

TEST(PolicyFile, ReadsAsItIsWritten) {
  const Draft draft = a_draft();
  const chain::Policy policy = *an_entry(2, draft).entry.accounts[1].policy;
  const auto back = parse_policy(write_policy(policy, draft), draft);
  ASSERT_TRUE(back.has_value()) << to_string(back.error());
  EXPECT_EQ(*back, policy);
}

TEST(Duration, HasOneUnit) {
  const struct {
    std::string_view text;
    std::optional<std::uint64_t> ms;
  } cases[] = {{"0s", 0},        {"250ms", 250},    {"90s", 90'000},
               {"15m", 900'000}, {"1h", 3'600'000}, {"7d", 604'800'000},
               {"", {}},         {"7", {}},         {"s", {}},
               {"-1s", {}},      {"1.5h", {}},      {"07d", {}},
               {"1h30m", {}},    {" 1h", {}},       {"1 h", {}},
               {"1H", {}},       {"36601d", {}},    {"18446744073709551616s", {}}};
  for (const auto& one : cases) EXPECT_EQ(parse_duration_ms(one.text), one.ms) << one.text;
  for (const std::uint64_t ms :
       {0u, 1u, 999u, 1'000u, 90'000u, 3'600'000u, 5'400'000u, 604'800'000u})
    EXPECT_EQ(parse_duration_ms(duration_text(ms)), ms);
  EXPECT_EQ(duration_text(604'800'000), "7d");
  EXPECT_EQ(duration_text(5'400'000), "90m");
}

}  // namespace
}  // namespace vostro::genesis
