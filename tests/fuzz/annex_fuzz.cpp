// A sealed annex from a peer or a client, and an annex from inside one, which another bank wrote:
// what is taken has one encoding, and what opens is what was sealed. The first byte says which of
// the two the rest is, or a frame of another node's.
#include "base/codec.h"
#include "client/annex.h"
#include "node/annexes/frames.h"
#include "tests/fuzz/target.h"

namespace vostro::fuzz {
namespace {

enum class Of : Byte { sealed = 0, plain = 1, frame = 2 };

client::AnnexKey reader(Byte seed) {
  return client::AnnexKey(SecretKey::from_seed(Bytes(SecretKey::seed_size, seed)));
}

struct Made {
  Made() {
    annex.salt.bytes.fill(7);
    annex.debtor = {"Muster GmbH",
                    {"Beispielweg 1", "10115 Berlin"},
                    "DE",
                    "DE89370400440532013000",
                    "529900T8BM49AURSDO55"};
    annex.creditor.name = "Sociedad Ejemplo";
    annex.ultimate_creditor = client::AnnexParty{"Hija SL", {}, "ES", "", ""};
    annex.end_to_end_id = "E2E-4711";
    annex.remittance = {"invoice 4711", "less 2 % discount"};
    annex.references = {{"SCOR", "RF18539007547034"}};
    annex.elements = {{"CdtTrfTxInf/RgltryRptg/Dtls/Inf", "goods"}};
    annex.message = {1, 2, 3};
    Uuid id;
    id.bytes[6] = 0x40;
    id.bytes[8] = 0x80;
    const auto made = client::seal(annex, {*parse_bic("NORDDEFF"), id},
                                   {first.public_key(), reader(2).public_key()});
    VOSTRO_CHECK(made.has_value());
    sealed = *made;
    hash = *client::commitment(annex);
  }
  client::AnnexKey first = reader(1);
  client::Annex annex;
  chain::SealedAnnex sealed;
  Hash hash;
};
const Made& made() {
  static const Made once;
  return once;
}

Bytes framed(Of of, const Bytes& content) {
  Bytes input{static_cast<Byte>(of)};
  append(input, content);
  return input;
}

void check_sealed(ByteView input) {
  const auto sealed = chain::decode_sealed_annex(input);
  if (!sealed) {
    VOSTRO_CHECK(!chain::to_string(sealed.error()).empty());
    return;
  }
  VOSTRO_CHECK(std::ranges::equal(chain::encode_sealed_annex(*sealed), input));
  VOSTRO_CHECK(!sealed->slots.empty() && sealed->slots.size() <= chain::SealedAnnex::slots_max);
  const auto opened = client::open(*sealed, made().first, made().hash);
  if (opened) VOSTRO_CHECK(*opened == made().annex);
  if (!opened) VOSTRO_CHECK(!client::to_string(opened.error()).empty());
}

void check_plain(ByteView input) {
  const auto annex = decode<client::Annex>(input);
  if (!annex || annex->version != client::Annex::version_now) return;
  const auto hash = client::commitment(*annex);
  VOSTRO_CHECK(hash.has_value() == client::check_annex(*annex).has_value());
  if (hash) VOSTRO_CHECK(*hash == keyed_hash(annex->salt.view(), input));
}

void check_frame(ByteView input) {
  const auto message = node::decode_annex_message(input);
  if (!message) {
    VOSTRO_CHECK(!message.error().empty());
    return;
  }
  if (const auto* request = std::get_if<node::AnnexRequest>(&*message)) {
    VOSTRO_CHECK(!request->names.empty());
    VOSTRO_CHECK(std::ranges::equal(node::encode_annex_message(*request), input));
    return;
  }
  const auto& answer = std::get<node::DecodedAnswer>(*message);
  node::AnnexAnswer again{{}, answer.absent, answer.erased};
  for (const chain::SealedAnnex& each : answer.annexes)
    again.annexes.push_back({chain::encode_sealed_annex(each)});
  VOSTRO_CHECK(std::ranges::equal(node::encode_annex_message(again), input));
}

}  // namespace

std::vector<Bytes> seeds() {
  return {
      framed(Of::sealed, chain::encode_sealed_annex(made().sealed)),
      framed(Of::plain, encode(made().annex)),
      framed(Of::frame, node::encode_annex_message(node::AnnexRequest{{made().sealed.belongs_to}})),
      framed(Of::frame, node::encode_annex_message(
                            node::AnnexAnswer{{{chain::encode_sealed_annex(made().sealed)}},
                                              {made().sealed.belongs_to},
                                              {made().sealed.belongs_to}}))};
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro;  // NOLINT: the whole file is about it
  if (size == 0) return 0;
  const ByteView content(data + 1, size - 1);
  if (data[0] % 3 == static_cast<Byte>(fuzz::Of::sealed)) fuzz::check_sealed(content);
  if (data[0] % 3 == static_cast<Byte>(fuzz::Of::plain)) fuzz::check_plain(content);
  if (data[0] % 3 == static_cast<Byte>(fuzz::Of::frame)) fuzz::check_frame(content);
  return 0;
}
