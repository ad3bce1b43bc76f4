// What a running node does when the ledger changes its members: epochs, keys, peers, versions.
#include <algorithm>

#include "base/log.h"
#include "chain/registry.h"
#include "chain/versions.h"
#include "node/node.h"
#include "node/ready.h"
#include "node/runtime/readiness.h"

namespace vostro::node {
namespace {

/// Status periods (5 s each) without any validator after which another own TLS key is tried.
constexpr std::size_t kAlonePeriodsMax = 3;
/// A READY that came to nothing is sent again after so long.
constexpr std::uint64_t kReadyAgain_ms = 20'000;
/// How long it may wait for its block.
constexpr std::uint64_t kReadyValid_s = 600;

Bic owner_of(const consensus::MemberId& member) {
  chain::ValidatorId id;
  id.bytes = member.bytes;
  return chain::owner_of(id).value_or(Bic{});
}

std::set<Bic> owners_in(const consensus::Committee& committee) {
  std::set<Bic> owners;
  for (const consensus::Validator& validator : committee.context().validators.all())
    owners.insert(owner_of(validator.member));
  return owners;
}

}  // namespace

// ---- What the replica asks ----

consensus::PeerId Node::Here::peer_of(const consensus::MemberId& member) {
  return node_.numbers_.of(peer_name_of(member));
}

std::optional<Voter> Node::Here::voter_of(const PublicKey& key) {
  auto voter = node_.validator_keys_->voter_of(key);
  if (voter && voter->recovered.finality) {
    const std::lock_guard lock(node_.announce_mutex_);
    node_.final_synced_ = std::max(node_.final_synced_, voter->recovered.finality->header.height);
  }
  return voter;
}

Node::Standing Node::standing() const {
  const std::lock_guard lock(standing_mutex_);
  return standing_;
}

// ---- Epochs ----

/// On the consensus thread, before anything else of the epoch.
void Node::begin_epoch(const EpochBegan& effect) {
  const consensus::Committee& committee = *effect.committee;
  const Standing before = standing();
  {
    const std::lock_guard lock(standing_mutex_);
    standing_ = {effect.committee, effect.own};
  }
  const std::uint16_t version = committee.context().version;
  if (!chain::is_supported(version)) {
    {
      const std::lock_guard lock(membership_mutex_);
      look_at_versions();
    }
    return halt("protocol version " + std::to_string(version) + " is in force since height " +
                std::to_string(committee.context().anchor_height.value) +
                ", and this program speaks " + std::to_string(chain::supported_versions().back()) +
                " at most: install a newer vostro-node and start it");
  }
  peers_->begin_epoch(effect.committee);
  const PublicKey* key = effect.own ? &committee.key(*effect.own) : nullptr;
  journal_->use(key == nullptr ? nullptr : validator_keys_->journal_of(*key));
  if (committee.epoch() == before.committee->epoch()) return;  // the first of this process

  validator_keys_->forget_before(committee.epoch());
  log::info("an epoch begins", {{"epoch", committee.epoch()},
                                {"height", committee.context().anchor_height},
                                {"role", effect.own ? "validator" : "observer"},
                                {"validators", committee.size()},
                                {"version", version}});
  if (before.own) {
    const PublicKey& old = before.committee->key(*before.own);
    if (key == nullptr || *key != old)
      log::warning(
          "this validator key votes no more: once the epoch has a final block, destroy its file",
          {{"key", to_text(old)}, {"file", validator_keys_->file_of(old)}});
  }
  // Others read the registry, and may take their time.
  workers_->post(WorkFor::peers, [this] {
    follow_ledger();
    // What clients had given to a validator that is one no more.
    if (!standing().own) admission_->resubmit();
  });
}

// ---- Peers and TLS keys ----

void Node::follow_ledger() {
  const std::lock_guard lock(membership_mutex_);
  const std::size_t shown = tls_shown_;
  choose_tls_key(known_peers());
  if (shown != tls_shown_) {
    log::info("the TLS key of this node is another from now on",
              {{"key", to_text(tls_keys_[tls_shown_].public_key())}});
    peers_->replace_key(tls_keys_[tls_shown_]);
  }
  p2p::Registry wanted = current_registry();
  if (wanted != registry_ || shown != tls_shown_) {
    if (const auto done = peers_->replace_registry(wanted); !done) {
      log::error("the peers stay as they were", {{"reason", done.error()}});
    } else {
      registry_ = std::move(wanted);
    }
  }
  look_at_versions();
  report_ready();
}

/// The one that the ledger names; where it names none of them, the one that was shown before. Under
/// the mutex, or before there are threads.
void Node::choose_tls_key(const std::vector<LedgerPeer>& peers) {
  const auto own = std::ranges::find(peers, options_.participant, &LedgerPeer::participant);
  if (own == peers.end()) return;
  if (tls_distrusted_ == own->tls_key) return;
  tls_distrusted_.reset();
  const auto named = std::ranges::find_if(
      tls_keys_, [&](const SecretKey& key) { return key.public_key() == own->tls_key; });
  if (named != tls_keys_.end()) tls_shown_ = static_cast<std::size_t>(named - tls_keys_.begin());
}

p2p::Registry Node::current_registry() {
  const Standing now = standing();
  Roster::Situation situation{known_peers(), owners_in(*now.committee), now.own.has_value(),
                              tls_keys_[tls_shown_].public_key()};
  if (!has_ledger_) {
    situation.validators.clear();
    for (const genesis::Successor& each : definition_.continuations.back().validators)
      situation.validators.insert(each.participant);
  }
  return roster_->registry(situation);
}

/// Where the ledger here is that of the network before, the newest continuation knows better.
std::vector<LedgerPeer> Node::known_peers() const {
  std::vector<LedgerPeer> peers = ledger_peers(*store_);
  if (has_ledger_) return peers;
  for (const genesis::Successor& each : definition_.continuations.back().validators) {
    const auto known = std::ranges::find(peers, each.participant, &LedgerPeer::participant);
    if (known != peers.end())
      known->tls_key = each.tls_key;
    else
      peers.push_back({each.participant, each.tls_key});
  }
  std::ranges::sort(peers, {}, &LedgerPeer::participant);
  return peers;
}

/// Every five seconds, in a worker.
void Node::on_status_period() {
  look_whether_stuck();
  prune_history();
  {
    const std::lock_guard lock(membership_mutex_);
    const bool is_alone = peers_->connected_validators() == 0 &&
                          standing().committee->size() > (standing().own ? 1U : 0U);
    alone_periods_ = is_alone ? alone_periods_ + 1 : 0;
    if (alone_periods_ >= kAlonePeriodsMax && tls_keys_.size() > 1) {
      // Rotated while this node was away: its ledger is older than what the others go by.
      alone_periods_ = 0;
      tls_distrusted_ = tls_keys_[tls_shown_].public_key();
      tls_shown_ = (tls_shown_ + 1) % tls_keys_.size();
      log::warning("no validator takes this node: it shows another of its TLS keys",
                   {{"key", to_text(tls_keys_[tls_shown_].public_key())}});
      peers_->replace_key(tls_keys_[tls_shown_]);
      registry_ = current_registry();
      if (const auto done = peers_->replace_registry(registry_); !done)
        log::error("the peers stay as they were", {{"reason", done.error()}});
    }
    look_at_versions();
    report_ready();
  }
  if (!standing().own) admission_->resubmit();
}

Result<void, std::string> Node::reload(std::vector<PeerAddress> peers, NodeKeys added) {
  for (ValidatorKey& key : added.validator) {
    if (const auto done = validator_keys_->add(std::move(key)); !done) return done;
  }
  {
    const std::lock_guard lock(membership_mutex_);
    for (SecretKey& key : added.tls) tls_keys_.push_back(std::move(key));
    roster_->set_addresses(std::move(peers));
  }
  follow_ledger();
  return {};
}

bool Node::holds(const PublicKey& key) const {
  if (validator_keys_->secret_of(key) != nullptr) return true;
  const std::lock_guard lock(membership_mutex_);
  return std::ranges::any_of(tls_keys_,
                             [&](const SecretKey& held) { return held.public_key() == key; });
}

// ---- Versions and READY, under the mutex ----

void Node::look_at_versions() {
  const auto found = unknown_version(*store_, wall_clock());
  if (found && found != unknown_version_)
    log::error(
        "a protocol version that this program does not speak was passed: install a newer "
        "vostro-node before it is in force, or this node halts",
        {{"version", *found}});
  unknown_version_ = found;
}

void Node::report_ready() {
  // Far behind, it has nothing to report; and whoever hears it must be there.
  if (halted() || loop_->status().behind || peers_->connected_validators() == 0) return;
  const std::uint64_t now_ms = steady_ms();
  for (const PublicKey& key : validator_keys_->keys()) {
    const auto sent = ready_sent_ms_.find(key);
    if (sent != ready_sent_ms_.end() && now_ms - sent->second < kReadyAgain_ms) continue;
    if (!wants_ready(*store_, key, wall_clock())) continue;
    ready_sent_ms_[key] = now_ms;
    const chain::Transaction ready = ready_transaction(
        definition_.network_id, options_.participant, *validator_keys_->secret_of(key),
        store_->head()->height, UnixSeconds(wall_clock().value / 1'000 + kReadyValid_s));
    const Bytes bytes = chain::encode_transaction(ready);
    log::info("this node reports that it is ready",
              {{"key", to_text(key)}, {"height", store_->head()->height}});
    if (standing().own) {
      admission_->submit({bytes, false}, [](const SubmitOutcome& outcome) {
        if (outcome.kind != SubmitKind::accepted)
          log::info("the report was not taken, and comes again",
                    {{"kind", static_cast<int>(outcome.kind)}});
      });
    } else {
      peers_->hand_over(bytes, turn_++);
    }
  }
}

// ---- Orders for whoever has a lane ----

void Node::hand_over(const std::vector<chain::VerifiedTransactionPtr>& transactions) {
  std::size_t turn = 0;
  {
    const std::lock_guard lock(membership_mutex_);
    turn = turn_++;
  }
  for (const chain::VerifiedTransactionPtr& transaction : transactions) {
    const ByteView bytes = transaction->bytes();
    if (peers_->hand_over(Bytes(bytes.begin(), bytes.end()), turn) == 0) return;
  }
}

void Node::take_handed_over(const std::string& peer, Bytes transaction) {
  admission_->submit({std::move(transaction), false}, [this, peer](const SubmitOutcome& outcome) {
    if (outcome.kind == SubmitKind::bad_form)
      peers_->penalise(peer, "a transaction whose form or signature is wrong");
  });
}

}  // namespace vostro::node
