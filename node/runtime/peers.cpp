#include "node/runtime/peers.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "base/codec.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "chain/records.h"
#include "node/annexes/frames.h"
#include "node/join/messages.h"
#include "node/replica/epochs.h"
#include "node/runtime/consensus_loop.h"
#include "node/runtime/stored_proofs.h"

namespace vostro::node {

using consensus::PeerId;

namespace {

/// A certificate of 50 validators has 34 votes; this remembers some hundred views of them.
constexpr std::size_t kSignatureCacheEntries = 65'536;
constexpr std::size_t kQuoteBytesMax = 1'024;
constexpr std::size_t kServeBytesMax = 4 * 1024 * 1024;
constexpr std::size_t kServeBatchesMax = 1'024;
constexpr std::size_t kServedAtOnceMax = 16;  // as many as a node asks of one peer
constexpr std::size_t kQuotesOnConnect = 500;

enum RateClass : std::uint8_t {
  votes_class,
  requests_class,
  data_class,
  quotes_class,
  transactions_class,
  annexes_class
};

/// What travels beside votes must not hold them up: batches, blocks and parts of history have their
/// own connection.
bool is_bulk(Byte tag) {
  switch (tag) {
    case consensus::BatchMessage::tag:
    case consensus::GetBatch::tag:
    case consensus::GetBlock::tag:
    case consensus::BlockMessage::tag:
    case consensus::EvidenceMessage::tag:
      return true;
    default:
      return false;
  }
}

std::uint8_t class_of(Byte tag) {
  switch (tag) {
    case consensus::BatchMessage::tag:
    case consensus::BlockMessage::tag:
    case consensus::Certs::tag:
    case consensus::Finality::tag:
      return data_class;
    case consensus::GetBatch::tag:
    case consensus::GetBlock::tag:
    case consensus::GetCerts::tag:
    case consensus::GetProposal::tag:
    case consensus::GetJustification::tag:
    case consensus::GetFinality::tag:
      return requests_class;
    default:
      return votes_class;
  }
}

/// Nobody honest sends it; anything else may be a race with the network.
bool is_an_offence(consensus::VerifyError error) {
  return error != consensus::VerifyError::wrong_epoch &&
         error != consensus::VerifyError::view_out_of_range;
}

/// One failpoint before each kind of message that the protocol turns on.
void pass_failpoint([[maybe_unused]] const consensus::MessageBody& body) {
  if (std::holds_alternative<consensus::BatchMessage>(body)) VOSTRO_FAILPOINT("batch-before-send");
  if (std::holds_alternative<consensus::Propose>(body)) VOSTRO_FAILPOINT("propose-before-send");
  if (std::holds_alternative<consensus::CertMessage>(body))
    VOSTRO_FAILPOINT("certificate-before-send");
  const auto* vote = std::get_if<consensus::VoteMessage>(&body);
  if (vote == nullptr) return;
  if (vote->vote.type == consensus::VoteType::notarize) VOSTRO_FAILPOINT("notarize-before-send");
  if (vote->vote.type == consensus::VoteType::nullify) VOSTRO_FAILPOINT("nullify-before-send");
  if (vote->vote.type == consensus::VoteType::finalize) VOSTRO_FAILPOINT("finalize-before-send");
}

}  // namespace

bool SharedSignatureCache::contains(const Hash& signature) {
  const std::lock_guard lock(mutex_);
  return entries_.contains(signature);
}

void SharedSignatureCache::insert(const Hash& signature) {
  const std::lock_guard lock(mutex_);
  if (!entries_.try_emplace(signature, next_).second) return;
  by_age_.emplace(next_++, signature);
  if (entries_.size() <= entries_max_) return;
  entries_.erase(by_age_.begin()->second);
  by_age_.erase(by_age_.begin());
}

p2p::FrameLimits frame_limits() {
  std::vector<p2p::FrameRule> rules;
  for (Byte tag = 1; tag < quote_frame; ++tag) {
    // A batch of the largest size with very many transactions would be longer: it is refused, and
    // so never includable.
    const std::size_t size =
        std::min<std::size_t>(consensus::frame_bytes_max(tag), p2p::FrameLimits::body_bytes_limit);
    if (size == 0) continue;
    rules.push_back({tag, static_cast<std::uint32_t>(size),
                     is_bulk(tag) ? p2p::Channel::bulk : p2p::Channel::consensus, class_of(tag)});
  }
  for (Byte tag = join::get_snapshot_frame; tag <= join::part_frame; ++tag) {
    const bool is_request = tag == join::get_snapshot_frame || tag == join::get_part_frame;
    rules.push_back({tag, static_cast<std::uint32_t>(join::frame_bytes_max(tag)),
                     p2p::Channel::bulk, is_request ? requests_class : data_class});
  }
  rules.push_back({quote_frame, kQuoteBytesMax, p2p::Channel::bulk, quotes_class});
  rules.push_back({transaction_frame,
                   static_cast<std::uint32_t>(chain::Transaction::batch_bytes_max),
                   p2p::Channel::bulk, transactions_class});
  rules.push_back({annex_frame, static_cast<std::uint32_t>(annex_frame_size_max),
                   p2p::Channel::bulk, annexes_class});
  const std::vector<p2p::Rate> rates{{20'000, 40'000}, {2'000, 4'000}, {5'000, 10'000},
                                     {200, 1'000},     {200, 1'000},   {50, 200}};
  auto limits = p2p::FrameLimits::make(rules, rates);
  VOSTRO_CHECK(limits.has_value());
  return std::move(*limits);
}

PeerId PeerNumbers::of(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const PeerId next(static_cast<std::uint32_t>(names_.size()));
  const auto [found, is_new] = ids_.try_emplace(name, next);
  if (is_new) names_.push_back(name);
  return found->second;
}

std::optional<PeerId> PeerNumbers::find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = ids_.find(name);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> PeerNumbers::name_of(PeerId peer) const {
  const std::lock_guard lock(mutex_);
  return peer.value < names_.size() ? std::optional(names_[peer.value]) : std::nullopt;
}

Peers::Peers(p2p::Config config, const SecretKey& tls_key, p2p::Registry registry,
             PeerNumbers& numbers, std::shared_ptr<const consensus::Committee> committee,
             const chain::Store& store, WorkerPool& urgent_workers, WorkerPool& workers,
             Callbacks callbacks)
    : numbers_(numbers),
      committee_(std::move(committee)),
      store_(store),
      urgent_workers_(urgent_workers),
      workers_(workers),
      callbacks_(std::move(callbacks)),
      cache_(kSignatureCacheEntries) {
  p2p::Callbacks network;
  network.on_frame = [this](p2p::InboundFrame frame) { on_frame(std::move(frame)); };
  network.on_connected = [this](const std::string& peer) {
    log::info("peer connected", {{"peer", peer}});
    heard_.on_connected(numbers_.of(peer), wall_clock());
    callbacks_.post(PeerUp{numbers_.of(peer)}, {});
    callbacks_.on_connection(peer, true);
    workers_.post(WorkFor::peers, [this, peer] { send_quotes(peer); });
  };
  network.on_disconnected = [this](const std::string& peer, p2p::Reason reason) {
    log::info("peer disconnected", {{"peer", peer}, {"reason", to_string(reason)}});
    heard_.on_disconnected(numbers_.of(peer), wall_clock());
    callbacks_.post(PeerDown{numbers_.of(peer)}, {});
    callbacks_.on_connection(peer, false);
  };
  network.on_notice = [this](const p2p::Notice& notice) {
    const auto level = notice.severity == p2p::Severity::info      ? log::Level::info
                       : notice.severity == p2p::Severity::warning ? log::Level::warning
                                                                   : log::Level::error;
    log::write(level, "network", {{"peer", notice.peer}, {"reason", notice.text}});
    if (const auto peer = numbers_.find(notice.peer); notice.failure && peer)
      heard_.on_failure(*peer, std::string(to_string(*notice.failure)), wall_clock());
  };
  network_ = std::make_unique<p2p::Network>(std::move(config), tls_key, std::move(registry),
                                            std::move(network));
}

std::shared_ptr<const consensus::Committee> Peers::committee() const {
  const std::lock_guard lock(committee_mutex_);
  return committee_;
}

void Peers::begin_epoch(std::shared_ptr<const consensus::Committee> committee) {
  votes_.begin_epoch();
  const std::lock_guard lock(committee_mutex_);
  committee_ = std::move(committee);
}

std::string Peers::name_of(PeerId peer) const {
  return numbers_.name_of(peer).value_or("unknown");
}

void Peers::on_frame(p2p::InboundFrame frame) {
  heard_.on_frame(numbers_.of(frame.peer), wall_clock());
  if (frame.type == annex_frame) return callbacks_.on_annex(std::move(frame));
  const auto shared = std::make_shared<p2p::InboundFrame>(std::move(frame));
  const bool is_join = join::is_join_frame(shared->type);
  const bool is_message = shared->type < quote_frame && !is_join;
  const bool is_urgent = is_message && !is_bulk(shared->type);
  (is_urgent ? urgent_workers_ : workers_)
      .post(WorkFor::peers, [this, shared, is_message, is_join] {
        if (is_join) return callbacks_.on_join_frame(std::move(*shared));
        if (is_message) return handle_message(*shared);
        if (shared->type == quote_frame) return handle_quote(shared->peer, shared->body);
        callbacks_.on_transaction(shared->peer, std::move(shared->body));
      });
}

void Peers::handle_message(p2p::InboundFrame& frame) {
  const std::string& name = frame.peer;
  const PeerId peer = numbers_.of(name);
  auto message = consensus::decode_message(std::exchange(frame.body, {}));
  if (!message) return network_->penalise(name, "malformed message: " + to_string(message.error()));
  // Size, channel and rate were those of the frame's type.
  if (consensus::tag_of(*message) != frame.type)
    return network_->penalise(name, "a frame whose type is not its message's");
  if (const auto* status = std::get_if<consensus::Status>(&message->body))
    callbacks_.on_claim(name, status->final_height);
  const auto committee = this->committee();
  const auto now = std::chrono::steady_clock::now();
  if (message->epoch != committee->epoch()) {
    if (!votes_.admit_other_epoch(peer, *message, now)) return;
    return callbacks_.post(OtherEpochMessage{peer, std::move(*message)}, std::move(frame.lease));
  }
  if (const auto* vote = std::get_if<consensus::VoteMessage>(&message->body);
      vote != nullptr && !votes_.admit(peer, vote->vote, callbacks_.current_view(), now))
    return;
  auto verified = consensus::verify(*committee, std::move(*message), cache_);
  if (!verified) {
    if (is_an_offence(verified.error()))
      network_->penalise(name,
                         "refused message: " + std::string(consensus::to_string(verified.error())));
    return;
  }
  note(peer, *committee, verified->message());
  callbacks_.post(PeerMessage{peer, std::move(*verified)}, std::move(frame.lease));
}

void Peers::note(PeerId peer, const consensus::Committee& committee,
                 const consensus::Message& message) {
  if (const auto* status = std::get_if<consensus::Status>(&message.body)) {
    heard_.on_status(peer, *status, wall_clock());
  } else if (const auto* vote = std::get_if<consensus::VoteMessage>(&message.body);
             vote != nullptr && committee.validator_of(peer) == vote->vote.signer) {
    heard_.on_vote(peer, vote->vote.view);
  }
}

void Peers::handle_quote(const std::string& name, const Bytes& body) {
  auto quote = decode<chain::SignedQuote>(body);
  if (!quote) return network_->penalise(name, "malformed quote: " + to_string(quote.error()));
  callbacks_.on_quote(name, std::move(*quote));
}

bool Peers::send(const SendMessage& message) {
  pass_failpoint(message.message->body);
  const auto body = std::make_shared<const Bytes>(consensus::encode_message(*message.message));
  const Byte type = consensus::tag_of(*message.message);
  bool is_queued = true;
  for (const PeerId peer : message.to) {
    const auto name = numbers_.name_of(peer);
    // A peer that is not reachable hears of it later: votes and proposals are re-sent, the rest is
    // fetched.
    is_queued = name && network_->send(*name, type, body) && is_queued;
    VOSTRO_FAILPOINT("message-given-to-one-peer");
  }
  return is_queued;
}

void Peers::broadcast_quote(const chain::SignedQuote& quote) {
  network_->broadcast(quote_frame, std::make_shared<const Bytes>(encode(quote)));
}

std::size_t Peers::hand_over(const Bytes& transaction, std::size_t turn) {
  const auto committee = this->committee();
  const auto body = std::make_shared<const Bytes>(transaction);
  std::size_t sent = 0;
  for (std::size_t i = 0; i < committee->size() && sent < committee->one_honest(); ++i) {
    const consensus::ValidatorIndex index(
        static_cast<std::uint16_t>((turn + i) % committee->size()));
    if (network_->send(name_of(committee->peer_of(index)), transaction_frame, body)) ++sent;
  }
  return sent;
}

void Peers::send_quotes(const std::string& peer) {
  std::vector<chain::SignedQuote> quotes = callbacks_.live_quotes();
  // What the peer takes in one burst; the desks publish the rest again before it expires.
  if (quotes.size() > kQuotesOnConnect) quotes.resize(kQuotesOnConnect);
  for (const chain::SignedQuote& quote : quotes) {
    if (!network_->send(peer, quote_frame, std::make_shared<const Bytes>(encode(quote)))) return;
  }
}

void Peers::report(const PeerMisbehaved& misbehaviour) {
  const std::string name = name_of(misbehaviour.peer);
  if (misbehaviour.severe) return network_->penalise(name, misbehaviour.what);
  log::debug("peer fell short", {{"peer", name}, {"reason", misbehaviour.what}});
}

std::vector<std::string> Peers::connected() const {
  std::vector<std::string> names;
  for (const p2p::PeerStatistics& peer : network_->statistics().peers)
    if (std::ranges::all_of(peer.channels, &p2p::ChannelStatistics::is_live))
      names.push_back(peer.name);
  return names;
}

std::size_t Peers::connected_validators() const {
  const auto committee = this->committee();
  return static_cast<std::size_t>(std::ranges::count_if(
      committee->peers(),
      [this](const PeerId peer) { return network_->is_connected(name_of(peer)); }));
}

std::optional<std::uint32_t> median_ms_of(std::vector<std::uint64_t> round_trips_us) {
  if (round_trips_us.empty()) return std::nullopt;
  std::ranges::sort(round_trips_us);
  const std::uint64_t median_us = round_trips_us[round_trips_us.size() / 2];
  const std::uint64_t median_ms = median_us / 1'000 + (median_us % 1'000 == 0 ? 0 : 1);
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(median_ms, std::numeric_limits<std::uint32_t>::max()));
}

std::optional<std::uint32_t> Peers::median_round_trip_ms() const {
  std::vector<std::uint64_t> round_trips_us;
  for (const auto& [index, peer] : validators()) {
    if (peer.round_trip_us) round_trips_us.push_back(*peer.round_trip_us);
  }
  return median_ms_of(std::move(round_trips_us));
}

std::map<consensus::ValidatorIndex, Peers::ValidatorPeer> Peers::validators() const {
  const auto committee = this->committee();
  std::map<consensus::ValidatorIndex, ValidatorPeer> found;
  for (const p2p::PeerStatistics& peer : network_->statistics().peers) {
    const PeerId id = numbers_.of(peer.name);
    const auto index = committee->validator_of(id);
    if (!index) continue;
    // Votes travel on this channel, and nothing long stands before them.
    const auto& votes = peer.channels[p2p::index_of(p2p::Channel::consensus)];
    found[*index] = {std::ranges::all_of(peer.channels, &p2p::ChannelStatistics::is_live),
                     votes.round_trip_us, heard_.of(id)};
  }
  return found;
}

void Peers::serve(ServeHistory request) {
  {
    const std::lock_guard lock(serving_mutex_);
    // Whoever asks for more at once asks again, or another.
    if (serving_[request.peer] >= kServedAtOnceMax) return;
    ++serving_[request.peer];
  }
  workers_.post(WorkFor::peers, [this, request = std::move(request)] {
    std::visit([&](const auto& wanted) { serve(request.peer, request.epoch, wanted); },
               request.request);
    const std::lock_guard lock(serving_mutex_);
    --serving_[request.peer];
  });
}

void Peers::serve(PeerId peer, Epoch epoch, const consensus::GetBlock& request) {
  const auto view = store_.view();
  consensus::BlockMessage answer;
  Hash id;
  id.bytes = request.block.bytes;
  std::optional<Height> height = view.height_of(id);
  const std::size_t wanted = std::min<std::size_t>(request.count, consensus::blocks_max);
  while (height && height->value > 0 && answer.blocks.size() < wanted) {
    const auto header_bytes = view.header(*height);
    const auto cut_bytes = view.cut(*height);
    // None stands for the block of a continuation, and of pruned blocks there is no cut.
    if (!header_bytes || header_bytes->empty() || !cut_bytes) break;
    auto header = decode<consensus::Header>(*header_bytes);
    auto cut = decode<consensus::Cut>(*cut_bytes);
    VOSTRO_CHECK(header.has_value() && cut.has_value());
    answer.blocks.push_back({std::move(*header), std::move(*cut)});
    height = height->previous();
  }
  send({{peer},
        std::make_shared<const consensus::Message>(consensus::Message{epoch, std::move(answer)})});
}

void Peers::serve(PeerId peer, Epoch epoch, const consensus::GetFinality& request) {
  const auto view = store_.view();
  consensus::Finality answer;
  for (Epoch at = request.from; answer.proofs.size() < consensus::proofs_max; at = at.next()) {
    auto proof = newest_proof_of(view, at);
    if (!proof) break;
    answer.proofs.push_back(std::move(*proof));
    if (!answer.proofs.back().header.closes_epoch()) break;
  }
  if (answer.proofs.empty()) return;
  send({{peer},
        std::make_shared<const consensus::Message>(consensus::Message{epoch, std::move(answer)})});
}

void Peers::serve(PeerId peer, Epoch epoch, const consensus::GetBatch& request) {
  const auto view = store_.view();
  // Under the number of another epoch than its own nobody could verify a batch.
  const auto context = context_on_record(view, committee()->context().network_id, epoch);
  if (!context) return;
  const Hash ctx = context->digest();
  std::size_t bytes = 0;
  consensus::BatchId next = request.lane.tip;
  for (std::size_t count = 0; count < kServeBatchesMax && bytes < kServeBytesMax && !next.is_zero();
       ++count) {
    Hash id;
    id.bytes = next.bytes;
    const auto stored = view.batch(id);
    if (!stored) return;
    auto batch = decode<consensus::SignedBatch>(*stored);
    VOSTRO_CHECK(batch.has_value());
    if (batch->batch.ctx != ctx) return;
    bytes += stored->size();
    next = batch->batch.prev;
    const bool is_first = batch->batch.seq <= request.lane.first_seq;
    const consensus::SharedBatch shared{
        std::make_shared<const consensus::SignedBatch>(std::move(*batch))};
    const bool is_queued = send({{peer},
                                 std::make_shared<const consensus::Message>(
                                     consensus::Message{epoch, consensus::BatchMessage{shared}})});
    if (is_first || !is_queued) return;
  }
}

}  // namespace vostro::node
