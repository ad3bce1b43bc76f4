/// The one way in which a command brings something to the ledger: show it, ask, sign, store, send,
/// report. Include in .cpp files only: it brings Boost.JSON.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chain/sealed_annex.h"
#include "client/delivery.h"
#include "client/order.h"
#include "wallet-cli/output.h"

namespace vostro::wallet {

using Lines = std::vector<std::pair<std::string, std::string>>;

/// Every field of what is signed, as "debtor", "credit.amount.currency", ...
void append_fields(const std::string& name, const json::value& value, Lines& to);

struct Order {
  std::string title;  ///< "Payment"
  Lines lines;        ///< what is shown before signing, after the network
  chain::Body body;
  Uuid id;
  UnixSeconds valid_until;
  bool wait = true;
  std::optional<chain::SealedAnnex> annex = {};  ///< given to the node once signed, before sending
};

/// A day from now, or as long as the network allows where that is less.
[[nodiscard]] UnixSeconds default_valid_until(Wallet& wallet);

/// Shows network and lines, and asks. Throws Stop (declined; usage where there is nobody to ask and
/// no --yes).
void confirm(Wallet& wallet, const std::string& title, const Lines& lines);

struct Sent {
  client::StoredOrder order;
  client::Delivery delivery;
};
/// Confirms, signs with the settings' keys, stores, and sends. Throws Stop where nothing was sent.
[[nodiscard]] Sent sign_and_send(Wallet& wallet, Order order);

[[nodiscard]] Exit exit_of(const client::Delivery& delivery, bool waited);
[[nodiscard]] json::object delivery_json(const chain::OwnedId& name,
                                         const client::Delivery& delivery);
[[nodiscard]] std::string delivery_text(Wallet& wallet, const chain::OwnedId& name,
                                        const client::Delivery& delivery);
/// Reports and ends the command.
Exit finish_delivery(Wallet& wallet, const chain::OwnedId& name, const client::Delivery& delivery,
                     bool waited, json::object extra = {});
/// All of it.
Exit order(Wallet& wallet, Order order, json::object extra = {});

}  // namespace vostro::wallet
