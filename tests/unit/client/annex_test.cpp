// Goal: an annex opens for those it is sealed to, as it was, and for nobody else; whatever was
// changed on the way is refused; and what the ledger does not commit to is not believed.
#include "client/annex.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "base/codec.h"
#include "client/answers.h"

namespace vostro::client {
namespace {

using AnnexKind = AnnexError::Kind;
using chain::SealedAnnex;
using chain::SealedAnnexFault;

AnnexKey key(Byte seed) {
  return AnnexKey(SecretKey::from_seed(Bytes(SecretKey::seed_size, seed)));
}

chain::OwnedId name() {
  Uuid id;
  id.bytes = {0x6f, 0x96, 0x19, 0xff, 0x8b, 0x86, 0x4d, 0x01,
              0xb4, 0x2d, 0x00, 0xcf, 0x4f, 0xc9, 0x64, 0xff};
  return {*parse_bic("NORDDEFF"), id};
}

/// Every field filled.
Annex an_annex() {
  Annex annex;
  annex.salt.bytes.fill(7);
  annex.debtor = {"Muster GmbH",
                  {"Beispielweg 1", "10115 Berlin"},
                  "DE",
                  "DE89370400440532013000",
                  "LEI 529900T8BM49AURSDO55"};
  annex.creditor = {"Sociedad Ejemplo", {"Calle Mayor 1"}, "ES", "ES9121000418450200051332", ""};
  annex.ultimate_debtor = AnnexParty{"Tochter AG", {}, "AT", "", ""};
  annex.ultimate_creditor = AnnexParty{"Hija SL", {}, "ES", "", ""};
  annex.end_to_end_id = "E2E-4711";
  annex.remittance = {"invoice 4711", "less 2 % discount"};
  annex.references = {{"SCOR", "RF18539007547034"}};
  annex.elements = {{"CdtTrfTxInf/RgltryRptg/Dtls/Inf", "goods"}};
  annex.message = {1, 2, 3};
  return annex;
}

struct Sealed {
  AnnexKey debtor_agent = key(1);
  AnnexKey creditor_agent = key(2);
  AnnexKey stranger = key(3);
  Annex annex = an_annex();
  Hash hash = *commitment(annex);
  SealedAnnex sealed =
      *seal(annex, name(), {creditor_agent.public_key(), debtor_agent.public_key()});
};

TEST(Annex, OpensForEachReaderAsItWas) {
  const Sealed made;
  for (const AnnexKey* reader : {&made.debtor_agent, &made.creditor_agent}) {
    const auto opened = open(made.sealed, *reader, made.hash);
    ASSERT_TRUE(opened) << to_string(opened.error());
    EXPECT_EQ(*opened, made.annex);
  }
  EXPECT_EQ(made.sealed.belongs_to, name());
  EXPECT_EQ(made.sealed.commitment, made.hash);
}

TEST(Annex, OpensForNobodyElse) {
  const Sealed made;
  EXPECT_EQ(open(made.sealed, made.stranger, made.hash).error().kind, AnnexKind::not_for_this_key);
  // A stranger who puts his own name over a slot has not its key.
  SealedAnnex claimed = made.sealed;
  claimed.slots[0].reader = made.stranger.public_key();
  EXPECT_EQ(open(claimed, made.stranger, made.hash).error().kind, AnnexKind::altered);
}

TEST(Annex, SurvivesItsEncoding) {
  const Sealed made;
  const auto decoded = chain::decode_sealed_annex(chain::encode_sealed_annex(made.sealed));
  ASSERT_TRUE(decoded) << to_string(decoded.error());
  EXPECT_EQ(*decoded, made.sealed);
}

TEST(Annex, RefusesEachFlippedByte) {
  const Sealed made;
  const Bytes whole = chain::encode_sealed_annex(made.sealed);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytes flipped = whole;
    flipped[i] ^= 0x01;
    const auto decoded = chain::decode_sealed_annex(flipped);
    if (!decoded) continue;
    // What one reader cannot use of it is the other's slot; no byte changes for both unseen.
    EXPECT_FALSE(open(*decoded, made.debtor_agent, made.hash)) << "byte " << i;
    EXPECT_FALSE(open(*decoded, made.creditor_agent, made.hash)) << "byte " << i;
  }
}

TEST(Annex, RefusesEachCut) {
  const Bytes whole = chain::encode_sealed_annex(Sealed{}.sealed);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(chain::decode_sealed_annex(ByteView(whole).first(size))) << size;
  Bytes longer = whole;
  longer.push_back(0);
  EXPECT_EQ(chain::decode_sealed_annex(longer).error().decoding.reason,
            DecodeReason::trailing_bytes);
}

TEST(Annex, RefusesWhatTheLedgerDoesNotCommitTo) {
  const Sealed made;
  Annex other = made.annex;
  other.creditor.account = "ES7921000813610123456789";
  const SealedAnnex forged = *seal(other, name(), {made.creditor_agent.public_key()});
  EXPECT_EQ(open(forged, made.creditor_agent, made.hash).error().kind, AnnexKind::not_the_ledgers);
  // Also where only the outside names the ledger's hash: it is bound to the content.
  SealedAnnex relabelled = forged;
  relabelled.commitment = made.hash;
  EXPECT_EQ(open(relabelled, made.creditor_agent, made.hash).error().kind, AnnexKind::altered);
}

TEST(Annex, BindsToTheTransactionItNames) {
  const Sealed made;
  SealedAnnex moved = made.sealed;
  moved.belongs_to.owner = *parse_bic("SUDBFRPP");
  EXPECT_EQ(open(moved, made.creditor_agent, made.hash).error().kind, AnnexKind::altered);
}

TEST(Annex, CommitsToSaltAndContent) {
  Annex annex = an_annex();
  const Hash first = *commitment(annex);
  EXPECT_EQ(*commitment(annex), first);
  annex.salt = fresh_salt();
  EXPECT_NE(*commitment(annex), first);
  annex = an_annex();
  annex.remittance[0].text += "x";
  EXPECT_NE(*commitment(annex), first);
  EXPECT_NE(fresh_salt(), fresh_salt());
}

TEST(Annex, HidesTheLengthOfWhatItHolds) {
  const AnnexKey reader = key(1);
  Annex annex;
  annex.salt = fresh_salt();
  annex.creditor.name = "A";
  const std::size_t size = seal(annex, name(), {reader.public_key()})->content.size();
  annex.creditor.name = std::string(200, 'A');
  EXPECT_EQ(seal(annex, name(), {reader.public_key()})->content.size(), size);
}

TEST(Annex, NamesTheFieldAtFault) {
  struct Row {
    const char* title;
    void (*change)(Annex&);
    AnnexKind kind;
    const char* field;
  };
  const std::vector<Row> rows{
      {"long name", [](Annex& a) { a.debtor.name = std::string(561, 'x'); }, AnnexKind::bad_text,
       "debtor.name"},
      {"control character", [](Annex& a) { a.creditor.name = "a\nb"; }, AnnexKind::bad_text,
       "creditor.name"},
      {"bad UTF-8", [](Annex& a) { a.remittance[1].text = "\xff"; }, AnnexKind::bad_text,
       "remittance[1]"},
      {"bidirectional control", [](Annex& a) { a.debtor.address[1].text = "a\xe2\x80\xae"; },
       AnnexKind::bad_text, "debtor.address[1]"},
      {"country", [](Annex& a) { a.creditor.country = "es"; }, AnnexKind::bad_text,
       "creditor.country"},
      {"country of one letter", [](Annex& a) { a.creditor.country = "E"; }, AnnexKind::bad_text,
       "creditor.country"},
      {"account", [](Annex& a) { a.ultimate_debtor->account = std::string(141, '1'); },
       AnnexKind::bad_text, "ultimate_debtor.account"},
      {"identification", [](Annex& a) { a.ultimate_creditor->identification = std::string(1, 0); },
       AnnexKind::bad_text, "ultimate_creditor.identification"},
      {"end-to-end id", [](Annex& a) { a.end_to_end_id = std::string(141, 'x'); },
       AnnexKind::bad_text, "end_to_end_id"},
      {"reference", [](Annex& a) { a.references[0].type = std::string(141, 'x'); },
       AnnexKind::bad_text, "references[0].type"},
      {"element", [](Annex& a) { a.elements[0].text = std::string(8193, 'x'); },
       AnnexKind::bad_text, "elements[0].text"},
      {"address lines", [](Annex& a) { a.debtor.address.resize(17); }, AnnexKind::too_many,
       "debtor.address"},
      {"remittance lines", [](Annex& a) { a.remittance.resize(257); }, AnnexKind::too_many,
       "remittance"},
      {"references", [](Annex& a) { a.references.resize(65); }, AnnexKind::too_many, "references"},
      {"elements", [](Annex& a) { a.elements.resize(513); }, AnnexKind::too_many, "elements"},
      {"message", [](Annex& a) { a.message.resize(200 * 1024 + 1); }, AnnexKind::too_many,
       "message"},
      {"whole",
       [](Annex& a) {
         a.message.resize(200 * 1024);
         a.elements.assign(8, {"path", std::string(8192, 'x')});
       },
       AnnexKind::too_large, ""},
      {"salt", [](Annex& a) { a.salt = {}; }, AnnexKind::no_salt, ""},
      {"two faults, the first is named",
       [](Annex& a) {
         a.creditor.country = "es";
         a.salt = {};
       },
       AnnexKind::bad_text, "creditor.country"},
  };
  const AnnexKey reader = key(1);
  for (const Row& row : rows) {
    Annex annex = an_annex();
    row.change(annex);
    const AnnexError expected{row.kind, row.field, {}};
    EXPECT_EQ(check_annex(annex).error(), expected) << row.title;
    EXPECT_EQ(commitment(annex).error(), expected) << row.title;
    EXPECT_EQ(seal(annex, name(), {reader.public_key()}).error(), expected) << row.title;
  }
}

TEST(Annex, TakesTheLargestAndItsFrameHoldsIt) {
  Annex annex = an_annex();
  annex.message.resize(Annex::message_size_max);
  annex.elements.assign(6, {"path", std::string(AnnexElement::text_size_max, 'x')});
  annex.elements.push_back({"rest", ""});
  annex.elements.back().text = std::string(Annex::size_max - encode(annex).size(), 'x');
  ASSERT_EQ(encode(annex).size(), Annex::size_max);
  std::vector<chain::AnnexPublicKey> readers;
  for (Byte i = 1; i <= SealedAnnex::slots_max; ++i) readers.push_back(key(i).public_key());
  const auto sealed = seal(annex, name(), readers);
  ASSERT_TRUE(sealed) << to_string(sealed.error());
  const auto decoded = chain::decode_sealed_annex(chain::encode_sealed_annex(*sealed));
  ASSERT_TRUE(decoded) << to_string(decoded.error());
  EXPECT_EQ(*open(*decoded, key(8), *commitment(annex)), annex);
}

TEST(Annex, RefusesReadersThatAreNone) {
  const Annex annex = an_annex();
  const auto one = key(1).public_key();
  std::vector<chain::AnnexPublicKey> too_many;
  for (Byte i = 1; i <= SealedAnnex::slots_max + 1; ++i) too_many.push_back(key(i).public_key());
  for (const auto& readers : {std::vector<chain::AnnexPublicKey>{},
                              {one, one},
                              too_many,
                              {one, chain::AnnexPublicKey{}}})  // small order: everybody's
    EXPECT_EQ(seal(annex, name(), readers).error().kind, AnnexKind::bad_reader) << readers.size();
}

/// Seals any bytes, as a bank could that has no respect for the format; by the page of the manual
/// and libsodium alone.
SealedAnnex sealed_by_hand(Bytes text, const Hash& commitment, const AnnexKey& reader) {
  SealedAnnex sealed;
  sealed.belongs_to = name();
  sealed.commitment = commitment;
  std::array<Byte, 32> content_key;
  content_key.fill(3);
  SealedAnnex::Slot slot{reader.public_key(), {}};
  EXPECT_EQ(crypto_box_seal(slot.sealed_key.data(), content_key.data(), content_key.size(),
                            reader.public_key().data()),
            0);
  sealed.slots.push_back(slot);
  sealed.nonce.fill(4);
  Bytes head{1};
  append(head, as_bytes("NORDDEFFXXX"));
  append(head, name().id.view());
  append(head, commitment.view());
  head.push_back(1);
  append(head, slot.reader);
  append(head, slot.sealed_key);
  append(head, sealed.nonce);
  sealed.content.resize(text.size() + 16);
  EXPECT_EQ(crypto_aead_xchacha20poly1305_ietf_encrypt(
                sealed.content.data(), nullptr, text.data(), text.size(), head.data(), head.size(),
                nullptr, sealed.nonce.data(), content_key.data()),
            0);
  return sealed;
}

Bytes padded(Bytes text) {
  text.push_back(0x80);
  while (text.size() % 1024 != 0) text.push_back(0);
  return text;
}

TEST(Annex, JudgesWhatStandsInsideLikeAnyBytesFromOutside) {
  const AnnexKey reader = key(1);
  const Bytes good = encode(an_annex());
  const auto hash_of_text = [](const Bytes& text) {
    return keyed_hash(an_annex().salt.view(), text);
  };
  const auto opened = [&](const Bytes& text, const Bytes& as_sealed) {
    const Hash hash = hash_of_text(text);
    return open(sealed_by_hand(as_sealed, hash, reader), reader, hash);
  };
  ASSERT_TRUE(opened(good, padded(good)));
  EXPECT_EQ(*opened(good, padded(good)), an_annex());

  Bytes newer = good;
  newer[0] = 2;
  EXPECT_EQ(opened(newer, padded(newer)).error().kind, AnnexKind::unknown_version);
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_EQ(opened(longer, padded(longer)).error().kind, AnnexKind::undecodable);
  EXPECT_EQ(opened({}, padded({})).error().kind, AnnexKind::unknown_version);
  Annex unclean = an_annex();
  unclean.creditor.name = "a\x1b[2J";
  EXPECT_EQ(opened(encode(unclean), padded(encode(unclean))).error(),
            (AnnexError{AnnexKind::bad_text, "creditor.name", {}}));
  EXPECT_EQ(opened(good, good).error().kind, AnnexKind::altered) << "not padded";
  EXPECT_EQ(opened(good, Bytes(1024)).error().kind, AnnexKind::altered)
      << "padding without its mark";
  EXPECT_EQ(opened(good, {}).error().kind, AnnexKind::altered) << "nothing at all";
  SealedAnnex short_content = sealed_by_hand(padded(good), hash_of_text(good), reader);
  short_content.content.resize(15);
  EXPECT_EQ(open(short_content, reader, hash_of_text(good)).error().kind, AnnexKind::altered);
}

TEST(Annex, GoesToTheBanksConcernedAndTheSupervisors) {
  const auto participant = [](const char* bic, Byte seed, std::vector<std::string> roles,
                              const char* status) {
    ParticipantView view;
    view.bic = *parse_bic(bic);
    if (seed > 0) view.annex_key = key(seed).public_key();
    view.roles = std::move(roles);
    view.status = status;
    return view;
  };
  const std::vector<ParticipantView> all{participant("NORDDEFF", 1, {}, "active"),
                                         participant("SUDBFRPP", 2, {"fx-provider"}, "active"),
                                         participant("OSTBPLPW", 3, {}, "active"),
                                         participant("KEINITMM", 0, {}, "active"),
                                         participant("AUFSDEFF", 5, {"supervisor"}, "active"),
                                         participant("WEGGDEFF", 6, {"supervisor"}, "suspended"),
                                         participant("OHNEDEFF", 0, {"supervisor"}, "active")};
  const auto bic = [](const char* text) { return *parse_bic(text); };
  std::vector<chain::AnnexPublicKey> expected{key(1).public_key(), key(2).public_key(),
                                              key(5).public_key()};
  std::ranges::sort(expected);
  EXPECT_EQ(annex_readers(all, {bic("NORDDEFF"), bic("SUDBFRPP")}), expected);
  EXPECT_EQ(annex_readers(all, {bic("SUDBFRPP"), bic("NORDDEFF"), bic("SUDBFRPP")}), expected);
  EXPECT_EQ(annex_readers(all, {bic("NORDDEFF"), bic("KEINITMM")}).error(), bic("KEINITMM"));
  EXPECT_EQ(annex_readers(all, {bic("NORDDEFF"), bic("FREMITMM")}).error(), bic("FREMITMM"));
}

TEST(AnnexKey, HasItsPublicPartFromTheKeystoresAlone) {
  const SecretKey signing = SecretKey::from_seed(Bytes(SecretKey::seed_size, 9));
  EXPECT_EQ(annex_public_key(signing.public_key()), AnnexKey(signing).public_key());
  EXPECT_EQ(annex_public_key(PublicKey{}), std::nullopt);  // small order
}

TEST(SealedAnnex, SaysWhyItIsNone) {
  const SealedAnnex good = Sealed{}.sealed;
  const auto fault = [](const SealedAnnex& sealed) {
    return chain::decode_sealed_annex(chain::encode_sealed_annex(sealed)).error().kind;
  };
  using FaultKind = SealedAnnexFault::Kind;
  EXPECT_EQ(chain::decode_sealed_annex(Bytes(SealedAnnex::size_max + 1)).error().kind,
            FaultKind::too_large);
  EXPECT_EQ(chain::decode_sealed_annex({}).error().kind, FaultKind::malformed);
  SealedAnnex bad = good;
  bad.version = 2;
  EXPECT_EQ(fault(bad), FaultKind::unknown_version);
  bad = good;
  bad.belongs_to.owner = {};
  EXPECT_EQ(fault(bad), FaultKind::bad_name);
  bad = good;
  bad.belongs_to.id = {};
  EXPECT_EQ(fault(bad), FaultKind::bad_name);
  bad = good;
  bad.slots.clear();
  EXPECT_EQ(fault(bad), FaultKind::bad_slots);
  bad = good;
  std::swap(bad.slots[0], bad.slots[1]);
  EXPECT_EQ(fault(bad), FaultKind::bad_slots);
  bad = good;
  bad.slots[1] = bad.slots[0];
  EXPECT_EQ(fault(bad), FaultKind::bad_slots);
}

/// Pinned in tests/vectors/annex.txt: what was sealed once opens for ever. With
/// VOSTRO_WRITE_VECTORS set, the file is written anew.
TEST(Annex, OpensWhatWasSealedOnce) {
  const std::string path = VOSTRO_TEST_VECTORS "/annex.txt";
  if (std::getenv("VOSTRO_WRITE_VECTORS") != nullptr) {
    const Sealed made;
    std::ofstream(path) << "# One annex: its commitment, and its sealed form, of which the keys of "
                           "seeds 1 and 2 (32 equal bytes) are readers.\n"
                           "# Format: docs/encoding.md. Changing it is a change of the protocol.\n"
                        << to_hex(made.hash.view()) << "\n"
                        << to_hex(chain::encode_sealed_annex(made.sealed)) << "\n";
  }
  std::ifstream file(path);
  std::string line, commitment_text, sealed_text;
  while (std::getline(file, line) && line.starts_with('#')) {
  }
  commitment_text = line;
  ASSERT_TRUE(std::getline(file, sealed_text)) << path;
  EXPECT_EQ(to_hex(commitment(an_annex())->view()), commitment_text);
  const auto sealed = chain::decode_sealed_annex(from_hex(sealed_text).value_or(Bytes{}));
  ASSERT_TRUE(sealed) << to_string(sealed.error());
  for (const Byte seed : {Byte{1}, Byte{2}}) {
    const auto opened = open(*sealed, key(seed), *commitment(an_annex()));
    ASSERT_TRUE(opened) << to_string(opened.error());
    EXPECT_EQ(*opened, an_annex());
  }
}

RC_GTEST_PROP(Annex, OpensAsSealedWhateverItSays, ()) {
  const auto text = [](std::size_t max) {
    return *rc::gen::resize(
        static_cast<int>(max),
        rc::gen::container<std::string>(
            rc::gen::map(rc::gen::inRange(32, 127), [](int c) { return static_cast<char>(c); })));
  };
  Annex annex;
  annex.salt = fresh_salt();
  annex.debtor.name = text(140);
  annex.creditor.account = text(34);
  annex.remittance.resize(*rc::gen::inRange<std::size_t>(0, 20));
  for (AnnexLine& line : annex.remittance) line.text = text(140);
  annex.message.resize(*rc::gen::inRange<std::size_t>(0, 5000));
  const AnnexKey reader = key(5);
  const auto sealed = seal(annex, name(), {reader.public_key(), key(6).public_key()});
  RC_ASSERT(sealed.has_value());
  RC_ASSERT(sealed->content.size() % 1024 == 16U);
  RC_ASSERT(*open(*sealed, reader, *commitment(annex)) == annex);
}

}  // namespace
}  // namespace vostro::client
