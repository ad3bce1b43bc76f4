/* Names that all three models share. Four validators: three honest ones, which are modelled one by one, and a byzantine
 * one, which is not: its vote is there for whatever others voted for. Sets of honest validators are bit masks 0 to 7.
 *
 * Per view a leader can have two proposals, a and b. More add nothing: three honest votes for three different proposals
 * notarize none of them, just as if those validators had not voted, which no rule demands. Proposals have numbers, so
 * that tables can be indexed: 2 and 3 are those of view 1, 4 and 5 those of view 2, and so on.
 */
#define HONEST 3
#define NONE 0
#define ANCHOR 1
#define A(view) (2 * (view))
#define B(view) (2 * (view) + 1)
#define ENTRIES (2 * VIEWS + 2)
#define ME (1 << h)

/* Q = floor(2n/3) + 1 = 3 (consensus/types.h, quorum_of; spec section 1), the byzantine vote among them. */
#ifdef MUTANT_QUORUM_2
#define QUORUM(set) ((set) != 0)
#else
#define QUORUM(set) ((set) == 3 || (set) >= 5)
#endif
