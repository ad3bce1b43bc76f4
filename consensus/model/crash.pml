/* A validator that crashes at any moment and starts again from its journal: can it contradict what it has sent?
 *
 * The votes of core.pml, each of which now goes three steps: it is in memory (and in the validator's own tables, so that
 * it counts for the certificates that this validator sees), then in the journal, then on the wire. A crash takes what is
 * in memory only. The rule under test (spec section 4; consensus/README.md section 1): nothing leaves before every own
 * vote of this step and of earlier ones is on disk, for a later step may put an own vote into a certificate.
 *
 * One sync covers all that is in memory (spec section 13: the records of a loop's turn are one group; a torn group is
 * dropped, so it is a crash before the sync). What is sent after a sync may leave late, or after a restart, or never.
 * Validators below CRASHERS crash, as often as they like; the votes of the others go all three steps at once.
 */
#include "common.pml"

byte mem_n[ENTRIES], disk_n[ENTRIES], wire_n[ENTRIES];      /* by proposal: NOTARIZE */
byte mem_f[ENTRIES], disk_f[ENTRIES], wire_f[ENTRIES];      /* by proposal: FINALIZE */
byte mem_u[VIEWS + 1], disk_u[VIEWS + 1], wire_u[VIEWS + 1]; /* by view: NULLIFY */
byte parent[ENTRIES];                                       /* by proposal, as in core.pml */

/* What h sees: the votes on the wire, and its own from the moment it casts them (Engine::add_vote). */
#define seen(wire, mem) QUORUM(((wire) & (7 - ME)) | ((mem) & ME))
#define sees_n(p) seen(wire_n[p], mem_n[p])
#define sees_u(v) seen(wire_u[v], mem_u[v])

/* In view v, by a certificate of v-1, and not above: the view of a validator that starts again is the highest of its own
 * NOTARIZE and NULLIFY votes, or above the highest notarization that a FINALIZE vouches for (Engine::recover). */
#if VIEWS == 1
#define may_be_in(v) (!((mem_f[A(1)] | mem_f[B(1)]) & ME))
#else
#define may_be_in(v)                                                                                    \
  (!((mem_f[A(v)] | mem_f[B(v)]) & ME) &&                                                               \
   (v == 2 || !((mem_n[A(2)] | mem_n[B(2)] | mem_u[2] | mem_f[A(2)] | mem_f[B(2)]) & ME)) &&            \
   (v == 1 || sees_u(1) || sees_n(A(1)) || sees_n(B(1))))
#endif
/* Engine::may_notarize, Engine::may_nullify, Engine::may_finalize */
#define may_notarize(v) (may_be_in(v) && !((mem_n[A(v)] | mem_n[B(v)] | mem_u[v]) & ME))
#define may_nullify(v) (may_be_in(v) && !((mem_u[v] | mem_f[A(v)] | mem_f[B(v)]) & ME))
#define may_finalize(v, p) (sees_n(p) && !((mem_u[v] | mem_f[A(v)] | mem_f[B(v)]) & ME))

/* The properties are those of core.pml, of what is on the wire. */
#define notarized(p) QUORUM(wire_n[p])
#define finalized(p) QUORUM(wire_f[p])
#define S1(v) (!notarized(A(v)) || !notarized(B(v)))
#define S2(v) ((!finalized(A(v)) && !finalized(B(v))) || !QUORUM(wire_u[v]))
#define kept(p) (!finalized(p) || ((!notarized(A(2)) || parent[A(2)] == p) && (!notarized(B(2)) || parent[B(2)] == p)))
#if VIEWS == 1
#define SAFE (S1(1) && S2(1))
#else
#define SAFE (S1(1) && S1(2) && S2(1) && S2(2) && kept(A(1)) && kept(B(1)))
#endif
#define check assert(SAFE)

#define CAST(mem, disk, wire)                                                          \
  mem = mem | ME;                                                                      \
  if :: h >= CRASHERS -> disk = disk | ME; wire = wire | ME; check :: else fi

#define PROPOSED(v, p, base, is_based)                                                               \
  :: d_step {                                                                                        \
    parent[p] == NONE && (p == A(v) || parent[A(v)] != NONE) && is_based && may_notarize(v) ->       \
    parent[p] = base; CAST(mem_n[p], disk_n[p], wire_n[p])                                           \
  }
#define NOTARIZE(v, p) \
  :: d_step { parent[p] != NONE && is_justified(p) && may_notarize(v) -> CAST(mem_n[p], disk_n[p], wire_n[p]) }
#define NULLIFY(v) :: d_step { may_nullify(v) -> CAST(mem_u[v], disk_u[v], wire_u[v]) }
#define FINALIZE(v, p) :: d_step { may_finalize(v, p) -> CAST(mem_f[p], disk_f[p], wire_f[p]) }
/* The certificates of a proposal come with it, out of the leader's hands: what one validator sees with an own vote that
 * is on no wire, another does not. */
#define is_justified(p) (p < 4 || (parent[p] == ANCHOR && sees_u(1)) || (parent[p] > ANCHOR && sees_n(parent[p])))

/* Persist, then Send and Broadcast, as the driver carries them out (consensus/actions.h). */
#ifdef MUTANT_SEND_FIRST
#define sendable(disk, mem) (mem)
#else
#define sendable(disk, mem) (disk)
#endif
#define SEND(mem, disk, wire) \
  :: d_step { h < CRASHERS && (sendable(disk, mem) & ME) && !(wire & ME) -> wire = wire | ME; check }
#ifdef MUTANT_CERTIFICATE_FIRST
/* A certificate leaves although it holds an own vote that is not yet on disk. */
#define SEND_CERTIFICATE(mem, wire) \
  :: d_step { h < CRASHERS && (mem & ME) && !(wire & ME) && seen(wire, mem) -> wire = wire | ME; check }
#else
#define SEND_CERTIFICATE(mem, wire)
#endif

#define kept_in(disk, mem) disk = disk | (mem & ME)
#define left_of(disk, mem) mem = (mem & (7 - ME)) | (disk & ME)
#ifdef MUTANT_FORGOTTEN_FINALIZE
#define left_of_finalize(disk, mem) mem = mem & (7 - ME)
#else
#define left_of_finalize(disk, mem) left_of(disk, mem)
#endif

#define SYNC_VIEW(v)                                                                                \
  kept_in(disk_n[A(v)], mem_n[A(v)]); kept_in(disk_n[B(v)], mem_n[B(v)]);                           \
  kept_in(disk_f[A(v)], mem_f[A(v)]); kept_in(disk_f[B(v)], mem_f[B(v)]); kept_in(disk_u[v], mem_u[v])
#define CRASH_VIEW(v)                                                                               \
  left_of(disk_n[A(v)], mem_n[A(v)]); left_of(disk_n[B(v)], mem_n[B(v)]);                           \
  left_of_finalize(disk_f[A(v)], mem_f[A(v)]); left_of_finalize(disk_f[B(v)], mem_f[B(v)]);         \
  left_of(disk_u[v], mem_u[v])
#define unsynced_in(v)                                                                              \
  (((mem_n[A(v)] ^ disk_n[A(v)]) | (mem_n[B(v)] ^ disk_n[B(v)]) | (mem_f[A(v)] ^ disk_f[A(v)]) |    \
    (mem_f[B(v)] ^ disk_f[B(v)]) | (mem_u[v] ^ disk_u[v])) & ME)

#define VIEW(v)                                                                                     \
  NOTARIZE(v, A(v)) NOTARIZE(v, B(v)) NULLIFY(v) FINALIZE(v, A(v)) FINALIZE(v, B(v))                \
  SEND(mem_n[A(v)], disk_n[A(v)], wire_n[A(v)]) SEND(mem_n[B(v)], disk_n[B(v)], wire_n[B(v)])       \
  SEND(mem_f[A(v)], disk_f[A(v)], wire_f[A(v)]) SEND(mem_f[B(v)], disk_f[B(v)], wire_f[B(v)])       \
  SEND(mem_u[v], disk_u[v], wire_u[v])                                                              \
  SEND_CERTIFICATE(mem_n[A(v)], wire_n[A(v)]) SEND_CERTIFICATE(mem_n[B(v)], wire_n[B(v)])           \
  SEND_CERTIFICATE(mem_f[A(v)], wire_f[A(v)]) SEND_CERTIFICATE(mem_f[B(v)], wire_f[B(v)])           \
  SEND_CERTIFICATE(mem_u[v], wire_u[v])

proctype honest(byte h) {
end:
  do
  VIEW(1)
  PROPOSED(1, A(1), ANCHOR, true)
  PROPOSED(1, B(1), ANCHOR, true)
#if VIEWS == 2
  VIEW(2)
  PROPOSED(2, A(2), ANCHOR, sees_u(1))
  PROPOSED(2, B(2), ANCHOR, sees_u(1))
  PROPOSED(2, A(2), A(1), sees_n(A(1)))
  PROPOSED(2, B(2), A(1), sees_n(A(1)))
  PROPOSED(2, A(2), B(1), sees_n(B(1)))
  PROPOSED(2, B(2), B(1), sees_n(B(1)))
  :: d_step { unsynced_in(1) || unsynced_in(2) -> SYNC_VIEW(1); SYNC_VIEW(2) }
  :: d_step { h < CRASHERS -> CRASH_VIEW(1); CRASH_VIEW(2) }
#else
  :: d_step { unsynced_in(1) -> SYNC_VIEW(1) }
  :: d_step { h < CRASHERS -> CRASH_VIEW(1) }
#endif
  od
}

init {
  atomic { run honest(0); run honest(1); run honest(2) }
}
