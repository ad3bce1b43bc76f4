// Goal: catalogue row C12 on the ledger: evidence of each kind is put on record once, and nothing
// that is forged, known, too late, or about nobody of its epoch is. Method: a ledger whose four
// validators' keys the test has, so that it can sign what no honest validator signs; then each byte
// that matters is changed.
#include <set>

#include "tests/support/evidence_builders.h"
#include "tests/unit/chain/membership_harness.h"

namespace vostro::test {
namespace {

using consensus::Evidence;
using consensus::VotePair;
using consensus::VoteType;

constexpr std::uint16_t kLiar = 2;

class Court : public Banks {
 public:
  explicit Court(std::size_t owners = kOwners) : Banks(owners) { any_block(); }

  [[nodiscard]] EvidenceMaker maker(std::uint64_t epoch = 0, int key_number = 0) const {
    return {committee_on_record(*ledger.load<EpochRecord>(Epoch(epoch)), Epoch(epoch), network()),
            [key_number](std::uint16_t validator) -> const SecretKey& {
              return key(validator_name(validator, validator == kLiar ? key_number : 0));
            }};
  }
  std::string report(const Evidence& evidence, std::uint64_t epoch = 0) {
    return report_bytes(encode_evidence(evidence), epoch);
  }
  std::string report_bytes(Bytes evidence, std::uint64_t epoch = 0,
                           std::string_view reporter = "NORDDEFF",
                           std::string_view signer = "maker") {
    return send(ReportEvidence{bic(reporter), Epoch(epoch), std::move(evidence)}, {signer});
  }
  [[nodiscard]] std::set<std::string> on_record() const {
    const Bytes prefix{Misbehaviour::prefix};
    std::set<std::string> names;
    for (const auto& [key, value] : ledger.store().scan(prefix, prefix, 1'000)) {
      const auto name = misbehaviour_of_key(key);
      EXPECT_TRUE(name.has_value());
      if (name) names.insert(to_text(*name));
    }
    return names;
  }
  [[nodiscard]] static std::string name(EvidenceKind kind, std::uint64_t view) {
    return "OSTBATWW-" + std::string(code_of(kind)) + "-0-" +
           (kind == EvidenceKind::double_batch ? "1-" : "") + std::to_string(view);
  }
  /// The liar gets a new key, and epoch 1 begins.
  void rotate_liar() {
    pass(rotate(kLiar, 1), 10);
    EXPECT_EQ(ready(kLiar, 1), "done");
    pass_to(UnixMillis(ledger.time().value + 20'000));
    ASSERT_TRUE(closes());
    any_block();
    ASSERT_TRUE(ledger.load<EpochRecord>(Epoch(1)).has_value());
  }
};

TEST(Evidence, EachKindIsPutOnRecordOnce) {
  Court n;
  const EvidenceMaker maker = n.maker();
  std::set<std::string> expected;
  for (const EvidenceKind kind : evidence_kinds) {
    SCOPED_TRACE(code_of(kind));
    const Evidence evidence = maker.of(kind, kLiar, 7);
    EXPECT_EQ(n.report(evidence), "done");
    EXPECT_EQ(n.report(evidence), "evidence_known");
    expected.insert(Court::name(kind, 7));
    EXPECT_EQ(n.on_record(), expected);
    EXPECT_EQ(n.report(maker.of(kind, kLiar, 8)), "done") << "another view is another act";
    expected.insert(Court::name(kind, 8));

    const auto record = n.ledger.load<Misbehaviour>(*parse_misbehaviour(Court::name(kind, 7)));
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(record->validator, kLiar);
    EXPECT_EQ(record->key, validator_key(kLiar));
    EXPECT_EQ(record->evidence, hash("evidence", encode_evidence(evidence)));
    EXPECT_EQ(record->report.owner, bic("NORDDEFF"));
    EXPECT_EQ(n.ledger.first_receipt(record->report)->height, record->height);
  }
  EXPECT_EQ(n.on_record(), expected);
}

TEST(Evidence, OtherProofOfTheSameActIsKnown) {
  Court n;
  const EvidenceMaker maker = n.maker();
  const auto vote = [&](Byte proposal) {
    return maker.vote(kLiar, VoteType::notarize, 3, proposal);
  };
  EXPECT_EQ(n.report(VotePair{vote(1), vote(2)}), "done");
  EXPECT_EQ(n.report(VotePair{vote(2), vote(1)}), "evidence_known");
  EXPECT_EQ(n.report(VotePair{vote(1), vote(3)}), "evidence_known");
  EXPECT_EQ(n.report_bytes(encode_evidence(VotePair{vote(1), vote(2)}), 0, "SUDBFRPP", "sud"),
            "evidence_known")
      << "whoever reports it";
  EXPECT_EQ(n.on_record().size(), 1U);
}

// Every byte of evidence is either part of what the accused signed, or says what is claimed.
TEST(Evidence, C12_NoChangedByteProvesAnything) {
  Court n;
  const EvidenceMaker maker = n.maker();
  for (const EvidenceKind kind : evidence_kinds) {
    SCOPED_TRACE(code_of(kind));
    const Bytes genuine = encode_evidence(maker.of(kind, kLiar, 7));
    for (std::size_t i = 0; i < genuine.size(); ++i) {
      Bytes changed = genuine;
      changed[i] ^= i % 2 == 0 ? Byte{0x01} : Byte{0x80};
      const std::string word = n.report_bytes(changed);
      EXPECT_TRUE(word == "evidence_wrong" || word == "not_found") << "byte " << i << ": " << word;
    }
    for (const std::size_t size : {std::size_t{1}, genuine.size() / 2, genuine.size() - 1})
      EXPECT_EQ(n.report_bytes(Bytes(genuine.begin(), genuine.begin() + static_cast<long>(size))),
                "evidence_wrong");
    Bytes longer = genuine;
    longer.push_back(0);
    EXPECT_EQ(n.report_bytes(longer), "evidence_wrong");
  }
  EXPECT_TRUE(n.on_record().empty());
}

TEST(Evidence, C12_WhatAnHonestValidatorMaySignProvesNothing) {
  Court n;
  const EvidenceMaker maker = n.maker();
  const auto vote = [&](VoteType type, std::uint64_t view, Byte proposal,
                        std::uint16_t by = kLiar) { return maker.vote(by, type, view, proposal); };
  using enum VoteType;
  const std::vector<std::pair<const char*, Evidence>> rows{
      {"one vote twice", VotePair{vote(notarize, 1, 1), vote(notarize, 1, 1)}},
      {"NULLIFY twice", VotePair{vote(nullify, 1, 0), vote(nullify, 1, 0)}},
      {"NOTARIZE, then NULLIFY", VotePair{vote(notarize, 1, 1), vote(nullify, 1, 0)}},
      {"NOTARIZE of one, FINALIZE of another",
       VotePair{vote(notarize, 1, 1), vote(finalize, 1, 2)}},
      {"two views", VotePair{vote(notarize, 1, 1), vote(notarize, 2, 2)}},
      {"two validators", VotePair{vote(notarize, 1, 1), vote(notarize, 1, 2, 3)}},
      {"one batch twice",
       consensus::BatchPair{maker.batch(kLiar, 1, 5, 1), maker.batch(kLiar, 1, 5, 1)}},
      {"two batches of two incarnations",
       consensus::BatchPair{maker.batch(kLiar, 1, 5, 1), maker.batch(kLiar, 2, 5, 2)}},
      {"two numbers",
       consensus::BatchPair{maker.batch(kLiar, 1, 5, 1), maker.batch(kLiar, 1, 6, 2)}},
      {"two lanes", consensus::BatchPair{maker.batch(kLiar, 1, 5, 1), maker.batch(3, 1, 5, 2)}},
  };
  for (const auto& [what, evidence] : rows) EXPECT_EQ(n.report(evidence), "evidence_wrong") << what;
  EXPECT_TRUE(n.on_record().empty());
}

TEST(Evidence, IsAboutAValidatorOfAnEpochOnRecord) {
  Court n;
  const EvidenceMaker maker = n.maker();
  auto pair = std::get<VotePair>(maker.of(EvidenceKind::double_notarize, kLiar, 7));
  EXPECT_EQ(n.report(pair, 1), "not_found") << "an epoch that has not begun";
  pair.first.signer = pair.second.signer = consensus::ValidatorIndex(4);
  EXPECT_EQ(n.report(pair), "not_found") << "an index that the set does not have";
}

TEST(Evidence, IsJudgedByTheValidatorsOfItsEpoch) {
  Court n;
  const Evidence old = n.maker().of(EvidenceKind::double_finalize, kLiar, 7);
  n.rotate_liar();
  const Evidence fresh = n.maker(1, 1).of(EvidenceKind::double_finalize, kLiar, 7);
  EXPECT_EQ(n.report(old, 1), "evidence_wrong") << "signed in another epoch than it names";
  EXPECT_EQ(n.report(fresh, 0), "evidence_wrong");
  EXPECT_EQ(n.report(n.maker(1, 0).of(EvidenceKind::double_finalize, kLiar, 7), 1),
            "evidence_wrong")
      << "the old key signs nothing in the new epoch";
  EXPECT_EQ(n.report(fresh, 1), "done");
  EXPECT_EQ(n.report(old, 0), "done");
  EXPECT_EQ(n.on_record(), (std::set<std::string>{"OSTBATWW-E2-0-7", "OSTBATWW-E2-1-7"}));
}

TEST(Evidence, C12_OfAnEpochLongOverIsNotHeard) {
  for (const bool is_late : {false, true}) {
    Court n;
    const Evidence evidence = n.maker().of(EvidenceKind::double_notarize, kLiar, 7);
    n.rotate_liar();
    const UnixMillis ended = n.ledger.load<EpochRecord>(Epoch(1))->anchor_time;
    // outcome() makes a block one second after the last.
    const std::uint64_t last_s = ended.value / 1000 + evidence_life_s;
    n.ledger.set_time(UnixMillis((last_s - (is_late ? 0 : 1)) * 1000));
    EXPECT_EQ(n.report(evidence), is_late ? "deadline_passed" : "done");
  }
}

TEST(Evidence, AnyActiveBankReportsUnderItsAnswerRule) {
  Court n;
  const Bytes evidence = encode_evidence(n.maker().of(EvidenceKind::double_batch, kLiar, 7));
  EXPECT_EQ(n.report_bytes(evidence, 0, "WESTDEFF", "maker").substr(0, 8), "dropped:");
  EXPECT_EQ(n.report_bytes(evidence, 0, "AGNTDEFF", "maker"),
            "dropped: a signer is not in the policy");
  Participant suspended = *n.ledger.load<Participant>(bic("AGNTDEFF"));
  suspended.status = Standing::suspended;
  n.ledger.write(bic("AGNTDEFF"), suspended);
  EXPECT_EQ(n.report_bytes(evidence, 0, "AGNTDEFF", "agent"), "participant_suspended");
  EXPECT_EQ(n.report_bytes(evidence, 0, "OSTBATWW", "ost"), "done") << "the accused's own bank";
}

TEST(Evidence, ARuleWithADelayDoesNotFit) {
  Court n;
  Participant slow = *n.ledger.load<Participant>(bic("NORDDEFF"));
  for (Rule& rule : slow.policy.rules)
    if (rule.action == ActionClass::answer) rule.delay_ms = 10'000;
  n.ledger.write(bic("NORDDEFF"), slow);
  EXPECT_EQ(n.report(n.maker().of(EvidenceKind::double_notarize, kLiar, 7)), "no_rule_for_amount");
}

// Where two apply, the one that comes first is given.
TEST(Evidence, TheFirstReasonInOrderWins) {
  Court n;
  const EvidenceMaker maker = n.maker();
  Bytes wrong = encode_evidence(maker.of(EvidenceKind::double_notarize, kLiar, 7));
  ASSERT_EQ(n.report_bytes(wrong), "done");
  wrong.back() ^= 1;
  EXPECT_EQ(n.report_bytes(wrong), "evidence_known") << "known before wrong: it costs no signature";
  Participant suspended = *n.ledger.load<Participant>(bic("AGNTDEFF"));
  suspended.status = Standing::suspended;
  n.ledger.write(bic("AGNTDEFF"), suspended);
  EXPECT_EQ(n.report_bytes(wrong, 5, "AGNTDEFF", "agent"), "not_found");
  EXPECT_EQ(n.report_bytes(wrong, 0, "AGNTDEFF", "agent"), "participant_suspended");
}

TEST(Evidence, TheLongestFitsIntoATransaction) {
  Court n;
  const Bytes longest(ReportEvidence::evidence_bytes_max, 7);
  EXPECT_EQ(n.report_bytes(longest), "evidence_wrong");
  auto builder = a_transaction(ReportEvidence{bic("NORDDEFF"), Epoch(0), longest})
                     .signed_by({"maker", "second", "sud", "ost", "desk", "agent", "k7", "k8", "k9",
                                 "k10", "k11", "k12", "k13", "k14", "k15", "k16"});
  const Bytes bytes = encode_transaction(builder.build());
  EXPECT_LE(bytes.size(), Transaction::report_bytes_max);
  EXPECT_TRUE(decode_form_unchecked(bytes).has_value());
  Bytes larger = bytes;
  larger.resize(Transaction::report_bytes_max + 1);
  EXPECT_EQ(decode_form_unchecked(larger).error().reason, FormReason::too_large);
}

TEST(Evidence, TheRecordIsInTheStateTree) {
  Court n;
  const Bytes evidence = encode_evidence(n.maker().of(EvidenceKind::double_batch, kLiar, 7));
  ASSERT_EQ(n.report_bytes(evidence), "done");
  const ExecutedBlock& block = *n.ledger.blocks().back();
  const Bytes key = key_of<Misbehaviour>(*parse_misbehaviour("OSTBATWW-E4-0-1-7"));
  const StateProof proof = prove(n.ledger.store(), key);
  EXPECT_TRUE(verify_proof(proof, block.state_root, key, *block.state.at(key)));
}

TEST(Evidence, NamesAreReadAsTheyAreWritten) {
  for (const std::string name :
       {"OSTBATWW-E1-0-1", "OSTBATWWXYZ-E5-18446744073709551615-18446744073709551615",
        "OSTBATWW-E4-3-2-17"}) {
    const auto key = parse_misbehaviour(name);
    ASSERT_TRUE(key.has_value()) << name;
    EXPECT_EQ(to_text(*key), name);
    EXPECT_EQ(misbehaviour_of_key(key_of<Misbehaviour>(*key)), key);
  }
  for (const std::string_view name :
       {"", "OSTBATWW", "OSTBATWW-E1", "OSTBATWW-E1-0", "OSTBATWW-E1-0-", "OSTBATWW-E1-0-1-0",
        "OSTBATWW-E4-0-1", "OSTBATWW-E0-0-1", "OSTBATWW-E6-0-1", "OSTBATWW-E1-00-1",
        "OSTBATWW-E1-0-+1", "OSTBATWW-E1-0-1 ", "ostbatww-E1-0-1", "OSTBATWW-e1-0-1",
        "OSTBATWWXXX-E1-0-1", "OSTBATWW-E1-0-18446744073709551616", "-E1-0-1"})
    EXPECT_FALSE(parse_misbehaviour(name).has_value()) << name;
}

}  // namespace
}  // namespace vostro::test
