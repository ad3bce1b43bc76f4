/// A chain as four validators make it: a sealed genesis file, batches and finality proofs with
/// their real signatures, blocks executed by the ledger's own code, all in a store as a node has
/// it. Keys come from fixed seeds, so that every run makes the same bytes. For tests and bench/.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "chain/store/store.h"
#include "chain/transaction.h"
#include "consensus/committee.h"
#include "consensus/lanes.h"
#include "consensus/verify.h"
#include "genesis/definition.h"

namespace vostro::test {

/// A new directory, removed with all that is in it.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }
  [[nodiscard]] std::string under(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Keys of the test network's banks, by name ("maker of NORDDEFF"): kept, for they are signed with
/// a lot.
[[nodiscard]] const SecretKey& network_key(const std::string& name);

/// The network of tests/unit/genesis, sealed.
[[nodiscard]] const genesis::Definition& network_definition();
[[nodiscard]] const std::string& network_text();

class KeySigner final : public consensus::Signer {
 public:
  explicit KeySigner(const SecretKey& key) : key_(key) {}
  [[nodiscard]] consensus::SignatureBytes sign(ByteView message) override {
    return key_.sign(message).bytes;
  }

 private:
  const SecretKey& key_;
};

/// What `ChainMaker::block` may be told to do otherwise than honest validators would.
struct Forgery {
  std::function<void(consensus::Header&)> header;                     ///< before it is signed
  std::function<void(std::vector<consensus::SignedBatch>&)> batches;  ///< after they were signed
  std::size_t signers = 3;                                            ///< of the finality proof
  bool takes_bad_signatures = false;                                  ///< of transactions
  std::function<void(chain::ExecutedBlock&)> executed;   ///< before its roots go into the header
  std::function<void(consensus::FinalityProof&)> proof;  ///< after it was signed
};

class ChainMaker {
 public:
  /// Makes `directory` a node's data directory with the genesis state.
  explicit ChainMaker(const std::string& directory);
  ~ChainMaker();

  /// The next block, a second after the last: `batches` by author, in the order of the authors.
  /// Stored with its proof where `with_proof`.
  void block(const std::vector<std::vector<Bytes>>& batches, bool with_proof = true,
             const Forgery& forgery = {});
  /// One batch of the proposer's.
  void block_of(const std::vector<Bytes>& transactions, bool with_proof = true) {
    block({transactions}, with_proof);
  }

  /// The network goes on by the newest continuation of the definition.
  void continue_by(const genesis::Definition& definition);
  /// Where it stands now, as a continuation has to name it; without validators and signatures.
  [[nodiscard]] genesis::Continuation end() const;

  [[nodiscard]] const chain::Store& store() const { return *store_; }
  [[nodiscard]] Height height() const { return height_; }
  [[nodiscard]] UnixMillis time() const { return time_; }
  [[nodiscard]] const consensus::Committee& committee() const { return *committee_; }
  /// The finality proof of a header, signed by the first `signers` validators.
  [[nodiscard]] consensus::FinalityProof proof_of(const consensus::Header& header,
                                                  std::size_t signers) const;
  /// Closes the store.
  void close() { store_.reset(); }
  /// After `close`.
  void open_again();

 private:
  void begin_epoch(consensus::EpochContext context);

  std::string directory_;
  std::shared_ptr<const consensus::Committee> committee_;
  std::vector<std::unique_ptr<KeySigner>> signers_;
  std::unique_ptr<chain::Store> store_;
  consensus::BlockId parent_;
  Height height_{0};
  UnixMillis time_;
  View view_{0};
  consensus::LanePositions positions_;
};

// Transactions of the test network, signed as its policies ask.
/// Any order, signed by maker and, where asked, checker of the bank.
[[nodiscard]] Bytes signed_bytes(std::uint64_t number, chain::Body body,
                                 const std::string& bank_name, bool by_two);
[[nodiscard]] Bytes issue_bytes(std::uint64_t number, const std::string& account,
                                const Money& money);
[[nodiscard]] Bytes payment_bytes(std::uint64_t number, const std::string& from,
                                  const std::string& to, std::int64_t cents, bool asks = false);
[[nodiscard]] Bytes accept_bytes(std::uint64_t number, std::uint64_t payment,
                                 const std::string& agent, const std::string& debtor_agent,
                                 bool accept = true);
[[nodiscard]] Bytes bulk_bytes(std::uint64_t number, const std::string& from,
                               const std::vector<std::string>& to, std::uint32_t items,
                               std::int64_t cents);
/// SGD to a creditor, paid in EUR at 0.662 by a quote of NORDDEFF/main.
[[nodiscard]] Bytes fx_bytes(std::uint64_t number, const std::string& from, const std::string& to,
                             std::int64_t sgd_cents, std::int64_t eur_cents);
/// The creditor's bank gives back a payment that stands in the chain.
[[nodiscard]] Bytes return_bytes(std::uint64_t number, const ChainMaker& chain,
                                 const chain::OwnedId& payment, std::int64_t cents);
[[nodiscard]] Bytes redeem_bytes(std::uint64_t number, const std::string& account,
                                 const Money& money);

/// While it lives, transactions are signed for this network.
class SigningFor {
 public:
  explicit SigningFor(const Hash& network_id);
  ~SigningFor();
  SigningFor(const SigningFor&) = delete;
  SigningFor& operator=(const SigningFor&) = delete;
};

/// NORDDEFF's validator gets the key "validator 2 of NORDDEFF": proposed, voted for, and in force
/// after these blocks, the last of which closes the epoch.
void make_epoch_change(ChainMaker& chain, std::uint64_t number);

/// The sealed file of the test network, and how it goes on where `end` is, with all four banks'
/// "new validator of ..." keys, agreed to by `banks` of them.
[[nodiscard]] std::string continued_text(const genesis::Continuation& end, std::size_t banks = 3);

/// Evidence of the first epoch, reported by a bank.
/// Of what the validator never signed; before any change of the validators.
[[nodiscard]] Bytes evidence_bytes(const ChainMaker& chain, EvidenceKind kind,
                                   std::uint16_t validator, std::uint64_t number);
[[nodiscard]] Bytes report_bytes(std::uint64_t number, const std::string& bank, Bytes evidence);

/// A small chain with all kinds of things in it: issues, payments, bulks, holds that end in each
/// way, rejections, a redemption; 12 blocks of several lanes.
inline constexpr std::uint64_t sample_blocks = 12;
void make_sample_chain(ChainMaker& chain);

}  // namespace vostro::test
