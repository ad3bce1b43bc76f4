/// The keys that this node may vote with, each with the vote journal that was made for it: the one
/// of now, and the one to come. Which of them votes the ledger says, epoch by epoch; a key that it
/// does not name signs nothing, and its journal stays as it is (consensus-spec sections 9 and 13).
/// Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/keys.h"
#include "chain/store/view.h"
#include "node/replica/epochs.h"
#include "node/runtime/journal_file.h"

namespace vostro::node {

struct ValidatorKey {
  std::string file;  ///< of the keystore: its name is that of the marker
  SecretKey secret;
};

class ValidatorKeys {
 public:
  /// `genesis`: the context of epoch 0. Journals lie in `data_dir`/journal, a directory each.
  ValidatorKeys(std::string data_dir, consensus::EpochContext genesis);
  ~ValidatorKeys();
  ValidatorKeys(const ValidatorKeys&) = delete;
  ValidatorKeys& operator=(const ValidatorKeys&) = delete;

  /// Makes the journal of a key that has none, and its marker. Refuses where either is there
  /// already. Errors: a sentence for the operator.
  [[nodiscard]] static Result<void, std::string> create_journal(
      const std::string& data_dir, const consensus::EpochContext& genesis,
      const std::string& key_file, const PublicKey& key);
  /// Whether a journal was ever made for the key in this file.
  [[nodiscard]] static bool has_marker(const std::string& key_file);

  /// Opens the key's journal; a key that is held already is passed over. Errors: a sentence for the
  /// operator; the key must not vote then, and is not held.
  [[nodiscard]] Result<void, std::string> add(ValidatorKey key);

  /// None for a key that is not held.
  [[nodiscard]] std::optional<Voter> voter_of(const PublicKey& key);
  /// Null for a key that is not held. One thread writes; lives as long as this.
  [[nodiscard]] JournalFile* journal_of(const PublicKey& key);
  /// Null for a key that is not held; lives as long as this.
  [[nodiscard]] const SecretKey* secret_of(const PublicKey& key) const;
  /// In the order in which they were added.
  [[nodiscard]] std::vector<PublicKey> keys() const;
  [[nodiscard]] std::string file_of(const PublicKey& key) const;
  /// Certificates that the journals have and the archive may lack. Once.
  [[nodiscard]] std::vector<consensus::ArchivedCertificate> take_outlived();
  /// What the store knows to be final in the epochs of the journals: it may be newer than what they
  /// say.
  void learn(const chain::StoreView& view);
  /// What the journals said of epochs before this one is of no more use.
  void forget_before(Epoch epoch);

 private:
  class KeySigner;
  struct Held;
  /// Under the mutex.
  [[nodiscard]] Held* find(const PublicKey& key) const;

  std::string data_dir_;
  consensus::EpochContext genesis_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Held>> held_;
};

}  // namespace vostro::node
