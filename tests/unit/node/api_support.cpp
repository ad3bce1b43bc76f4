#include "tests/unit/node/api_support.h"

#include <boost/json/parse.hpp>
#include <future>
#include <utility>

#include "base/codec.h"
#include "chain/store/staging.h"
#include "consensus/types.h"
#include "net/http/target.h"
#include "node/api/routes.h"

namespace vostro::test {

namespace api = node::api;

TempDir::TempDir() {
  std::string pattern = std::filesystem::temp_directory_path() / "vostro-api-XXXXXX";
  VOSTRO_CHECK(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;  // the system clears its temporary files too
  std::filesystem::remove_all(path_, ignored);
}

namespace {

/// The validators of `keys`, of the ledger's network.
consensus::Committee committee_of(const consensus::net::Keys& keys) {
  consensus::EpochContext context = keys.committee().context();
  context.network_id = network();
  context.anchor = consensus::BlockId{hash_of("anchor").bytes};
  return consensus::Committee(std::move(context));
}

}  // namespace

FakeNode::FakeNode(const chain::InitialState& initial)
    : committee_(committee_of(keys_)), ledger_(initial, network(), start_time) {
  auto store = chain::Store::open(directory.path("store"), network(),
                                  {.proof_window = proof_window, .reserve_bytes = 1});
  VOSTRO_CHECK(store.has_value());
  store_ = std::move(*store);
  chain::ExecutedBlock genesis;
  genesis.time = start_time;
  genesis.state = *chain::make_initial_state(initial);
  MemoryStore empty;
  empty.write(genesis.state);
  const auto tree = chain::update_tree(empty, genesis.state);
  genesis.nodes = tree.nodes;
  genesis.state_root = tree.root;
  VOSTRO_CHECK(store_->commit({hash_of("anchor"), {}, {}, {}, false, {}, genesis}).has_value());
  reopen_approvals();
  auto annexes = node::AnnexStore::open(directory.path("annex"), {}, [this] {
    if (const auto meanwhile = std::exchange(while_annex_is_put, {})) meanwhile();
    return UnixMillis(store_->head()->time.value + 1000);
  });
  VOSTRO_CHECK(annexes.has_value());
  annexes_ = std::move(*annexes);
  auto evidence = node::EvidenceBook::open(directory.path("evidence"));
  VOSTRO_CHECK(evidence.has_value());
  evidence_ = std::move(*evidence);
  for (const std::string_view name : {"NORDDEFF/main", "SUDBFRPP/main", "FXPRUS33/desk"})
    for (const std::string_view code : {"EUR", "USD"}) block({issue(name, money(code, 10'000'00))});
}

void FakeNode::join() {
  const std::string path = directory.path("store");
  const chain::StoreOptions options{.proof_window = proof_window, .reserve_bytes = 1};
  const Height head = store_->head()->height;
  {
    auto staging = chain::Staging::open(chain::staging_path(path), options, network());
    VOSTRO_CHECK(staging.has_value());
    const chain::StoreView view = store_->view();
    VOSTRO_CHECK((*staging)->begin(Bytes{1}).has_value());
    for (Height height; height <= head; height = height.next()) {
      const chain::StagedBlock block{*view.block(height), {}};
      VOSTRO_CHECK((*staging)->put_blocks({&block, 1}).has_value());
      VOSTRO_CHECK((*staging)->put_ids(height, *view.used_ids(height)).has_value());
    }
    std::vector<chain::StateEntry> entries;
    for (auto& [key, value] : view.scan({}, {}, 100'000)) entries.push_back({key, value});
    VOSTRO_CHECK((*staging)->put_state({}, entries).has_value());
    VOSTRO_CHECK((*staging)->state_root() == store_->head()->state_root);
    VOSTRO_CHECK((*staging)->finish(head, {}).has_value());
  }
  approvals_.reset();
  store_.reset();
  VOSTRO_CHECK(chain::settle_joined(path).has_value());
  auto store = chain::Store::open(path, network(), options);
  VOSTRO_CHECK(store.has_value());
  store_ = std::move(*store);
  reopen_approvals();
}

void FakeNode::keep(const consensus::Evidence& evidence, Epoch epoch) {
  VOSTRO_CHECK(evidence_->keep({epoch, consensus::EvidenceMessage{evidence}}).has_value());
}

void FakeNode::reopen_approvals() {
  approvals_.reset();
  auto book =
      node::ApprovalBook::open(directory.path("approvals"),
                               {network(), bic("NORDDEFF"), *store_,
                                [this] { return UnixMillis(store_->head()->time.value + 1000); },
                                [this] { return store_->head()->time; }});
  VOSTRO_CHECK(book.has_value());
  approvals_ = std::move(*book);
}

PaymentBuilder FakeNode::payment(std::int64_t cents) {
  PaymentBuilder builder;
  builder.from("NORDDEFF/main").to("SUDBFRPP/main").amount(eur(cents)).id(next_id());
  builder.valid_until(UnixSeconds(ledger_.time().value / 1000 + 3600));
  return builder;
}

chain::VerifiedTransactionPtr FakeNode::issue(std::string_view to, const Money& amount) {
  const Uuid id = next_id();
  return a_transaction(chain::Issue{bic("AGNTDEFF"), account(to), amount, hash_of(to_text(id))})
      .id(id)
      .valid_until(UnixSeconds(ledger_.time().value / 1000 + 3600))
      .signed_by({"agent"})
      .verified();
}

void FakeNode::commit(const chain::ExecutedBlock& executed) {
  consensus::Header header;
  header.height = executed.height;
  header.network_id = network();
  header.view = View(executed.height.value + 10);
  header.parent = consensus::BlockId{store_->head()->block.bytes};
  header.time = executed.time;
  header.tx_root = executed.tx_root;
  header.state_root = executed.state_root;
  header.receipt_root = executed.receipt_root;
  header.set_hash = committee_.set_hash();
  const Bytes bytes = encode(header);
  const auto done = store_->commit({Hash{header.id().bytes}, bytes, {}, {}, false, {}, executed});
  if (!done) check_failed(__FILE__, __LINE__, to_string(done.error()).c_str());
}

const chain::ExecutedBlock& FakeNode::block(
    std::vector<chain::VerifiedTransactionPtr> transactions) {
  const chain::ExecutedBlock& executed = ledger_.block(std::move(transactions));
  commit(executed);
  std::vector<std::function<void(Height)>> listeners;
  {
    const std::lock_guard lock(mutex_);
    listeners = listeners_;
  }
  for (const auto& listener : listeners) listener(executed.height);
  return executed;
}

void FakeNode::prove_head() {
  const auto head = store_->head();
  const auto header = decode<consensus::Header>(*store_->view().header(head->height));
  VOSTRO_CHECK(header.has_value());
  const Bytes proof = encode(consensus::net::prove_final(committee_, keys_, *header));
  VOSTRO_CHECK(store_->put_proof(head->height, proof, false).has_value());
}

void FakeNode::block_of_pending() {
  std::map<chain::OwnedId, Waiting> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(pending_);
  }
  std::vector<chain::VerifiedTransactionPtr> transactions;
  for (const auto& [id, waiting] : taken) transactions.push_back(waiting.transaction);
  block(std::move(transactions));
  for (const auto& [id, waiting] : taken)
    if (waiting.done) waiting.done(judge(waiting.transaction));
}

void FakeNode::wait_for_pending(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return pending_.size() >= count; });
}

node::NodeStatus FakeNode::status() const {
  node::NodeStatus status;
  status.network_id = network();
  status.network_name = "test";
  status.participant = bic("NORDDEFF");
  status.validator = true;
  const auto head = store_->head();
  status.height = head->height;
  status.block_id = head->block;
  status.block_time = head->time;
  status.state_root = head->state_root;
  status.validators = 4;
  status.quorum = 3;
  status.ready = ready;
  status.halted = halted;
  status.disk_full = disk_full;
  status.unknown_version = unknown_version;
  status.now = clock;
  return status;
}

std::optional<Hash> FakeNode::pending(const chain::OwnedId& id) const {
  const std::lock_guard lock(mutex_);
  const auto at = pending_.find(id);
  return at == pending_.end() ? std::nullopt : std::optional(at->second.transaction->hash());
}

node::SubmitOutcome FakeNode::judge(const chain::VerifiedTransactionPtr& transaction) const {
  node::SubmitOutcome outcome;
  outcome.id = transaction->id();
  outcome.transaction_hash = transaction->hash();
  if (const auto used = store_->find_id(outcome.id)) {
    outcome.kind =
        used->hash == transaction->hash() ? node::SubmitKind::final_ : node::SubmitKind::id_used;
    outcome.height = used->height;
    outcome.receipt_index = used->receipt;
    return outcome;
  }
  outcome.inclusion =
      chain::check_inclusion(*store_, *transaction, UnixMillis(store_->head()->time.value + 1000));
  switch (outcome.inclusion) {
    case chain::Inclusion::included:
      outcome.kind = busy ? node::SubmitKind::busy : node::SubmitKind::accepted;
      break;
    case chain::Inclusion::expired:
    case chain::Inclusion::too_far_ahead:
      outcome.kind = node::SubmitKind::outside_window;
      break;
    default:
      outcome.kind = node::SubmitKind::not_authorised;
  }
  return outcome;
}

void FakeNode::submit(node::Submission submission, std::function<void(node::SubmitOutcome)> done) {
  node::SubmitOutcome outcome;
  const auto transaction = chain::verify(submission.transaction, network());
  if (!transaction) {
    outcome.kind = node::SubmitKind::bad_form;
    outcome.form = transaction.error();
  } else if (halted) {
    outcome.kind = node::SubmitKind::halted;
  } else {
    outcome = judge(*transaction);
    if (outcome.kind == node::SubmitKind::accepted) {
      const std::lock_guard lock(mutex_);
      pending_[outcome.id] = {*transaction, submission.wait_final ? done : nullptr};
      changed_.notify_all();
      if (submission.wait_final) return;
    }
  }
  done(outcome);
}

node::QuoteOutcome FakeNode::publish_quote(const chain::SignedQuote& quote) {
  if (!chain::is_well_formed(quote.quote)) return node::QuoteOutcome::bad_form;
  quotes_.push_back({quote, quote.quote.limit});
  return node::QuoteOutcome::taken;
}

void FakeNode::on_block(std::function<void(Height)> listener) {
  const std::lock_guard lock(mutex_);
  listener(store_->head()->height);
  listeners_.push_back(std::move(listener));
}

namespace {

api::Response run(const api::Context& context, std::string_view target, api::Request request) {
  auto read = net::http::read_target(target);
  if (!read) return read.error();
  auto match = api::find_route(request.method, read->segments);
  if (!match) return match.error();
  request.captured = match->captured;
  request.query = read->query;
  if (const auto* handler = std::get_if<api::Handler>(&match->route->handler))
    return (*handler)(context, request);
  std::promise<api::MakeResponse> promise;
  auto answered = promise.get_future();
  const auto* async = std::get_if<api::AsyncHandler>(&match->route->handler);
  VOSTRO_CHECK(async != nullptr);
  const auto give_up = (*async)(
      context, request, [&promise](api::MakeResponse make) { promise.set_value(std::move(make)); });
  // What does not answer at once is asked for what it would say when the wait is over.
  const bool is_answered = answered.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  return is_answered ? answered.get()() : give_up();
}

}  // namespace

api::Response Door::get(std::string_view target, api::Role role) const {
  api::Request request;
  request.method = "GET";
  request.caller = {"token", role, 100};
  return run(context, target, std::move(request));
}

std::optional<api::Role> Door::role_of(std::string_view method, std::string_view target) const {
  const auto read = net::http::read_target(target);
  VOSTRO_CHECK(read.has_value());
  const auto match = api::find_route(method, read->segments);
  VOSTRO_CHECK(match.has_value());
  return match->route->role;
}

api::Response Door::post(std::string_view target, std::string body, std::string content_type,
                         std::string token) const {
  api::Request request;
  request.method = "POST";
  request.caller = {std::move(token), api::Role::write, 100};
  request.body = std::move(body);
  request.content_type = std::move(content_type);
  return run(context, target, std::move(request));
}

api::Response Door::put(std::string_view target, std::string body, std::string content_type) const {
  api::Request request;
  request.method = "PUT";
  request.caller = {"token", api::Role::write, 100};
  request.body = std::move(body);
  request.content_type = std::move(content_type);
  return run(context, target, std::move(request));
}

api::Response Door::erase(std::string_view target) const {
  api::Request request;
  request.method = "DELETE";
  request.caller = {"token", api::Role::write, 100};
  return run(context, target, std::move(request));
}

boost::json::value json_of(const api::Response& response) {
  boost::system::error_code ec;
  auto value = boost::json::parse(response.body, ec);
  EXPECT_FALSE(ec) << response.body;
  return value;
}

std::string code_of(const api::Response& response) {
  if (response.content_type != "application/problem+json") return std::to_string(response.status);
  const auto body = json_of(response);
  EXPECT_EQ(body.at("status").to_number<unsigned>(), response.status);
  return std::string(body.at("code").as_string());
}

std::string framed(const std::vector<Bytes>& transactions) {
  Bytes body;
  for (const Bytes& each : transactions) {
    append_little_endian(body, each.size(), 4);
    append(body, each);
  }
  return std::string(as_text(body));
}

}  // namespace vostro::test
