/// What a receipt shows, for people. Pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "client/receipt_file.h"

namespace vostro::wallet {

struct ReceiptFacts {
  /// Names are those of the JSON; in the order in which they are shown.
  std::vector<std::pair<std::string, std::string>> fields;
  client::ShownBlock block;
  std::string remark;  ///< what it does not show
};

/// `shown` is what the check of `file` gave.
[[nodiscard]] ReceiptFacts facts_of(const genesis::Definition& definition,
                                    const client::ReceiptFile& file,
                                    const client::ShownBlock& shown);

/// With spaces for underscores, and who signed.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> readable(const ReceiptFacts& facts);

/// A page that needs nothing beside itself: no script, no font, no address.
[[nodiscard]] std::string receipt_page(const ReceiptFacts& facts);

}  // namespace vostro::wallet
