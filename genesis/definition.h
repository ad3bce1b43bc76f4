/// What a network is: the content of its sealed genesis file. The file is text (TOML,
/// docs/genesis.md), hashed as its bytes, and that hash is the network id: one byte more or less is
/// another network.
///
/// `parse` proves everything: the form of each value, the rules of the ledger's first state,
/// distinct and admissible keys, and each participant's signatures over its own entry. Whoever
/// holds a Definition need not check again. Pure but for `load`; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fields.h"
#include "base/hash.h"
#include "base/keys.h"
#include "base/result.h"
#include "base/strong.h"
#include "chain/execute.h"
#include "chain/genesis_state.h"

namespace vostro::genesis {

inline constexpr std::size_t file_size_max =
    4 * 1024 * 1024;  ///< bytes of a sealed file, a draft or an entry
inline constexpr std::size_t validators_min = chain::Validators::size_min_default;
inline constexpr std::size_t validators_max = chain::Validators::count_max;
inline constexpr std::size_t network_name_size_max = 64;  ///< bytes

/// A node that follows without voting, and that validators let in.
struct Observer {
  Bic owner;
  std::string name;   ///< unique for its owner; like an account label, 1 to 34 of [a-z0-9-]
  PublicKey tls_key;  ///< what its certificate is pinned to

  bool operator==(const Observer&) const = default;
};

/// A validator of a network that goes on after its quorum was lost.
struct Successor {
  Bic participant;
  PublicKey validator_key;  ///< votes from now on: one that never voted
  PublicKey tls_key;        ///< of the participant's node from now on; may be the one it had

  bool operator==(const Successor&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(participant, validator_key, tls_key);
  }
};

/// A signature for a continuation, under the `govern` rule of a participant.
struct MandateSignature {
  Bic participant;
  PublicKey key;
  Signature signature;

  bool operator==(const MandateSignature&) const = default;
};

/// genesis/continuation.h
struct Continuation {
  static constexpr std::size_t signatures_max = 2'048;

  Hash before;                               ///< id of the network that goes on in this one
  Height height;                             ///< of its last final block
  Hash block;                                ///< that block's id
  Hash state_root;                           ///< after it
  Epoch epoch;                               ///< that begins now, one more than the last block's
  std::vector<Successor> validators;         ///< ascending by participant
  std::vector<MandateSignature> signatures;  ///< ascending by participant, then key

  bool operator==(const Continuation&) const = default;
  /// What is signed: all but the signatures.
  template <class Archive>
  void serialize(Archive& archive) {
    archive(before, height, block, state_root, epoch, bounded<validators_max>(validators));
  }
};

struct Definition {
  Hash network_id;           ///< of the bytes that this was parsed from
  Hash founding_id;          ///< of those without continuations: the ledger began under this id
  std::string name;          ///< for people: 1 to 64 bytes of clean text
  bool development = false;  ///< may have fewer than four validators; its money is play money
  UnixSeconds opens_at;      ///< block time of the anchor; the first block is later
  std::uint16_t protocol_version = 1;
  /// Participants, accounts, currencies, validators and parameters. `validators` is ascending by
  /// id, which is the BIC of its owner and five zero bytes; a participant's `tls_key` is that of
  /// its validator, or of the node that it runs instead.
  chain::InitialState state;
  std::vector<Observer> observers;          ///< ascending by owner, then name
  std::vector<Continuation> continuations;  ///< in order; their `before` lead to `network_id`
};

/// Why a genesis file, a draft or an entry is refused.
struct GenesisError {
  /// In order of precedence, as far as one file can have several.
  enum class Kind : std::uint8_t {
    unreadable,   ///< There is no such file, or the system refused to read it.
    too_large,    ///< Above file_size_max.
    not_toml,     ///< The text is no TOML 1.0.
    wrong_type,   ///< A number where text is due, and so on. Floats and TOML's own dates are never
                  ///< due.
    missing_key,  ///< Something that must be there is not.
    bad_value,    ///< A value breaks its rule, or is of a format or protocol that this program does
                  ///< not know.
    unknown_key,  ///< A key that has no meaning here.
    other_network,   ///< An entry was made for another draft.
    repeated,        ///< A key pair serves two purposes or two owners; a participant, a name or a
                     ///< currency stands twice.
    few_validators,  ///< Fewer than four, and not a development network; or none, or more than 128.
    cannot_begin,    ///< The ledger refuses this as its first state (chain/genesis_state.h).
    bad_signature,   ///< A participant's entry is not what it signed, or is not signed as its own
                     ///< policy asks.
  };
  Kind kind = Kind::bad_value;
  std::uint32_t line = 0;  ///< in the file, from 1; 0 where no line is to blame
  std::string what;        ///< one sentence: the thing, the value, the rule

  bool operator==(const GenesisError&) const = default;
};
[[nodiscard]] inline tl::unexpected<GenesisError> refusal(GenesisError::Kind kind,
                                                          std::uint32_t line, std::string what) {
  return fail(GenesisError{kind, line, std::move(what)});
}
/// "line 12: ...", or the sentence alone.
[[nodiscard]] std::string to_string(const GenesisError& error);

/// Reads a sealed genesis file.
[[nodiscard]] Result<Definition, GenesisError> parse(std::string_view text);
/// The same from a file.
[[nodiscard]] Result<Definition, GenesisError> load(const std::string& path);
/// The bytes of a regular file of at most file_size_max. Errors: unreadable, too_large.
[[nodiscard]] Result<std::string, GenesisError> read_text_file(const std::string& path);

/// H("genesis", bytes of the file).
[[nodiscard]] Hash network_id(std::string_view file_bytes);

/// H("anchor", network_id || state root): the block id of height 0, which no header stands for. So
/// has the height after the last block of a network that goes on by a continuation, with the id of
/// the new network and the root that the continuation names.
[[nodiscard]] Hash anchor_of(const Hash& network_id, const Hash& state_root);

/// What a node without any block begins from: the ledger's first state, under the founding id. A
/// pure function of the file.
struct Anchor {
  chain::Changes state;  ///< all records, by key
  chain::Changes nodes;  ///< of the state tree, by position
  Hash state_root;
  Hash digest;  ///< anchor_of
  UnixMillis time;
};
[[nodiscard]] Anchor make_anchor(const Definition& definition);

/// Quorum arithmetic of consensus-spec section 1, for those who explain a network: f = (n-1)/3, Q =
/// 2n/3 + 1.
[[nodiscard]] constexpr std::size_t faulty_max_of(std::size_t validators) {
  return (validators - 1) / 3;
}
[[nodiscard]] constexpr std::size_t quorum_of(std::size_t validators) {
  return 2 * validators / 3 + 1;
}

}  // namespace vostro::genesis
