/// What one simulated run is made of, and what came of it. Everything follows from the seed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/strong.h"

namespace vostro::sim {

/// What is wrong with a liar: one class each in tests/sim/liars/, but for the twin and the
/// amnesiac, which are honest code under wrong circumstances.
enum class Lie : std::uint8_t {
  equivocating_leader,   ///< two proposals for one view, to two halves of the network
  double_voter,          ///< NOTARIZE and FINALIZE for what it likes, beside its honest votes
  nullify_and_finalize,  ///< both of the votes that exclude each other
  batch_withholder,      ///< its batches reach one other node, and it answers no request for them
  finalize_withholder,   ///< never sends FINALIZE
  silent_leader,         ///< votes, and proposes nothing
  late_leader,           ///< proposes when the others are about to give up
  stale_leader,          ///< proposes on an old block, with no nullifications of what it skips
  deviating_leader,      ///< proposes on one view's certificate a block that extends another
  forger,                ///< certificates and votes with signatures that are none
  wrong_roots,           ///< proposes blocks whose roots are not those of their execution
  replayer,              ///< old messages again, those of another network, votes far ahead
  garbage,               ///< bytes that are no message, and messages with flipped bits
  branching_lane,        ///< another batch for each half of the network in one place of its lane
  gap_in_lane,           ///< proposes batches that do not follow the lane's position
  twin,                  ///< a second process with the same key
  amnesiac,              ///< forgets at each restart what it has signed
};
inline constexpr std::size_t lies = 17;
[[nodiscard]] std::string_view to_string(Lie lie);

/// One thing that happens at a time, where a test wants more than chance: rows of the catalogue of
/// faults are made of these.
struct Step {
  enum class Kind : std::uint8_t {
    crash,   ///< power of `node` is lost; it stays down until `start`
    start,   ///< `node` starts from what its disk has
    split,   ///< links between nodes of different `groups` are cut, in both directions
    cut,     ///< nothing gets from `node` to `other`
    deaf,    ///< nothing gets to `node`
    mute,    ///< nothing gets from `node`
    join,    ///< all links work again
    clock,   ///< the wall clock of `node` jumps by `ms`
    fsync,   ///< from now on each sync of `node` takes `ms`
    submit,  ///< a client of `node` submits the next payment
  };
  std::uint64_t at_ms = 0;
  Kind kind = Kind::crash;
  std::size_t node = 0;
  std::size_t other = 0;
  std::int64_t ms = 0;
  std::vector<std::vector<std::size_t>> groups{};
};

struct Links {
  std::uint64_t loss_permille = 20;
  std::uint64_t duplicate_permille = 20;
  std::uint64_t delay_min_ms = 1;
  std::uint64_t delay_max_ms = 60;  ///< any delay up to this, so messages overtake each other
};

/// A change of who votes, as the banks bring it about: by a proposal and their votes.
struct Change {
  enum class Kind : std::uint8_t {
    add,     ///< `bank`, which has observed so far
    remove,  ///< `bank`, which observes from then on
    rotate,  ///< `bank` votes with its next key
  };
  Kind kind = Kind::add;
  std::size_t bank = 0;
  std::uint64_t at_ms = 0;      ///< when it is proposed, at the earliest
  std::uint64_t due_at_ms = 0;  ///< when it may come into force, at the earliest
};

struct Scenario {
  std::uint64_t seed = 1;
  std::size_t validators = 4;        ///< in the first epoch: the first banks
  std::size_t reserves = 0;          ///< banks beside them, which may come to vote
  std::vector<Change> changes;       ///< proposed one after the other
  std::uint64_t trouble_ms = 8'000;  ///< faults happen this long, in virtual time
  std::size_t payments = 24;
  Links links;
  bool partitions = true;  ///< halves, minorities, one way, single links, flapping
  bool crashes = true;
  std::uint64_t outputs_per_crash = 6'000;  ///< on average, beside the crashes of whole seconds
  bool all_crash = false;                   ///< of the crashes, some are of all nodes at once
  bool clock_skew = true;
  bool clock_jumps = false;
  bool bad_disks = false;           ///< slow ones, failing ones, full ones
  std::int64_t first_clock_ms = 0;  ///< what the clock of node 0 is ahead, beside the skew
  std::map<std::size_t, Lie> liars;
  bool quiet_phase = false;  ///< half of the payments come after a time in which all is quiet
  /// At the end only a quorum of honest nodes and the links between them are healed: the others
  /// stay down, and liars lie on. Otherwise everything is healed.
  bool heals_quorum_only = false;
  bool twin_hears_itself = false;  ///< as two hosts with one key would, by mistake
  bool may_fork = false;  ///< more liars than the protocol bears: the run goes on after a fork
  /// Power is lost at this output of this node, and nowhere else.
  struct CrashAt {
    std::size_t node = 0;
    std::uint64_t output = 0;
  };
  std::optional<CrashAt> crash_at;
  /// For the views 1, 2, 3 ... in turn, over and over: which processes are on one side of a split,
  /// as bits. What belongs to a view does not cross its split while that view is young.
  std::vector<std::uint32_t> view_sides;
  /// In place of chance: then no trouble is made but this, and it ends with the last step.
  std::vector<Step> steps;

  /// Faults chosen by the seed, as the test suite runs them; the number of validators too, unless
  /// it is given.
  [[nodiscard]] static Scenario of_seed(std::uint64_t seed, std::size_t validators = 0);
  [[nodiscard]] std::string describe() const;
  [[nodiscard]] std::size_t banks() const { return validators + reserves; }
  /// One, and another for each rotation.
  [[nodiscard]] std::size_t keys_of(std::size_t bank) const;
};

struct Outcome {
  std::vector<std::string> violations;  ///< empty: every check held
  Hash action_hash;  ///< over everything that happened: the same for the same seed
  Height height;
  std::size_t settled = 0;
  std::size_t crashes = 0;
  std::size_t evidence = 0;
  std::map<std::size_t, std::size_t> accused;   ///< pieces of evidence by validator
  std::map<std::size_t, std::size_t> recorded;  ///< acts that are on the ledger's record
  std::set<std::size_t>
      convicted;  ///< who signed two certificates that cannot both be, after a fork
  std::map<std::size_t, std::string> halted;  ///< liars and others that may halt, with their reason
  std::map<std::size_t, std::uint64_t> flush_ms;     ///< at the end, of each node that is up
  std::map<std::size_t, std::int64_t> clock_alarms;  ///< the newest offset that each node reported
  std::vector<std::uint64_t> final_at_ms;            ///< when each height was first reported final
  /// Of each payment: when it was submitted, and when a node first reported it final.
  std::map<std::uint64_t, std::pair<std::uint64_t, std::optional<std::uint64_t>>> payments;
  /// Of each epoch after the first: when a node was in it, and its output number then.
  struct Begun {
    std::uint64_t at_ms = 0;
    std::uint64_t output = 0;
  };
  std::map<std::uint64_t, std::map<std::size_t, Begun>> epochs;
  std::map<std::size_t, bool> votes;  ///< at the end, of each node that is up
  std::uint64_t heal_ms = 0;          ///< from the end of trouble until all was final
  std::uint64_t heal_bound_ms = 0;    ///< what the spec allows for that
  std::uint64_t messages = 0;         ///< other than STATUS and HAVE
  std::vector<std::string> history;   ///< readable, where asked for
};

[[nodiscard]] Outcome run(const Scenario& scenario, bool keep_history = false);

}  // namespace vostro::sim
