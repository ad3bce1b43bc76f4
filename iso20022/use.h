/// What becomes of an element of a message. Plain data.
#pragma once

#include <cstdint>
#include <string_view>

namespace vostro::iso20022 {

enum class Use : std::uint8_t {
  ledger,   ///< It has a place on the ledger: in an order, or it decides which order.
  matched,  ///< It finds the payment, message or account that is meant.
  checked,  ///< It is compared with what the message holds; a difference refuses the message.
  annex,    ///< It travels sealed between the two banks, never on the ledger.
  journal,  ///< It stays in the message's journal, under the payment's UETR.
  inside,   ///< As what it stands in: a name is of the debtor, or of a creditor.
};
[[nodiscard]] std::string_view to_string(Use use);

}  // namespace vostro::iso20022
