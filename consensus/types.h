/// The objects of the protocol: what is hashed, signed and agreed on. Plain data with their
/// encodings and digests; nothing here decides anything. Transactions are opaque bytes: consensus/
/// knows no ledger. Source: consensus-spec sections 1 and 2. Field order is the encoding
/// (docs/encoding.md).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/fields.h"
#include "base/hash.h"
#include "base/keys.h"
#include "base/planted.h"
#include "base/strong.h"

namespace vostro::consensus {

/// Index of a validator in the set of its epoch, 0..n-1.
using ValidatorIndex = Strong<struct ValidatorIndexTag, std::uint16_t>;
using BlockId = FixedBytes<struct BlockIdTag, 32>;  ///< H("block", Header), or the anchor digest
using ProposalId = FixedBytes<struct ProposalIdTag, 32>;  ///< pd = H("prop", ctx || P)
using BatchId = FixedBytes<struct BatchIdTag, 32>;        ///< bd = H("batch", Batch)
using MemberId = FixedBytes<struct MemberIdTag, 16>;      ///< the owner's BIC and five zero bytes
using SignatureBytes = std::array<Byte, 64>;              ///< Ed25519

/// Most validators in a set. 50 keep one certificate near 2.2 KB; the index and bitmap leave room
/// for more.
inline constexpr std::size_t validators_max = 128;
/// Hard cap of one batch's transactions, in encoded bytes. Spec section 7.
inline constexpr std::size_t batch_bytes_max = 4 * 1024 * 1024;
/// Most transactions in one batch: one transaction takes at least 100 bytes or so.
inline constexpr std::size_t batch_transactions_max = 65'535;
/// Most lanes a cut can name: one for each validator.
inline constexpr std::size_t cut_lanes_max = validators_max;

struct Validator {
  MemberId member;
  PublicKey key;

  auto operator<=>(const Validator&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(member, key);
  }
};

/// The validators of one epoch, ascending by member id, keys distinct. Quorum arithmetic of spec
/// section 1.
class ValidatorSet {
 public:
  /// Empty when the list is empty, too long, not ascending, or a key repeats or is not admissible.
  [[nodiscard]] static std::optional<ValidatorSet> make(std::vector<Validator> validators);

  [[nodiscard]] std::size_t size() const { return validators_.size(); }
  [[nodiscard]] std::size_t faulty_max() const { return (size() - 1) / 3; }  ///< f
  [[nodiscard]] std::size_t quorum() const {                                 ///< Q = n - f
    return 2 * size() / 3 + (is_planted(Planted::quorum_short_by_one) ? 0 : 1);
  }
  [[nodiscard]] std::size_t one_honest() const { return faulty_max() + 1; }  ///< K = f + 1
  [[nodiscard]] const Validator& at(ValidatorIndex index) const {
    return validators_.at(index.value);
  }
  [[nodiscard]] const std::vector<Validator>& all() const { return validators_; }
  [[nodiscard]] std::optional<ValidatorIndex> index_of(const MemberId& member) const;
  [[nodiscard]] std::optional<ValidatorIndex> index_of(const PublicKey& key) const;
  /// set_hash = H("vset", n || for each: member_id || pubkey)
  [[nodiscard]] Hash digest() const;

 private:
  explicit ValidatorSet(std::vector<Validator> validators) : validators_(std::move(validators)) {}
  std::vector<Validator> validators_;
};

/// What binds each signature to network, history, epoch and validator set.
struct EpochContext {
  Hash network_id;
  std::uint16_t version = 1;  ///< protocol version in force in the epoch
  Epoch epoch;
  BlockId anchor;  ///< view 0: genesis, or the closing block of the epoch before
  Height anchor_height;
  UnixMillis anchor_time;  ///< block time of the anchor; parent of the first block of the epoch
  ValidatorSet validators;

  /// ctx = H("ctx", network_id || epoch || anchor_digest || set_hash)
  [[nodiscard]] Hash digest() const;
  /// leader(e, v) = perm_e[(v-1) mod n], perm_e seeded by H("leader", ctx). View must not be 0.
  [[nodiscard]] ValidatorIndex leader(View view) const;
};

struct Header {
  std::uint16_t version = 1;
  Hash network_id;
  Epoch epoch;
  Height height;
  View view;  ///< of its first proposal
  BlockId parent;
  ValidatorIndex proposer;
  UnixMillis time;
  Hash cut_root;
  std::uint32_t tx_count = 0;
  Hash tx_root;
  Hash state_root;  ///< after this block
  Hash receipt_root;
  Hash set_hash;
  Hash next_set_hash;  ///< zero unless closing
  std::uint8_t flags = 0;

  static constexpr std::uint8_t flag_epoch_close = 1;
  [[nodiscard]] bool closes_epoch() const { return (flags & flag_epoch_close) != 0; }
  [[nodiscard]] BlockId id() const;

  bool operator==(const Header&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(version, network_id, epoch, height, view, parent, proposer, time, cut_root, tx_count,
            tx_root, state_root, receipt_root, set_hash, next_set_hash, flags);
  }
};

/// A run of one author's batches, first_seq to last_seq, the last of them having digest `tip`.
struct LaneRef {
  ValidatorIndex author;
  std::uint32_t incarnation = 0;
  std::uint64_t first_seq = 0;
  std::uint64_t last_seq = 0;
  BatchId tip;

  auto operator<=>(const LaneRef&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(author, incarnation, first_seq, last_seq, tip);
  }
};

/// A position in a lane: the last batch that a block has included (`lane_pos`), or the last
/// contiguous one held (HAVE).
struct LanePosition {
  std::uint32_t incarnation = 0;
  std::uint64_t seq = 0;
  BatchId tip;

  auto operator<=>(const LanePosition&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(incarnation, seq, tip);
  }
};

/// The body of a block: ascending by author, one ref per author.
struct Cut {
  std::vector<LaneRef> lanes;

  [[nodiscard]] Hash root() const;  ///< H("cut", Cut)
  [[nodiscard]] bool is_ascending() const;

  bool operator==(const Cut&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<cut_lanes_max>(lanes));
  }
};

/// One transaction in its canonical encoding. What it means is the ledger's affair.
struct RawTransaction {
  Bytes bytes;

  auto operator<=>(const RawTransaction&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<batch_bytes_max>(bytes));
  }
};

/// One author's group of transactions, chained to the batch before it by `prev`. Signed by its
/// author.
struct Batch {
  Hash ctx;
  ValidatorIndex author;
  std::uint32_t incarnation = 0;
  std::uint64_t seq = 0;  ///< from 1 in each incarnation
  BatchId prev;           ///< zero for seq 1
  std::vector<RawTransaction> transactions;

  [[nodiscard]] BatchId id() const;  ///< H("batch", this); costs a hash over all bytes

  bool operator==(const Batch&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(ctx, author, incarnation, seq, prev, bounded<batch_transactions_max>(transactions));
  }
};

struct SignedBatch {
  Batch batch;
  SignatureBytes signature{};  ///< over "VOSTRO-BATCH-1\0\0" || id

  bool operator==(const SignedBatch&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(batch, signature);
  }
};

struct Proposal {
  View view;
  View parent_view;
  BlockId block;
  Hash just;  ///< H("just", list of H(cert))

  [[nodiscard]] ProposalId id(const Hash& ctx) const;  ///< H("prop", ctx || P)

  bool operator==(const Proposal&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(view, parent_view, block, just);
  }
};

enum class VoteType : std::uint8_t { notarize = 1, nullify = 2, finalize = 3 };
[[nodiscard]] constexpr bool is_listed(VoteType type) {
  return type >= VoteType::notarize && type <= VoteType::finalize;
}

struct Vote {
  VoteType type = VoteType::notarize;
  View view;
  ProposalId proposal;  ///< zero for nullify
  ValidatorIndex signer;
  SignatureBytes signature{};

  bool operator==(const Vote&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(type, view, proposal, signer, signature);
  }
};

/// The 131 bytes that a vote signs: "VOSTRO-VOTE-1\0\0\0" || network_id || version || type || epoch
/// || view || ctx || pd
inline constexpr std::size_t vote_message_size = 16 + 32 + 2 + 1 + 8 + 8 + 32 + 32;
[[nodiscard]] Bytes vote_message(const EpochContext& context, const Hash& ctx, VoteType type,
                                 View view, const ProposalId& proposal);

/// A quorum of votes of one type for one proposal: notarization, nullification or finalization.
struct Certificate {
  VoteType type = VoteType::notarize;
  View view;
  ProposalId proposal;
  Bytes bitmap;                            ///< bit i: validator i signed; ceil(n/8) bytes
  std::vector<SignatureBytes> signatures;  ///< ascending by index

  [[nodiscard]] Hash digest() const;  ///< H("cert", this)
  [[nodiscard]] bool has_signer(ValidatorIndex index) const;

  bool operator==(const Certificate&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(type, view, proposal, bounded<validators_max / 8>(bitmap),
            bounded<validators_max>(signatures));
  }
};

/// Why a proposal may be built where it is: the parent's certificate, then one nullification per
/// view between.
struct Justification {
  std::optional<Certificate> parent;  ///< none exactly if parent_view is 0
  std::vector<Certificate> nullifications;

  static constexpr std::size_t certificates_max = 4'096;
  [[nodiscard]] Hash digest() const;  ///< H("just", list of H(cert))

  bool operator==(const Justification&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(parent, bounded<certificates_max>(nullifications));
  }
};

/// Proves by itself, to whoever knows the epoch's validators, that a block and all its ancestors
/// are final.
struct FinalityProof {
  Header header;
  Proposal proposal;
  Certificate finalization;

  bool operator==(const FinalityProof&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(header, proposal, finalization);
  }
};

}  // namespace vostro::consensus
