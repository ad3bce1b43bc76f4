/* The votes of multi-shot Simplex: can a view be finalized and nullified (S2), or a final block be left behind (S3)?
 *
 * The rules are those of spec section 5, as consensus/README.md section 1 tells them and Engine has them; each is named
 * where it stands. What the model may do is at least what engines can do together, so what it cannot do, they cannot:
 *
 * - Any message may be lost, late or doubled. A validator acts upon a certificate once the votes for it exist, or later,
 *   or never, in any order of views (Engine::on_certificate). Rules that only forbid because of what is held are left
 *   out: F, floor, and "no FINALIZE where a nullification is held" (Engine::may_finalize).
 * - The leader of every view equivocates: two proposals, each on any base that has a justification.
 * - A view is entered by the vote cast in it. Who enters and does not vote shows nobody anything, and a restart, which
 *   forgets certificates that were not synced, cannot be told from that (Engine::recover).
 * - A finalization of a view takes FINALIZE votes of two honest validators, who held its notarization: it opens no view
 *   and justifies no proposal that the notarization would not.
 */
#include "common.pml"

byte notarize[ENTRIES];  /* by proposal: who signed NOTARIZE for it */
byte finalize[ENTRIES];  /* by proposal: who signed FINALIZE for it */
byte nullify[VIEWS + 1]; /* by view: who signed NULLIFY */
byte parent[ENTRIES];    /* by proposal: the proposal on whose block it builds; NONE: not proposed */
byte cur[HONEST];        /* by validator: its view */

#define notarized(p) QUORUM(notarize[p])
#define finalized(p) QUORUM(finalize[p])
#define nullified(v) QUORUM(nullify[v])
#define final(v) (finalized(A(v)) || finalized(B(v)))

/* "It enters view v only by holding a certificate of view v-1" (spec section 1; Engine::enter). */
#define may_be_in(v) (v >= cur[h] && (v == 1 || nullified(v - 1) || notarized(A(v - 1)) || notarized(B(v - 1))))

/* The validators are alike, so they are called 0, 1 and 2 in the order in which they sign NOTARIZE in view 1. This only
 * spares work: every run is such a run with the names exchanged. */
#ifdef ALL_NAMES
#define is_in_order(v) true
#else
#define is_in_order(v) (v > 1 || h == 0 || ((notarize[A(1)] | notarize[B(1)]) & (ME >> 1)))
#endif

/* nz[v] = none and v not in nl (Engine::may_notarize). */
#ifdef MUTANT_FORGOTTEN_NOTARIZE
/* After a restart it has forgotten a vote for the other proposal. */
#define is_free(v, p) (!((notarize[p] | nullify[v]) & ME))
#else
#define is_free(v, p) (!((notarize[A(v)] | notarize[B(v)] | nullify[v]) & ME))
#endif
#define may_notarize(v, p) (may_be_in(v) && is_in_order(v) && is_free(v, p))

#ifdef MUTANT_NO_EXCLUSION
#define may_nullify(v) (may_be_in(v) && !(nullify[v] & ME))
#define may_finalize(v, p) (notarized(p) && !((finalize[A(v)] | finalize[B(v)]) & ME))
#else
/* v not in nl and fz[v] = none (Engine::may_nullify). */
#define may_nullify(v) (may_be_in(v) && !((nullify[v] | finalize[A(v)] | finalize[B(v)]) & ME))
/* N[v] is held, v not in nl, fz[v] = none; in any view, also a left one (Engine::may_finalize). */
#define may_finalize(v, p) (notarized(p) && !((nullify[v] | finalize[A(v)] | finalize[B(v)]) & ME))
#endif

/* "For every w with u < w < view a nullification of w is held" (spec section 3; Engine::is_justified): all of
 * low to high are skipped. */
#ifdef MUTANT_NO_NULLIFICATION_CHECK
#define skipped(low, high) true
#elif VIEWS == 2
#define skipped(low, high) (low > 1 || 1 > high || nullified(1))
#elif VIEWS == 3
#define skipped(low, high) ((low > 1 || 1 > high || nullified(1)) && (low > 2 || 2 > high || nullified(2)))
#else
#define skipped(low, high)                                                                    \
  ((low > 1 || 1 > high || nullified(1)) && (low > 2 || 2 > high || nullified(2)) &&          \
   (low > 3 || 3 > high || nullified(3)))
#endif

/* S1: one proposal of a view is notarized at most. S2: no view is finalized and nullified. */
#define S1(v) (!notarized(A(v)) || !notarized(B(v)))
#define S2(v) (!final(v) || !nullified(v))

/* S3: if p is final, every proposal notarized in a later view builds on p. Followed by proposals, which asks for more
 * than spec section 15 does by blocks: a REPEAT has the block of its base, an EXTEND one on top of it. */
#define builds_on(q, p) (parent[q] == p || parent[parent[q]] == p || parent[parent[parent[q]]] == p)
#define kept(p, v) ((!notarized(A(v)) || builds_on(A(v), p)) && (!notarized(B(v)) || builds_on(B(v), p)))
#define S3(u, v) ((!finalized(A(u)) || kept(A(u), v)) && (!finalized(B(u)) || kept(B(u), v)))

#if VIEWS == 2
#define SAFE (S1(1) && S1(2) && S2(1) && S2(2) && S3(1, 2))
#elif VIEWS == 3
#define SAFE (S1(1) && S1(2) && S1(3) && S2(1) && S2(2) && S2(3) && S3(1, 2) && S3(1, 3) && S3(2, 3))
#elif VIEWS == 4
#define SAFE                                                                                         \
  (S1(1) && S1(2) && S1(3) && S1(4) && S2(1) && S2(2) && S2(3) && S2(4) && S3(1, 2) && S3(1, 3) &&   \
   S3(1, 4) && S3(2, 3) && S3(2, 4) && S3(3, 4))
#endif

/* Every change of state ends with this, so it is asserted in every state. Two more show that the model gets anywhere. */
#ifdef REACH_FINAL_TWICE
#define check assert(!final(1) || !final(2))
#elif defined(REACH_FINAL_AFTER_SKIP)
#define check assert(!nullified(1) || !final(2))
#else
#define check assert(SAFE)
#endif

/* vote_notarize for a proposal of the leader that has been seen (Engine::consider, Engine::vote_notarize). Its
 * certificates came with it, and certificates do not go away: it is justified for everybody. */
#define VOTE_FOR(v, p) \
  :: d_step { parent[p] != NONE && may_notarize(v, p) -> notarize[p] = notarize[p] | ME; cur[h] = v; check }

/* The leader proposes p on base, and h is the first to vote for it (Engine::propose, Engine::accept_propose). Of two
 * proposals the one voted for first is called a. */
#define PROPOSED(v, p, base, is_based)                                                                \
  :: d_step {                                                                                         \
    parent[p] == NONE && (p == A(v) || parent[A(v)] != NONE) && is_based && may_notarize(v, p) ->     \
    parent[p] = base; notarize[p] = notarize[p] | ME; cur[h] = v; check                               \
  }
#define PROPOSED_ON_ANCHOR(v, p) PROPOSED(v, p, ANCHOR, skipped(1, v - 1))
#define PROPOSED_ON_VIEW(v, p, u)                                  \
  PROPOSED(v, p, A(u), (notarized(A(u)) && skipped(u + 1, v - 1))) \
  PROPOSED(v, p, B(u), (notarized(B(u)) && skipped(u + 1, v - 1)))

/* On a timeout, a NULLIFY of the leader, an invalid proposal: at any time (Engine::vote_nullify). */
#define NULLIFY(v) :: d_step { may_nullify(v) -> nullify[v] = nullify[v] | ME; cur[h] = v; check }

/* With N[v] view v+1 is entered (Engine::on_notarization, Engine::vote_finalize); its record holds N[v], so a restart
 * does not go back (Engine::recover). */
#define FINALIZE(v, p)                                        \
  :: d_step {                                                 \
    may_finalize(v, p) -> finalize[p] = finalize[p] | ME;     \
    if :: cur[h] <= v -> cur[h] = v + 1 :: else fi; check     \
  }

#define VIEW(v)                                                                     \
  VOTE_FOR(v, A(v)) VOTE_FOR(v, B(v)) NULLIFY(v) FINALIZE(v, A(v)) FINALIZE(v, B(v)) \
  PROPOSED_ON_ANCHOR(v, A(v)) PROPOSED_ON_ANCHOR(v, B(v))
#define BASE(v, u) PROPOSED_ON_VIEW(v, A(v), u) PROPOSED_ON_VIEW(v, B(v), u)

proctype honest(byte h) {
end:
  do
  VIEW(1)
  VIEW(2) BASE(2, 1)
#if VIEWS >= 3
  VIEW(3) BASE(3, 1) BASE(3, 2)
#endif
#if VIEWS >= 4
  VIEW(4) BASE(4, 1) BASE(4, 2) BASE(4, 3)
#endif
  od
}

init {
  atomic {
    cur[0] = 1; cur[1] = 1; cur[2] = 1;
    run honest(0); run honest(1); run honest(2)
  }
}
