/// Files from the bank, one after the other: known ones are put away, unsigned and wrong ones go to
/// quarantine, and each good one is taken in one transaction of the book. Source: threat model 2.7,
/// rows B1 to B9.
#pragma once

#include <functional>

#include "bridge/channel/directories.h"
#include "bridge/flow/ledger_events.h"
#include "bridge/parser/parser.h"

namespace vostro::bridge {

/// Reads a message, whose bytes are signed: a Parser does. What cannot be read now stays in `in`.
using ReadMessage = std::function<Result<IncomingMessage, ReadFault>(
    std::string_view text, const Bic& receiver, const std::optional<Bic>& customers_sender)>;

/// What was posted, and what lies in `in` now; true: there is more, look again at once. Errors:
/// those of the book; a directory that cannot be read is logged, and looked at again.
[[nodiscard]] Result<bool, BookError> take_files(Book& book, Directories& directories,
                                                 const Rules& rules, UnixMillis now,
                                                 const ReadMessage& read,
                                                 const std::vector<ReceivedFile>& posted = {});

}  // namespace vostro::bridge
