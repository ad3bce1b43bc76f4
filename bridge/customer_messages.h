/// Messages between a participant bank's core system and the bridge, to and from what the flows act
/// on. Beside messages.h, which has the settlement agent's; the two are the files of the bridge
/// that know iso20022. Writing the same gives the same bytes. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "bridge/flow/customer.h"

namespace vostro::iso20022 {
struct CancellationAnswer;
struct CancellationRequest;
struct CustomerTransfers;
struct InitiationMessage;
struct Returns;
}  // namespace vostro::iso20022

namespace vostro::bridge {

/// `sender` and the message's ids give an order without UETR one that follows from them.
[[nodiscard]] CustomerOrders orders_of(const iso20022::InitiationMessage& from, const Bic& sender);
[[nodiscard]] CustomerOrders orders_of(const iso20022::CustomerTransfers& from);
[[nodiscard]] RecallRequest recalls_of(const iso20022::CancellationRequest& from);
[[nodiscard]] RecallAnswer recall_answers_of(const iso20022::CancellationAnswer& from);
[[nodiscard]] ReturnOrders returns_of(const iso20022::Returns& from);

/// Out of the pacs.008 that travels in an annex. Errors: a sentence that quotes nothing of it.
[[nodiscard]] Result<PaymentDetails, std::string> read_details(std::string_view pacs008);
/// The same of one that the book keeps: it passed its guideline when it was read, or written.
[[nodiscard]] Result<PaymentDetails, std::string> read_known_details(std::string_view pacs008);
/// Whether somebody can be asked about by that name: it has a letter or a digit of any script.
[[nodiscard]] bool is_named(std::string_view name);

/// Who the file is from and to: the bridge's bank, and the system at the other end of its channel.
struct Channel {
  Bic from;
  Bic to;
};
// Each with its header. Errors: a sentence; something has no place in the message.
[[nodiscard]] Result<std::string, std::string> write_status(const Channel& channel,
                                                            const StatusNote& note);
[[nodiscard]] Result<std::string, std::string> write_credit(const Channel& channel,
                                                            const CreditNotice& notice);
/// pacs.008 for the creditor's core system: `details` with the day on which it settled.
[[nodiscard]] Result<std::string, std::string> write_inward(const Channel& channel,
                                                            const std::string& message_id,
                                                            UnixSeconds created, Date settled,
                                                            const std::string& details);
[[nodiscard]] Result<std::string, std::string> write_recall(const Channel& channel,
                                                            const PaymentNote& note);
/// camt.029: agreed to where the code is empty.
[[nodiscard]] Result<std::string, std::string> write_recall_answer(const Channel& channel,
                                                                   const PaymentNote& note);
[[nodiscard]] Result<std::string, std::string> write_return(const Channel& channel,
                                                            const PaymentNote& note);

}  // namespace vostro::bridge
