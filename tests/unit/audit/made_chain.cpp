#include "tests/unit/audit/made_chain.h"

#include <algorithm>
#include <map>

#include "base/check.h"
#include "base/codec.h"
#include "client/proof.h"
#include "consensus/evidence.h"
#include "genesis/continuation.h"
#include "tests/support/chain_builders.h"
#include "tests/support/evidence_builders.h"
#include "tests/unit/genesis/genesis_support.h"

namespace vostro::test {
namespace {

constexpr const char* kAgent = "ALBAGB2L";

template <class Value, class Error>
Value taken(Result<Value, Error> result) {
  VOSTRO_CHECK(result.has_value());
  return *std::move(result);
}

chain::StoreOptions store_options() {
  chain::StoreOptions options;
  options.reserve_bytes = 0;
  return options;
}

std::optional<Hash>& signing_for() {
  static std::optional<Hash> network;
  return network;
}

Bytes signed_by(std::uint64_t number, chain::Body body, const std::vector<std::string>& names) {
  chain::Transaction transaction;
  transaction.network_id = signing_for().value_or(network_definition().network_id);
  transaction.id = uetr(number);
  // The test network opens on 2026-01-05; far enough ahead for a chain of many blocks.
  transaction.valid_until = UnixSeconds(network_definition().opens_at.value + 6 * 24 * 3600);
  transaction.body = std::move(body);
  const Bytes message =
      chain::transaction_message(transaction.network_id, chain::transaction_hash(transaction));
  for (const std::string& name : names)
    transaction.signatures.push_back(
        {network_key(name).public_key(), network_key(name).sign(message)});
  std::sort(transaction.signatures.begin(), transaction.signatures.end(),
            [](const auto& a, const auto& b) { return a.key < b.key; });
  return chain::encode_transaction(transaction);
}

std::string bank_of(const std::string& account_name) {
  return account_name.substr(0, account_name.find('/'));
}

}  // namespace

ScratchDirectory::ScratchDirectory() {
  // In memory where there is such a place: hundreds of stores are made and thrown away.
  std::error_code none;
  const std::filesystem::path memory("/dev/shm");
  const auto place =
      std::filesystem::exists(memory, none) ? memory : std::filesystem::temp_directory_path();
  std::string pattern = (place / "vostro-audit-test-XXXXXX").string();
  VOSTRO_CHECK(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}
ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

const SecretKey& network_key(const std::string& name) {
  static std::map<std::string, SecretKey> keys;
  const auto found = keys.find(name);
  return found != keys.end() ? found->second : keys.emplace(name, key_named(name)).first->second;
}

const std::string& network_text() {
  static const std::string text = sealed_text();
  return text;
}
const genesis::Definition& network_definition() {
  static const genesis::Definition definition = taken(genesis::parse(network_text()));
  return definition;
}

ChainMaker::ChainMaker(const std::string& directory) : directory_(directory) {
  std::filesystem::create_directories(directory);
  begin_epoch(
      client::committee_of(network_definition(), network_definition().network_id)->context());
  store_ = taken(
      chain::Store::open(directory + "/store", network_definition().network_id, store_options()));
  const genesis::Anchor anchor = genesis::make_anchor(network_definition());
  parent_.bytes = anchor.digest.bytes;
  time_ = anchor.time;
  chain::ExecutedBlock genesis;
  genesis.time = anchor.time;
  genesis.state = anchor.state;
  genesis.nodes = anchor.nodes;
  genesis.state_root = anchor.state_root;
  VOSTRO_CHECK(store_->commit({anchor.digest, {}, {}, {}, false, {}, genesis}).has_value());
}
ChainMaker::~ChainMaker() = default;

void ChainMaker::open_again() {
  store_ = taken(
      chain::Store::open(directory_ + "/store", committee_->context().network_id, store_options()));
}

void ChainMaker::begin_epoch(consensus::EpochContext context) {
  committee_ = std::make_shared<const consensus::Committee>(std::move(context));
  signers_.clear();
  for (const consensus::Validator& validator : committee_->context().validators.all()) {
    const std::string bic(validator.member.bytes.begin(), validator.member.bytes.begin() + 11);
    for (const char* kind : {"validator of ", "validator 2 of ", "new validator of "}) {
      const SecretKey& key = network_key(kind + to_text(*parse_bic(bic)));
      if (key.public_key() == validator.key) signers_.push_back(std::make_unique<KeySigner>(key));
    }
  }
  VOSTRO_CHECK(signers_.size() == committee_->size());
  parent_ = committee_->context().anchor;
  view_ = View(0);
  positions_.clear();
}

genesis::Continuation ChainMaker::end() const {
  genesis::Continuation made;
  made.before = committee_->context().network_id;
  made.height = height_;
  made.block = Hash{parent_.bytes};
  made.state_root = store_->head()->state_root;
  made.epoch = committee_->epoch().next();
  return made;
}

void ChainMaker::continue_by(const genesis::Definition& definition) {
  const genesis::Continuation& continuation = definition.continuations.back();
  const auto executed = genesis::continuation_block(*store_, *store_, continuation, time_);
  const Hash digest = genesis::anchor_of(definition.network_id, continuation.state_root);
  const auto proof = store_->view().newest_proof();
  VOSTRO_CHECK(store_->put_proof(height_, proof->bytes, true).has_value());
  VOSTRO_CHECK(
      store_->commit({digest, {}, {}, {}, false, {}, executed, definition.network_id}).has_value());
  height_ = executed.height;
  auto context = client::committee_of(definition, definition.network_id)->context();
  context.anchor_time = time_;
  begin_epoch(std::move(context));
}

consensus::FinalityProof ChainMaker::proof_of(const consensus::Header& header,
                                              std::size_t signers) const {
  consensus::FinalityProof proof;
  proof.header = header;
  proof.proposal = {header.view, View(header.view.value - 1), header.id(), hash("just", {})};
  consensus::Certificate& certificate = proof.finalization;
  certificate.type = consensus::VoteType::finalize;
  certificate.view = header.view;
  certificate.proposal = proof.proposal.id(committee_->ctx());
  certificate.bitmap.resize((committee_->size() + 7) / 8);
  for (std::size_t i = 0; i < signers; ++i) {
    const consensus::ValidatorIndex index(static_cast<std::uint16_t>(i));
    certificate.bitmap[i / 8] = static_cast<Byte>(certificate.bitmap[i / 8] | (1U << (i % 8)));
    certificate.signatures.push_back(consensus::sign_vote(*committee_, *signers_[i], index,
                                                          consensus::VoteType::finalize,
                                                          header.view, certificate.proposal)
                                         .signature);
  }
  return proof;
}

void ChainMaker::block(const std::vector<std::vector<Bytes>>& batches, bool with_proof,
                       const Forgery& forgery) {
  consensus::Header header;
  const consensus::EpochContext& context = committee_->context();
  view_ = view_.next();
  header.version = context.version;
  header.network_id = context.network_id;
  header.epoch = context.epoch;
  header.height = height_.next();
  header.view = view_;
  header.parent = parent_;
  header.proposer = committee_->leader(view_);
  header.time = UnixMillis(time_.value + 1000);
  header.set_hash = committee_->set_hash();

  // Batch i is of the i-th lane in the order of execution.
  consensus::Cut cut;
  std::vector<consensus::SignedBatch> signed_batches;
  chain::BlockInput input{
      context.network_id, header.height, header.time, Hash{parent_.bytes}, time_, {}, {}};
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const consensus::ValidatorIndex author(
        static_cast<std::uint16_t>((header.proposer.value + 1U + i) % committee_->size()));
    consensus::LanePosition& position = positions_[author];
    consensus::Batch batch;
    batch.ctx = committee_->ctx();
    batch.author = author;
    batch.incarnation = 1;
    batch.seq = position.seq + 1;
    batch.prev = position.tip;
    for (const Bytes& transaction : batches[i]) {
      batch.transactions.push_back({transaction});
      auto verified = forgery.takes_bad_signatures
                          ? chain::take_as_final(transaction, context.network_id)
                          : chain::verify(transaction, context.network_id);
      if (!verified) check_failed(__FILE__, __LINE__, to_string(verified.error()).c_str());
      input.candidates.push_back(*std::move(verified));
    }
    const auto made = consensus::sign_batch(*signers_[author.value], std::move(batch));
    position = {1, made.batch().seq, made.id()};
    cut.lanes.push_back({author, 1, made.batch().seq, made.batch().seq, made.id()});
    input.lanes.emplace(author.value,
                        chain::LaneRecord{1, made.batch().seq, Hash{made.id().bytes}});
    signed_batches.push_back(*made.shared().batch);
  }
  std::sort(cut.lanes.begin(), cut.lanes.end());
  header.cut_root = cut.root();

  auto executed = chain::execute_block(*store_, *store_, consensus::Judge(), input);
  if (!executed) check_failed(__FILE__, __LINE__, executed.error().what.c_str());
  if (forgery.executed) forgery.executed(*executed);
  header.tx_count = static_cast<std::uint32_t>(executed->transactions.size());
  header.tx_root = executed->tx_root;
  header.state_root = executed->state_root;
  header.receipt_root = executed->receipt_root;
  if (executed->next_epoch) {
    std::vector<consensus::Validator> next;
    for (const chain::Validator& each : executed->next_epoch->validators)
      next.push_back({consensus::MemberId{each.id.bytes}, each.key});
    header.flags = consensus::Header::flag_epoch_close;
    header.next_set_hash = consensus::ValidatorSet::make(next)->digest();
  }
  if (forgery.header) forgery.header(header);
  if (forgery.batches) forgery.batches(signed_batches);

  const consensus::BlockId id = header.id();
  const Bytes header_bytes = encode(header);
  const Bytes cut_bytes = encode(cut);
  Bytes proof;
  if (with_proof) {
    auto made = proof_of(header, forgery.signers);
    if (forgery.proof) forgery.proof(made);
    proof = encode(made);
  }
  std::vector<Bytes> encoded;
  std::vector<chain::StoredBatch> stored;
  encoded.reserve(signed_batches.size());
  for (const consensus::SignedBatch& each : signed_batches) {
    encoded.push_back(encode(each));
    stored.push_back(
        {Hash{each.batch.id().bytes},
         {context.epoch, each.batch.author.value, each.batch.incarnation, each.batch.seq},
         encoded.back()});
  }
  const auto done = store_->commit({Hash{id.bytes}, header_bytes, cut_bytes, proof,
                                    executed->next_epoch.has_value(), stored, *executed});
  if (!done) check_failed(__FILE__, __LINE__, to_string(done.error()).c_str());
  parent_ = id;
  height_ = header.height;
  time_ = header.time;
  if (executed->next_epoch) {
    std::vector<consensus::Validator> next;
    for (const chain::Validator& each : executed->next_epoch->validators)
      next.push_back({consensus::MemberId{each.id.bytes}, each.key});
    begin_epoch({context.network_id, executed->next_epoch->version, context.epoch.next(), id,
                 header.height, header.time, *consensus::ValidatorSet::make(std::move(next))});
  }
}

SigningFor::SigningFor(const Hash& network_id) {
  signing_for() = network_id;
}
SigningFor::~SigningFor() {
  signing_for().reset();
}

void make_epoch_change(ChainMaker& chain, std::uint64_t number) {
  const Bic owner = bic("NORDDEFF");
  const SecretKey& key = network_key("validator 2 of NORDDEFF");
  const chain::OwnedId proposal{owner, uetr(number)};
  const UnixSeconds now(chain.time().value / 1000);
  const Hash network = chain.committee().context().network_id;
  const chain::RotateValidatorKey change{
      owner, key.public_key(),
      key.sign(chain::possession_message(network, owner, key.public_key()))};
  chain.block_of(
      {signed_bytes(number, chain::Propose{owner, change, now, UnixSeconds(now.value + 3'600)},
                    "NORDDEFF", true)});
  std::vector<Bytes> votes;
  for (const char* voter : {"ALBAGB2L", "NORDDEFF", "SUDBFRPP"})
    votes.push_back(signed_bytes(++number, chain::Vote{bic(voter), proposal, true}, voter, true));
  chain.block_of(votes, false);
  chain.block_of({signed_by(++number, chain::Ready{owner, key.public_key(), chain.height(), {1}},
                            {"validator 2 of NORDDEFF"})});
  VOSTRO_CHECK(chain.committee().epoch().value == 1);
}

std::string continued_text(const genesis::Continuation& end, std::size_t banks) {
  genesis::Continuation continuation = end;
  for (std::size_t i = 0; i < bank_count; ++i) {
    const std::string name = to_text(bank(i));
    continuation.validators.push_back({bank(i), public_key_named("new validator of " + name),
                                       public_key_named("new node of " + name)});
  }
  for (std::size_t i = 0; i < banks; ++i)
    for (const std::string role : {"maker", "checker"})
      genesis::sign_continuation(continuation, bank(i),
                                 key_named(role + " of " + to_text(bank(i))));
  return network_text() + genesis::write_continuation(continuation);
}

Bytes signed_bytes(std::uint64_t number, chain::Body body, const std::string& bank_name,
                   bool by_two) {
  std::vector<std::string> names{"maker of " + bank_name};
  if (by_two) names.push_back("checker of " + bank_name);
  return signed_by(number, std::move(body), names);
}

Bytes issue_bytes(std::uint64_t number, const std::string& to, const Money& amount) {
  const std::string agent = amount.currency == currency("SGD") ? "MERLSGSG" : kAgent;
  chain::Issue issue;
  issue.agent = bic(agent);
  issue.account = account(to);
  issue.money = amount;
  issue.entry = hash_of("entry " + std::to_string(number));
  return signed_bytes(number, issue, agent, true);
}

Bytes payment_bytes(std::uint64_t number, const std::string& from, const std::string& to,
                    std::int64_t cents, bool asks) {
  chain::Payment payment;
  payment.debtor = account(from);
  payment.currency = currency("EUR");
  payment.credit = a_credit(to, cents);
  if (asks)
    payment.acceptance.accept_by = UnixSeconds(network_definition().opens_at.value + 24 * 3600);
  return signed_bytes(number, payment, bank_of(from), false);
}

Bytes accept_bytes(std::uint64_t number, std::uint64_t payment, const std::string& creditor,
                   const std::string& debtor_agent, bool accept) {
  const chain::OwnedId name{bic(debtor_agent), uetr(payment)};
  if (accept)
    return signed_bytes(number, chain::Accept{account(creditor), name}, bank_of(creditor), false);
  return signed_bytes(number, chain::Reject{account(creditor), name, code("AC04")},
                      bank_of(creditor), false);
}

Bytes bulk_bytes(std::uint64_t number, const std::string& from, const std::vector<std::string>& to,
                 std::uint32_t items, std::int64_t cents) {
  chain::PaymentBatch bulk;
  bulk.debtor = account(from);
  bulk.currency = currency("EUR");
  bulk.count = items;
  bulk.total = MinorUnits(cents * static_cast<std::int64_t>(items));
  for (std::uint32_t i = 0; i < items; ++i)
    bulk.items.push_back({uetr(number + 1 + i), a_credit(to[i % to.size()], cents)});
  return signed_bytes(number, bulk, bank_of(from), true);
}

Bytes fx_bytes(std::uint64_t number, const std::string& from, const std::string& to,
               std::int64_t sgd_cents, std::int64_t eur_cents) {
  const SecretKey& desk = network_key("maker of NORDDEFF");
  chain::SignedQuote signed_quote;
  chain::Quote& quote = signed_quote.quote;
  quote.network_id = signing_for().value_or(network_definition().network_id);
  quote.id = uetr(900'000);
  quote.provider = account("NORDDEFF/main");
  quote.sells = currency("SGD");
  quote.buys = currency("EUR");
  quote.rate = {662, 3};
  quote.limit = MinorUnits(1'000'000);
  quote.expires_at = UnixSeconds(network_definition().opens_at.value + 600);
  signed_quote.key = desk.public_key();
  signed_quote.signature = desk.sign(chain::quote_message(quote));
  chain::FxPayment payment;
  payment.debtor = account(from);
  payment.currency = quote.sells;
  payment.credit = a_credit(to, sgd_cents);
  payment.debtor_amount = eur(eur_cents);
  payment.quote = signed_quote;
  return signed_bytes(number, payment, bank_of(from), false);
}

Bytes return_bytes(std::uint64_t number, const ChainMaker& chain, const chain::OwnedId& payment,
                   std::int64_t cents) {
  const chain::StoreView view = chain.store().view();
  const auto settled = view.payment(payment)->receipts.back();
  chain::Return order;
  order.original = *view.original(settled.place);
  order.amount = MinorUnits(cents);
  order.code = code("AC04");
  return signed_bytes(number, order, to_text(settled.receipt.payment->creditor.owner), true);
}

Bytes redeem_bytes(std::uint64_t number, const std::string& from, const Money& amount) {
  return signed_bytes(number, chain::Redeem{account(from), amount, {}}, bank_of(from), true);
}

Bytes report_bytes(std::uint64_t number, const std::string& bank, Bytes evidence) {
  return signed_bytes(number, chain::ReportEvidence{bic(bank), Epoch(0), std::move(evidence)}, bank,
                      false);
}

Bytes evidence_bytes(const ChainMaker& chain, EvidenceKind kind, std::uint16_t validator,
                     std::uint64_t number) {
  const EvidenceMaker evidence(chain.committee(), [&](std::uint16_t index) -> const SecretKey& {
    const auto& member =
        chain.committee().context().validators.at(consensus::ValidatorIndex(index)).member;
    return network_key("validator of " +
                       to_text(*chain::owner_of(chain::ValidatorId{member.bytes})));
  });
  return consensus::encode_evidence(evidence.of(kind, validator, number));
}

void make_sample_chain(ChainMaker& chain) {
  const std::vector<std::string> banks{"ALBAGB2L", "MERLSGSG", "NORDDEFF", "SUDBFRPP"};
  const auto main_of = [&](std::size_t i) { return banks[i % banks.size()] + "/main"; };
  std::vector<Bytes> issues;
  for (std::size_t i = 0; i < banks.size(); ++i)
    issues.push_back(issue_bytes(100 + i, main_of(i), eur(100'000'000)));
  issues.push_back(issue_bytes(110, main_of(2), jpy(5'000'000)));
  chain.block_of(issues);
  std::uint64_t number = 1000;
  const auto payments = [&](std::size_t from, std::size_t count) {
    std::vector<Bytes> made;
    for (std::size_t i = 0; i < count; ++i, ++number)
      made.push_back(payment_bytes(number, main_of(from), main_of(from + 1 + i % 3),
                                   static_cast<std::int64_t>(100 + i)));
    return made;
  };
  chain.block({payments(0, 3), payments(1, 2), payments(2, 2), payments(3, 1)});
  // Three payments that ask, of which one is accepted, one refused and one goes on waiting; one is
  // rejected: more than there is.
  chain.block_of({payment_bytes(20, main_of(0), "NORDDEFF/main", 5'000, true),
                  payment_bytes(21, main_of(1), "NORDDEFF/main", 6'000, true),
                  payment_bytes(22, main_of(3), "NORDDEFF/main", 7'000, true),
                  payment_bytes(23, "ALBAGB2L/nostro", "NORDDEFF/main", 4'000)});
  chain.block({payments(1, 2), {accept_bytes(30, 20, "NORDDEFF/main", "ALBAGB2L")}}, false);
  chain.block({{accept_bytes(31, 21, "NORDDEFF/main", "MERLSGSG", false)}, payments(0, 2)}, false);
  chain.block_of({bulk_bytes(5'000, main_of(2), {main_of(0), main_of(1), main_of(3)}, 12, 250)});
  chain.block({payments(3, 2), payments(2, 3)});
  chain.block_of({redeem_bytes(40, main_of(0), eur(10'000))}, false);
  while (chain.height().value < sample_blocks)
    chain.block({payments(chain.height().value, 2), payments(chain.height().value + 1, 1)});
}

}  // namespace vostro::test
