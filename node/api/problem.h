/// The problems of the node's own: what the ledger, its books and its store say. Those of any
/// request are in net/http/problem.h.
#pragma once

#include "net/http/problem.h"

namespace vostro::node::api {

using net::http::ProblemDetail;
using net::http::ProblemKind;
using net::http::refuse;

namespace problems {
using namespace net::http::problems;  // NOLINT: one list, of which handlers see no seam

inline constexpr ProblemKind store_failed{503, "store-failed", "The node's store cannot be read."};
// The ledger's answers.
inline constexpr ProblemKind id_used{409, "id-used", "The id was used with other content."};
inline constexpr ProblemKind not_authorised{409, "not-authorised",
                                            "The signatures do not meet the policy."};
inline constexpr ProblemKind unknown_webhook{404, "unknown-webhook", "There is no such webhook."};
inline constexpr ProblemKind too_many_webhooks{409, "too-many-webhooks",
                                               "There are as many webhooks as this node keeps."};
inline constexpr ProblemKind callback_refused{422, "callback-refused",
                                              "Webhooks may not call this address."};
inline constexpr ProblemKind outside_window{422, "outside-window",
                                            "valid_until has passed, or is too far ahead."};
inline constexpr ProblemKind busy{429, "busy", "Too much is waiting; nothing was kept."};
inline constexpr ProblemKind halted{503, "halted", "The node has halted."};
inline constexpr ProblemKind disk_full{
    503, "disk-full", "The node's disk is full up to its reserve; nothing was kept."};
inline constexpr ProblemKind not_ready{503, "not-ready", "The node takes no transactions now."};
inline constexpr ProblemKind unknown_transaction{404, "unknown-transaction",
                                                 "This node never saw such a transaction."};
inline constexpr ProblemKind unknown_payment{404, "unknown-payment",
                                             "This node knows no such payment."};
inline constexpr ProblemKind ambiguous_uetr{
    409, "ambiguous-uetr", "Several payments bear this UETR: say whose with agent."};
inline constexpr ProblemKind not_settled{409, "not-settled",
                                         "The payment has not settled: there is nothing to prove."};
inline constexpr ProblemKind unknown_account{404, "unknown-account", "There is no such account."};
inline constexpr ProblemKind unknown_block{404, "unknown-block", "There is no such block yet."};
inline constexpr ProblemKind state_not_kept{410, "state-not-kept",
                                            "The state of that height is no longer kept here."};
inline constexpr ProblemKind history_elsewhere{410, "history-elsewhere",
                                               "The blocks of that time are not kept here."};
inline constexpr ProblemKind other_bank{403, "other-bank", "These are another bank's objects."};
inline constexpr ProblemKind unknown_approval{404, "unknown-approval",
                                              "No such order waits for approval here."};
inline constexpr ProblemKind unknown_evidence{404, "unknown-evidence",
                                              "There is no evidence of such an act here."};
inline constexpr ProblemKind approval_refused{409, "approval-refused",
                                              "A person of the bank has refused the order."};
inline constexpr ProblemKind approval_closed{409, "approval-closed",
                                             "The order waits for approval no more."};
inline constexpr ProblemKind own_request{403, "own-request",
                                         "A person who has signed an order does not approve it."};
inline constexpr ProblemKind bad_annex{400, "bad-annex",
                                       "The body is no sealed annex of this order."};
inline constexpr ProblemKind unknown_annex{404, "unknown-annex", "No such annex is here."};
inline constexpr ProblemKind annex_mismatch{409, "annex-mismatch",
                                            "The ledger does not hold this annex's hash."};
inline constexpr ProblemKind annex_erased{410, "annex-erased", "This annex was erased here."};
inline constexpr ProblemKind too_many_annexes{429, "too-many-annexes",
                                              "There are as many annexes as this node keeps."};
inline constexpr ProblemKind bad_quote{
    400, "bad-quote", "The quote is malformed, of another network, or badly signed."};
inline constexpr ProblemKind quote_signer{409, "quote-signer-unknown",
                                          "The provider's policy does not know the quote's key."};
inline constexpr ProblemKind quote_expired{422, "quote-expired",
                                           "The quote has expired, or lives too long."};
inline constexpr ProblemKind quote_closed{
    409, "quote-closed", "The quote was withdrawn, or nothing is left of its limit."};
inline constexpr ProblemKind too_many_quotes{429, "too-many-quotes",
                                             "The provider has too many live quotes."};
}  // namespace problems

}  // namespace vostro::node::api
