#include "genesis/continuation.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/check.h"
#include "base/codec.h"
#include "chain/merkle.h"
#include "chain/records.h"
#include "chain/tree.h"
#include "genesis/format.h"

namespace vostro::genesis {
namespace {

using Kind = GenesisError::Kind;
using MayBe = Result<void, std::string>;

constexpr std::string_view kContinuationDomain = "VOSTRO-CONTINUE1";
constexpr std::size_t kContinuationsMax = 16;

Continuation read_one(TableReader& table) {
  Continuation read;
  const auto hash_of = [&](std::string_view key) {
    return table.value(key, fixed_from_hex<Hash>, "64 hexadecimal digits");
  };
  read.before = hash_of("before");
  read.height = Height(static_cast<std::uint64_t>(table.integer("height", 1, INT64_MAX - 1)));
  read.block = hash_of("block");
  read.state_root = hash_of("state_root");
  read.epoch = Epoch(static_cast<std::uint64_t>(table.integer("epoch", 1, INT64_MAX)));
  for (const TomlNode* node : table.tables("validator", validators_max)) {
    TableReader validator(*node, table.where() + ", validator", table.fault());
    Successor one;
    one.participant = validator.value("bic", parse_bic, "a BIC");
    one.validator_key = read_key(validator, "validator_key");
    one.tls_key = read_key(validator, "tls_key");
    validator.finish();
    read.validators.push_back(one);
  }
  for (const TomlNode* node : table.tables("signature", Continuation::signatures_max)) {
    TableReader signature(*node, table.where() + ", signature", table.fault());
    MandateSignature one;
    one.participant = signature.value("bic", parse_bic, "a BIC");
    one.key = read_key(signature, "key");
    one.signature = read_signature_of(signature, "signature");
    signature.finish();
    read.signatures.push_back(one);
  }
  table.finish();
  return read;
}

/// Where each continuation's line begins.
std::vector<std::size_t> markers_in(std::string_view text) {
  std::vector<std::size_t> found;
  for (std::size_t at = 0; (at = text.find(continuation_marker, at)) != std::string_view::npos;
       ++at)
    if (at == 0 || text[at - 1] == '\n') found.push_back(at);
  return found;
}

auto signer_of(const MandateSignature& signature) {
  return std::pair(signature.participant, signature.key);
}

const std::vector<chain::Validator>& voters_of(const chain::Validators& validators) {
  return validators.next.empty() ? validators.now : validators.next;
}

std::vector<Bic> owners_of(const std::vector<chain::Validator>& validators) {
  std::vector<Bic> owners;
  for (const chain::Validator& each : validators)
    if (const auto owner = chain::owner_of(each.id)) owners.push_back(*owner);
  return owners;
}

/// The owner has signed as its `govern` rule asks.
bool has_agreed(const chain::Participant& owner, const Continuation& continuation) {
  std::vector<PublicKey> signers;
  for (const MandateSignature& each : continuation.signatures)
    if (each.participant == owner.bic) signers.push_back(each.key);
  const chain::Rule* rule = find_rule(owner.policy, chain::ActionClass::govern, std::nullopt, true);
  return rule != nullptr && check_signers(owner.policy, *rule, signers).has_value();
}

MayBe check_successors(const chain::StateReader& state, const Continuation& continuation,
                       const chain::Validators& before) {
  std::set<PublicKey> voted;
  for (const auto* set : {&before.now, &before.next})
    for (const chain::Validator& each : *set) voted.insert(each.key);
  std::map<PublicKey, Bic> tls_keys;
  const Bytes prefix{chain::Participant::prefix};
  for (const auto& [key, value] : state.scan(prefix, prefix, SIZE_MAX)) {
    const auto participant = chain::decode_record<chain::Participant>(value);
    if (!participant) return fail(std::string("the ledger's participants cannot be read"));
    tls_keys.emplace(participant->tls_key, participant->bic);
  }
  for (const Successor& each : continuation.validators) {
    const std::string name = to_text(each.participant);
    const auto participant = chain::load<chain::Participant>(state, each.participant);
    if (!participant || participant->status != chain::Standing::active)
      return fail(name + " is no active participant of the ledger");
    if (voted.contains(each.validator_key))
      return fail("the validator key of " + name + " has voted before: make a new one");
    if (const auto holder = tls_keys.find(each.tls_key);
        holder != tls_keys.end() && holder->second != each.participant)
      return fail("the TLS key of " + name + " is that of " + to_text(holder->second));
  }
  return {};
}

}  // namespace

std::vector<Continuation> read_continuations(TableReader& file, std::string_view text) {
  std::vector<Continuation> all;
  const std::vector<std::size_t> markers = markers_in(text);
  for (const TomlNode* node : file.tables("continuation", kContinuationsMax)) {
    TableReader table(*node, "continuation", file.fault());
    all.push_back(read_one(table));
    if (file.fault().error()) break;
    const std::size_t number = all.size() - 1;
    const bool follows = number == 0 || all[number - 1].height < all[number].height;
    if (!follows) table.refuse("height", "it is not above that of the continuation before");
    const bool is_of_these_bytes =
        number < markers.size() && all.back().before == network_id(text.substr(0, markers[number]));
    if (!is_of_these_bytes)
      table.refuse("before", "it is not the id of the bytes that stand before this table");
  }
  return all;
}

std::string_view file_before(std::string_view text) {
  const std::vector<std::size_t> markers = markers_in(text);
  return markers.empty() ? std::string_view() : text.substr(0, markers.back());
}

Bytes signing_bytes(const Continuation& continuation, const Bic& signer) {
  Bytes message(kContinuationDomain.begin(), kContinuationDomain.end());
  append(message, hash("continuation", {encode(signer), encode(continuation)}).view());
  return message;
}

void sign_continuation(Continuation& continuation, const Bic& participant, const SecretKey& key) {
  auto& signatures = continuation.signatures;
  const MandateSignature made{participant, key.public_key(),
                              key.sign(signing_bytes(continuation, participant))};
  std::erase_if(signatures, [&](const auto& each) { return signer_of(each) == signer_of(made); });
  signatures.insert(std::ranges::lower_bound(signatures, signer_of(made), {}, &signer_of), made);
}

Result<void, GenesisError> check_continuation(const Continuation& continuation, bool development) {
  const auto& validators = continuation.validators;
  if (validators.size() < (development ? 1 : validators_min))
    return refusal(Kind::few_validators, 0,
                   "a continuation names " + std::to_string(validators.size()) +
                       " validators; at least four vote in a network");
  if (std::ranges::adjacent_find(validators, std::ranges::greater_equal(),
                                 &Successor::participant) != validators.end())
    return refusal(Kind::repeated, 0,
                   "the validators of a continuation are not ascending by BIC, each once");
  std::set<PublicKey> keys;
  for (const Successor& each : validators) {
    for (const PublicKey& key : {each.validator_key, each.tls_key})
      if (!keys.insert(key).second)
        return refusal(Kind::repeated, 0,
                       "a key of " + to_text(each.participant) + " stands twice in a continuation");
  }
  if (std::ranges::adjacent_find(continuation.signatures, std::ranges::greater_equal(),
                                 &signer_of) != continuation.signatures.end())
    return refusal(Kind::repeated, 0,
                   "the signatures of a continuation are not ascending by BIC and key, each once");
  bool all_valid = true;
  for (const MandateSignature& each : continuation.signatures)
    all_valid = is_valid_signature(each.key, signing_bytes(continuation, each.participant),
                                   each.signature) &&
                all_valid;
  if (!all_valid)
    return refusal(Kind::bad_signature, 0,
                   "a signature of a continuation does not fit: it was changed after signing");
  return {};
}

MayBe check_mandate(const chain::StateReader& state, const Continuation& continuation) {
  const auto validators = chain::load<chain::Validators>(state, chain::Only{});
  if (!validators) return fail(std::string("the ledger's validators cannot be read"));
  const std::vector<Bic> owners = owners_of(voters_of(*validators));
  for (const MandateSignature& each : continuation.signatures) {
    const auto participant = chain::load<chain::Participant>(state, each.participant);
    const bool counts =
        participant && std::ranges::find(owners, each.participant) != owners.end() &&
        std::ranges::find(participant->policy.keys, each.key, &chain::PolicyKey::key) !=
            participant->policy.keys.end();
    if (!counts)
      return fail("a signature under " + to_text(each.participant) +
                  " is not by a key of its policy, or it owned no validator");
  }
  std::size_t agreed = 0;
  for (const Bic& owner : owners) {
    const auto participant = chain::load<chain::Participant>(state, owner);
    if (participant && participant->status == chain::Standing::active &&
        has_agreed(*participant, continuation))
      ++agreed;
  }
  const std::size_t needed = quorum_of(owners.size());
  if (agreed < needed)
    return fail(std::to_string(agreed) + " of " + std::to_string(owners.size()) +
                " owners of validators have signed as their govern rules ask; it takes " +
                std::to_string(needed));
  if (continuation.epoch.value != validators->epoch + 1)
    return fail("the last block is of epoch " + std::to_string(validators->epoch) +
                ", so the one that begins is not " + std::to_string(continuation.epoch.value));
  return check_successors(state, continuation, *validators);
}

chain::ExecutedBlock continuation_block(const chain::StateReader& state,
                                        const chain::NodeReader& tree,
                                        const Continuation& continuation,
                                        UnixMillis last_block_time) {
  auto validators = chain::load<chain::Validators>(state, chain::Only{});
  VOSTRO_CHECK(validators.has_value());  // check_mandate
  validators->next_version =
      validators->next.empty() ? validators->version : validators->next_version;
  validators->next.clear();
  chain::ExecutedBlock block;
  block.height = continuation.height.next();
  block.time = last_block_time;
  for (const Successor& each : continuation.validators) {
    validators->next.push_back({chain::validator_id_of(each.participant), each.validator_key});
    auto participant = chain::load<chain::Participant>(state, each.participant);
    VOSTRO_CHECK(participant.has_value());  // check_mandate
    participant->tls_key = each.tls_key;
    block.state[chain::key_of<chain::Participant>(each.participant)] =
        chain::encode_record(*participant);
  }
  const Bytes lanes{chain::Lane::prefix};
  for (const auto& [key, value] : state.scan(lanes, lanes, SIZE_MAX)) block.state[key].reset();
  block.state[chain::key_of<chain::Validators>(chain::Only{})] = chain::encode_record(*validators);
  block.next_epoch = chain::NextEpoch{validators->next_version, validators->next};
  block.tx_root = chain::tx_root_of({}, {});
  block.receipt_root = chain::merkle_root({});
  chain::TreeUpdate update = chain::update_tree(tree, block.state);
  block.state_root = update.root;
  block.nodes = std::move(update.nodes);
  return block;
}

std::string write_continuation(const Continuation& continuation) {
  std::string out(continuation_marker);
  const auto line = [&out](std::string_view key, const std::string& text) {
    out += std::string(key) + " = " + toml_text(text) + "\n";
  };
  line("before", to_hex(continuation.before.view()));
  out += "height = " + std::to_string(continuation.height.value) + "\n";
  line("block", to_hex(continuation.block.view()));
  line("state_root", to_hex(continuation.state_root.view()));
  out += "epoch = " + std::to_string(continuation.epoch.value) + "\n";
  for (const Successor& each : continuation.validators) {
    out += "\n[[continuation.validator]]\n";
    line("bic", to_text(each.participant));
    line("validator_key", to_text(each.validator_key));
    line("tls_key", to_text(each.tls_key));
  }
  for (const MandateSignature& each : continuation.signatures) {
    out += "\n[[continuation.signature]]\n";
    line("bic", to_text(each.participant));
    line("key", to_text(each.key));
    line("signature", to_text(each.signature));
  }
  return out;
}

}  // namespace vostro::genesis
