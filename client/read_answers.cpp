#include "client/read_answers.h"

#include "base/text.h"
#include "chain/json/values.h"

namespace vostro::client {
namespace {

using chain::JsonFault;
using chain::JsonIn;

std::uint64_t number(const JsonIn& in) {
  return in.integer<std::uint64_t>();
}
Height height(const JsonIn& in) {
  return Height(number(in));
}
UnixMillis block_time(const JsonIn& in) {
  return in.parsed<UnixMillis>(parse_block_time);
}
std::optional<std::string> text_if_any(const JsonIn& in) {
  return in.optional([](const JsonIn& each) { return each.text(); });
}

std::optional<Hash> hash_if_any(const JsonIn& in) {
  return in.optional([](const JsonIn& each) { return each.hash(); });
}

FinalReceipt read_final(const JsonIn& in) {
  return {height(in.field("height")), block_time(in.field("block_time")),
          in.field("index").integer<std::uint32_t>(), chain::read_receipt(in.field("receipt"))};
}

chain::OwnedId read_id(const JsonIn& in) {
  return {in.field("owner").bic(), in.field("id").uuid()};
}

BlockLine read_block_line(const JsonIn& in) {
  return {read_id(in), text_if_any(in.field("kind")).value_or(""), in.field("status").text(),
          text_if_any(in.field("reason_code"))};
}

template <class Read>
auto list_of(const JsonIn& in, std::size_t max, Read&& read) {
  std::vector<decltype(read(in))> list;
  for (const JsonIn& each : in.elements(max)) list.push_back(read(each));
  return list;
}

constexpr std::size_t block_lines_max = 200'000;

}  // namespace

const chain::ExponentOf& iso_exponents() {
  static const chain::ExponentOf exponents = [](const Currency& currency) {
    return iso4217_exponent(currency);
  };
  return exponents;
}

std::optional<UnixMillis> parse_block_time(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) {
    const auto seconds = parse_time(text);
    return seconds ? std::optional(to_millis(*seconds)) : std::nullopt;
  }
  const std::string_view rest = text.substr(point + 1);
  if (rest.size() != 4 || rest[3] != 'Z') return std::nullopt;
  std::uint64_t millis = 0;
  for (const char c : rest.substr(0, 3)) {
    if (!is_digit(c)) return std::nullopt;
    millis = millis * 10 + static_cast<std::uint64_t>(c - '0');
  }
  const auto seconds = parse_time(std::string(text.substr(0, point)) + "Z");
  if (!seconds) return std::nullopt;
  return UnixMillis(to_millis(*seconds).value + millis);
}

NodeStatus read_status(const JsonIn& in) {
  NodeStatus out;
  out.network_id = in.field("network_id").hash();
  out.network_name = in.field("network_name").text();
  out.is_development = in.field("development").boolean();
  out.participant = in.field("participant").bic();
  out.role = in.field("role").text();
  out.version = in.field("version").text();
  out.protocol_version = number(in.field("protocol_version"));
  out.outdated = in.field("outdated").optional([](const JsonIn& each) {
    return number(each.field("protocol_version"));
  });
  out.height = height(in.field("height"));
  out.block_id = in.field("block_id").hash();
  out.block_time = in.field("block_time").optional(block_time);
  out.state_root = in.field("state_root").hash();
  out.epoch = number(in.field("epoch"));
  out.view = number(in.field("view"));
  out.finalized_view = number(in.field("finalized_view"));
  out.validators = number(in.field("validators"));
  out.quorum = number(in.field("quorum"));
  out.connected_validators = number(in.field("connected_validators"));
  out.is_syncing = in.field("syncing").boolean();
  out.is_ready = in.field("ready").boolean();
  out.halted =
      in.field("halted").optional([](const JsonIn& each) { return each.field("reason").text(); });
  out.halted_since = in.field("halted").optional([](const JsonIn& each) {
    return each.field("since").optional(block_time).value_or(UnixMillis());
  });
  out.is_disk_full = !in.field("disk_full").is_null() && in.field("disk_full").boolean();
  out.disk_full_since = in.field("disk_full_since").optional(block_time);
  out.disk_free_bytes = in.field("disk_free_bytes").optional(number).value_or(0);
  out.disk_reserve_bytes = in.field("disk_reserve_bytes").optional(number).value_or(0);
  out.time = in.field("time").optional(block_time);
  out.pending_transactions = number(in.field("pending_transactions"));
  out.uptime_seconds = number(in.field("uptime_seconds"));
  return out;
}

SubmitAnswer read_submit_answer(const JsonIn& in) {
  SubmitAnswer out;
  out.id = {in.field("owner").bic(), in.field("id").uuid()};
  out.transaction_hash = in.field("transaction_hash").hash();
  const std::string status = in.field("status").text();
  if (status == "final") {
    out.final = read_final(in);
  } else if (status != "pending") {
    in.field("status").note(JsonFault::bad_value);
  }
  return out;
}

TransactionView read_transaction_view(const JsonIn& in) {
  TransactionView out;
  out.id = read_id(in);
  out.transaction_hash =
      in.field("transaction_hash").optional([](const JsonIn& each) { return each.hash(); });
  const std::string status = in.field("status").text();
  if (status == "final") {
    out.state = TransactionState::final;
    out.final = read_final(in);
    out.annex = hash_if_any(in.field("annex"));
  } else if (status == "pending") {
    out.state = TransactionState::pending;
  } else if (status == "expired") {
    out.state = TransactionState::expired;
  } else if (status != "unknown") {
    in.field("status").note(JsonFault::bad_value);
  }
  return out;
}

PaymentView read_payment(const JsonIn& in) {
  const auto account = [](const JsonIn& each) { return each.account(); };
  PaymentView out;
  out.name = {in.field("agent").bic(), in.field("uetr").uuid()};
  out.status = in.field("status").text();
  out.iso_status = in.field("iso_status").is_null() ? std::string() : in.field("iso_status").text();
  out.reason = text_if_any(in.field("reason"));
  out.reason_code = text_if_any(in.field("reason_code"));
  out.debtor = in.field("debtor").optional(account);
  out.creditor = in.field("creditor").optional(account);
  out.amount = in.field("amount").optional([](const JsonIn& each) { return each.money(); });
  out.ordered_at = in.field("ordered_at").optional(block_time);
  out.final_at = in.field("final_at").optional(block_time);
  out.height = in.field("height").optional(height);
  out.accept_by = in.field("accept_by").optional([](const JsonIn& each) { return each.time(); });
  out.creditor_gets =
      in.field("creditor_gets").optional([](const JsonIn& each) { return each.money(); });
  out.annex = hash_if_any(in.field("annex"));
  if (!in.field("receipts").is_null()) {
    out.receipts = list_of(in.field("receipts"), 64, [](const JsonIn& each) {
      return PlacedReceipt{height(each.field("height")), block_time(each.field("block_time")),
                           chain::read_receipt(each.field("receipt"))};
    });
  }
  if (!in.field("timeline").is_null()) {
    // A receipt is at most two steps, and the first one three; up to 17 are before it.
    out.timeline = list_of(in.field("timeline"), 146, [](const JsonIn& each) {
      return TimelineView{
          each.field("event").text(), block_time(each.field("time")),
          each.field("height").optional([](const JsonIn& at) { return height(at); }),
          text_if_any(each.field("reason_code"))};
    });
  }
  return out;
}

AccountView read_account(const JsonIn& in) {
  AccountView out;
  out.account = in.field("account").account();
  out.status = in.field("status").text();
  out.accepts = chain::read_accepts(in.field("accepts"));
  out.has_own_policy = in.field("policy").text() == "own";
  out.own_policy = in.field("own_policy").optional(chain::read_policy);
  out.balances = list_of(in.field("balances"), 1024, [](const JsonIn& each) {
    const Currency currency = each.field("currency").currency();
    const auto units = [&](std::string_view name) {
      const std::string text = each.field(name).text();
      const auto exponent = iso4217_exponent(currency);
      const auto parsed = exponent ? parse_amount(text, *exponent, Digits::exact)
                                   : Result<MinorUnits, MoneyError>(fail(MoneyError::wrong_digits));
      if (!parsed && !each.has_problem()) each.field(name).note(JsonFault::bad_amount);
      return Money{currency, parsed ? *parsed : MinorUnits{}};
    };
    return BalanceView{units("amount"), units("held")};
  });
  return out;
}

EntryView read_entry(const JsonIn& in) {
  EntryView out;
  out.height = height(in.field("height"));
  out.block_time = block_time(in.field("block_time"));
  out.index = in.field("index").integer<std::uint32_t>();
  out.id = read_id(in);
  out.kind = in.field("kind").text();
  out.amount = in.field("amount").signed_money();
  out.balance =
      in.field("balance").optional([](const JsonIn& each) { return each.signed_money(); });
  out.business_date = in.field("business_date").date();
  out.counterparty =
      in.field("counterparty").optional([](const JsonIn& each) { return each.account(); });
  out.uetr = in.field("uetr").optional([](const JsonIn& each) { return each.uuid(); });
  out.status = in.field("status").text();
  return out;
}

BlockView read_block(const JsonIn& in) {
  BlockView out;
  out.height = height(in.field("height"));
  out.block_id = in.field("block_id").hash();
  out.time = block_time(in.field("time"));
  out.proposer = text_if_any(in.field("proposer")).value_or("");
  out.state_root = in.field("state_root").hash();
  out.tx_root = in.field("tx_root").hash();
  out.receipt_root = in.field("receipt_root").hash();
  out.transactions = list_of(in.field("transactions"), block_lines_max, read_block_line);
  out.due = list_of(in.field("due"), block_lines_max, read_block_line);
  return out;
}

ParticipantView read_participant(const JsonIn& in) {
  ParticipantView out;
  out.bic = in.field("bic").bic();
  out.legal_name = in.field("legal_name").text();
  out.country = in.field("country").text();
  out.lei = in.field("lei").optional([](const JsonIn& each) {
    return each.parsed<Lei>([](std::string_view text) -> std::optional<Lei> {
      const auto lei = parse_lei(text);
      return lei ? std::optional(*lei) : std::nullopt;
    });
  });
  out.roles = list_of(in.field("roles"), 16, [](const JsonIn& each) { return each.text(); });
  out.annex_key =
      in.field("annex_key").optional([](const JsonIn& each) { return each.hash().bytes; });
  out.policy = chain::read_policy(in.field("policy"));
  out.status = in.field("status").text();
  out.is_validator = in.field("validator").boolean();
  return out;
}

ValidatorView read_validator(const JsonIn& in) {
  ValidatorView out;
  out.index = number(in.field("index"));
  out.participant = in.field("participant").bic();
  out.is_this_node = in.field("this_node").boolean();
  out.is_connected = in.field("connected").boolean();
  out.last_seen = in.field("last_seen").optional(block_time);
  out.since = in.field("since").optional(block_time);
  out.round_trip_us = in.field("round_trip_us").optional(number);
  out.finalized_height = in.field("finalized_height").optional(height);
  out.clock_offset_ms = in.field("clock_offset_ms").optional([](const JsonIn& each) {
    return each.signed_integer();
  });
  out.failure = in.field("failure").optional([](const JsonIn& each) {
    return ConnectFailure{each.field("reason").text(), block_time(each.field("since"))};
  });
  return out;
}

CurrencyView read_currency(const JsonIn& in) {
  CurrencyView out;
  out.currency = in.field("currency").currency();
  out.exponent = in.field("exponent").integer<std::uint8_t>();
  out.agent = in.field("agent").bic();
  out.policy = chain::read_policy(in.field("policy"));
  out.status = in.field("status").text();
  out.business_date = in.field("business_date").date();
  out.issued = in.field("issued").money();
  out.redeemed = in.field("redeemed").money();
  out.open_redemptions = in.field("open_redemptions").money();
  out.attestation = in.field("attestation").optional([](const JsonIn& each) {
    return chain::Attestation{each.field("balance").money().units, each.field("statement").hash(),
                              each.field("as_of").time()};
  });
  out.attestation_max_age_s = in.field("attestation_max_age_s").optional([](const JsonIn& each) {
    return each.integer<std::uint64_t>();
  });
  return out;
}

FillView read_fill(const JsonIn& in) {
  FillView out;
  out.quote = in.field("quote").uuid();
  out.payment = {in.field("agent").bic(), in.field("uetr").uuid()};
  out.debtor = in.field("debtor").account();
  out.creditor = in.field("creditor").account();
  out.sold = in.field("sold").money();
  out.bought = in.field("bought").money();
  out.rate = in.field("rate").parsed<chain::Rate>(chain::parse_rate);
  out.exchange = in.field("exchange").text();
  out.status = in.field("status").text();
  out.height = height(in.field("height"));
  out.block_time = block_time(in.field("block_time"));
  out.index = in.field("index").integer<std::uint32_t>();
  return out;
}

RedemptionView read_redemption(const JsonIn& in) {
  RedemptionView out;
  out.id = read_id(in);
  out.account = in.field("account").account();
  out.amount = in.field("amount").money();
  out.state = in.field("state").text();
  out.annex = hash_if_any(in.field("annex"));
  return out;
}

namespace {

/// {"what", "ready", "needed"} as a sentence. A word of a newer node is shown as it is.
std::string waiting_sentence(const JsonIn& in) {
  const std::string what = in.field("what").text();
  if (what == "date") return "its date";
  if (what == "ready") return "the Ready of its validator";
  if (what == "validators") return "validators that are to come before it";
  if (what == "next_epoch" || what == "next_block") return "the next block";
  if (what != "quorum") return what;
  return "validators that speak the version: " +
         std::to_string(in.field("ready").integer<std::uint32_t>()) + " of " +
         std::to_string(in.field("needed").integer<std::uint32_t>());
}

ValidatorSetView::Said read_readiness(const JsonIn& in) {
  return {list_of(in.field("versions"), chain::Ready::versions_max,
                  [](const JsonIn& each) { return each.integer<std::uint16_t>(); }),
          height(in.field("synced_height"))};
}

}  // namespace

ValidatorSetView read_validator_set(const JsonIn& in) {
  ValidatorSetView out;
  out.epoch = in.field("epoch").integer<std::uint64_t>();
  out.version = in.field("protocol_version").integer<std::uint16_t>();
  out.validators =
      list_of(in.field("validators"), chain::Validators::count_max, [](const JsonIn& each) {
        return ValidatorSetView::Member{each.field("participant").bic(),
                                        each.field("key").public_key(),
                                        each.field("readiness").optional(read_readiness)};
      });
  out.pending =
      list_of(in.field("pending"), chain::PendingChanges::count_max, [](const JsonIn& each) {
        return ValidatorSetView::Pending{
            each.field("proposal").owned_id(), chain::read_change(each.field("change")),
            each.field("not_before").time(), waiting_sentence(each.field("waits_for"))};
      });
  return out;
}

ProposalView read_proposal(const JsonIn& in) {
  ProposalView out;
  out.name = in.field("id").owned_id();
  out.change = chain::read_change(in.field("change"));
  out.status = in.field("status").text();
  out.not_before = in.field("not_before").time();
  out.closes_at = in.field("closes_at").time();
  out.ballots = list_of(in.field("votes"), chain::Proposal::ballots_max, [](const JsonIn& each) {
    return chain::Ballot{each.field("voter").bic(), each.field("yes").boolean()};
  });
  out.voters = in.field("voters").integer<std::uint32_t>();
  out.needed = in.field("needed").integer<std::uint32_t>();
  out.yes = in.field("yes").integer<std::uint32_t>();
  out.no = in.field("no").integer<std::uint32_t>();
  out.proposed = height(in.field("proposed_height"));
  out.passed = in.field("passed_height").optional(height);
  out.ended = in.field("ended_height").optional(height);
  out.waits_for = in.field("waits_for").optional(waiting_sentence);
  out.obstacle = text_if_any(in.field("obstacle"));
  return out;
}

EvidenceView read_evidence(const JsonIn& in) {
  EvidenceView out;
  out.act = in.field("id").parsed<chain::MisbehaviourKey>(chain::parse_misbehaviour);
  out.validator = number(in.field("validator"));
  out.key = in.field("key").public_key();
  out.kept_bytes = in.field("kept_bytes").optional(number);
  out.record = in.field("record").optional([](const JsonIn& each) {
    return EvidenceView::Record{height(each.field("height")), each.field("report").owned_id(),
                                each.field("evidence_hash").hash()};
  });
  return out;
}

RulesView read_rules(const JsonIn& in) {
  RulesView out;
  const JsonIn parameters = in.field("parameters");
  for (const std::string_view name :
       {"max_validity_s", "max_acceptance_s", "max_quote_life_s", "money_max", "max_due",
        "max_block_bytes", "max_block_items", "proof_window", "heartbeat_ms"})
    out.parameters.emplace_back(name, parameters.field(name).text());
  out.corridors =
      list_of(in.field("corridor_rules"), chain::CorridorRule::count_max, [](const JsonIn& each) {
        return RulesView::Corridor{each.field("number").integer<std::uint16_t>(),
                                   chain::read_corridor_rule(each.field("rule")),
                                   height(each.field("since_height"))};
      });
  return out;
}

QuoteView read_quote(const JsonIn& in) {
  QuoteView out;
  out.quote = {chain::read_quote(in.field("quote")), in.field("key").public_key(),
               in.field("signature").signature()};
  out.remaining = in.field("remaining").is_null()
                      ? out.quote.quote.limit
                      : in.field("remaining").units_of(out.quote.quote.sells);
  return out;
}

ApprovalView read_approval(const JsonIn& in) {
  const auto word = [](const JsonIn& each) { return each.text(); };
  const auto account = [](const JsonIn& each) { return each.account(); };
  const auto signer = [&](const JsonIn& each) {
    return ApprovalView::Signer{each.field("key").public_key(),
                                each.field("person").optional(word)};
  };
  ApprovalView out;
  out.id = read_id(in);
  out.kind = in.field("kind").text();
  out.state = in.field("state").text();
  out.transaction_hash = in.field("transaction_hash").hash();
  out.valid_until = in.field("valid_until").time();
  out.debtor = in.field("debtor").optional(account);
  out.creditor = in.field("creditor").optional(account);
  out.amount = in.field("amount").optional([](const JsonIn& each) { return each.money(); });
  out.credits = in.field("credits").optional(number);
  out.signatures_given = number(in.field("signatures_given"));
  out.signatures_wanted = in.field("signatures_wanted").optional(number);
  out.signers = list_of(in.field("signers"), chain::Transaction::signatures_max, signer);
  out.steps = list_of(in.field("steps"), 64, [&](const JsonIn& each) {
    return ApprovalView::Step{
        each.field("kind").text(), block_time(each.field("at")), each.field("token").optional(word),
        list_of(each.field("signers"), chain::Transaction::signatures_max, signer),
        each.field("reason").optional(word)};
  });
  return out;
}

}  // namespace vostro::client
