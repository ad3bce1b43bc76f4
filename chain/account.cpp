#include "chain/account.h"

namespace vostro::chain {

std::string to_text(const AccountId& account) {
  return vostro::to_text(account.owner) + "/" + account.label;
}

Result<AccountId, IdentifierError> parse_account(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return fail(IdentifierError::wrong_structure);
  const auto owner = parse_bic(text.substr(0, slash));
  if (!owner) return fail(owner.error());
  auto label = parse_label(text.substr(slash + 1));
  if (!label) return fail(label.error());
  return AccountId{*owner, *std::move(label)};
}

bool is_valid(const AccountId& account) {
  return vostro::is_valid(account.owner) && parse_label(account.label).has_value();
}

std::string to_text(const OwnedId& name) {
  return vostro::to_text(name.owner) + ":" + vostro::to_text(name.id);
}

}  // namespace vostro::chain
