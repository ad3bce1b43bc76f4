/// Judges how a simulated network votes, by the records that honest validators write and the
/// messages that leave them. It calls no rule of the protocol: it has its own, shorter ones, from
/// the argument why the protocol is safe (consensus-spec section 15). A liar is taken to have
/// signed everything, so a certificate is possible exactly if enough honest validators signed for
/// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "consensus/engine.h"
#include "consensus/records.h"

namespace vostro::sim {

class Witness {
 public:
  using Report = std::function<void(std::string)>;
  /// Of one epoch. `peers`: all banks that a node may have a session with.
  Witness(std::size_t validators, std::size_t peers, std::set<std::uint16_t> liars, Hash ctx,
          Report report);

  /// An honest validator writes this record; its votes have not left yet.
  void on_recorded(std::uint16_t validator, const consensus::Record& record);
  /// These records of it are on disk.
  void on_synced(std::uint16_t validator, std::span<const consensus::Record> records);
  /// It read this back after a crash: it is on disk, even where nobody had been told.
  void on_recovered(std::uint16_t validator, const consensus::RecoveredState& state);
  /// This leaves an honest validator.
  void on_sent(std::uint16_t validator, const consensus::MessageBody& body);
  /// An honest node's process hears this. What a liar signs twice and one node hears is owed to the
  /// evidence.
  void on_heard(std::size_t process, const consensus::Engine& engine,
                const consensus::MessageBody& body);
  /// The process has ended: what it heard is forgotten.
  void on_gone(std::size_t process) { heard_.erase(process); }
  void on_evidence(std::uint16_t accused) { in_evidence_.insert(accused); }
  /// The tables of an honest node, after a step.
  void on_tables(std::size_t process, const consensus::Engine& engine);
  /// A block was stored with this proof of its finality.
  void on_proof(std::uint16_t validator, const consensus::FinalityProof& proof);
  void on_end();

 private:
  struct Key {
    consensus::VoteType type = consensus::VoteType::notarize;
    View view;
    consensus::ProposalId proposal;
    auto operator<=>(const Key&) const = default;
  };
  [[nodiscard]] bool is_possible(const Key& key) const;
  void expect(bool holds, std::uint16_t validator, View view, std::string_view what);
  void expect_possible(const consensus::Certificate& certificate, std::uint16_t validator);
  void on_own_notarize(std::uint16_t validator, const consensus::OwnNotarize& own);
  void on_own_vote_sent(std::uint16_t validator, const consensus::Vote& vote);
  void on_certificate_sent(std::uint16_t validator, const consensus::Certificate& certificate);

  std::size_t peers_;
  std::size_t quorum_;
  std::set<std::uint16_t> liars_;
  Hash ctx_;
  Report report_;
  std::map<Key, std::set<std::uint16_t>> signed_;  ///< by honest validators
  std::map<std::uint16_t, std::set<Key>> synced_;
  std::map<std::uint16_t, std::map<View, std::set<Key>>> sent_;
  std::map<std::size_t, std::map<std::pair<View, std::uint16_t>, std::vector<consensus::Vote>>>
      heard_;
  std::set<std::uint16_t> owed_;
  std::set<std::uint16_t> in_evidence_;
};

/// As a validator's index: who observes.
inline constexpr std::uint16_t no_validator = 0xFFFF;

/// Views left for which the simulated nodes keep votes: few, so that forgetting is part of each
/// run.
inline constexpr std::size_t evidence_views = 8;

}  // namespace vostro::sim
