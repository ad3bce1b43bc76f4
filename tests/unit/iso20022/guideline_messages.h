/// Messages with everything in them that a guideline allows, made from the guideline's own text: of
/// a choice each alternative comes in one of the variants, of what may repeat there are two. Test
/// code only.
#pragma once

#include <string>

#include "iso20022/element.h"
#include "iso20022/message_type.h"
#include "iso20022/problem.h"

namespace vostro::test {

using iso20022::Element;
using iso20022::Kind;

/// As many as the widest choice has alternatives.
inline constexpr std::size_t message_variants = 5;

/// The Document (of head.001 the AppHdr), in order by every rule: counts and sums are right, ids
/// differ. Without the two things that orders are refused for (intermediaries, agreed rates).
[[nodiscard]] Element fullest_message(Kind kind, std::size_t variant);
/// The same with one of what may repeat: small, and not in order by the rules.
[[nodiscard]] Element leanest_message(Kind kind, std::size_t variant);
/// A header whose MsgDefIdr is that of `of`.
[[nodiscard]] Element fullest_header(Kind of, std::size_t variant);

/// All problems, a line each.
[[nodiscard]] std::string told(const iso20022::Problems& problems);

}  // namespace vostro::test
