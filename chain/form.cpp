#include <algorithm>
#include <optional>
#include <string>

#include "base/checked.h"
#include "base/text.h"
#include "chain/transaction.h"

namespace vostro::chain {
namespace {

// 9999-12-31 in days since 1970-01-01: the last date that base/time.h writes.
constexpr Date kDateMax{2'932'896};

/// Where a field stands, as links on the stack: text is made of them only when something is wrong.
class Path {
 public:
  explicit Path(std::string_view name) : name_(name) {}
  Path(const Path& parent, std::string_view name) : parent_(&parent), name_(name) {}
  Path(const Path& parent, std::string_view name, std::size_t index)
      : parent_(&parent), name_(name), index_(index) {}

  [[nodiscard]] std::string text() const {
    std::string text = parent_ == nullptr ? std::string() : parent_->text();
    if (!text.empty() && !name_.empty()) text += '.';
    text += name_;
    if (index_) text += "[" + std::to_string(*index_) + "]";
    return text;
  }

 private:
  const Path* parent_ = nullptr;
  std::string_view name_;
  std::optional<std::size_t> index_;
};

/// Keeps, of all that is wrong, the reason that comes first in FormReason, and the first field with
/// it.
class Findings {
 public:
  void require(bool holds, FormReason reason, const Path& at) {
    if (!holds && is_worse(reason)) error_ = FormError{reason, at.text()};
  }
  void require(bool holds, FormReason reason, const Path& at, std::string_view because) {
    if (!holds && is_worse(reason))
      error_ = FormError{reason, at.text() + " (" + std::string(because) + ")"};
  }
  [[nodiscard]] Result<void, FormError> outcome() const {
    if (error_) return fail(*error_);
    return {};
  }

 private:
  [[nodiscard]] bool is_worse(FormReason reason) const {
    return !error_ || reason < error_->reason;
  }

  std::optional<FormError> error_;
};

template <class Range>
bool is_strictly_ascending(const Range& range) {
  return std::adjacent_find(range.begin(), range.end(), std::greater_equal<>()) == range.end();
}

bool is_given_code(const GivenCode& code) {
  return std::all_of(code.begin(), code.end(), [](char c) { return is_upper(c) || is_digit(c); });
}

bool is_purpose(const Purpose& purpose) {
  return std::all_of(purpose.code.begin(), purpose.code.end(), is_upper);
}

bool may_pay(Bearer bearer, Payer payer) {
  switch (bearer) {
    case Bearer::debt:
      return payer == Payer::debtor;
    case Bearer::cred:
      return payer == Payer::creditor;
    case Bearer::shar:
      return true;
  }
  return false;
}

/// One pass over a transaction: a method for each body, and one for each part that several bodies
/// have.
class FormCheck {
 public:
  FormCheck(const Transaction& transaction, const Hash& network_id)
      : transaction_(transaction), network_id_(network_id) {}

  Result<void, FormError> run() {
    require(transaction_.version == Transaction::version_now, wrong_version, Path("version"));
    require(transaction_.network_id == network_id_, wrong_network, Path("network_id"));
    const bool may_be_derived = std::holds_alternative<Issue>(transaction_.body);
    require(
        version_of(transaction_.id) == 4 || (may_be_derived && version_of(transaction_.id) == 8),
        bad_id, Path("id"));
    check_time(transaction_.valid_until, Path("valid_until"));
    check_signature_list();
    std::visit([this](const auto& body) { check(body); }, transaction_.body);
    return findings_.outcome();
  }

 private:
  using enum FormReason;

  /// What the charges of a credit are held to.
  struct Order {
    const AccountId& debtor;
    Bearer bearer;
    const AccountId* provider = nullptr;  ///< of an FX payment
  };

  template <class... Arguments>
  void require(bool holds, FormReason reason, const Path& at, Arguments... arguments) {
    findings_.require(holds, reason, at, arguments...);
  }

  void check_signature_list() {
    const auto& signatures = transaction_.signatures;
    const Path at("signatures");
    require(!signatures.empty() && signatures.size() <= Transaction::signatures_max,
            bad_signature_list, at);
    for (std::size_t i = 1; i < signatures.size(); ++i)
      require(signatures[i - 1].key < signatures[i].key, bad_signature_list,
              Path(Path(""), "signatures", i));
  }

  // Parts.
  void check_time(UnixSeconds time, const Path& at) {
    require(time <= unix_seconds_max, bad_time, at);
  }
  void check_date(Date date, const Path& at) {
    require(date >= Date(0) && date <= kDateMax, bad_time, at);
  }
  void check_bic(const Bic& bic, const Path& at) { require(is_valid(bic), bad_identifier, at); }
  void check_account(const AccountId& account, const Path& at) {
    require(is_valid(account), bad_identifier, at);
  }
  void check_currency(const Currency& currency, const Path& at) {
    require(is_valid(currency), bad_identifier, at);
  }
  void check_uetr(const Uuid& uetr, const Path& at) { require(version_of(uetr) == 4, bad_id, at); }
  void check_code(const GivenCode& code, const Path& at) {
    require(is_given_code(code), bad_identifier, at);
  }
  void check_amount(MinorUnits amount, const Path& at) {
    require(amount.value > 0, amount_not_positive, at);
    require(amount <= money_max_default, amount_too_large, at);
  }
  void check_money(const Money& money, const Path& at) {
    check_currency(money.currency, Path(at, "currency"));
    check_amount(money.units, Path(at, "amount"));
  }
  void check_name(const OwnedId& payment, const Path& at) {
    check_bic(payment.owner, Path(at, "agent"));
    check_uetr(payment.id, Path(at, "uetr"));
  }
  void check_legal_basis(const std::string& text, const Path& at) {
    require(!text.empty() && text.size() <= legal_basis_size_max && is_clean_text(text), bad_text,
            at);
  }
  void check_quote(const Quote& quote, const Path& at) {
    require(is_well_formed(quote), bad_quote, at);
    require(quote.network_id == network_id_, bad_quote, Path(at, "network_id"));
  }
  void check_policy_form(const Policy& policy, const Path& at) {
    const auto checked = check_policy(policy);
    if (!checked) require(false, bad_policy, at, to_string(checked.error()));
  }
  void check_acceptance(const Acceptance& acceptance) {
    if (acceptance.accept_by) check_time(*acceptance.accept_by, Path("accept_by"));
  }

  void check_credit(const Credit& credit, const Order& order, const Path& at) {
    check_account(credit.creditor, Path(at, "creditor"));
    check_amount(credit.amount, Path(at, "amount"));
    require(credit.creditor != order.debtor, debtor_is_creditor, Path(at, "creditor"));
    if (credit.purpose) require(is_purpose(*credit.purpose), bad_identifier, Path(at, "purpose"));
    check_charges(credit, order, at);
  }

  void check_charges(const Credit& credit, const Order& order, const Path& at) {
    require(credit.charges.size() <= charges_max, bad_charges, Path(at, "charges"));
    std::optional<std::int64_t> creditor_sum = 0;
    for (std::size_t i = 0; i < credit.charges.size(); ++i) {
      const Charge& charge = credit.charges[i];
      const Path charge_at(at, "charges", i);
      const Bic& owner = charge.account.owner;
      const bool is_of_a_party = owner == order.debtor.owner || owner == credit.creditor.owner ||
                                 (order.provider != nullptr && owner == order.provider->owner);
      check_account(charge.account, Path(charge_at, "account"));
      check_amount(charge.amount, Path(charge_at, "amount"));
      require(may_pay(order.bearer, charge.payer), bad_charges, Path(charge_at, "payer"));
      require(is_of_a_party, bad_charges, Path(charge_at, "account"));
      if (charge.payer == Payer::creditor && creditor_sum)
        creditor_sum = checked_add(*creditor_sum, charge.amount.value);
    }
    require(creditor_sum && (*creditor_sum == 0 || *creditor_sum < credit.amount.value),
            bad_charges, Path(at, "charges"));
  }

  /// Execution compares the receipt with a block's; here it only has to be one of a payment.
  void check_original(const Original& original, const Path& at) {
    const auto& facts = original.receipt.payment;
    require(facts.has_value(), bad_original, Path(at, "receipt"));
    if (facts) {
      require(is_valid(facts->debtor) && is_valid(facts->creditor) &&
                  version_of(facts->uetr) == 4 && is_valid(facts->amount.currency) &&
                  facts->amount.units.value > 0,
              bad_original, Path(at, "receipt.payment"));
    }
    require(original.path.siblings.size() <= 32, bad_original, Path(at, "path"));
    const auto& entries = original.receipt.entries;
    const bool entries_are_sound =
        entries.size() <= Receipt::entries_max &&
        std::all_of(entries.begin(), entries.end(), [](const Entry& entry) {
          return !entry.place.account || is_valid(*entry.place.account);
        });
    require(entries_are_sound, bad_original, Path(at, "receipt.entries"));
  }

  // Orders that move money.
  void check(const Payment& body) {
    check_account(body.debtor, Path("debtor"));
    check_currency(body.currency, Path("currency"));
    check_credit(body.credit, {body.debtor, body.bearer}, Path(""));
    check_acceptance(body.acceptance);
  }

  void check(const PaymentBatch& body) {
    check_account(body.debtor, Path("debtor"));
    check_currency(body.currency, Path("currency"));
    check_acceptance(body.acceptance);
    check_amount(body.total, Path("total"));
    std::optional<std::int64_t> sum = 0;
    const Path root("");
    for (std::size_t i = 0; i < body.items.size(); ++i) {
      const BatchItem& item = body.items[i];
      const Path at(root, "items", i);
      check_uetr(item.uetr, Path(at, "uetr"));
      check_credit(item.credit, {body.debtor, body.bearer}, at);
      if (sum) sum = checked_add(*sum, item.credit.amount.value);
    }
    require(!body.items.empty() && body.items.size() <= PaymentBatch::items_max, bad_totals,
            Path("items"));
    require(body.count == body.items.size(), bad_totals, Path("count"));
    require(sum == body.total.value, bad_totals, Path("total"));
    check_uetrs_distinct(body);
  }

  void check_uetrs_distinct(const PaymentBatch& body) {
    std::vector<std::pair<Uuid, std::size_t>> uetrs;
    uetrs.reserve(body.items.size());
    for (std::size_t i = 0; i < body.items.size(); ++i) uetrs.emplace_back(body.items[i].uetr, i);
    std::sort(uetrs.begin(), uetrs.end());
    std::optional<std::size_t> repeated;  // the first item whose UETR stood before
    const auto note = [&](std::size_t i) { repeated = std::min(repeated.value_or(i), i); };
    for (std::size_t i = 0; i < uetrs.size(); ++i) {
      if (uetrs[i].first == transaction_.id) note(uetrs[i].second);
      if (i > 0 && uetrs[i - 1].first == uetrs[i].first) note(uetrs[i].second);
    }
    if (repeated) {
      const Path root("");
      const Path item(root, "items", *repeated);
      require(false, repeated_uetr, Path(item, "uetr"));
    }
  }

  void check(const FxPayment& body) {
    const Quote& quote = body.quote.quote;
    check_account(body.debtor, Path("debtor"));
    check_currency(body.currency, Path("currency"));
    check_credit(body.credit, {body.debtor, body.bearer, &quote.provider}, Path(""));
    check_acceptance(body.acceptance);
    check_money(body.debtor_amount, Path("debtor_amount"));
    const Path at("quote");
    check_quote(quote, at);
    require(quote.sells == body.currency, bad_quote, Path(at, "sells"));
    require(quote.buys == body.debtor_amount.currency, bad_quote, Path(at, "buys"));
    require(quote.provider != body.debtor && quote.provider != body.credit.creditor, bad_quote,
            Path(at, "provider"));
  }

  // Answers.
  void check(const Accept& body) {
    check_account(body.creditor, Path("creditor"));
    check_name(body.payment, Path("payment"));
  }
  void check(const Reject& body) {
    check_account(body.creditor, Path("creditor"));
    check_name(body.payment, Path("payment"));
    check_code(body.code, Path("code"));
  }
  void check(const Block& body) {
    check_account(body.creditor, Path("creditor"));
    check_name(body.payment, Path("payment"));
    check_legal_basis(body.legal_basis, Path("legal_basis"));
  }
  void check(const Unblock& body) {
    check_account(body.creditor, Path("creditor"));
    check_name(body.payment, Path("payment"));
    check_legal_basis(body.legal_basis, Path("legal_basis"));
  }
  void check(const Recall& body) {
    check_account(body.debtor, Path("debtor"));
    check_name(body.payment, Path("payment"));
    check_code(body.code, Path("code"));
    if (body.original) check_original(*body.original, Path("original"));
  }
  void check(const RefuseRecall& body) {
    check_account(body.creditor, Path("creditor"));
    check_name(body.payment, Path("payment"));
    check_code(body.code, Path("code"));
  }
  void check(const ConfirmCredit& body) {
    check_original(body.original, Path("original"));
    check_time(body.credited_at, Path("credited_at"));
  }
  void check(const Return& body) {
    check_original(body.original, Path("original"));
    check_amount(body.amount, Path("amount"));
    check_code(body.code, Path("code"));
  }

  // Fiat.
  void check(const Issue& body) {
    check_bic(body.agent, Path("agent"));
    check_account(body.account, Path("account"));
    check_money(body.money, Path("money"));
  }
  void check(const Redeem& body) {
    check_account(body.account, Path("account"));
    check_money(body.money, Path("money"));
  }
  void check(const RedeemOutcome& body) {
    const Path redeem("redeem");
    check_bic(body.agent, Path("agent"));
    check_bic(body.redeem.owner, Path(redeem, "agent"));
    check_uetr(body.redeem.id, Path(redeem, "id"));
    if (body.code) check_code(*body.code, Path("code"));
    require(body.code.has_value() == (body.result == RedeemResult::failed), bad_combination,
            Path("code"));
  }
  void check(const AttestReserves& body) {
    check_bic(body.agent, Path("agent"));
    check_currency(body.currency, Path("currency"));
    require(body.balance.value >= 0, amount_not_positive, Path("balance"));
    require(body.balance <= money_max_default, amount_too_large, Path("balance"));
    check_time(body.as_of, Path("as_of"));
  }
  void check(const OpenBusinessDate& body) {
    check_bic(body.agent, Path("agent"));
    check_currency(body.currency, Path("currency"));
    check_date(body.date, Path("date"));
  }

  // Accounts and policies.
  void check_terms(const AccountId& account, const std::optional<Policy>& policy,
                   const Accepts& accepts) {
    check_account(account, Path("account"));
    if (policy) check_policy_form(*policy, Path("policy"));
    require(is_well_formed(accepts), bad_accepts, Path("accepts"));
  }
  void check(const OpenAccount& body) { check_terms(body.account, body.policy, body.accepts); }
  void check(const UpdateAccount& body) { check_terms(body.account, body.policy, body.accepts); }
  void check(const UpdatePolicy& body) {
    check_bic(body.participant, Path("participant"));
    if (body.currency) check_currency(*body.currency, Path("currency"));
    check_policy_form(body.policy, Path("policy"));
  }
  void check(const CloseAccount& body) { check_account(body.account, Path("account")); }
  void check(const Freeze& body) { check_account(body.account, Path("account")); }
  void check(const Unfreeze& body) { check_account(body.account, Path("account")); }
  void check(const Cancel& body) {
    require(body.delayed.has_value() != body.quote.has_value(), bad_combination, Path("delayed"));
    if (body.delayed) {
      const Path at("delayed");
      check_bic(body.delayed->owner, Path(at, "agent"));
      const int version = version_of(body.delayed->id);
      require(version == 4 || version == 8, bad_id, Path(at, "id"));
    }
    if (body.quote) check_quote(*body.quote, Path("quote"));
  }

  // Governance.
  void check(const Propose& body) {
    check_bic(body.participant, Path("participant"));
    check_time(body.not_before, Path("not_before"));
    check_time(body.closes_at, Path("closes_at"));
    std::visit([this](const auto& change) { check(change, Path("change")); }, body.change);
  }
  void check(const Vote& body) {
    const Path proposal("proposal");
    check_bic(body.participant, Path("participant"));
    check_bic(body.proposal.owner, Path(proposal, "owner"));
    check_uetr(body.proposal.id, Path(proposal, "id"));
  }
  void check(const Ready& body) {
    check_bic(body.participant, Path("participant"));
    const auto& signatures = transaction_.signatures;
    require(signatures.size() == 1 && signatures[0].key == body.key, bad_signature_list,
            Path("signatures"));
    require(is_admissible(body.key), bad_combination, Path("key"));
    require(
        !body.versions.empty() && is_strictly_ascending(body.versions) && body.versions.front() > 0,
        bad_combination, Path("versions"));
  }
  void check(const ReportEvidence& body) {
    check_bic(body.participant, Path("participant"));
    require(!body.evidence.empty(), bad_combination, Path("evidence"));
  }
  void check(const AddParticipant& change, const Path& at) {
    const Path participant(at, "participant");
    require(is_well_formed(change.participant) && change.participant.status == Standing::active,
            bad_change, participant);
    check_policy_form(change.participant.policy, Path(participant, "policy"));
  }
  void check(const SetParticipant& change, const Path& at) {
    check_bic(change.participant, Path(at, "participant"));
  }
  void check(const ReplacePolicy& change, const Path& at) {
    const PolicyScope& scope = change.scope;
    if (scope.label.empty()) {
      check_bic(scope.participant, Path(at, "participant"));
    } else {
      check_account({scope.participant, scope.label}, Path(at, "label"));
    }
    if (scope.currency) check_currency(*scope.currency, Path(at, "currency"));
    require(scope.label.empty() || !scope.currency, bad_combination, Path(at, "currency"));
    require(change.policy || !scope.label.empty(), bad_combination, Path(at, "policy"));
    if (change.policy) check_policy_form(*change.policy, Path(at, "policy"));
  }
  void check(const AddCurrency& change, const Path& at) {
    const NewCurrency& currency = change.currency;
    require(is_well_formed(currency), bad_change, Path(at, "currency"));
    check_bic(currency.agent, Path(at, "agent"));
    check_policy_form(currency.policy, Path(at, "policy"));
    check_date(currency.business_date, Path(at, "business_date"));
  }
  void check(const SetCurrency& change, const Path& at) {
    check_currency(change.currency, Path(at, "currency"));
    require(change.standing != Standing::removed, bad_change, Path(at, "standing"));
  }
  void check(const SetCorridorRule& change, const Path& at) {
    require(!change.rule || is_well_formed(*change.rule), bad_change, Path(at, "rule"));
  }
  void check(const SetParameter& change, const Path& at) {
    require(with_parameter({}, change.parameter, change.value).has_value(), bad_change,
            Path(at, "value"));
  }
  void check_key_of(const Bic& participant, const PublicKey& key, const Path& at) {
    check_bic(participant, Path(at, "participant"));
    require(is_admissible(key), bad_change, Path(at, "key"));
  }
  void check(const AddValidator& change, const Path& at) {
    check_key_of(change.participant, change.key, at);
  }
  void check(const RemoveValidator& change, const Path& at) {
    check_bic(change.participant, Path(at, "participant"));
  }
  void check(const RotateValidatorKey& change, const Path& at) {
    check_key_of(change.participant, change.key, at);
  }
  void check(const SetTlsKey& change, const Path& at) {
    check_key_of(change.participant, change.key, at);
  }
  void check(const ActivateVersion& change, const Path& at) {
    require(change.version > 0, bad_change, Path(at, "version"));
  }

  const Transaction& transaction_;
  const Hash& network_id_;
  Findings findings_;
};

/// Name and sentence of a reason. No default: the compiler finds the forgotten one.
std::pair<std::string_view, std::string_view> words_of(FormReason reason) {
  switch (reason) {
    using enum FormReason;
    case too_large:
      return {"too_large", "The transaction has too many bytes."};
    case undecodable:
      return {"undecodable", "The bytes are not the canonical encoding of a transaction."};
    case wrong_version:
      return {"wrong_version", "This network does not speak that version of transactions."};
    case wrong_network:
      return {"wrong_network",
              "The transaction was made for another network (another genesis file)."};
    case bad_id:
      return {"bad_id", "An id or UETR is no UUID of version 4."};
    case bad_signature_list:
      return {"bad_signature_list",
              "A transaction has 1 to 16 signatures, strictly ascending by key."};
    case bad_identifier:
      return {"bad_identifier",
              "A BIC, account label, currency, purpose or reason code is malformed."};
    case amount_not_positive:
      return {"amount_not_positive", "An amount is 0 or below."};
    case amount_too_large:
      return {"amount_too_large", "An amount is above 10^17 minor units."};
    case debtor_is_creditor:
      return {"debtor_is_creditor", "Debtor and creditor are the same account."};
    case bad_charges:
      return {"bad_charges",
              "The charges break a rule: at most 4, by the payer that the bearer allows, to an "
              "account of a party's "
              "bank, the creditor's below the amount in sum."};
    case bad_totals:
      return {"bad_totals", "Count or total do not match the items."};
    case repeated_uetr:
      return {"repeated_uetr", "A UETR stands twice in the bulk, or is the transaction's own id."};
    case bad_quote:
      return {
          "bad_quote",
          "The quote is malformed, of another network, or not for these currencies and accounts."};
    case bad_policy:
      return {"bad_policy", "The policy is of wrong form."};
    case bad_accepts:
      return {"bad_accepts", "The list of agents is not strictly ascending, or not for its kind."};
    case bad_text:
      return {"bad_text", "A text is empty, too long, or holds characters that are not allowed."};
    case bad_original:
      return {"bad_original", "The original is no receipt of a payment."};
    case bad_combination:
      return {"bad_combination", "Fields exclude or need each other."};
    case bad_time:
      return {"bad_time", "A time or date is outside the years 1970 to 9999."};
    case bad_change:
      return {"bad_change", "What the proposal wants to change is of wrong form."};
    case bad_signature:
      return {"bad_signature", "A signature does not verify."};
  }
  return {"unknown", "The reason is not known."};
}

}  // namespace

bool is_well_formed(const Accepts& accepts) {
  if (accepts.kind != AcceptsKind::listed) return accepts.agents.empty();
  if (accepts.agents.empty() || accepts.agents.size() > Accepts::agents_max) return false;
  return is_strictly_ascending(accepts.agents) &&
         std::all_of(accepts.agents.begin(), accepts.agents.end(),
                     [](const Bic& agent) { return is_valid(agent); });
}

bool takes_unasked(const Accepts& accepts, const Bic& owner, const Bic& debtor_agent) {
  if (debtor_agent == owner || accepts.kind == AcceptsKind::all) return true;
  return accepts.kind == AcceptsKind::listed &&
         std::binary_search(accepts.agents.begin(), accepts.agents.end(), debtor_agent);
}

std::string_view to_string(FormReason reason) {
  return words_of(reason).first;
}

std::string_view sentence(FormReason reason) {
  return words_of(reason).second;
}

std::string to_string(const FormError& error) {
  return std::string(to_string(error.reason)) + " at " + error.where + ": " +
         std::string(sentence(error.reason));
}

Result<void, FormError> check_form(const Transaction& transaction, const Hash& network_id) {
  return FormCheck(transaction, network_id).run();
}

}  // namespace vostro::chain
