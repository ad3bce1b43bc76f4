#include "iso20022/rules.h"

#include <map>
#include <set>

#include "iso20022/lexer.h"

namespace vostro::iso20022 {
namespace {

std::string at(std::string_view name, std::size_t index, std::size_t count) {
  return std::string(name) + (count > 1 ? "[" + std::to_string(index + 1) + "]" : "");
}

/// How many there are and what they sum up to, as the message says and as it is.
class Totalled {
 public:
  void add(const Money& money) {
    ++count_;
    sum_ += sum_of(money);
  }
  void add(const Totalled& more) {
    count_ += more.count_;
    sum_ += more.sum_;
  }
  void check_count(std::optional<std::uint64_t> said, const std::string& where,
                   Problems& problems) const {
    if (said && *said != count_)
      problems.add({0, where, std::to_string(*said),
                    "the message has " + std::to_string(count_) +
                        "; it is cut or was changed: get it again from where it was made"});
  }
  void check_sum(const Decimal& said, const std::string& where, Problems& problems) const {
    if (said.text.empty()) return;
    const auto sum = parse_sum(said.text);
    if (!sum || *sum != sum_)
      problems.add({0, where, said.text,
                    "the amounts sum up to " + sum_text(sum_) +
                        "; it is cut or was changed: get it again from where it was made"});
  }
  void check_sum(const std::optional<Money>& said, const std::string& where,
                 Problems& problems) const {
    if (said) check_sum(Decimal{money_text(*said)}, where, problems);
  }

 private:
  std::uint64_t count_ = 0;
  Wide sum_ = 0;
};

void check_positive(const Money& money, const std::string& where, Problems& problems) {
  if (money.units.value <= 0)
    problems.add({0, where, money_text(money), "the amount must be above 0"});
}

/// Ids that stand once in a message.
template <class Id>
class Once {
 public:
  void check(const Id& id, const std::string& text, const std::string& where, Problems& problems) {
    const auto [first, is_new] = seen_.emplace(id, where);
    if (!is_new)
      problems.add({0, where, text, first->second + " has the same; each payment has its own"});
  }

 private:
  std::map<Id, std::string> seen_;
};

constexpr std::string_view kNoDay = "the settlement date stands neither here nor in GrpHdr";

template <class Transfers>
void check_transfers(const Transfers& message, Problems& problems) {
  Totalled totals;
  Once<Uuid> uetrs;
  for (std::size_t i = 0; i < message.transfers.size(); ++i) {
    const auto& each = message.transfers[i];
    const std::string where = at("CdtTrfTxInf", i, message.transfers.size());
    check_positive(each.amount, where + "/IntrBkSttlmAmt", problems);
    uetrs.check(each.ids.uetr, to_text(each.ids.uetr), where + "/PmtId/UETR", problems);
    if (!each.settlement_date && !message.header.settlement_date)
      problems.add({0, where + "/IntrBkSttlmDt", "", std::string(kNoDay)});
    if (each.settlement_date && message.header.settlement_date &&
        *each.settlement_date != *message.header.settlement_date)
      problems.add({0, where + "/IntrBkSttlmDt", to_text(*each.settlement_date),
                    "GrpHdr says " + to_text(*message.header.settlement_date) +
                        "; there is one settlement date"});
    if (message.header.total && message.header.total->currency != each.amount.currency)
      problems.add({0, where + "/IntrBkSttlmAmt", to_text(each.amount.currency),
                    "the total in GrpHdr is in " + to_text(message.header.total->currency) +
                        "; a total is of one currency"});
    totals.add(each.amount);
  }
  totals.check_count(message.header.count, "GrpHdr/NbOfTxs", problems);
  totals.check_sum(message.header.control_sum, "GrpHdr/CtrlSum", problems);
  totals.check_sum(message.header.total, "GrpHdr/TtlIntrBkSttlmAmt", problems);
}

void check(const CustomerTransfers& message, const MessageType&, Problems& problems) {
  check_transfers(message, problems);
}
void check(const BankTransfers& message, const MessageType&, Problems& problems) {
  check_transfers(message, problems);
}

void check_reasons(const std::string& status, const std::vector<Reason>& reasons,
                   const std::string& where, Problems& problems) {
  if (status != "RJCT") return;
  for (const Reason& each : reasons) {
    if (!(each.reason == Choice{})) return;
  }
  problems.add({0, where + "/StsRsnInf", "", "a rejection has a reason (StsRsnInf/Rsn); give it"});
}

void check(const StatusReport& message, const MessageType&, Problems& problems) {
  if (message.groups.empty() && message.payments.empty())
    problems.add({0, "", "", "the report says nothing about any payment"});
  for (std::size_t i = 0; i < message.groups.size(); ++i)
    check_reasons(message.groups[i].status, message.groups[i].reasons,
                  at("OrgnlGrpInfAndSts", i, message.groups.size()), problems);
  for (std::size_t i = 0; i < message.payments.size(); ++i) {
    const PaymentStatus& each = message.payments[i];
    const std::string where = at("TxInfAndSts", i, message.payments.size());
    const bool is_named = each.uetr || !each.instruction_id.empty() ||
                          !each.end_to_end_id.empty() || !each.transaction_id.empty();
    if (!is_named)
      problems.add({0, where, "", "no original id (OrgnlUETR, ...) says which payment is meant"});
    check_reasons(each.status, each.reasons, where, problems);
  }
}

void check(const OrderReport& message, const MessageType&, Problems& problems) {
  check_reasons(message.original.status, message.original.reasons, "OrgnlGrpInfAndSts", problems);
  for (std::size_t i = 0; i < message.groups.size(); ++i) {
    const OrderGroupStatus& group = message.groups[i];
    const std::string where = at("OrgnlPmtInfAndSts", i, message.groups.size());
    check_reasons(group.status, group.reasons, where, problems);
    for (std::size_t n = 0; n < group.orders.size(); ++n)
      check_reasons(group.orders[n].status, group.orders[n].reasons,
                    where + "/" + at("TxInfAndSts", n, group.orders.size()), problems);
  }
}

void check(const Returns& message, const MessageType&, Problems& problems) {
  Totalled totals;
  Once<Uuid> uetrs;
  for (std::size_t i = 0; i < message.returns.size(); ++i) {
    const PaymentReturn& each = message.returns[i];
    const std::string where = at("TxInf", i, message.returns.size());
    check_positive(each.amount, where + "/RtrdIntrBkSttlmAmt", problems);
    uetrs.check(each.uetr, to_text(each.uetr), where + "/OrgnlUETR", problems);
    if (each.original_amount && each.original_amount->currency == each.amount.currency &&
        each.original_amount->units < each.amount.units)
      problems.add({0, where + "/RtrdIntrBkSttlmAmt", money_text(each.amount),
                    "more comes back than was paid (OrgnlIntrBkSttlmAmt)"});
    totals.add(each.amount);
  }
  totals.check_count(message.header.count, "GrpHdr/NbOfTxs", problems);
  totals.check_sum(message.header.control_sum, "GrpHdr/CtrlSum", problems);
  totals.check_sum(message.header.total, "GrpHdr/TtlRtrdIntrBkSttlmAmt", problems);
}

constexpr std::string_view kNoIntermediaryAgents =
    "the ledger pays the creditor agent directly; leave intermediary agents out, or send the "
    "order by another channel";
constexpr std::string_view kNoAgreedRate =
    "a rate agreed elsewhere has no place on the ledger, which takes signed quotes; leave it out";

void check_order(const Order& order, const std::string& where, Problems& problems) {
  const auto& amount = order.amount;
  if (amount.instructed) check_positive(*amount.instructed, where + "/Amt/InstdAmt", problems);
  if (amount.equivalent)
    check_positive(amount.equivalent->amount, where + "/Amt/EqvtAmt/Amt", problems);
  if (!order.agreed_rate.elements.empty())
    problems.add({0, where + "/XchgRateInf", "", std::string(kNoAgreedRate)});
  if (!order.intermediaries.elements.empty())
    problems.add({0, where + "/" + order.intermediaries.elements.front().name, "",
                  std::string(kNoIntermediaryAgents)});
  if (!order.creditor_agent.bic)
    problems.add({0, where + "/CdtrAgt", "",
                  "the creditor's bank is missing; banks are named by "
                  "BIC"});
}

void check(const InitiationMessage& message, const MessageType&, Problems& problems) {
  Totalled all;
  Once<std::string> end_to_end_ids;
  Once<Uuid> uetrs;
  for (std::size_t g = 0; g < message.groups.size(); ++g) {
    const OrderGroup& group = message.groups[g];
    const std::string group_at = at("PmtInf", g, message.groups.size());
    Totalled totals;
    for (std::size_t i = 0; i < group.orders.size(); ++i) {
      const Order& each = group.orders[i];
      const std::string where = group_at + "/" + at("CdtTrfTxInf", i, group.orders.size());
      check_order(each, where, problems);
      if (each.end_to_end_id != "NOTPROVIDED")
        end_to_end_ids.check(each.end_to_end_id, each.end_to_end_id, where + "/PmtId/EndToEndId",
                             problems);
      if (each.uetr) uetrs.check(*each.uetr, to_text(*each.uetr), where + "/PmtId/UETR", problems);
      totals.add(each.amount.equivalent ? each.amount.equivalent->amount
                                        : each.amount.instructed.value_or(Money{}));
    }
    if (group.orders.empty())
      problems.add({0, group_at + "/CdtTrfTxInf", "", "the group holds no order"});
    if (group.method != "TRF" && group.method != "TRA")
      problems.add({0, group_at + "/PmtMtd", group.method, "the ledger takes TRF and TRA"});
    if (!group.debtor_agent.bic)
      problems.add({0, group_at + "/DbtrAgt", "",
                    "the debtor's bank is missing; banks are named "
                    "by BIC"});
    totals.check_count(group.count, group_at + "/NbOfTxs", problems);
    totals.check_sum(group.control_sum, group_at + "/CtrlSum", problems);
    all.add(totals);
  }
  all.check_count(message.header.count, "GrpHdr/NbOfTxs", problems);
  all.check_sum(message.header.control_sum, "GrpHdr/CtrlSum", problems);
}

Wide signed_sum(const Money& money, Side side) {
  return side == Side::credit ? sum_of(money) : -sum_of(money);
}

const Balance* balance_of(const AccountReport& report, std::initializer_list<const char*> codes) {
  for (const Balance& each : report.balances) {
    for (const char* code : codes) {
      if (each.type.code == code && each.subtype.elements.empty()) return &each;
    }
  }
  return nullptr;
}

/// The closing balance is the opening one with what was booked between (catalogue row B7), where
/// the statement is on one page and has both.
void check_balances(const AccountReport& report, const std::string& where, Problems& problems) {
  const Balance* opening = balance_of(report, {"OPBD", "PRCD"});
  const Balance* closing = balance_of(report, {"CLBD"});
  if (opening == nullptr || closing == nullptr) return;
  if (report.page && (report.page->number != "1" || !report.page->is_last)) return;
  Wide expected = signed_sum(opening->amount, opening->side);
  for (const Entry& each : report.entries) {
    if (each.status.code == "BOOK") expected += signed_sum(each.amount, each.side);
  }
  if (expected != signed_sum(closing->amount, closing->side))
    problems.add({0, where + "/Bal", money_text(closing->amount),
                  "the opening balance and what was booked give " + sum_text(expected) +
                      " as closing balance; the statement is cut or was changed"});
}

void check_report_totals(const AccountReport& report, const std::string& where,
                         Problems& problems) {
  Totalled all;
  Totalled credits;
  Totalled debits;
  for (const Entry& each : report.entries) {
    all.add(each.amount);
    (each.side == Side::credit ? credits : debits).add(each.amount);
  }
  const bool is_whole = !report.page || (report.page->number == "1" && report.page->is_last);
  if (!report.totals || !is_whole || report.entries.empty()) return;
  const std::string totals = where + "/TxsSummry";
  all.check_count(report.totals->count, totals + "/TtlNtries/NbOfNtries", problems);
  all.check_sum(report.totals->sum, totals + "/TtlNtries/Sum", problems);
  credits.check_count(report.totals->credits.count, totals + "/TtlCdtNtries/NbOfNtries", problems);
  credits.check_sum(report.totals->credits.sum, totals + "/TtlCdtNtries/Sum", problems);
  debits.check_count(report.totals->debits.count, totals + "/TtlDbtNtries/NbOfNtries", problems);
  debits.check_sum(report.totals->debits.sum, totals + "/TtlDbtNtries/Sum", problems);
}

std::string_view report_name(Kind kind) {
  if (kind == Kind::camt_052) return "Rpt";
  return kind == Kind::camt_053 ? "Stmt" : "Ntfctn";
}

void check(const AccountMessage& message, const MessageType& type, Problems& problems) {
  for (std::size_t i = 0; i < message.reports.size(); ++i) {
    const AccountReport& report = message.reports[i];
    const std::string where = at(report_name(type.kind), i, message.reports.size());
    const auto check_currency = [&](const Money& money, const std::string& place) {
      if (report.account.currency && *report.account.currency != money.currency)
        problems.add({0, place, to_text(money.currency),
                      "the account is in " + to_text(*report.account.currency) +
                          "; what is booked on it is in its currency"});
    };
    for (std::size_t n = 0; n < report.entries.size(); ++n)
      check_currency(report.entries[n].amount,
                     where + "/" + at("Ntry", n, report.entries.size()) + "/Amt");
    for (std::size_t n = 0; n < report.balances.size(); ++n)
      check_currency(report.balances[n].amount,
                     where + "/" + at("Bal", n, report.balances.size()) + "/Amt");
    if (type.kind == Kind::camt_053) check_balances(report, where, problems);
    check_report_totals(report, where, problems);
  }
}

void check(const CancellationRequest& message, const MessageType&, Problems& problems) {
  Totalled totals;
  Once<Uuid> uetrs;
  for (std::size_t u = 0; u < message.underlying.size(); ++u) {
    const auto& payments = message.underlying[u].payments;
    for (std::size_t i = 0; i < payments.size(); ++i) {
      const std::string where =
          at("Undrlyg", u, message.underlying.size()) + "/" + at("TxInf", i, payments.size());
      uetrs.check(payments[i].uetr, to_text(payments[i].uetr), where + "/OrgnlUETR", problems);
      totals.add(payments[i].amount.value_or(Money{}));
    }
  }
  totals.check_count(message.count, "CtrlData/NbOfTxs", problems);
  totals.check_sum(message.control_sum, "CtrlData/CtrlSum", problems);
}

void check(const CancellationAnswer& message, const MessageType&, Problems& problems) {
  for (std::size_t d = 0; d < message.details.size(); ++d) {
    const auto& payments = message.details[d].payments;
    for (std::size_t i = 0; i < payments.size(); ++i) {
      const Answer& each = payments[i];
      const std::string where =
          at("CxlDtls", d, message.details.size()) + "/" + at("TxInfAndSts", i, payments.size());
      const bool is_named = each.uetr || !each.instruction_id.empty() ||
                            !each.end_to_end_id.empty() || !each.transaction_id.empty();
      if (!is_named)
        problems.add({0, where, "", "no original id (OrgnlUETR, ...) says which payment is meant"});
      if (each.status == "RJCR" && each.reasons.empty())
        problems.add({0, where + "/CxlStsRsnInf", "", "a refusal has a reason; give it"});
    }
  }
}

}  // namespace

void check_rules(const MessageType& type, const Body& body, Problems& problems) {
  std::visit([&](const auto& each) { check(each, type, problems); }, body);
}

void check_header(const Header& header, const MessageType& of_document, bool takes_any_version,
                  Problems& problems) {
  const std::string& said = header.message_definition;
  const std::string_view base = about(of_document.kind).base;
  const bool is_another_version = said.starts_with(base) && said.size() == base.size() + 2;
  if (said == to_text(of_document) || (takes_any_version && is_another_version)) return;
  problems.add({0, "MsgDefIdr", said,
                "the document is a " + to_text(of_document) + "; one of them is wrong"});
}

}  // namespace vostro::iso20022
