#include "bridge/participant_config.h"

#include <algorithm>

namespace vostro::bridge {
namespace {

constexpr std::int64_t kDaySeconds = 24 * 3600;

}  // namespace

chain::AccountId Participant::account_at(const Bic& bank) const {
  const auto found = std::ranges::find(routes, bank, &Route::bank);
  return found == routes.end() ? chain::AccountId{bank, account.label} : found->account;
}

Participant read_participant(
    genesis::TableReader& from, const std::vector<const genesis::TomlNode*>& routes, const Bic& us,
    const std::function<std::string(genesis::TableReader&, std::string_view)>& path) {
  Participant made;
  made.account = from.value("account", chain::parse_account, "an account, as BIC/label");
  if (!from.fault().error() && made.account.owner != us)
    from.refuse("account", "it is another bank's: the account is of [bridge] participant");
  const auto seconds = [&](const char* key, std::chrono::seconds& into, std::int64_t max) {
    if (from.has(key)) into = std::chrono::seconds(from.integer(key, 1, max));
  };
  seconds("accept_within_s", made.accept_within, 30 * kDaySeconds);
  seconds("quote_within_s", made.quote_within, kDaySeconds);
  seconds("annex_within_s", made.annex_within, kDaySeconds);
  made.annex_key_file = path(from, "annex_key");
  if (from.has("annex_passphrase_file"))
    made.annex_passphrase_file = path(from, "annex_passphrase_file");
  from.finish();
  for (const genesis::TomlNode* one : routes) {
    genesis::TableReader reader(*one, "[[route]]", from.fault());
    Route route;
    route.bank = reader.value("bank", parse_bic, "a BIC");
    route.account = reader.value("account", chain::parse_account, "an account, as BIC/label");
    if (!from.fault().error() && route.account.owner != route.bank)
      reader.refuse("account", "it is an account of another bank than `bank`");
    if (std::ranges::find(made.routes, route.bank, &Route::bank) != made.routes.end())
      reader.refuse("bank", "it stands twice");
    reader.finish();
    made.routes.push_back(std::move(route));
  }
  return made;
}

}  // namespace vostro::bridge
