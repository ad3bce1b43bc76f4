#include "net/http/metrics_text.h"
#include "node/node.h"

namespace vostro::node {

using net::http::metric;
using net::http::MetricsText;

std::string Node::metrics_text() const {
  MetricsText out;
  const NodeStatus now = status();
  const ReplicaStatus replica = loop_->status();
  out.gauge("vostro_height", "Height of the newest stored block.", metric(now.height.value));
  out.gauge("vostro_final_height", "Highest block known to be final.",
            metric(replica.final_height.value));
  out.gauge("vostro_view", "View of consensus.", metric(now.view.value));
  out.gauge("vostro_final_view", "Highest finalized view.", metric(now.finalized_view.value));
  out.gauge("vostro_validators", "Validators of the network.", metric(now.validators));
  out.gauge("vostro_validators_connected",
            "Validators connected, this node among them where it is one.",
            metric(now.connected_validators));
  out.gauge("vostro_syncing", "1 while behind the network.", now.syncing ? 1 : 0);
  out.gauge("vostro_ready", "1 while transactions are taken.", now.ready ? 1 : 0);
  out.gauge("vostro_epoch", "Epoch of consensus.", metric(now.epoch.value));
  out.gauge("vostro_validating", "1 while this node votes, 0 while it follows.",
            now.validator ? 1 : 0);
  out.gauge("vostro_protocol_version", "Protocol version in force.", metric(now.protocol_version));
  out.gauge("vostro_outdated",
            "1 once a protocol version was passed that this program does not speak.",
            now.unknown_version ? 1 : 0);
  out.gauge("vostro_halted", "1 once the node has stopped signing and writing.",
            now.halted ? 1 : 0);
  out.gauge("vostro_disk_full", "1 while free disk space is below the reserve.",
            now.disk_full ? 1 : 0);
  out.gauge("vostro_stalled", "Threads that have not come back from a piece of work for 30 s.",
            metric(watchdog_->stalled()));
  out.gauge("vostro_transactions_pending", "Accepted transactions that wait for a block.",
            metric(now.pending_transactions));
  out.counter("vostro_transactions_final_total", "Transactions made final since the start.",
              metric(transactions_final_.load()));
  out.gauge("vostro_blocks_unfinal", "Executed blocks that are not final yet.",
            metric(replica.unfinal_blocks));
  out.gauge("vostro_batches_held", "Batches held for blocks to come.",
            metric(replica.batches_held));
  out.gauge("vostro_queue_transactions", "Transactions that wait for a batch.",
            metric(replica.queued_transactions));
  out.gauge("vostro_queue_bytes", "Bytes that wait for a batch.", metric(replica.queued_bytes));
  out.gauge("vostro_loop_idle_seconds", "Time since the consensus loop last turned.",
            metric(loop_->idle_ms()) / 1000);
  if (replica.clock_offset_ms)
    out.gauge("vostro_clock_offset_seconds",
              "Median of the other validators' clocks, less this one.",
              metric(*replica.clock_offset_ms) / 1000);
  out.counter("vostro_evidence_total", "Acts of validators against the protocol, proved and kept.",
              metric(evidence_->size()));
  out.counter("vostro_evidence_recorded_total", "Acts that are on record on the ledger.",
              metric(acts_recorded_.load()));
  const AnnexStore::Figures annexes = annexes_->figures();
  const AnnexCourier::Figures courier = courier_->figures();
  out.gauge("vostro_annexes", "Sealed annexes of orders on the ledger.", metric(annexes.kept));
  out.gauge("vostro_annexes_early", "Sealed annexes whose order is not final.",
            metric(annexes.early));
  out.gauge("vostro_annexes_bytes", "Of both, on disk.", metric(annexes.bytes));
  out.gauge("vostro_annexes_wanted", "Annexes that are missing, and asked for.",
            metric(courier.wanted));
  out.counter("vostro_annexes_fetched_total", "Annexes that other banks' nodes gave.",
              metric(courier.fetched));
  out.counter("vostro_annexes_given_total", "Annexes given to other banks' nodes.",
              metric(courier.given));
  out.counter("vostro_annexes_blocks_skipped_total",
              "Blocks that are not here whole, so that annexes of their orders are not asked for.",
              metric(courier.skipped));
  out.counter("vostro_annexes_not_given_total",
              "Annexes that were asked for, and are not here or not for who asked.",
              metric(courier.refused));
  out.gauge("vostro_store_memory_bytes", "Memory of the block store.",
            metric(store_->memory_bytes()));
  out.gauge("vostro_disk_free_bytes", "Free space where the data directory is.",
            metric(store_->free_bytes()));
  out.gauge("vostro_uptime_seconds", "Since the node was started.", metric(now.uptime_s));

  const p2p::Statistics network = peers_->statistics();
  using Counted = std::uint64_t p2p::ChannelStatistics::*;
  const auto each = [&](std::string_view name, std::string_view help, Counted counted,
                        bool is_counter) {
    for (const p2p::PeerStatistics& peer : network.peers) {
      for (std::size_t i = 0; i < peer.channels.size(); ++i) {
        const MetricsText::Labels labels{{"peer", peer.name},
                                         {"channel", i == 0 ? "consensus" : "bulk"}};
        const double value = metric(peer.channels[i].*counted);
        is_counter ? out.counter(name, help, value, labels) : out.gauge(name, help, value, labels);
      }
    }
  };
  for (const p2p::PeerStatistics& peer : network.peers) {
    const bool is_live = peer.channels[0].is_live && peer.channels[1].is_live;
    out.gauge("vostro_peer_connected", "1 while both channels of the peer are connected.",
              is_live ? 1 : 0, {{"peer", peer.name}});
  }
  for (const p2p::PeerStatistics& peer : network.peers) {
    const auto& round_trip_us = peer.channels[p2p::index_of(p2p::Channel::consensus)].round_trip_us;
    if (round_trip_us)
      out.gauge("vostro_peer_round_trip_seconds",
                "Time to the peer's host and back, as its connection for votes measures it.",
                metric(*round_trip_us) / 1'000'000, {{"peer", peer.name}});
  }
  each("vostro_peer_frames_received_total", "Frames from the peer.",
       &p2p::ChannelStatistics::frames_in, true);
  each("vostro_peer_bytes_received_total", "Bytes of frames from the peer.",
       &p2p::ChannelStatistics::bytes_in, true);
  each("vostro_peer_frames_sent_total", "Frames to the peer.", &p2p::ChannelStatistics::frames_out,
       true);
  each("vostro_peer_bytes_sent_total", "Bytes of frames to the peer.",
       &p2p::ChannelStatistics::bytes_out, true);
  each("vostro_peer_queued_bytes", "Bytes that wait to be sent to the peer.",
       &p2p::ChannelStatistics::queued_bytes, false);
  for (const p2p::PeerStatistics& peer : network.peers)
    out.counter("vostro_peer_breaches_total", "Times that the peer was shut out.",
                metric(peer.breaches), {{"peer", peer.name}});
  return out.text();
}

}  // namespace vostro::node
