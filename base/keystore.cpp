#include "base/keystore.h"

#include <sodium.h>

#include <memory>
#include <optional>

#include "base/check.h"
#include "base/codec.h"
#include "base/text.h"

namespace vostro {
namespace {

constexpr std::size_t kFileBytesMax = 4096;
constexpr std::array<char, 8> kMagic{'V', 'O', 'S', 'T', 'R', 'O', 'K', 'S'};
constexpr std::uint16_t kVersion = 1;
constexpr std::uint8_t kArgon2id = 1;
constexpr std::uint8_t kXChaCha20Poly1305 = 1;
constexpr std::size_t kSealedBytes =
    SecretKey::seed_size + crypto_aead_xchacha20poly1305_ietf_ABYTES;

struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint16_t version = kVersion;
  std::uint8_t derivation = kArgon2id;
  std::uint8_t cipher = kXChaCha20Poly1305;
  std::uint32_t memory_kib = 0;
  std::uint32_t passes = 0;
  std::array<Byte, crypto_pwhash_argon2id_SALTBYTES> salt{};
  std::array<Byte, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES> nonce{};
  PublicKey public_key;
  std::string name;
  std::string purpose;

  [[nodiscard]] Cost cost() const { return {memory_kib, passes}; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(magic, version, derivation, cipher, memory_kib, passes, salt, nonce, public_key,
            bounded<KeyLabel::size_max>(name), bounded<KeyLabel::size_max>(purpose));
  }
};

/// Bytes that only this file sees; wiped and unlocked when it ends.
class SecretBytes {
 public:
  explicit SecretBytes(std::size_t size)
      : memory_(static_cast<Byte*>(sodium_malloc(size))), size_(size) {
    VOSTRO_CHECK(memory_ != nullptr);
  }
  [[nodiscard]] Byte* data() { return memory_.get(); }
  [[nodiscard]] ByteView view() const { return {memory_.get(), size_}; }

 private:
  struct SodiumFree {
    void operator()(Byte* memory) const { sodium_free(memory); }
  };
  std::unique_ptr<Byte, SodiumFree> memory_;
  std::size_t size_;
};

KeystoreError error(KeystoreError::Kind kind) {
  return {.kind = kind};
}
KeystoreError error(FileError file) {
  return {.kind = KeystoreError::Kind::unsafe_or_missing, .file = file};
}

bool is_good_label_text(const std::string& text) {
  return text.size() <= KeyLabel::size_max && is_clean_text(text);
}

/// Empty where the memory cannot be had. libsodium maps the memory for this call alone and unmaps
/// it at its end.
std::optional<SecretBytes> derive(const Passphrase& passphrase, const Header& header) {
  SecretBytes key(crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
  const auto text = passphrase.reveal();
  const int outcome = crypto_pwhash(
      key.data(), key.view().size(), text.data(), text.size(), header.salt.data(), header.passes,
      std::size_t{header.memory_kib} * 1024, crypto_pwhash_ALG_ARGON2ID13);
  if (outcome != 0) return std::nullopt;
  return key;
}

struct SealedKey {
  Header header;
  Bytes associated;  // the header's bytes as they stand in the file
  std::array<Byte, kSealedBytes> sealed{};
};

/// Everything about the bytes that can be judged without the passphrase.
std::optional<SealedKey> parse(ByteView file) {
  if (file.size() < kSealedBytes) return std::nullopt;
  const auto associated = file.first(file.size() - kSealedBytes);
  auto header = decode<Header>(associated);
  if (!header) return std::nullopt;
  const bool is_known = header->magic == kMagic && header->version == kVersion &&
                        header->derivation == kArgon2id && header->cipher == kXChaCha20Poly1305;
  if (!is_known || !is_allowed(header->cost())) return std::nullopt;
  if (!is_good_label_text(header->name) || !is_good_label_text(header->purpose))
    return std::nullopt;
  SealedKey key{.header = std::move(*header), .associated{associated.begin(), associated.end()}};
  const auto sealed = file.last(kSealedBytes);
  std::copy(sealed.begin(), sealed.end(), key.sealed.begin());
  return key;
}

Result<SealedKey, KeystoreError> read(const std::string& path) {
  const auto file = read_private_file(path, kFileBytesMax);
  if (!file) {
    // A file that grew is a damaged file, and damage has one message.
    if (file.error() == FileError::too_large) return fail(error(KeystoreError::Kind::cannot_open));
    return fail(error(file.error()));
  }
  auto key = parse(*file);
  if (!key) return fail(error(KeystoreError::Kind::cannot_open));
  return std::move(*key);
}

}  // namespace

std::string to_string(const KeystoreError& error) {
  switch (error.kind) {
    case KeystoreError::Kind::bad_request:
      return "name and purpose are at most 64 bytes of clean text, the passphrase is not empty, "
             "the cost is between "
             "8 MiB and 1 pass and 2 GiB and 16 passes";
    case KeystoreError::Kind::unsafe_or_missing:
      return "the key file cannot be used: " + std::string(to_string(error.file));
    case KeystoreError::Kind::cannot_open:
      return "wrong passphrase, or the key file is damaged";
    case KeystoreError::Kind::not_enough_memory:
      return "not enough memory to open the key file";
  }
  return "unknown";
}

Result<void, KeystoreError> save_key(const std::string& path, const SecretKey& key,
                                     const KeyLabel& label, const Passphrase& passphrase, Cost cost,
                                     IfExists if_exists) {
  if (!is_good_label_text(label.name) || !is_good_label_text(label.purpose) || passphrase.empty() ||
      !is_allowed(cost))
    return fail(error(KeystoreError::Kind::bad_request));
  Header header;
  header.memory_kib = cost.memory_kib;
  header.passes = cost.passes;
  fill_random(header.salt);
  fill_random(header.nonce);
  header.public_key = key.public_key();
  header.name = label.name;
  header.purpose = label.purpose;

  const auto sealing_key = derive(passphrase, header);
  if (!sealing_key) return fail(error(KeystoreError::Kind::not_enough_memory));
  Bytes file = encode(header);
  const std::size_t header_size = file.size();
  file.resize(header_size + kSealedBytes);
  VOSTRO_CHECK(crypto_aead_xchacha20poly1305_ietf_encrypt(
                   file.data() + header_size, nullptr, key.seed().data(), key.seed().size(),
                   file.data(), header_size, nullptr, header.nonce.data(),
                   sealing_key->view().data()) == 0);
  VOSTRO_CHECK(file.size() <= kFileBytesMax);
  if (auto saved = save_private_file(path, file, if_exists); !saved)
    return fail(error(saved.error()));
  return {};
}

Result<SecretKey, KeystoreError> load_key(const std::string& path, const Passphrase& passphrase) {
  const auto file = read(path);
  if (!file) return fail(file.error());
  const auto sealing_key = derive(passphrase, file->header);
  if (!sealing_key) return fail(error(KeystoreError::Kind::not_enough_memory));
  SecretBytes seed(SecretKey::seed_size);
  const int outcome = crypto_aead_xchacha20poly1305_ietf_decrypt(
      seed.data(), nullptr, nullptr, file->sealed.data(), file->sealed.size(),
      file->associated.data(), file->associated.size(), file->header.nonce.data(),
      sealing_key->view().data());
  if (outcome != 0) return fail(error(KeystoreError::Kind::cannot_open));
  auto key = SecretKey::from_seed(seed.view());
  if (key.public_key() != file->header.public_key)
    return fail(error(KeystoreError::Kind::cannot_open));
  return key;
}

Result<KeyInfo, KeystoreError> inspect_key(const std::string& path) {
  auto file = read(path);
  if (!file) return fail(file.error());
  Header& header = file->header;
  return KeyInfo{.label{.name = std::move(header.name), .purpose = std::move(header.purpose)},
                 .public_key = header.public_key,
                 .cost = header.cost()};
}

}  // namespace vostro
