#include "iso20022/pain001.h"

#include <algorithm>
#include <bitset>
#include <charconv>
#include <map>
#include <tuple>

#include "base/check.h"
#include "base/text.h"
#include "iso20022/lexer.h"
#include "iso20022/pain001_rules.h"

namespace vostro::iso20022 {
namespace {

constexpr std::string_view kNameSpace = "urn:iso:std:iso:20022:tech:xsd:";
constexpr std::string_view kMessage = "pain.001.001.";
constexpr unsigned version_first = 3;
constexpr unsigned version_last = 12;
/// Envelopes around AppHdr and Document; more would hide a message rather than carry it.
constexpr std::size_t envelopes_max = 4;
std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// How many credits there are and what they sum up to, as the file says and as it is.
struct Totals {
  std::size_t line = 0;
  std::optional<std::size_t> said_count;
  std::optional<Wide> said_sum;
  std::size_t count = 0;
  Wide sum = 0;
  bool has_bad_amount = false;  ///< the sum of the others says nothing
};

/// Walks the message with a stack of places. A problem is noted, and the reading goes on.
class Pain001Reader final : public XmlHandler {
 public:
  explicit Pain001Reader(const Pain001Limits& limits) : limits_(limits) {}

  bool on_open(const XmlElement& element) override;
  bool on_close(std::string_view text) override;
  Result<Initiation, Problems> finish(const Result<void, XmlError>& read);

 private:
  struct Level {
    Place place = Place::outside;
    const Rule* rule = nullptr;
    std::string label;     ///< "CdtTrfTxInf[3]"; empty around the message
    std::string currency;  ///< the attribute Ccy of an amount
    std::size_t line = 0;
    bool is_unknown = false;
    std::bitset<pain001_rules_max> seen;
  };

  Level level_outside(const XmlElement& element);
  Level level_inside(const XmlElement& element, Level& parent);
  void begin(const Level& level);
  void end(const Level& level);
  void read_leaf(const Level& level, std::string_view text);
  void read_amount(const Level& level, std::string_view text);
  void check_document(const XmlElement& element);
  void check_totals(const Totals& totals, const std::string& where);
  void end_instruction(const Level& level);
  void end_credit(const Level& level);

  [[nodiscard]] std::string path() const;
  void note(const Level& level, std::string_view value, std::string what);
  void note_missing(const Level& level, const std::string& child, const std::string& what);
  template <class T, class Error>
  bool take(const Level& level, std::string_view text, const Result<T, Error>& parsed, T& to,
            const std::string& what);
  void take_text(const Level& level, std::string_view text, std::size_t size_max, std::string& to);
  void take_count(const Level& level, std::string_view text, Totals& totals);
  void take_sum(const Level& level, std::string_view text, Totals& totals);
  void take_bearer(const Level& level, std::string_view text, std::optional<ChargeBearer>& to);
  void take_date(const Level& level, std::string_view text);

  PaymentInstruction& instruction() { return initiation_.instructions.back(); }
  CreditTransfer& credit() { return instruction().credits.back(); }

  const Pain001Limits& limits_;
  Problems problems_;
  Initiation initiation_;
  std::vector<Level> levels_;
  std::string name_space_;          ///< of the document
  std::string message_definition_;  ///< MsgDefIdr of a header around it
  bool has_document_ = false;
  Totals group_;
  Totals instruction_totals_;
  std::size_t credits_ = 0;
  // Of what is being read: present where it was there and in order.
  bool has_method_ = false, has_date_ = false, has_debtor_agent_ = false;
  bool is_amount_read_ = false, has_amount_ = false, has_creditor_agent_ = false,
       is_equivalent_ = false;
  std::optional<Currency> transfer_currency_;
  CashAccount* account_ = nullptr;
  Field agent_ = Field::none;
  std::map<std::string, std::size_t, std::less<>> end_to_end_ids_;  ///< and the line of the first
  std::map<Uuid, std::size_t> uetrs_;
};

std::string Pain001Reader::path() const {
  std::string out;
  for (const Level& level : levels_) {
    // Those around everything would only lengthen each message.
    const bool is_around = level.place == Place::outside || level.place == Place::document ||
                           level.place == Place::initiation;
    if (is_around && &level != &levels_.back()) continue;
    out += (out.empty() ? "" : "/") + level.label;
  }
  return out;
}

void Pain001Reader::note(const Level& level, std::string_view value, std::string what) {
  problems_.add({level.line, path(), std::string(value), std::move(what)});
}
void Pain001Reader::note_missing(const Level& level, const std::string& child,
                                 const std::string& what) {
  problems_.add({level.line, path() + "/" + child, "", what});
}

bool Pain001Reader::on_open(const XmlElement& element) {
  Level level;
  if (levels_.empty() || levels_.back().place == Place::outside) {
    level = level_outside(element);
  } else {
    level = level_inside(element, levels_.back());
  }
  level.line = element.line;
  for (const XmlAttribute& attribute : element.attributes) {
    if (attribute.name == "Ccy") level.currency = attribute.value;
  }
  levels_.push_back(std::move(level));
  Level& opened = levels_.back();
  if (opened.place == Place::document) {
    check_document(element);
  } else if (opened.rule != nullptr) {
    begin(opened);
  } else if (opened.is_unknown) {
    note(opened, "", "pain.001 has no such element here; remove it or correct its name");
  }
  return !problems_.is_full();
}

Pain001Reader::Level Pain001Reader::level_outside(const XmlElement& element) {
  Level level;
  if (element.name == "Document") {
    level.place = Place::document;
  } else if (element.name == "AppHdr") {
    level.place = Place::header;
  } else if (levels_.size() >= envelopes_max) {
    level.place = Place::passed_over;
  }
  level.label = std::string(element.name);
  return level;
}

Pain001Reader::Level Pain001Reader::level_inside(const XmlElement& element, Level& parent) {
  Level level;
  level.place = Place::passed_over;
  level.label = std::string(quotable(element.name));
  if (parent.place == Place::passed_over || parent.place == Place::details ||
      parent.place == Place::refused)
    return level;
  const auto rules = pain001_rules();
  const bool is_ours = parent.place == Place::header || element.name_space == name_space_;
  for (std::size_t i = 0; is_ours && i < rules.size(); ++i) {
    if (rules[i].parent != parent.place || rules[i].name != element.name) continue;
    level.rule = &rules[i];
    level.place = rules[i].place;
    if (level.place == Place::instruction)
      level.label += "[" + std::to_string(initiation_.instructions.size() + 1) + "]";
    if (level.place == Place::credit)
      level.label += "[" + std::to_string(instruction().credits.size() + 1) + "]";
    if (parent.seen[i] && !rules[i].is_repeatable)
      problems_.add({element.line, path() + "/" + level.label, "",
                     "this element stands twice; only one can count, so remove the other"});
    parent.seen.set(i);
    return level;
  }
  level.is_unknown = parent.place != Place::header;
  return level;
}

void Pain001Reader::check_document(const XmlElement& element) {
  const Level& level = levels_.back();
  if (has_document_) {
    note(level, "", "the file holds more than one message; give each a file of its own");
    levels_.back().place = Place::refused;
    return;
  }
  has_document_ = true;
  name_space_ = std::string(element.name_space);
  std::string_view name = element.name_space;
  unsigned version = 0;
  if (name.starts_with(kNameSpace)) name.remove_prefix(kNameSpace.size());
  if (name.starts_with(kMessage) && name.size() == kMessage.size() + 2) {
    const char* begin = name.data() + kMessage.size();
    const auto [end, error] = std::from_chars(begin, begin + 2, version);
    if (error != std::errc{} || end != begin + 2) version = 0;
  }
  if (version < version_first || version > version_last) {
    note(level, element.name_space,
         "the message is no pain.001.001.03 to pain.001.001.12; other messages are not paid from");
    levels_.back().place = Place::refused;
    return;
  }
  initiation_.version = version;
  if (!message_definition_.empty() && message_definition_ != name)
    note(level, element.name_space,
         "the header says that the message is a " + quotable(message_definition_) +
             ", and the document is another; one of them is wrong");
}

void Pain001Reader::begin(const Level& level) {
  switch (level.place) {
    case Place::refused:
      note(level, "", std::string(level.rule->refusal));
      break;
    case Place::details:
      if (!initiation_.instructions.empty() && !instruction().credits.empty())
        credit().has_details = true;
      break;
    case Place::group:
      group_.line = level.line;
      break;
    case Place::instruction:
      initiation_.instructions.emplace_back();
      instruction().line = level.line;
      instruction_totals_ = Totals{};
      instruction_totals_.line = level.line;
      has_method_ = has_date_ = has_debtor_agent_ = false;
      break;
    case Place::credit:
      if (++credits_ > limits_.credits_max)
        note(
            level, "",
            "the file has more than " + std::to_string(limits_.credits_max) + " credits; split it");
      instruction().credits.emplace_back();
      credit().line = level.line;
      credit().where = path();
      is_amount_read_ = has_amount_ = has_creditor_agent_ = is_equivalent_ = false;
      transfer_currency_.reset();
      break;
    case Place::account:
      account_ = level.rule->field == Field::debtor_account ? &instruction().debtor_account
                                                            : &credit().creditor_account;
      break;
    case Place::agent:
      agent_ = level.rule->field;
      break;
    case Place::equivalent:
      is_equivalent_ = true;
      break;
    default:
      break;
  }
}

bool Pain001Reader::on_close(std::string_view text) {
  Level& level = levels_.back();
  text = trimmed(text);  // white space around numbers, dates and codes means nothing in XML
  const bool is_plain_date = level.place == Place::date && level.seen.none();
  if (level.place == Place::leaf || is_plain_date) {
    read_leaf(level, text);
  } else if (level.rule != nullptr) {
    end(level);
  }
  levels_.pop_back();
  return !problems_.is_full() && credits_ <= limits_.credits_max;
}

void Pain001Reader::end(const Level& level) {
  if (level.place == Place::instruction) {
    end_instruction(level);
  } else if (level.place == Place::credit) {
    end_credit(level);
  } else if (level.place == Place::group) {
    if (initiation_.message_id.empty())
      note_missing(level, "MsgId", "the message has no identification; give it one");
    if (!group_.said_count)
      note_missing(level, "NbOfTxs",
                   "the number of credits is missing; it guards against a cut "
                   "file");
  } else if (level.place == Place::initiation) {
    check_totals(group_, "GrpHdr");
  }
}

void Pain001Reader::check_totals(const Totals& totals, const std::string& where) {
  if (totals.said_count && *totals.said_count != totals.count)
    problems_.add({totals.line, where + "/NbOfTxs", std::to_string(*totals.said_count),
                   "the file has " + std::to_string(totals.count) +
                       (totals.count == 1 ? " credit" : " credits") +
                       "; it is cut or was changed: get it again from where it was "
                       "made"});
  if (totals.said_sum && !totals.has_bad_amount && *totals.said_sum != totals.sum)
    problems_.add({totals.line, where + "/CtrlSum", sum_text(*totals.said_sum),
                   "the amounts sum up to " + sum_text(totals.sum) +
                       "; the file is cut or was changed: get it again from where it was made"});
}

void Pain001Reader::end_instruction(const Level& level) {
  if (instruction().id.empty())
    note_missing(level, "PmtInfId", "the payment information has no identification; give it one");
  if (!has_method_) note_missing(level, "PmtMtd", "the payment method is missing; write TRF");
  if (!has_date_) note_missing(level, "ReqdExctnDt", "the execution date is missing");
  if (!has_debtor_agent_)
    note_missing(level, "DbtrAgt/FinInstnId/BICFI",
                 "the debtor's bank is missing; banks are named by BIC");
  if (instruction().credits.empty())
    note_missing(level, "CdtTrfTxInf", "the payment information holds no credit");
  check_totals(instruction_totals_, path());
}

void Pain001Reader::end_credit(const Level& level) {
  CreditTransfer& done = credit();
  if (done.end_to_end_id.empty()) {
    note_missing(level, "PmtId/EndToEndId",
                 "the credit has no end-to-end identification; give it one, or NOTPROVIDED");
  } else if (done.end_to_end_id != "NOTPROVIDED") {
    const auto [at, is_new] = end_to_end_ids_.emplace(done.end_to_end_id, done.line);
    if (!is_new)
      problems_.add({done.line, done.where + "/PmtId/EndToEndId", done.end_to_end_id,
                     "the credit of line " + std::to_string(at->second) +
                         " has the same; a credit that stands twice would be paid twice"});
  }
  if (done.uetr) {
    const auto [at, is_new] = uetrs_.emplace(*done.uetr, done.line);
    if (!is_new)
      problems_.add({done.line, done.where + "/PmtId/UETR", to_text(*done.uetr),
                     "the credit of line " + std::to_string(at->second) +
                         " has the same; each payment has its own"});
  }
  if (!has_creditor_agent_)
    note_missing(level, "CdtrAgt/FinInstnId/BICFI",
                 "the creditor's bank is missing; banks are named by BIC");
  if (is_equivalent_ && has_amount_ && transfer_currency_ != done.amount.currency)
    note_missing(level, "Amt/EqvtAmt/CcyOfTrf",
                 "what the debtor pays is given, and not what the creditor gets; the ledger pays "
                 "exact amounts to creditors: write it as InstdAmt");
  if (!has_amount_) {
    instruction_totals_.has_bad_amount = group_.has_bad_amount = true;
    // One that cannot be taken was noted where it stands.
    if (!is_amount_read_) note_missing(level, "Amt/InstdAmt", "the credit has no amount");
  } else {
    instruction_totals_.sum += sum_of(done.amount);
    group_.sum += sum_of(done.amount);
  }
  ++instruction_totals_.count;
  ++group_.count;
}

template <class T, class Error>
bool Pain001Reader::take(const Level& level, std::string_view text, const Result<T, Error>& parsed,
                         T& to, const std::string& what) {
  if (!parsed) {
    note(level, text, what + " (" + std::string(to_string(parsed.error())) + ")");
    return false;
  }
  to = *parsed;
  return true;
}

void Pain001Reader::take_text(const Level& level, std::string_view text, std::size_t size_max,
                              std::string& to) {
  // Characters, not bytes: what continues one in UTF-8 does not count.
  const auto size = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
  if (text.empty() || size > size_max || !is_clean_text(text)) {
    note(level, text,
         "1 to " + std::to_string(size_max) + " characters are taken, and no control characters");
    return;
  }
  to = std::string(text);
}

void Pain001Reader::take_count(const Level& level, std::string_view text, Totals& totals) {
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (text.empty() || text.size() > 15 || error != std::errc{} ||
      end != text.data() + text.size()) {
    note(level, text, "the number of credits has 1 to 15 digits, and nothing else");
    return;
  }
  totals.said_count = count;
}

void Pain001Reader::take_sum(const Level& level, std::string_view text, Totals& totals) {
  totals.said_sum = parse_sum(text);
  if (!totals.said_sum)
    note(level, text,
         "the control sum has digits and one point, as in 1250.00, and at most " +
             std::to_string(sum_digits) + " digits after it");
}

void Pain001Reader::take_bearer(const Level& level, std::string_view text,
                                std::optional<ChargeBearer>& to) {
  to = parse_charge_bearer(text);
  if (!to) note(level, text, "known are DEBT, SHAR, CRED and SLEV");
}

void Pain001Reader::take_date(const Level& level, std::string_view text) {
  has_date_ = true;
  const auto date = parse_date(text.substr(0, 10));
  const bool is_time = level.rule->field == Field::execution_time;
  if (!date || (is_time ? text.size() < 19 || text[10] != 'T' : text.size() != 10)) {
    note(level, text, "this is no date; write it as in 2026-11-23");
    return;
  }
  instruction().execution_date = *date;
}

void Pain001Reader::read_amount(const Level& level, std::string_view text) {
  is_amount_read_ = true;
  const auto money = lex_money(text, level.currency);
  if (money && money->units.value > 0) {
    credit().amount = *money;
    has_amount_ = true;
    return;
  }
  // Without a currency the amount is not looked at, and it is the attribute that is wrong.
  const auto currency = parse_currency(level.currency);
  const bool is_currency_wrong = !currency || !iso4217_exponent(*currency);
  const bool is_attribute_shown = is_currency_wrong && !level.currency.empty();
  note(level, is_attribute_shown ? std::string_view(level.currency) : text,
       money ? "the amount must be above 0" : money.error());
}

void Pain001Reader::read_leaf(const Level& level, std::string_view text) {
  switch (level.rule->field) {
    case Field::message_definition:
      message_definition_ = std::string(text.substr(0, 35));
      break;
    case Field::message_id:
      return take_text(level, text, 35, initiation_.message_id);
    case Field::group_count:
      take_count(level, text, group_);
      initiation_.count = group_.said_count.value_or(0);
      break;
    case Field::group_sum:
      take_sum(level, text, group_);
      initiation_.control_sum = std::string(text);
      break;
    case Field::instruction_id:
      return take_text(level, text, 35, instruction().id);
    case Field::method:
      has_method_ = true;
      if (text == "CHK") {
        note(level, text, "the ledger writes no cheques; send these by the channel that does");
      } else if (text != "TRF" && text != "TRA") {
        note(level, text, "known are TRF and TRA");
      }
      break;
    case Field::instruction_count:
      return take_count(level, text, instruction_totals_);
    case Field::instruction_sum:
      return take_sum(level, text, instruction_totals_);
    case Field::execution_date:
    case Field::execution_time:
      return take_date(level, text);
    case Field::instruction_bearer:
      return take_bearer(level, text, instruction().charge_bearer);
    case Field::instruction_id_of_credit:
      return take_text(level, text, 35, credit().instruction_id);
    case Field::end_to_end_id:
      return take_text(level, text, 35, credit().end_to_end_id);
    case Field::uetr: {
      Uuid uetr;
      if (take(level, text, parse_uetr(text), uetr,
               "a UETR is a UUID of version 4, in lower-case hexadecimal with hyphens"))
        credit().uetr = uetr;
      break;
    }
    case Field::instructed_amount:
    case Field::equivalent_amount:
      return read_amount(level, text);
    case Field::transfer_currency:
      transfer_currency_ = parse_currency(text);
      if (!transfer_currency_) note(level, text, "write three capital letters, as in EUR");
      break;
    case Field::credit_bearer:
      return take_bearer(level, text, credit().charge_bearer);
    case Field::iban:
      take(level, text, parse_iban(text), account_->iban, "this is no IBAN");
      break;
    case Field::other_id:
      return take_text(level, text, 34, account_->other);
    case Field::account_currency:
      account_->currency = parse_currency(text);
      if (!account_->currency) note(level, text, "write three capital letters, as in EUR");
      break;
    case Field::bic: {
      const bool is_debtor = agent_ == Field::debtor_agent;
      // Said once, here, where it is wrong; it is not missing then.
      (is_debtor ? has_debtor_agent_ : has_creditor_agent_) = true;
      take(level, text, parse_bic(text),
           is_debtor ? instruction().debtor_agent : credit().creditor_agent, "this is no BIC");
      break;
    }
    case Field::purpose_code: {
      const bool is_letters = text.size() == 4 && std::all_of(text.begin(), text.end(),
                                                              [](char c) { return is_upper(c); });
      if (!is_letters) {
        note(level, text, "a purpose has four capital letters, as in SUPP");
        break;
      }
      std::array<char, 4> code{};
      std::copy(text.begin(), text.end(), code.begin());
      credit().purpose = code;
      break;
    }
    default:
      VOSTRO_CHECK(false);
  }
}

Result<Initiation, Problems> Pain001Reader::finish(const Result<void, XmlError>& read) {
  if (problems_.is_full()) problems_.is_cut = true;
  if (!read) problems_.add({read.error().line, "", "", read.error().what});
  if (problems_.list.empty() && !has_document_)
    problems_.add({0, "", "", "there is no pain.001 Document in the file"});
  if (problems_.list.empty() && initiation_.version > 0 && initiation_.message_id.empty())
    problems_.add({group_.line, "GrpHdr", "", "the message has no group header"});
  if (problems_.list.empty() && initiation_.instructions.empty())
    problems_.add({0, "PmtInf", "", "the message holds no payment"});
  if (problems_.list.empty()) return std::move(initiation_);
  // Those that show only at the end of something go where it begins.
  std::stable_sort(problems_.list.begin(), problems_.list.end(),
                   [](const Problem& a, const Problem& b) { return a.line < b.line; });
  return fail(std::move(problems_));
}

}  // namespace

Result<Initiation, Problems> read_pain001(std::string_view text, const Pain001Limits& limits) {
  Pain001Reader reader(limits);
  return reader.finish(read_xml(text, limits.xml, reader));
}

}  // namespace vostro::iso20022
