/// Which message it is: kind and version, from the namespace of its Document. The table of what is
/// read and written. Pure; any thread. Source: issue 5, point 2 (versions).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace vostro::iso20022 {

enum class Kind : std::uint8_t {
  head_001,
  pain_001,
  pain_002,
  pacs_002,
  pacs_004,
  pacs_008,
  pacs_009,
  camt_029,
  camt_052,
  camt_053,
  camt_054,
  camt_056,
};
using KindMask = std::uint32_t;
inline constexpr KindMask all_kinds = ~KindMask{0};
[[nodiscard]] constexpr KindMask mask_of(Kind kind) {
  return KindMask{1} << static_cast<unsigned>(kind);
}

struct MessageType {
  Kind kind = Kind::head_001;
  unsigned version = 0;  ///< 8 for pacs.008.001.08

  bool operator==(const MessageType&) const = default;
};

struct MessageKind {
  Kind kind;
  std::string_view base;   ///< "pacs.008.001."
  unsigned version;        ///< the one that is written, and whose guideline is enforced
  unsigned version_first;  ///< neighbours that are read, those between included
  unsigned version_last;
  std::string_view root;     ///< "FIToFICstmrCdtTrf"; empty for the header
  std::string_view subject;  ///< "a customer's payment from bank to bank"
  bool is_written;           ///< by the bridge; all are written in tests
};
/// In the order of Kind.
[[nodiscard]] std::span<const MessageKind> message_kinds();
[[nodiscard]] const MessageKind& about(Kind kind);
[[nodiscard]] bool is_neighbour(const MessageType& type);

inline constexpr std::string_view iso_name_space = "urn:iso:std:iso:20022:tech:xsd:";
/// "pacs.008.001.08"
[[nodiscard]] std::string to_text(const MessageType& type);
[[nodiscard]] MessageType current(Kind kind);
/// Of "pacs.008.001.08"; empty where the message or its version is none of those that are read.
[[nodiscard]] std::optional<MessageType> parse_message_type(std::string_view text);

}  // namespace vostro::iso20022
