/// What a block is in the tables of schema.h. Pure but for what it remembers of exponents; one
/// thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "audit/replay.h"
#include "audit/sql/database.h"
#include "chain/json/json.h"

namespace vostro::audit {

using Exponents = std::map<Currency, std::uint8_t>;
[[nodiscard]] chain::ExponentOf exponent_of(const Exponents& exponents);
/// Of the currencies in this state.
[[nodiscard]] Exponents exponents_in(const chain::StateReader& state);

/// A record of the state as JSON: participants, accounts, balances, currencies, corridor rules,
/// proposals, parameters, validators. Empty for another one.
[[nodiscard]] std::optional<std::string> record_json(const Bytes& key, const Bytes& value,
                                                     const Exponents& exponents);

class BlockRows {
 public:
  struct Statement {
    std::string text;
    Cells values;
  };

  /// Adds the rows of a block. Blocks come in order.
  void add(const Step& step);
  [[nodiscard]] bool is_empty() const { return rows_.empty(); }
  [[nodiscard]] std::size_t size() const { return count_; }
  /// By table.
  [[nodiscard]] const std::map<std::string, std::vector<Cells>>& rows() const { return rows_; }
  /// Changes of payments that are in the database already, and of currencies; after the rows.
  [[nodiscard]] const std::vector<Statement>& statements() const { return statements_; }
  void clear();

  /// Where a run goes on.
  void learn_currencies(const chain::StateReader& state) { exponents_ = exponents_in(state); }

 private:
  void add_transactions(const Step& step);
  void add_receipts(const Step& step);
  void add_state(const Step& step);
  /// `order`: what the receipt came of.
  void begin_payment(const Step& step, const chain::Receipt& receipt,
                     const chain::Transaction& order);
  void move_payment(const Step& step, const chain::Receipt& receipt);
  void put(const std::string& table, Cells cells);

  std::map<std::string, std::vector<Cells>> rows_;
  std::vector<Statement> statements_;
  Exponents exponents_;
  std::size_t count_ = 0;
};

}  // namespace vostro::audit
