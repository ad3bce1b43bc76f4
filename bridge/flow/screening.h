/// Screening before finality: a payment is asked about before it goes on, and one that hits waits
/// for two persons.
///
///   clear <--lists change--> waiting --two persons--> released, rejected
///                              \--block--> blocking --final--> blocked --> unblocked
///
/// Each function is a step inside one transaction of the book. Source: blueprint 3, "Screening
/// comes before finality"; docs/screening.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bridge/book/screenings.h"
#include "bridge/config.h"
#include "bridge/flow/orders.h"
#include "chain/receipt.h"

namespace vostro::bridge {

/// Screens a payment and keeps the result. Asked again about the same one it says how that stands
/// now, after lists that have changed since were asked, too.
[[nodiscard]] ScreeningState screen_payment(BookTransaction& book,
                                            const screening::Screener& screener,
                                            const ScreeningSubject& subject);
/// None: it was never screened.
[[nodiscard]] std::optional<ScreeningState> screening_of(BookTransaction& book, Direction direction,
                                                         const chain::OwnedId& payment);
/// clear, released, unblocked_pay.
[[nodiscard]] bool may_go_on(ScreeningState state);
/// The payment is over, whatever has become of it. No error where it was never screened.
void close_screening(BookTransaction& book, Direction direction, const chain::OwnedId& payment);

/// It has settled: what waited for a Block or an Unblock of it is for people again.
void on_screened_settled(BookTransaction& book, Direction direction, const chain::OwnedId& payment);

/// A person holds a payment by hand, whatever the lists say; true where it waits now. One that is
/// over or decided stays as it is.
[[nodiscard]] bool hold_by_hand(BookTransaction& book, const ScreeningSubject& subject,
                                const std::string& person, const std::string& reason);

/// Asks the lists again about payments that an older version was asked about: some at a time.
void screen_again(BookTransaction& book, const screening::Screener& screener);

/// What people may decide about it now.
[[nodiscard]] bool may_decide(const Screening& screening, ScreeningAction action);
/// Who of the configuration has signed validly for the same as `like`: two persons decide.
[[nodiscard]] std::vector<std::string> persons_for(BookTransaction& book,
                                                   const BridgeConfig& config,
                                                   const Hash& network_id,
                                                   const Screening& screening,
                                                   const ScreeningDecision& like);
/// Carries out what two persons decided alike.
void act_on_screenings(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker);

/// The ledger's word on a Block or Unblock of ours.
void on_screening_order(BookTransaction& book, Screening screening, const chain::Receipt& receipt);
/// It was in no block in time, and can never be: the next try.
void on_screening_order_expired(BookTransaction& book, const OrderMaker& maker,
                                Screening screening);
/// The bank's own approvers turned it down: people decide anew.
void on_screening_order_refused(BookTransaction& book, Screening screening, const std::string& why);

}  // namespace vostro::bridge
