/// Faults planted on purpose, one at a time, so that the simulator can prove that it would see
/// them: `vostro-sim --prove`. Each stands at the line of the rule that it breaks. They exist only
/// in a build with VOSTRO_PLANTED_FAULTS, which makes the simulator and refuses to make a program;
/// elsewhere `is_planted` is the constant false, and nothing of them is left in the code.
#pragma once

#include <cstdint>

namespace vostro {

enum class Planted : std::uint8_t {
  none,
  // Voting: consensus-spec sections 1 to 5.
  quorum_short_by_one,       ///< one vote fewer than Q makes a certificate
  second_notarize,           ///< a second proposal of the leader is notarized too
  nullify_after_finalize,    ///< NULLIFY although FINALIZE was signed
  finalize_after_nullify,    ///< FINALIZE although NULLIFY was signed
  skipped_view_unchecked,    ///< a proposal may skip views without their nullifications
  parent_unchecked,          ///< a block need not extend the block of the view it names
  vote_signature_unchecked,  ///< votes count without a look at their signature
  certificate_half_checked,  ///< the last signature of a certificate is not looked at
  evidence_ignored,          ///< two votes that exclude each other are not reported
  evidence_unchecked,        ///< reported evidence is believed without a look at its signatures
  retransmission_missing,    ///< what got lost is never sent again
  tip_never_repeated,        ///< the last notarized block waits for a next one to become final
  always_busy,               ///< an idle network does not fall silent
  votes_never_forgotten,     ///< votes of views long final stay in memory
  // What survives a crash: section 13.
  votes_leave_unsynced,   ///< a vote does not wait for its record to be on disk
  votes_forgotten,        ///< a restart does not read its own votes back
  batches_not_journaled,  ///< a vote does not write down the batches that it vouches for
  torn_group_accepted,    ///< a group of the journal is believed without its checksum
  incarnation_reused,     ///< a restart goes on in the lane of the process before it
  // Epochs: section 9.
  epoch_unrecorded,       ///< the journal is not told that an epoch has begun
  votes_of_any_epoch,     ///< a vote does not say in which epoch it was signed
  closed_epoch_extended,  ///< a block may follow the one that closes its epoch
  // Blocks and batches: sections 3 and 7.
  vote_before_batches,        ///< a vote does not wait for the block to be checked
  wrong_state_root_accepted,  ///< the header's state root is not compared
  lane_gap_accepted,          ///< a run of batches need not follow the lane's position
  // The ledger.
  id_used_twice,      ///< an id in the set is taken again
  overdraft_allowed,  ///< an account may go below zero
  credit_rounded,     ///< the payee gets whole units of a hundred only
  due_applied_twice,  ///< what falls due is paid twice
};

#ifdef VOSTRO_PLANTED_FAULTS
/// Set by the simulator, before the network it runs begins. One thread.
inline Planted planted_fault = Planted::none;

[[nodiscard]] inline bool is_planted(Planted fault) {
  return planted_fault == fault;
}
#else
[[nodiscard]] constexpr bool is_planted(Planted) {
  return false;
}
#endif

}  // namespace vostro
