#include "client/annex.h"

#include <sodium.h>

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/codec.h"
#include "base/secret_text.h"
#include "base/text.h"
#include "client/answers.h"

namespace vostro::client {
namespace {

using Kind = AnnexError::Kind;
using chain::AnnexPublicKey;
using chain::SealedAnnex;

constexpr std::size_t kBlock = 1024;  // what padding rounds up to
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
// Padding adds 1 to kBlock bytes.
static_assert(Annex::size_max + kBlock + kTagBytes <= SealedAnnex::content_size_max);
static_assert(sizeof(SealedAnnex::Slot::sealed_key) == crypto_box_SEALBYTES + kKeyBytes);
static_assert(sizeof(SealedAnnex::nonce) == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(sizeof(AnnexPublicKey) == crypto_box_PUBLICKEYBYTES);

/// The content's key, wiped when done with.
struct ContentKey {
  std::array<Byte, kKeyBytes> bytes{};
  ContentKey() = default;
  ContentKey(const ContentKey&) = delete;
  ContentKey& operator=(const ContentKey&) = delete;
  ~ContentKey() { sodium_memzero(bytes.data(), bytes.size()); }
};

/// The first thing that is wrong with an annex, found field by field.
class Check {
 public:
  void text(std::string_view value, std::size_t max, std::string_view field) {
    if (value.size() > max || !is_clean_text(value)) note(Kind::bad_text, field);
  }
  template <class List>
  bool count(const List& list, std::size_t max, std::string_view field) {
    if (list.size() > max) note(Kind::too_many, field);
    return list.size() <= max;
  }
  void lines(const std::vector<AnnexLine>& list, std::size_t max, const std::string& field) {
    if (!count(list, max, field)) return;
    for (std::size_t i = 0; i < list.size(); ++i)
      text(list[i].text, AnnexLine::size_max, at(field, i));
  }
  void party(const AnnexParty& party, const std::string& field) {
    text(party.name, AnnexParty::name_size_max, field + ".name");
    lines(party.address, AnnexParty::address_lines_max, field + ".address");
    const bool is_country =
        party.country.size() == 2 && is_upper(party.country[0]) && is_upper(party.country[1]);
    if (!party.country.empty() && !is_country) note(Kind::bad_text, field + ".country");
    text(party.account, AnnexParty::account_size_max, field + ".account");
    text(party.identification, AnnexParty::identification_size_max, field + ".identification");
  }
  static std::string at(const std::string& field, std::size_t i) {
    return field + "[" + std::to_string(i) + "]";
  }
  void note(Kind kind, std::string_view field) {
    if (!error_) error_ = AnnexError{kind, std::string(field), {}};
  }
  [[nodiscard]] const std::optional<AnnexError>& error() const { return error_; }

 private:
  std::optional<AnnexError> error_;
};

std::optional<AnnexError> fault_of_fields(const Annex& annex) {
  Check check;
  check.party(annex.debtor, "debtor");
  check.party(annex.creditor, "creditor");
  if (annex.ultimate_debtor) check.party(*annex.ultimate_debtor, "ultimate_debtor");
  if (annex.ultimate_creditor) check.party(*annex.ultimate_creditor, "ultimate_creditor");
  check.text(annex.end_to_end_id, Annex::end_to_end_id_size_max, "end_to_end_id");
  check.lines(annex.remittance, Annex::remittance_lines_max, "remittance");
  if (check.count(annex.references, Annex::references_max, "references")) {
    for (std::size_t i = 0; i < annex.references.size(); ++i) {
      const AnnexReference& each = annex.references[i];
      const std::string field = Check::at("references", i);
      check.text(each.type, AnnexReference::type_size_max, field + ".type");
      check.text(each.reference, AnnexReference::reference_size_max, field + ".reference");
    }
  }
  if (check.count(annex.elements, Annex::elements_max, "elements")) {
    for (std::size_t i = 0; i < annex.elements.size(); ++i) {
      const AnnexElement& each = annex.elements[i];
      const std::string field = Check::at("elements", i);
      check.text(each.path, AnnexElement::path_size_max, field + ".path");
      check.text(each.text, AnnexElement::text_size_max, field + ".text");
    }
  }
  check.count(annex.message, Annex::message_size_max, "message");
  return check.error();
}

AnnexError error(Kind kind) {
  return {kind, {}, {}};
}

/// The encoding of an annex that is as it should be. The caller wipes it.
Result<Bytes, AnnexError> checked_encoding(const Annex& annex) {
  // Only what fits its fields can be encoded at all.
  if (auto fault = fault_of_fields(annex)) return fail(std::move(*fault));
  VOSTRO_CHECK(annex.version == Annex::version_now);
  Bytes encoded = encode(annex);
  const bool fits = encoded.size() <= Annex::size_max;
  if (!fits || annex.salt.is_zero()) {
    wipe(encoded);
    return fail(error(fits ? Kind::no_salt : Kind::too_large));
  }
  return encoded;
}

/// Ascending, each once, as many as there are slots; else empty.
std::optional<std::vector<AnnexPublicKey>> sorted_readers(std::vector<AnnexPublicKey> readers) {
  std::ranges::sort(readers);
  const bool is_once = std::ranges::adjacent_find(readers) == readers.end();
  if (readers.empty() || readers.size() > SealedAnnex::slots_max || !is_once) return std::nullopt;
  return readers;
}

/// Up to the next multiple of kBlock, by ISO/IEC 7816-4.
void pad(Bytes& text) {
  const std::size_t size = text.size();
  text.resize((size / kBlock + 1) * kBlock);
  std::size_t padded = 0;
  VOSTRO_CHECK(sodium_pad(&padded, text.data(), size, kBlock, text.size()) == 0);
  VOSTRO_CHECK(padded == text.size());
}

bool unpad(Bytes& text) {
  std::size_t size = 0;
  if (text.empty() || text.size() % kBlock != 0 ||
      sodium_unpad(&size, text.data(), text.size(), kBlock) != 0)
    return false;
  text.resize(size);
  return true;
}

Result<Bytes, AnnexError> open_content(const SealedAnnex& sealed, const AnnexKey& key) {
  const auto slot = std::ranges::find(sealed.slots, key.public_key(), &SealedAnnex::Slot::reader);
  if (slot == sealed.slots.end()) return fail(error(Kind::not_for_this_key));
  ContentKey content_key;
  if (crypto_box_seal_open(content_key.bytes.data(), slot->sealed_key.data(),
                           slot->sealed_key.size(), key.public_key().data(),
                           key.secret().data()) != 0)
    return fail(error(Kind::altered));
  if (sealed.content.size() < kTagBytes) return fail(error(Kind::altered));
  Bytes text(sealed.content.size() - kTagBytes);
  const Bytes associated = chain::associated_data(sealed);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          text.data(), nullptr, nullptr, sealed.content.data(), sealed.content.size(),
          associated.data(), associated.size(), sealed.nonce.data(), content_key.bytes.data()) != 0)
    return fail(error(Kind::altered));
  if (!unpad(text)) {
    wipe(text);
    return fail(error(Kind::altered));
  }
  return text;
}

}  // namespace

std::string to_string(const AnnexError& error) {
  switch (error.kind) {
    case Kind::bad_text:
      return error.field + " is too long, or holds control or invisible characters";
    case Kind::too_many:
      return error.field + " is longer than an annex may hold";
    case Kind::too_large:
      return "the annex has more than 256 KiB";
    case Kind::no_salt:
      return "the annex has no salt";
    case Kind::bad_reader:
      return "an annex is sealed to 1 to 16 different annex keys";
    case Kind::not_for_this_key:
      return "the annex is not sealed to this key";
    case Kind::altered:
      return "the annex does not open: it was altered on the way, or not sealed as it should be";
    case Kind::undecodable:
      return "what was sealed is no annex: " + to_string(error.decoding);
    case Kind::unknown_version:
      return "the annex is of a version that this program does not know";
    case Kind::not_the_ledgers:
      return "the annex is not the one that the ledger holds the hash of";
  }
  return "unknown";
}

AnnexSalt fresh_salt() {
  AnnexSalt salt;
  fill_random(salt.bytes);
  return salt;
}

Result<void, AnnexError> check_annex(const Annex& annex) {
  auto encoded = checked_encoding(annex);
  if (!encoded) return fail(std::move(encoded.error()));
  wipe(*encoded);
  return {};
}

Result<Hash, AnnexError> commitment(const Annex& annex) {
  auto encoded = checked_encoding(annex);
  if (!encoded) return fail(std::move(encoded.error()));
  const Hash hash = keyed_hash(annex.salt.view(), *encoded);
  wipe(*encoded);
  return hash;
}

Result<SealedAnnex, AnnexError> seal(const Annex& annex, const chain::OwnedId& belongs_to,
                                     const std::vector<AnnexPublicKey>& readers) {
  ensure_crypto_ready();
  auto text = checked_encoding(annex);
  if (!text) return fail(std::move(text.error()));
  const auto sorted = sorted_readers(readers);
  if (!sorted) {
    wipe(*text);
    return fail(error(Kind::bad_reader));
  }
  SealedAnnex sealed;
  sealed.belongs_to = belongs_to;
  sealed.commitment = keyed_hash(annex.salt.view(), *text);
  fill_random(sealed.nonce);
  ContentKey content_key;
  fill_random(content_key.bytes);
  for (const AnnexPublicKey& reader : *sorted) {
    SealedAnnex::Slot& slot = sealed.slots.emplace_back();
    slot.reader = reader;
    // Fails for a point of small order, to which anybody has the key.
    if (crypto_box_seal(slot.sealed_key.data(), content_key.bytes.data(), kKeyBytes,
                        reader.data()) != 0) {
      wipe(*text);
      return fail(error(Kind::bad_reader));
    }
  }
  pad(*text);
  sealed.content.resize(text->size() + kTagBytes);
  const Bytes associated = chain::associated_data(sealed);
  VOSTRO_CHECK(crypto_aead_xchacha20poly1305_ietf_encrypt(
                   sealed.content.data(), nullptr, text->data(), text->size(), associated.data(),
                   associated.size(), nullptr, sealed.nonce.data(), content_key.bytes.data()) == 0);
  wipe(*text);
  return sealed;
}

Result<Annex, AnnexError> open(const SealedAnnex& sealed, const AnnexKey& key,
                               const Hash& on_ledger) {
  ensure_crypto_ready();
  auto text = open_content(sealed, key);
  if (!text) return fail(std::move(text.error()));
  const bool is_known = !text->empty() && text->front() == Annex::version_now;
  auto annex = decode<Annex>(*text);
  Hash hash;
  if (annex) hash = keyed_hash(annex->salt.view(), *text);
  wipe(*text);
  if (!is_known) return fail(error(Kind::unknown_version));
  if (!annex) return fail(AnnexError{Kind::undecodable, {}, annex.error()});
  if (auto sound = check_annex(*annex); !sound) return fail(std::move(sound.error()));
  if (hash != on_ledger || hash != sealed.commitment) return fail(error(Kind::not_the_ledgers));
  return std::move(*annex);
}

Result<std::vector<AnnexPublicKey>, Bic> annex_readers(
    const std::vector<ParticipantView>& participants, const std::vector<Bic>& banks) {
  std::set<AnnexPublicKey> keys;
  for (const Bic& bank : banks) {
    const auto found = std::ranges::find(participants, bank, &ParticipantView::bic);
    if (found == participants.end() || !found->annex_key) return fail(bank);
    keys.insert(*found->annex_key);
  }
  for (const ParticipantView& each : participants) {
    const bool is_supervisor = std::ranges::find(each.roles, "supervisor") != each.roles.end();
    if (is_supervisor && each.status == "active" && each.annex_key) keys.insert(*each.annex_key);
  }
  return std::vector<AnnexPublicKey>(keys.begin(), keys.end());
}

}  // namespace vostro::client
