/// The one canonical binary encoding (docs/encoding.md), by cereal behind an archive that trusts no
/// byte: sizes are checked before anything is allocated, trailing bytes, unlisted enumerators and
/// bools above 1 are refused, map keys ascend, depth is limited, and what decodes must encode to
/// the same bytes. Integers are little-endian.
///
/// Include this in .cpp files only: it brings cereal. Types declare their fields with
/// base/fields.h.
#pragma once

#include <algorithm>
#include <array>
#include <cereal/cereal.hpp>
#include <concepts>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "base/decode_error.h"
#include "base/fields.h"
#include "base/result.h"

namespace vostro {

/// Thrown inside the archive, never out of `decode`.
struct DecodeFault {
  DecodeError error;
};

class Encoder : public cereal::OutputArchive<Encoder, cereal::AllowEmptyClassElision> {
 public:
  Encoder() : OutputArchive(this) {}

  void put(const void* data, std::size_t size) {
    if (size == 0) return;
    if (out_.size() - used_ < size)
      out_.resize(std::max(2 * out_.size(), used_ + size + room_first));
    std::memcpy(out_.data() + used_, data, size);
    used_ += size;
  }
  [[nodiscard]] Bytes take() {
    out_.resize(std::exchange(used_, 0));
    return std::move(out_);
  }

 private:
  // Most records fit into it: most fields are a few bytes, and each would make a vector grow.
  static constexpr std::size_t room_first = 128;
  Bytes out_;  ///< encoded up to `used_`, then room
  std::size_t used_ = 0;
};

class Decoder : public cereal::InputArchive<Decoder, cereal::AllowEmptyClassElision> {
 public:
  static constexpr int depth_max = 8;

  explicit Decoder(ByteView in) : InputArchive(this), in_(in) {}

  void get(void* data, std::size_t size) {
    if (size > left()) refuse(DecodeReason::truncated);
    if (size > 0) std::memcpy(data, in_.data() + position_, size);
    position_ += size;
  }
  [[nodiscard]] std::size_t left() const { return in_.size() - position_; }
  [[nodiscard]] std::size_t position() const { return position_; }
  [[noreturn]] void refuse(DecodeReason reason) const { throw DecodeFault{{reason, position_}}; }

  void descend() {
    if (++depth_ > depth_max) refuse(DecodeReason::too_deep);
  }
  void ascend() { --depth_; }

  /// Refuses a count above its cap, or one whose smallest elements would not fit into what is left.
  void check_count(std::size_t count, std::size_t max, std::size_t element_size_min) const {
    if (count > max) refuse(DecodeReason::too_long);
    if (element_size_min > 0 && count > left() / element_size_min) refuse(DecodeReason::truncated);
  }

 private:
  ByteView in_;
  std::size_t position_ = 0;
  int depth_ = 0;
};

}  // namespace vostro

// cereal has a rule of its own for enumerations, which checks nothing: ours is the one to take.
namespace cereal {
template <class T>
requires std::is_enum_v<T>
struct specialize<vostro::Encoder, T, specialization::non_member_load_save> : std::true_type {
};
template <class T>
requires std::is_enum_v<T>
struct specialize<vostro::Decoder, T, specialization::non_member_load_save> : std::true_type {
};
}  // namespace cereal
CEREAL_SETUP_ARCHIVE_TRAITS(vostro::Decoder, vostro::Encoder)

namespace vostro {

namespace codec_detail {

template <std::size_t Max>
using Length =
    std::conditional_t<(Max <= 0xFF), std::uint8_t,
                       std::conditional_t<(Max <= 0xFFFF), std::uint16_t, std::uint32_t>>;

template <class T>
void put_integer(Encoder& archive, T value) {
  using Unsigned = std::make_unsigned_t<T>;
  std::array<Byte, sizeof(T)> bytes;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    bytes[i] = static_cast<Byte>(static_cast<Unsigned>(value) >> (8 * i));
  archive.put(bytes.data(), bytes.size());
}

template <class T>
T get_integer(Decoder& archive) {
  using Unsigned = std::make_unsigned_t<T>;
  std::array<Byte, sizeof(T)> bytes;
  archive.get(bytes.data(), bytes.size());
  Unsigned value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<Unsigned>(value | static_cast<Unsigned>(Unsigned{bytes[i]} << (8 * i)));
  return static_cast<T>(value);
}

template <class T>
inline constexpr bool is_byte_like =
    std::is_same_v<T, char> || std::is_same_v<T, Byte> || std::is_same_v<T, std::byte>;

template <class Variant, std::size_t Index = 0>
void load_alternative(Decoder& archive, Variant& variant, std::uint8_t tag) {
  if constexpr (Index == std::variant_size_v<Variant>) {
    archive.refuse(DecodeReason::unknown_tag);
  } else {
    using Alternative = std::variant_alternative_t<Index, Variant>;
    if (Alternative::tag == tag) {
      archive(variant.template emplace<Index>());
    } else {
      load_alternative<Variant, Index + 1>(archive, variant, tag);
    }
  }
}

}  // namespace codec_detail

// Integers, bool, enumerations.
template <class T>
requires(std::is_integral_v<T> &&
         !std::is_same_v<T, bool>) void CEREAL_SAVE_FUNCTION_NAME(Encoder& archive,
                                                                  const T& value) {
  codec_detail::put_integer(archive, value);
}
template <class T>
requires(std::is_integral_v<T> &&
         !std::is_same_v<T, bool>) void CEREAL_LOAD_FUNCTION_NAME(Decoder& archive, T& value) {
  value = codec_detail::get_integer<T>(archive);
}
inline void CEREAL_SAVE_FUNCTION_NAME(Encoder& archive, const bool& value) {
  codec_detail::put_integer<std::uint8_t>(archive, value ? 1 : 0);
}
inline void CEREAL_LOAD_FUNCTION_NAME(Decoder& archive, bool& value) {
  const auto byte = codec_detail::get_integer<std::uint8_t>(archive);
  if (byte > 1) archive.refuse(DecodeReason::not_a_bool);
  value = byte == 1;
}
template <class T>
requires std::is_enum_v<T>
void CEREAL_SAVE_FUNCTION_NAME(Encoder& archive, const T& value) {
  codec_detail::put_integer(archive, static_cast<std::underlying_type_t<T>>(value));
}
template <class T>
requires std::is_enum_v<T>
void CEREAL_LOAD_FUNCTION_NAME(Decoder& archive, T& value) {
  value = static_cast<T>(codec_detail::get_integer<std::underlying_type_t<T>>(archive));
  if (!is_listed(value)) archive.refuse(DecodeReason::unlisted_enumerator);
}

// Fixed arrays, optionals, pairs.
template <class T, std::size_t Size>
void CEREAL_SAVE_FUNCTION_NAME(Encoder& archive, const std::array<T, Size>& array) {
  if constexpr (codec_detail::is_byte_like<T>) {
    archive.put(array.data(), Size);
  } else {
    for (const T& element : array) archive(element);
  }
}
template <class T, std::size_t Size>
void CEREAL_LOAD_FUNCTION_NAME(Decoder& archive, std::array<T, Size>& array) {
  if constexpr (codec_detail::is_byte_like<T>) {
    archive.get(array.data(), Size);
  } else {
    for (T& element : array) archive(element);
  }
}
template <class T>
void CEREAL_SAVE_FUNCTION_NAME(Encoder& archive, const std::optional<T>& value) {
  archive(value.has_value());
  if (value) archive(*value);
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(Decoder& archive, std::optional<T>& value) {
  bool present = false;
  archive(present);
  value.reset();
  if (present) archive(value.emplace());
}
template <class A, class B>
void CEREAL_SAVE_FUNCTION_NAME(Encoder& archive, const std::pair<A, B>& pair) {
  archive(pair.first, pair.second);
}
template <class A, class B>
void CEREAL_LOAD_FUNCTION_NAME(Decoder& archive, std::pair<A, B>& pair) {
  archive(pair.first, pair.second);
}

// Containers with a cap.
template <std::size_t Max, class Container>
void CEREAL_SAVE_FUNCTION_NAME(Encoder& archive, const Bounded<Max, Container>& field) {
  using Element = typename std::remove_const_t<Container>::value_type;
  // A value above its cap was not checked by its maker: a bug of ours, never input.
  VOSTRO_CHECK(field.container.size() <= Max);
  codec_detail::put_integer(archive,
                            static_cast<codec_detail::Length<Max>>(field.container.size()));
  if constexpr (codec_detail::is_byte_like<Element>) {
    archive.put(field.container.data(), field.container.size());
  } else {
    for (const auto& element : field.container) archive(element);
  }
}
template <std::size_t Max, class Container>
void CEREAL_LOAD_FUNCTION_NAME(Decoder& archive, Bounded<Max, Container>& field) {
  using Element = typename Container::value_type;
  const std::size_t count = codec_detail::get_integer<codec_detail::Length<Max>>(archive);
  field.container.clear();
  if constexpr (codec_detail::is_byte_like<Element>) {
    archive.check_count(count, Max, 1);
    field.container.resize(count);
    archive.get(field.container.data(), count);
  } else if constexpr (requires { typename Container::mapped_type; }) {
    archive.check_count(count, Max, encoded_size_min<typename Container::key_type>);
    archive.descend();
    for (std::size_t i = 0; i < count; ++i) {
      std::pair<typename Container::key_type, typename Container::mapped_type> entry;
      archive(entry);
      if (!field.container.empty() && !(field.container.rbegin()->first < entry.first))
        archive.refuse(DecodeReason::keys_not_ascending);
      field.container.insert(field.container.end(), std::move(entry));
    }
    archive.ascend();
  } else if constexpr (requires { typename Container::key_type; }) {
    archive.check_count(count, Max, encoded_size_min<Element>);
    archive.descend();
    for (std::size_t i = 0; i < count; ++i) {
      Element element;
      archive(element);
      if (!field.container.empty() && !(*field.container.rbegin() < element))
        archive.refuse(DecodeReason::keys_not_ascending);
      field.container.insert(field.container.end(), std::move(element));
    }
    archive.ascend();
  } else {
    archive.check_count(count, Max, encoded_size_min<Element>);
    archive.descend();
    // Beyond the first room it grows with what really arrives.
    field.container.reserve(std::min<std::size_t>(count, 1024));
    for (std::size_t i = 0; i < count; ++i) {
      if (i == field.container.capacity()) field.container.reserve(std::min(count, 4 * i));
      archive(field.container.emplace_back());
    }
    archive.ascend();
  }
}

// Variants.
template <class Variant>
void CEREAL_SAVE_FUNCTION_NAME(Encoder& archive, const Tagged<Variant>& field) {
  std::visit(
      [&archive](const auto& alternative) {
        codec_detail::put_integer<std::uint8_t>(archive, std::decay_t<decltype(alternative)>::tag);
        archive(alternative);
      },
      field.variant);
}
template <class Variant>
void CEREAL_LOAD_FUNCTION_NAME(Decoder& archive, Tagged<Variant>& field) {
  const auto tag = codec_detail::get_integer<std::uint8_t>(archive);
  archive.descend();
  codec_detail::load_alternative(archive, field.variant, tag);
  archive.ascend();
}

template <class T>
[[nodiscard]] Bytes encode(const T& value) {
  Encoder archive;
  archive(value);
  return archive.take();
}

/// Errors: DecodeError with the offset at fault, reasons in the order of DecodeReason.
template <class T>
[[nodiscard]] Result<T, DecodeError> decode(ByteView bytes) {
  T value;
  try {
    Decoder archive(bytes);
    archive(value);
    if (archive.left() > 0) archive.refuse(DecodeReason::trailing_bytes);
  } catch (const DecodeFault& fault) {
    return fail(fault.error);
  }
  const Bytes again = encode(value);
  if (!std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()))
    return fail(DecodeError{DecodeReason::not_canonical, 0});
  return value;
}

}  // namespace vostro
