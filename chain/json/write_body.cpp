#include "chain/json/values.h"
#include "chain/json/words.h"

namespace vostro::chain {

namespace json = boost::json;

namespace {

json::string account(const AccountId& id) {
  return json_text(to_text(id));
}
json::string hex(const Hash& hash) {
  return json_text(to_hex(hash.view()));
}
template <std::size_t N>
json::string letters(const std::array<char, N>& from) {
  return json::string(from.data(), from.size());
}
json::value hex_or_null(const std::optional<Hash>& hash) {
  return hash ? json::value(hex(*hash)) : json::value(nullptr);
}

// One writer for each body; the fields in the order of the struct.
class BodyWriter {
 public:
  explicit BodyWriter(const ExponentOf& exponents) : exponents_(exponents) {}

  json::object operator()(const Payment& body) const {
    json::object out{{"debtor", account(body.debtor)}};
    add_credit(out, body.credit, body.currency, body.currency);
    add_terms(out, body.bearer, body.acceptance, body.if_short);
    return out;
  }
  json::object operator()(const PaymentBatch& body) const {
    json::object out{{"debtor", account(body.debtor)},
                     {"currency", json_text(to_text(body.currency))}};
    add_terms(out, body.bearer, body.acceptance, body.if_short);
    out["count"] = body.count;
    out["total"] = money({body.currency, body.total});
    json::array items;
    items.reserve(body.items.size());
    for (const BatchItem& item : body.items) {
      json::object one{{"uetr", json_text(to_text(item.uetr))}};
      add_credit(one, item.credit, body.currency, body.currency);
      items.push_back(std::move(one));
    }
    out["items"] = std::move(items);
    return out;
  }
  json::object operator()(const FxPayment& body) const {
    json::object out{{"debtor", account(body.debtor)}};
    add_credit(out, body.credit, body.currency, body.debtor_amount.currency);
    add_terms(out, body.bearer, body.acceptance, body.if_short);
    out["debtor_amount"] = money(body.debtor_amount);
    out["quote"] = to_value(body.quote, exponents_);
    return out;
  }
  json::object operator()(const Accept& body) const { return answer(body); }
  json::object operator()(const Reject& body) const { return with_code(answer(body), body.code); }
  json::object operator()(const Block& body) const {
    json::object out = answer(body);
    out["legal_basis"] = json_text(body.legal_basis);
    out["document"] = hex(body.document);
    return out;
  }
  json::object operator()(const Unblock& body) const {
    json::object out = answer(body);
    out["to"] = json_text(words::word_of(words::unblock_to, body.to));
    out["legal_basis"] = json_text(body.legal_basis);
    out["document"] = hex(body.document);
    return out;
  }
  json::object operator()(const Recall& body) const {
    json::object out{{"debtor", account(body.debtor)}, {"payment", payment_value(body.payment)}};
    out["code"] = letters(body.code);
    out["original"] = body.original ? to_value(*body.original, exponents_) : json::value(nullptr);
    return out;
  }
  json::object operator()(const RefuseRecall& body) const {
    return with_code(answer(body), body.code);
  }
  json::object operator()(const ConfirmCredit& body) const {
    return {{"original", to_value(body.original, exponents_)},
            {"credited_at", json_text(to_text(body.credited_at))}};
  }
  json::object operator()(const Return& body) const {
    // The amount is in the original's currency; an original that is no payment's is of wrong form.
    const Currency currency =
        body.original.receipt.payment ? body.original.receipt.payment->amount.currency : Currency{};
    return {{"original", to_value(body.original, exponents_)},
            {"amount", money({currency, body.amount})},
            {"code", letters(body.code)},
            {"annex", hex_or_null(body.annex)}};
  }
  json::object operator()(const Issue& body) const {
    return {{"agent", json_text(to_text(body.agent))},
            {"account", account(body.account)},
            {"amount", money(body.money)},
            {"entry", hex(body.entry)}};
  }
  json::object operator()(const Redeem& body) const {
    return {{"account", account(body.account)},
            {"amount", money(body.money)},
            {"annex", hex_or_null(body.annex)}};
  }
  json::object operator()(const RedeemOutcome& body) const {
    return {{"agent", json_text(to_text(body.agent))},
            {"redeem", to_value(body.redeem)},
            {"result", json_text(words::word_of(words::redeem_results, body.result))},
            {"code", body.code ? json::value(letters(*body.code)) : json::value(nullptr)},
            {"message", hex(body.message)}};
  }
  json::object operator()(const AttestReserves& body) const {
    return {{"agent", json_text(to_text(body.agent))},
            {"balance", money({body.currency, body.balance})},
            {"statement", hex(body.statement)},
            {"as_of", json_text(to_text(body.as_of))}};
  }
  json::object operator()(const OpenBusinessDate& body) const {
    return {{"agent", json_text(to_text(body.agent))},
            {"currency", json_text(to_text(body.currency))},
            {"date", json_text(to_text(body.date))}};
  }
  json::object operator()(const OpenAccount& body) const { return account_terms(body); }
  json::object operator()(const UpdateAccount& body) const { return account_terms(body); }
  json::object operator()(const UpdatePolicy& body) const {
    return {{"participant", json_text(to_text(body.participant))},
            {"currency", body.currency ? json::value(json_text(to_text(*body.currency)))
                                       : json::value(nullptr)},
            {"policy", to_value(body.policy, exponents_)}};
  }
  json::object operator()(const CloseAccount& body) const {
    return {{"account", account(body.account)}};
  }
  json::object operator()(const Freeze& body) const { return {{"account", account(body.account)}}; }
  json::object operator()(const Unfreeze& body) const {
    return {{"account", account(body.account)}};
  }
  json::object operator()(const Cancel& body) const {
    return {{"delayed", body.delayed ? to_value(*body.delayed) : json::value(nullptr)},
            {"quote", body.quote ? to_value(*body.quote, exponents_) : json::value(nullptr)}};
  }
  json::object operator()(const Propose& body) const {
    return {{"participant", json_text(to_text(body.participant))},
            {"change", to_value(body.change, exponents_)},
            {"not_before", json_text(to_text(body.not_before))},
            {"closes_at", json_text(to_text(body.closes_at))}};
  }
  json::object operator()(const Vote& body) const {
    return {{"participant", json_text(to_text(body.participant))},
            {"proposal", to_value(body.proposal)},
            {"yes", body.yes}};
  }
  json::object operator()(const Ready& body) const {
    json::array versions;
    for (const std::uint16_t version : body.versions) versions.push_back(json::value(version));
    return {{"participant", json_text(to_text(body.participant))},
            {"key", json_text(to_text(body.key))},
            {"synced_height", body.synced.value},
            {"versions", std::move(versions)}};
  }
  json::object operator()(const ReportEvidence& body) const {
    return {{"participant", json_text(to_text(body.participant))},
            {"epoch", body.epoch.value},
            {"evidence", json_text(to_hex(body.evidence))}};
  }

 private:
  [[nodiscard]] json::value money(const Money& value) const { return to_value(value, exponents_); }

  void add_credit(json::object& out, const Credit& credit, const Currency& creditor_leg,
                  const Currency& debtor_leg) const {
    out["creditor"] = account(credit.creditor);
    out["amount"] = money({creditor_leg, credit.amount});
    json::array charges;
    for (const Charge& charge : credit.charges) {
      const Currency& leg = charge.payer == Payer::debtor ? debtor_leg : creditor_leg;
      charges.push_back(
          json::object{{"payer", json_text(words::word_of(words::payers, charge.payer))},
                       {"account", account(charge.account)},
                       {"amount", money({leg, charge.amount})}});
    }
    out["charges"] = std::move(charges);
    out["purpose"] =
        credit.purpose ? json::value(letters(credit.purpose->code)) : json::value(nullptr);
    out["annex"] = hex_or_null(credit.annex);
  }
  static void add_terms(json::object& out, Bearer bearer, const Acceptance& acceptance,
                        IfShort if_short) {
    out["bearer"] = json_text(to_string(bearer));
    if (acceptance.accept_by) {
      out["acceptance"] = json::object{{"accept_by", json_text(to_text(*acceptance.accept_by))}};
    } else {
      out["acceptance"] = "immediate";
    }
    out["if_short"] = json_text(words::word_of(words::if_short, if_short));
  }
  template <class Answer>
  static json::object answer(const Answer& body) {
    return {{"creditor", account(body.creditor)}, {"payment", payment_value(body.payment)}};
  }
  static json::object with_code(json::object out, const GivenCode& code) {
    out["code"] = letters(code);
    return out;
  }
  template <class AccountBody>
  [[nodiscard]] json::object account_terms(const AccountBody& body) const {
    return {{"account", account(body.account)},
            {"policy", body.policy ? to_value(*body.policy, exponents_) : json::value(nullptr)},
            {"accepts", to_value(body.accepts)}};
  }

  const ExponentOf& exponents_;
};

}  // namespace

json::value to_value(const Body& body, const ExponentOf& exponents) {
  json::object out{{"type", json_text(kind_of(body))}};
  for (auto& field : std::visit(BodyWriter(exponents), body)) out.insert(field);
  return out;
}

json::value to_value(const Transaction& transaction, const ExponentOf& exponents) {
  json::array signatures;
  for (const TransactionSignature& each : transaction.signatures) {
    signatures.push_back(json::object{{"key", json_text(to_text(each.key))},
                                      {"signature", json_text(to_text(each.signature))}});
  }
  return json::object{{"version", transaction.version},
                      {"network_id", hex(transaction.network_id)},
                      {"id", json_text(to_text(transaction.id))},
                      {"valid_until", json_text(to_text(transaction.valid_until))},
                      {"body", to_value(transaction.body, exponents)},
                      {"signatures", std::move(signatures)}};
}

}  // namespace vostro::chain
