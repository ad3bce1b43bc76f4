/* Does something get final once the network is good and an honest validator leads?  (spec section 15, L1 to L4)
 *
 * Views below GOOD are as bad as they can be: the leader equivocates or is silent, messages are lost, timers fire at any
 * time, before or after everything else. In view GOOD validator 0 leads, and T(v) is long enough (T >= T*, spec section
 * 10) for what was sent to arrive: its timer does not fire before. There is work all the time (spec section 6).
 *
 * What is certain to come is what is sent again for as long as there is work (Engine::retransmit): the votes of those
 * who are still in the view, FINALIZE votes of all views, and certificates. All else, every first sending and the
 * byzantine vote, comes if the network wants, which may also go on for ever with nothing (the process `network`). So
 * the property needs weak fairness: a validator that can do something, does something at last. No step of a validator
 * can be done twice, so it does all of them at last.
 */
#define VIEWS GOOD
#include "common.pml"

byte cur[HONEST];        /* by validator: its view */
byte notarize[ENTRIES];  /* by proposal: who signed NOTARIZE for it */
byte finalize[ENTRIES];  /* by proposal: who signed FINALIZE for it */
byte nullify[VIEWS + 1]; /* by view: who signed NULLIFY */
byte has_n[ENTRIES];     /* by proposal: who holds its notarization */
byte has_u[VIEWS + 1];   /* by view: who holds its nullification */
byte has_f[ENTRIES];     /* by proposal: who holds its finalization */
byte base;               /* what the honest leader proposed on: NONE, ANCHOR or a proposal */

#define view_of(p) ((p) / 2)
#define is_final(p) (has_f[p] == 7)
#if GOOD == 2
#define some_final (is_final(2) || is_final(3) || is_final(4))
#elif GOOD == 3
#define some_final (is_final(2) || is_final(3) || is_final(4) || is_final(5) || is_final(6))
#endif

/* All three honest validators know that some block is final. */
ltl live { <> some_final }

#define all_in(v) (cur[0] == v && cur[1] == v && cur[2] == v)

/* enter(v+1) upon a certificate of v or higher (Engine::enter). */
#define enter_after(v) if :: cur[h] <= v -> cur[h] = v + 1 :: else fi

/* N[v] := c, then vote_finalize if permitted, then enter (Engine::on_notarization, Engine::may_finalize). */
#define hold_n(v, p)                                                                                       \
  has_n[p] = has_n[p] | ME;                                                                                \
  if                                                                                                       \
  :: !((nullify[v] | finalize[A(v)] | finalize[B(v)] | has_u[v]) & ME) -> finalize[p] = finalize[p] | ME   \
  :: else                                                                                                  \
  fi;                                                                                                      \
  enter_after(v)
/* U[v] := c (Engine::on_nullification). */
#define hold_u(v) has_u[v] = has_u[v] | ME; enter_after(v)
/* Engine::finalize */
#define hold_f(v, p) has_f[p] = has_f[p] | ME; enter_after(v)

#define lacks_n(p) !(has_n[p] & ME)
#define lacks_u(v) !(has_u[v] & ME)
#define lacks_f(p) !(has_f[p] & ME)

/* A certificate of v that somebody holds reaches those whom it moves on: broadcast by its first holder, sent again by
 * each, and given to who is behind (Engine::announce, Engine::retransmit_certificates, Engine::help). Those of older
 * views reach the leader because it asks for them, GET_CERTS (Engine::ask_for_base); others get them in the
 * justification. */
#ifdef MUTANT_KEPT_CERTIFICATES
#define is_sent(v) false
#else
#define is_sent(v) (v >= cur[h])
#endif
#ifdef MUTANT_NO_GET_CERTS
#define is_asked_for false
#else
#define is_asked_for (h == 0 && cur[0] == GOOD)
#endif

/* VIEW timer, in bad views whenever it likes: vote_nullify if permitted, also after an own NOTARIZE
 * (Engine::on_event(TimerFired), Engine::may_nullify). */
#ifdef MUTANT_NO_NULLIFY_AFTER_NOTARIZE
#define may_nullify(v) !((nullify[v] | finalize[A(v)] | finalize[B(v)] | notarize[A(v)] | notarize[B(v)]) & ME)
#else
#define may_nullify(v) !((nullify[v] | finalize[A(v)] | finalize[B(v)]) & ME)
#endif
/* Names are exchangeable: a is the proposal voted for first, and of validators 1 and 2, which are alike, 1 signs the
 * first NOTARIZE in view 1. This only spares work. */
#define is_in_order(v) (v > 1 || h < 2 || ((notarize[A(1)] | notarize[B(1)]) & (ME >> 1)))
#define may_notarize(v) (is_in_order(v) && !((notarize[A(v)] | notarize[B(v)] | nullify[v]) & ME))

/* Certificates of votes that are sent again until they arrive, and of others on their way. */
#define CERTIFICATES(v, p)                                                                                    \
  :: d_step { lacks_n(p) && notarize[p] == 7 && all_in(v) -> hold_n(v, p) }                                   \
  :: d_step { lacks_n(p) && has_n[p] != 0 && (is_sent(v) || is_asked_for) -> hold_n(v, p) }                   \
  :: d_step { lacks_f(p) && finalize[p] == 7 -> hold_f(v, p) }                                                \
  :: d_step { lacks_f(p) && has_f[p] != 0 -> hold_f(v, p) } /* the newest proof goes with every RETX */

/* A view of which nothing can be relied on. */
#define BAD_VIEW(v)                                                                                           \
  :: d_step { cur[h] == v && may_notarize(v) -> notarize[A(v)] = notarize[A(v)] | ME }                        \
  :: d_step { cur[h] == v && may_notarize(v) && notarize[A(v)] != 0 -> notarize[B(v)] = notarize[B(v)] | ME } \
  :: d_step { cur[h] == v && may_nullify(v) -> nullify[v] = nullify[v] | ME }                                 \
  CERTIFICATES(v, A(v)) CERTIFICATES(v, B(v))                                                                 \
  :: d_step { lacks_u(v) && nullify[v] == 7 && all_in(v) -> hold_u(v) }                                       \
  :: d_step { lacks_u(v) && has_u[v] != 0 && (is_sent(v) || is_asked_for) -> hold_u(v) }

/* The highest u below GOOD that is notarized such that all views between are nullified
 * (CertificateTable::find_base, Engine::try_propose). */
#define leads (h == 0 && cur[0] == GOOD && base == NONE)
#define PROPOSE_ON(p, is_base) :: d_step { leads && is_base -> base = p; notarize[A(GOOD)] = ME }
#define mine_n(p) (has_n[p] & 1)
#define mine_u(v) (has_u[v] & 1)

/* The certificates of a justification are taken in, then it draws a NOTARIZE, for its leader builds only what is valid
 * (Engine::accept_propose, Engine::consider). */
#if GOOD == 2
#define take_justification                                                            \
  if :: base == ANCHOR && lacks_u(1) -> hold_u(1) :: else fi;                         \
  if :: view_of(base) == 1 && lacks_n(base) -> hold_n(1, base) :: else fi
#elif GOOD == 3
#define take_justification                                                            \
  if :: base == ANCHOR && lacks_u(1) -> hold_u(1) :: else fi;                         \
  if :: view_of(base) == 1 && lacks_n(base) -> hold_n(1, base) :: else fi;            \
  if :: view_of(base) < 2 && lacks_u(2) -> hold_u(2) :: else fi;                      \
  if :: view_of(base) == 2 && lacks_n(base) -> hold_n(2, base) :: else fi
#endif

proctype honest(byte h) {
end:
  do
  BAD_VIEW(1)
#if GOOD == 2
  PROPOSE_ON(A(1), mine_n(A(1)))
  PROPOSE_ON(B(1), mine_n(B(1)))
  PROPOSE_ON(ANCHOR, (mine_u(1) && !mine_n(A(1)) && !mine_n(B(1))))
#elif GOOD == 3
  BAD_VIEW(2)
  PROPOSE_ON(A(2), mine_n(A(2)))
  PROPOSE_ON(B(2), mine_n(B(2)))
  PROPOSE_ON(A(1), (mine_n(A(1)) && mine_u(2) && !mine_n(A(2)) && !mine_n(B(2))))
  PROPOSE_ON(B(1), (mine_n(B(1)) && mine_u(2) && !mine_n(A(2)) && !mine_n(B(2))))
  PROPOSE_ON(ANCHOR, (mine_u(1) && mine_u(2) && !mine_n(A(1)) && !mine_n(B(1)) && !mine_n(A(2)) && !mine_n(B(2))))
#endif
  :: d_step {
       base != NONE && cur[h] <= GOOD && may_notarize(GOOD) ->
       take_justification; notarize[A(GOOD)] = notarize[A(GOOD)] | ME
     }
  CERTIFICATES(GOOD, A(GOOD))
  od
}

/* The byzantine vote, and early votes on the wire: to whom and when the network likes. */
#define GIVE(v, p)                                                           \
  :: d_step { lacks_n(p) && QUORUM(notarize[p]) -> hold_n(v, p) }            \
  :: d_step { lacks_f(p) && QUORUM(finalize[p]) -> hold_f(v, p) }
#define GIVE_VIEW(v)                                                         \
  GIVE(v, A(v)) GIVE(v, B(v))                                                \
  :: d_step { lacks_u(v) && QUORUM(nullify[v]) -> hold_u(v) }

proctype network() {
  byte h;
  do
  :: atomic {
       if :: h = 0 :: h = 1 :: h = 2 fi;
       if
       GIVE_VIEW(1)
#if GOOD == 3
       GIVE_VIEW(2)
#endif
       GIVE(GOOD, A(GOOD))
       :: true /* nothing, or garbage */
       fi;
       h = 0
     }
  od
}

init {
  atomic {
    cur[0] = 1; cur[1] = 1; cur[2] = 1;
    run network();
    run honest(0); run honest(1); run honest(2)
  }
}
