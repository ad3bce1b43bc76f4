/// What no schema can say about a message: counts, sums, currencies, repeated ids. Problems name
/// the element; the caller knows its line. Internal to message.cpp and its tests.
#pragma once

#include "iso20022/message.h"

namespace vostro::iso20022 {

void check_rules(const MessageType& type, const Body& body, Problems& problems);
void check_header(const Header& header, const MessageType& of_document, bool takes_any_version,
                  Problems& problems);

}  // namespace vostro::iso20022
