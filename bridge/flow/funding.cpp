#include "bridge/flow/funding.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "bridge/book/breaks.h"

namespace vostro::bridge {
namespace {

constexpr std::string_view kMark = "VOSTRO/";
constexpr std::uint32_t kTriesLookedFor = 8;
constexpr std::size_t kNamedMax = 280;  // what of the texts is shown to who resolves a doubt

std::optional<chain::AccountId> account_at(std::string_view text) {
  std::size_t end = 0;
  const auto is_part = [](char c) {
    return is_digit(c) || is_upper(c) || is_lower(c) || c == '/' || c == '-';
  };
  while (end < text.size() && is_part(text[end])) ++end;
  std::string name(text.substr(0, end));
  const std::size_t slash = name.find('/');
  if (slash == std::string::npos) return std::nullopt;
  for (std::size_t i = slash; i < name.size(); ++i)
    if (is_upper(name[i])) name[i] = static_cast<char>(name[i] - 'A' + 'a');
  const auto account = chain::parse_account(name);
  return account ? std::optional(*account) : std::nullopt;
}

std::string shown_texts(const std::vector<std::string>& texts) {
  std::string shown;
  for (const std::string& text : texts) shown += (shown.empty() ? "" : " | ") + text;
  // Cut where a character begins.
  std::size_t size = std::min(shown.size(), kNamedMax);
  while (size < shown.size() && size > 0 &&
         (static_cast<unsigned char>(shown[size]) & 0xC0) == 0x80)
    --size;
  shown.resize(size);
  return shown;
}

/// The ledger refused for a reason that its receipt names.
std::string word_of(const chain::Receipt& receipt) {
  return receipt.reason ? "ledger_" + std::string(chain::to_string(*receipt.reason))
                        : "ledger_" + std::string(chain::to_string(receipt.status));
}

void to_suspense(BookTransaction& book, Funding& funding, std::string reason) {
  funding.state = FundingState::suspense;
  funding.reason = std::move(reason);
  update(book, funding, funding.reason);
  book.move("doubted", key_of(funding), BookAccount::suspense, BookAccount::issuing,
            funding.amount);
  book.raise("suspense/" + key_of(funding), to_text(funding.amount.currency) + " entry " +
                                                funding.bank_reference +
                                                " is in suspense: " + funding.reason);
}

}  // namespace

std::vector<chain::AccountId> accounts_named(const std::vector<std::string>& texts) {
  std::set<chain::AccountId> found;
  for (const std::string_view text : texts)
    for (std::size_t at = text.find(kMark); at != std::string_view::npos;
         at = text.find(kMark, at + 1))
      if (const auto account = account_at(text.substr(at + kMark.size()))) found.insert(*account);
  return {found.begin(), found.end()};
}

Match match_credit(const BridgeConfig& config, const FiatEntry& entry, Date today) {
  const auto doubt = [](std::string word) { return Match{std::nullopt, std::move(word)}; };
  if (entry.is_reversal) return doubt("reversal");
  if (entry.payments != 1) return doubt("several_payments");
  const Pool* pool = config.pool_of_account(entry.account);
  if (pool == nullptr || pool->currency != entry.amount.currency) return doubt("wrong_currency");
  if (entry.value &&
      (entry.value->value > today.value + 1 ||
       entry.value->value < today.value - static_cast<std::int32_t>(config.entry_age_days_max)))
    return doubt("odd_date");
  const auto named = accounts_named(entry.texts);
  if (named.empty()) return doubt("no_account_named");
  if (named.size() > 1) return doubt("several_accounts_named");
  const Standing* standing = config.standing(named.front().owner, entry.amount.currency);
  if (standing == nullptr) return doubt("no_standing_instruction");
  if (std::ranges::find(standing->pays_from, entry.debtor_account) == standing->pays_from.end())
    return doubt("other_debtor");
  return {named.front(), {}};
}

void fund(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker,
          const FiatEntry& entry) {
  Funding funding;
  funding.fiat_account = entry.account;
  funding.bank_reference = entry.reference;
  funding.entry = client::fiat_entry_hash(entry.account, entry.reference);
  funding.amount = entry.amount;
  funding.named = shown_texts(entry.texts);
  funding.debtor = entry.debtor_account;
  funding.received = book.now();

  const Date today(static_cast<std::int32_t>(book.now().value / 86'400'000));
  const Match match = match_credit(config, entry, today);
  funding.account = match.account;
  funding.reason = match.doubt;
  book.move("credit", key_of(funding), match.account ? BookAccount::issuing : BookAccount::suspense,
            BookAccount::nostro, entry.amount);
  if (!match.account) {
    insert(book, funding, match.doubt);
    book.raise("suspense/" + key_of(funding), to_text(entry.amount.currency) + " entry " +
                                                  entry.reference +
                                                  " is in suspense: " + match.doubt);
    return;
  }
  // Issued already, and the book did not know: it was restored from an older copy, or somebody
  // issued by hand with the bank's reference.
  for (std::uint32_t attempt = 1; attempt <= kTriesLookedFor; ++attempt) {
    const chain::OwnedId order{maker.agent(), client::issue_id(funding.entry, attempt)};
    const auto stranger = find_stranger(book, chain::to_text(order));
    if (!stranger || stranger->amount != funding.amount) continue;
    funding.attempt = attempt;
    funding.order = order.id;
    funding.state = FundingState::issued;
    insert(book, funding, "issued before the book knew it");
    book.move("issued", key_of(funding), BookAccount::unmatched, BookAccount::issuing,
              funding.amount);
    remove_stranger(book, stranger->id);
    book.clear("stranger/" + stranger->id);
    close_break(book, BreakKind::unbacked_issue, funding.amount.currency, stranger->id);
    return;
  }
  funding.state = FundingState::issuing;
  maker.issue(book, funding);
  insert(book, funding, "matched");
}

void on_issue(BookTransaction& book, Funding funding, const chain::Receipt& receipt) {
  const std::string order = chain::to_text(receipt.id);
  remove_from_outbox(book, order);
  book.clear("order/" + order);
  if (funding.state == FundingState::issued) return;
  const bool was_issuing = funding.state == FundingState::issuing;
  if (receipt.status != chain::Status::done) {
    if (was_issuing && receipt.reason == chain::Reason::reserves_short) {
      // For whom it is is beyond doubt: it waits for the next attestation.
      update(book, funding, word_of(receipt));
      book.raise("reserves/" + to_text(funding.amount.currency),
                 "the ledger does not issue " + to_text(funding.amount.currency) +
                     ": the reserves that were attested last do not cover it, or are too old");
      return;
    }
    if (was_issuing) to_suspense(book, funding, word_of(receipt));
    return;
  }
  // From suspense too: the ledger's word is final, whatever was thought of the order before.
  funding.state = FundingState::issued;
  funding.reason.clear();
  update(book, funding, "final on the ledger");
  book.move("issued", key_of(funding), BookAccount::ledger,
            was_issuing ? BookAccount::issuing : BookAccount::suspense, funding.amount);
  book.clear("suspense/" + key_of(funding));
}

void on_issue_expired(BookTransaction& book, const OrderMaker& maker, Funding funding) {
  if (funding.state != FundingState::issuing || !funding.order) return;
  const std::string old = chain::to_text(chain::OwnedId{maker.agent(), *funding.order});
  remove_from_outbox(book, old);
  book.clear("order/" + old);
  maker.issue(book, funding);
  update(book, funding, "the order expired");
}

void on_issue_refused(BookTransaction& book, Funding funding, const std::string& why) {
  if (funding.state != FundingState::issuing) return;
  to_suspense(book, funding, why);
}

std::vector<std::string> persons_for(BookTransaction& book, const BridgeConfig& config,
                                     const Hash& network_id, const Funding& funding,
                                     const chain::AccountId& account) {
  std::set<std::string> persons;
  for (const Decision& each : decisions_on(book, funding.entry)) {
    const Person* person = config.person(each.signer);
    if (person == nullptr || person->name != each.person || each.account != account) continue;
    const Bytes message = decision_message(network_id, funding, each.account, each.reason);
    if (is_valid_signature(each.signer, message, each.signature)) persons.insert(person->name);
  }
  return {persons.begin(), persons.end()};
}

void act_on_decisions(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker) {
  for (Funding& funding : fundings_in(book, FundingState::suspense)) {
    for (const Decision& each : decisions_on(book, funding.entry)) {
      const auto persons = persons_for(book, config, maker.network_id(), funding, each.account);
      if (persons.size() < 2) continue;
      funding.state = FundingState::issuing;
      funding.account = each.account;
      funding.reason.clear();
      maker.issue(book, funding);
      update(book, funding, "resolved by " + persons[0] + " and " + persons[1]);
      book.move("resolved", key_of(funding), BookAccount::issuing, BookAccount::suspense,
                funding.amount);
      book.clear("suspense/" + key_of(funding));
      break;
    }
  }
}

}  // namespace vostro::bridge
