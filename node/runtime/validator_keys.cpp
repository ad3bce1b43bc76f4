#include "node/runtime/validator_keys.h"

#include <unistd.h>

#include <algorithm>

#include "base/log.h"
#include "node/runtime/stored_proofs.h"

namespace vostro::node {
namespace {

constexpr std::size_t kNameDigits = 16;

std::string journals_in(const std::string& data_dir) {
  return data_dir + "/journal";
}

/// Of this key alone: the next one's lies beside it.
std::string journal_dir(const std::string& data_dir, const PublicKey& key) {
  return journals_in(data_dir) + "/" + to_hex(key.bytes).substr(0, kNameDigits);
}

consensus::JournalIdentity identity_of(const consensus::EpochContext& genesis,
                                       const PublicKey& key) {
  return {key, genesis.network_id};
}

}  // namespace

class ValidatorKeys::KeySigner final : public consensus::Signer {
 public:
  explicit KeySigner(const SecretKey& key) : key_(key) {}
  [[nodiscard]] consensus::SignatureBytes sign(ByteView message) override {
    return key_.sign(message).bytes;
  }

 private:
  const SecretKey& key_;
};

struct ValidatorKeys::Held {
  Held(ValidatorKey from, JournalFile::Opened opened)
      : key(std::move(from)),
        signer(key.secret),
        journal(std::move(opened.file)),
        recovered(std::move(opened.recovered)) {}

  ValidatorKey key;
  KeySigner signer;
  std::unique_ptr<JournalFile> journal;
  consensus::RecoveredState recovered;
};

ValidatorKeys::ValidatorKeys(std::string data_dir, consensus::EpochContext genesis)
    : data_dir_(std::move(data_dir)), genesis_(std::move(genesis)) {}

ValidatorKeys::~ValidatorKeys() = default;

Result<void, std::string> ValidatorKeys::create_journal(const std::string& data_dir,
                                                        const consensus::EpochContext& genesis,
                                                        const std::string& key_file,
                                                        const PublicKey& key) {
  for (const std::string& directory : {data_dir, journals_in(data_dir)}) {
    if (const auto made = ensure_private_directory(directory); !made)
      return fail(directory + ": " + std::string(to_string(made.error())));
  }
  return JournalFile::create(journal_dir(data_dir, key), key_file, identity_of(genesis, key),
                             genesis);
}

bool ValidatorKeys::has_marker(const std::string& key_file) {
  return ::access(journal_marker_of(key_file).c_str(), F_OK) == 0;
}

Result<void, std::string> ValidatorKeys::add(ValidatorKey key) {
  const PublicKey& name = key.secret.public_key();
  {
    const std::lock_guard lock(mutex_);
    if (find(name) != nullptr) return {};
  }
  auto opened = JournalFile::open(journal_dir(data_dir_, name), key.file,
                                  identity_of(genesis_, name), genesis_);
  if (!opened) return fail(opened.error());
  if (opened->dropped_torn_group) log::warning("a torn last group of the vote journal was dropped");
  const std::lock_guard lock(mutex_);
  held_.push_back(std::make_unique<Held>(std::move(key), std::move(*opened)));
  return {};
}

ValidatorKeys::Held* ValidatorKeys::find(const PublicKey& key) const {
  const auto found = std::ranges::find_if(
      held_, [&](const auto& held) { return held->key.secret.public_key() == key; });
  return found == held_.end() ? nullptr : found->get();
}

std::optional<Voter> ValidatorKeys::voter_of(const PublicKey& key) {
  const std::lock_guard lock(mutex_);
  Held* held = find(key);
  if (held == nullptr) return std::nullopt;
  return Voter{&held->signer, held->recovered};
}

JournalFile* ValidatorKeys::journal_of(const PublicKey& key) {
  const std::lock_guard lock(mutex_);
  const Held* held = find(key);
  return held == nullptr ? nullptr : held->journal.get();
}

const SecretKey* ValidatorKeys::secret_of(const PublicKey& key) const {
  const std::lock_guard lock(mutex_);
  const Held* held = find(key);
  return held == nullptr ? nullptr : &held->key.secret;
}

std::vector<PublicKey> ValidatorKeys::keys() const {
  const std::lock_guard lock(mutex_);
  std::vector<PublicKey> keys;
  for (const auto& held : held_) keys.push_back(held->key.secret.public_key());
  return keys;
}

std::string ValidatorKeys::file_of(const PublicKey& key) const {
  const std::lock_guard lock(mutex_);
  const Held* held = find(key);
  return held == nullptr ? std::string() : held->key.file;
}

std::vector<consensus::ArchivedCertificate> ValidatorKeys::take_outlived() {
  const std::lock_guard lock(mutex_);
  std::vector<consensus::ArchivedCertificate> all;
  for (const auto& held : held_) {
    std::ranges::move(held->recovered.outlived, std::back_inserter(all));
    held->recovered.outlived.clear();
  }
  return all;
}

void ValidatorKeys::learn(const chain::StoreView& view) {
  const std::lock_guard lock(mutex_);
  for (const auto& held : held_) {
    if (auto proof = newest_proof_of(view, held->recovered.epoch))
      consensus::apply(held->recovered, consensus::NewFinality{std::move(*proof)});
  }
}

void ValidatorKeys::forget_before(Epoch epoch) {
  const std::lock_guard lock(mutex_);
  for (const auto& held : held_) {
    if (held->recovered.epoch >= epoch) continue;
    consensus::RecoveredState left;
    left.epoch = held->recovered.epoch;
    held->recovered = std::move(left);
  }
}

}  // namespace vostro::node
