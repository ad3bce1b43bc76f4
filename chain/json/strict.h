/// A strict JSON parser and a reader of its values that remembers the first fault with its path.
/// Include in .cpp files only: it brings Boost.JSON.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/identifiers.h"
#include "base/keys.h"
#include "base/time.h"
#include "chain/account.h"
#include "chain/json/json.h"

namespace vostro::chain {

inline constexpr std::size_t json_depth_max = 16;

/// The value, after everything that json.h calls strict has been checked but the fields' names and
/// types. Errors: not_json to not_an_integer.
[[nodiscard]] Result<boost::json::value, JsonError> parse_strict(std::string_view text);

/// The first fault of a reading; what is read after it does not count.
class JsonProblem {
 public:
  void note(JsonFault fault, std::string where) {
    if (!error_) error_ = JsonError{fault, std::move(where)};
  }
  [[nodiscard]] const std::optional<JsonError>& error() const { return error_; }

 private:
  std::optional<JsonError> error_;
};

/// One value on its path. A getter that meets something else notes the fault and returns an empty
/// value, so a reader function reads all fields straight on and its caller looks at the problem
/// once, at the end.
class JsonIn {
 public:
  JsonIn(const boost::json::value& value, JsonProblem& problem, const ExponentOf& exponents,
         std::string path = {})
      : value_(&value), problem_(&problem), exponents_(&exponents), path_(std::move(path)) {}

  /// Says that this is an object with these fields, all of which must be there but those in
  /// `optional`.
  void has_fields(std::initializer_list<std::string_view> required,
                  std::initializer_list<std::string_view> optional = {}) const;
  /// A field; reads as null where it is absent.
  [[nodiscard]] JsonIn field(std::string_view name) const;
  [[nodiscard]] bool is_null() const { return value_->is_null(); }
  [[nodiscard]] bool is_absent() const;  ///< a field that its object does not have
  [[nodiscard]] bool is_object() const { return value_->is_object(); }
  [[nodiscard]] bool is_array() const { return value_->is_array(); }
  /// Whether anything was refused so far, here or elsewhere.
  [[nodiscard]] bool has_problem() const { return problem_->error().has_value(); }
  /// The elements of an array of at most `max`.
  [[nodiscard]] std::vector<JsonIn> elements(std::size_t max) const;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string text(std::size_t size_max) const;
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] std::uint64_t integer(std::uint64_t max) const;
  template <class T>
  [[nodiscard]] T integer() const {
    return static_cast<T>(integer(static_cast<std::uint64_t>(std::numeric_limits<T>::max())));
  }
  [[nodiscard]] std::int64_t signed_integer() const;
  template <class Fixed>
  [[nodiscard]] Fixed hex() const {
    return parsed<Fixed>([](std::string_view t) { return fixed_from_hex<Fixed>(t); });
  }
  [[nodiscard]] Hash hash() const { return hex<Hash>(); }
  [[nodiscard]] Uuid uuid() const;
  [[nodiscard]] Bic bic() const;
  [[nodiscard]] AccountId account() const;
  [[nodiscard]] OwnedId owned_id() const;      ///< {"owner": BIC, "id": UUID}
  [[nodiscard]] OwnedId payment_name() const;  ///< {"agent": BIC, "uetr": UUID}
  [[nodiscard]] Currency currency() const;
  [[nodiscard]] PublicKey public_key() const;
  [[nodiscard]] Signature signature() const;
  [[nodiscard]] UnixSeconds time() const;
  [[nodiscard]] Date date() const;
  /// {"currency": "EUR", "amount": "1250.00"}
  [[nodiscard]] Money money() const;
  /// The same with a minus sign allowed.
  [[nodiscard]] Money signed_money() const;
  /// Money in a currency that is known from elsewhere: another one is a bad_value.
  [[nodiscard]] MinorUnits units_of(const Currency& currency) const;
  /// Exactly four characters.
  [[nodiscard]] std::array<char, 4> four() const;

  [[nodiscard]] const ExponentOf& exponents() const { return *exponents_; }
  /// The same value, with amounts read by other digits; they must outlive what is made.
  [[nodiscard]] JsonIn with_exponents(const ExponentOf& exponents) const {
    return {*value_, *problem_, exponents, path_};
  }

  /// Text through a parser that returns an optional.
  template <class T, class Parse>
  [[nodiscard]] T parsed(Parse&& parse) const {
    const std::string t = text();
    if (problem_->error()) return T{};
    if (auto value = parse(std::string_view(t))) return *value;
    note(JsonFault::bad_value);
    return T{};
  }
  /// `read(*this)`, or none where this is null or absent.
  template <class Read>
  [[nodiscard]] auto optional(Read&& read) const -> std::optional<decltype(read(*this))> {
    if (is_null()) return std::nullopt;
    return read(*this);
  }

  void note(JsonFault fault) const { problem_->note(fault, path_); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  [[nodiscard]] Money money(bool may_be_negative) const;

  const boost::json::value* value_;
  JsonProblem* problem_;
  const ExponentOf* exponents_;
  std::string path_;
};

}  // namespace vostro::chain
