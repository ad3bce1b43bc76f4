/// XML Schemas as guards: our own guidelines, which are compiled in, and those that an operator
/// adds. Nothing is fetched and no file is opened: what a schema includes must be one of our own.
/// Any thread; libxml2 stays in schema.cpp.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "iso20022/element.h"
#include "iso20022/problem.h"

namespace vostro::iso20022 {

struct SchemaText {
  std::string_view name;  ///< "pacs.008.001.08.xsd"
  std::string_view text;
};
/// Our guidelines as they ship (iso20022/schemas).
[[nodiscard]] std::span<const SchemaText> guideline_texts();

/// Immutable once made.
class Schema {
 public:
  /// Errors: no well-formed XML, no XML Schema, no target namespace, an include of something else.
  [[nodiscard]] static Result<Schema, std::string> make(std::string_view text);

  [[nodiscard]] const std::string& name_space() const { return name_space_; }
  /// Adds what is wrong in the tree, which has the schema's root element on top. True where nothing
  /// is.
  bool check(const Element& root, Problems& problems) const;

 private:
  struct Compiled;
  Schema(std::string name_space, std::shared_ptr<const Compiled> compiled)
      : name_space_(std::move(name_space)), compiled_(std::move(compiled)) {}

  std::string name_space_;
  std::shared_ptr<const Compiled> compiled_;
};

/// The guideline of a namespace; null where we have none. Compiled at first use.
[[nodiscard]] const Schema* guideline_of(std::string_view name_space);

/// Schemas by namespace, as an operator keeps the official ones in `schema_dir`.
class SchemaSet {
 public:
  /// Errors: those of Schema::make; a second schema for one namespace.
  [[nodiscard]] Result<void, std::string> add(std::string_view text);
  [[nodiscard]] const Schema* find(std::string_view name_space) const;
  [[nodiscard]] std::size_t size() const { return schemas_.size(); }

 private:
  std::map<std::string, Schema, std::less<>> schemas_;
};

}  // namespace vostro::iso20022
