/// A reconciliation in words, JSON and CSV. Pure.
#pragma once

#include <string>

#include "bridge/reconcile.h"
#include "bridge/reconcile_position.h"

namespace vostro::bridge {

/// For a controller to read and sign.
[[nodiscard]] std::string to_report(const Reconciliation& reconciliation);
[[nodiscard]] std::string to_json(const Reconciliation& reconciliation);
/// One line a figure: section, currency, who or what, name of the figure, value. RFC 4180.
[[nodiscard]] std::string to_csv(const Reconciliation& reconciliation);
[[nodiscard]] std::string to_csv(const PositionReport& report);

}  // namespace vostro::bridge
