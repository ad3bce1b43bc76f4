/// The annex of a payment: names, addresses, customers' accounts and remittance details, which
/// never touch the chain. Bridge and wallet make it, seal it to the banks concerned, and open what
/// another bank sealed to them; nodes carry the sealed form (chain/sealed_annex.h) and can open
/// none. The ledger holds `commitment`. Any thread.
/// Source: blueprint section 3, "Annex"; docs/annex.md; docs/encoding.md, "Annex".
///
///   client::Annex annex;
///   annex.creditor.name = "Muster GmbH";
///   annex.remittance = {"invoice 4711"};
///   annex.salt = client::fresh_salt();
///   payment.credit.annex = *client::commitment(annex);
///   auto sealed = client::seal(annex, {debtor_agent, uetr}, readers);    // to PUT /v1/annexes
///   auto opened = client::open(*sealed, key, *payment.credit.annex);     // at the creditor agent
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/decode_error.h"
#include "base/fields.h"
#include "base/hash.h"
#include "base/result.h"
#include "chain/sealed_annex.h"
#include "client/annex_key.h"

namespace vostro::client {

/// One line of text; makes a list of lines a list of things that have an encoding.
struct AnnexLine {
  static constexpr std::size_t size_max = 560;  ///< bytes: Max140Text

  std::string text;

  AnnexLine() = default;
  AnnexLine(std::string line) : text(std::move(line)) {}  // NOLINT: a line is its text
  AnnexLine(const char* line) : text(line) {}             // NOLINT

  bool operator==(const AnnexLine&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<size_max>(text));
  }
};

/// A customer, or who stands behind one. Texts are clean UTF-8 (base/text.h), sizes in bytes: four
/// times the characters of ISO 20022, so that whatever a message may hold fits. An empty text is
/// one that is not given.
struct AnnexParty {
  static constexpr std::size_t name_size_max = 560;     ///< Max140Text
  static constexpr std::size_t address_lines_max = 16;  ///< as it is written on an envelope
  static constexpr std::size_t account_size_max = 140;  ///< an IBAN, or Max34Text
  static constexpr std::size_t identification_size_max = 280;

  std::string name;
  std::vector<AnnexLine> address;
  std::string country;         ///< ISO 3166-1, two capital letters
  std::string account;         ///< the customer's, not a bank's: an IBAN, or the bank's own number
  std::string identification;  ///< BIC, LEI or a number of another scheme

  bool operator==(const AnnexParty&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<name_size_max>(name), bounded<address_lines_max>(address), bounded<2>(country),
            bounded<account_size_max>(account), bounded<identification_size_max>(identification));
  }
};

/// A structured reference of the remittance: ISO 11649 ("SCOR", "RF18 5390 0754 7034"), a document
/// ("CINV", its number).
struct AnnexReference {
  static constexpr std::size_t type_size_max = 140;       ///< a code, or Max35Text
  static constexpr std::size_t reference_size_max = 140;  ///< Max35Text

  std::string type;
  std::string reference;

  bool operator==(const AnnexReference&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<type_size_max>(type), bounded<reference_size_max>(reference));
  }
};

/// What has no field above: an element of the ISO 20022 message by its path below the transaction,
/// "CdtTrfTxInf/RgltryRptg[2]/Dtls/Inf".
struct AnnexElement {
  static constexpr std::size_t path_size_max = 255;
  static constexpr std::size_t text_size_max = 8192;

  std::string path;
  std::string text;

  bool operator==(const AnnexElement&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<path_size_max>(path), bounded<text_size_max>(text));
  }
};

/// Whoever knows an annex's salt and guesses its content can prove it: 32 random bytes, fresh for
/// each annex and kept nowhere but inside it.
using AnnexSalt = FixedBytes<struct AnnexSaltTag, 32>;
[[nodiscard]] AnnexSalt fresh_salt();

struct Annex {
  static constexpr std::uint8_t version_now = 1;
  static constexpr std::size_t end_to_end_id_size_max = 140;  ///< Max35Text
  static constexpr std::size_t remittance_lines_max = 256;
  static constexpr std::size_t references_max = 64;
  static constexpr std::size_t elements_max = 512;
  static constexpr std::size_t message_size_max = 200 * 1024;
  static constexpr std::size_t size_max = 256 * 1024;  ///< of the encoding (blueprint 3)

  std::uint8_t version = version_now;
  AnnexSalt salt;
  AnnexParty debtor;
  AnnexParty creditor;
  std::optional<AnnexParty> ultimate_debtor;
  std::optional<AnnexParty> ultimate_creditor;
  std::string end_to_end_id;               ///< the debtor's own number of the payment
  std::vector<AnnexLine> remittance;       ///< unstructured, line by line
  std::vector<AnnexReference> references;  ///< structured
  std::vector<AnnexElement> elements;      ///< in the message's order
  Bytes message;                           ///< the original message, where a bank hands it on

  bool operator==(const Annex&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(version, salt, debtor, creditor, ultimate_debtor, ultimate_creditor,
            bounded<end_to_end_id_size_max>(end_to_end_id),
            bounded<remittance_lines_max>(remittance), bounded<references_max>(references),
            bounded<elements_max>(elements), bounded<message_size_max>(message));
  }
};

struct AnnexError {
  /// In order of precedence.
  enum class Kind : std::uint8_t {
    bad_text,    ///< A text is too long or not clean; `field` names it.
    too_many,    ///< A list is longer than its most; `field` names it.
    too_large,   ///< The whole is above 256 KiB.
    no_salt,     ///< The salt is all zero: nobody drew it.
    bad_reader,  ///< No reader, more than 16, one twice, or a key that nothing can be sealed to.
    not_for_this_key,  ///< No slot is of this key.
    altered,           ///< It does not open: altered on the way, or not sealed as it should be.
    undecodable,       ///< It opens, and is no annex; `decoding` says where.
    unknown_version,   ///< It opens, and is of a version that this program does not know.
    not_the_ledgers,   ///< Its commitment is not the one on the ledger.
  };
  Kind kind = Kind::altered;
  std::string field;       ///< for bad_text and too_many: "debtor.name", "remittance[3]"
  DecodeError decoding{};  ///< for undecodable

  bool operator==(const AnnexError&) const = default;
};
/// One sentence, without a word of the annex.
[[nodiscard]] std::string to_string(const AnnexError& error);

/// Texts, sizes and salt. What `seal` and `commitment` check first, and `open` last but one.
/// Errors: bad_text, too_many, too_large, no_salt.
[[nodiscard]] Result<void, AnnexError> check_annex(const Annex& annex);

/// BLAKE2b-256 of the annex's encoding, keyed with its salt: `annex` of Payment, FxPayment, a
/// bulk's item, Return and Redeem.
/// Errors: those of `check_annex`.
[[nodiscard]] Result<Hash, AnnexError> commitment(const Annex& annex);

/// Seals an annex under a fresh key to 1 to 16 readers, in any order. The size tells the content's
/// to the next 1 024 bytes only.
/// Errors: those of `check_annex`; bad_reader.
[[nodiscard]] Result<chain::SealedAnnex, AnnexError> seal(
    const Annex& annex, const chain::OwnedId& belongs_to,
    const std::vector<chain::AnnexPublicKey>& readers);

/// Opens what another bank sealed. `on_ledger` is the hash that the ledger holds for the
/// transaction; an annex that is not the one it commits to is refused.
/// Errors: not_for_this_key, altered, undecodable, unknown_version, those of `check_annex`,
/// not_the_ledgers.
[[nodiscard]] Result<Annex, AnnexError> open(const chain::SealedAnnex& sealed, const AnnexKey& key,
                                             const Hash& on_ledger);

struct ParticipantView;

/// Whom an annex is sealed to: the annex keys of `banks` (debtor agent and creditor agent; for a
/// Redeem the bank and the settlement agent) and of every active supervisor that has one.
/// Errors: the first of `banks` that has none, or is no participant.
[[nodiscard]] Result<std::vector<chain::AnnexPublicKey>, Bic> annex_readers(
    const std::vector<ParticipantView>& participants, const std::vector<Bic>& banks);

}  // namespace vostro::client
