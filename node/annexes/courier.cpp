#include "node/annexes/courier.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "base/codec.h"
#include "base/log.h"
#include "base/private_file.h"
#include "node/annexes/ledger.h"

namespace vostro::node {
namespace {

using chain::OwnedId;

constexpr std::uint64_t kMarkMs = 2'000;       // between two writings of the mark
constexpr std::uint64_t kSweepMs = 3'600'000;  // between two looks for what has aged
constexpr std::uint64_t kRestMs = 500;         // most that the thread sleeps
constexpr std::size_t kGivingMax = 2;          // requests of one peer at once
constexpr std::size_t kMarkBytesMax = 8 * 1024 * 1024;
// Of an answer: room is left for the largest annex and all names.
constexpr std::size_t kAnswerBytes = annex_frame_size_max - 16 * 1024;

struct Mark {
  static constexpr std::uint8_t version_now = 1;

  std::uint8_t version = version_now;
  Height read_to;
  std::vector<WantedAnnex> wanted;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(version, read_to, bounded<WantedAnnexes::count_max>(wanted));
  }
};

/// "NORDDEFF" or "NORDDEFF.archive": whose node it is.
std::optional<Bic> bank_of(const std::string& peer) {
  const auto bic = parse_bic(std::string_view(peer).substr(0, peer.find('.')));
  return bic ? std::optional(*bic) : std::nullopt;
}

}  // namespace

Result<std::unique_ptr<AnnexCourier>, std::string> AnnexCourier::open(Setting setting) {
  std::unique_ptr<AnnexCourier> courier(new AnnexCourier(std::move(setting)));
  if (const auto done = courier->read_mark(); !done) return fail(done.error());
  courier->swept_ms_ = courier->setting_.steady_ms();
  courier->thread_ = std::thread([raw = courier.get()] { raw->run(); });
  return courier;
}

AnnexCourier::~AnnexCourier() {
  stop();
}

void AnnexCourier::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (!thread_.joinable()) return;
  thread_.join();
  if (!is_marked_) save_mark();
}

Result<void, std::string> AnnexCourier::read_mark() {
  const auto bytes = read_private_file(setting_.mark_file, kMarkBytesMax);
  if (!bytes && bytes.error() == FileError::missing) return {};
  if (!bytes) return fail(setting_.mark_file + ": " + std::string(to_string(bytes.error())));
  const auto mark = decode<Mark>(*bytes);
  if (!mark || mark->version != Mark::version_now) {
    // What it says follows from the chain and the files: only reading takes time.
    log::warning("the mark of what annexes are wanted does not read: the chain is read again",
                 {{"file", setting_.mark_file}});
    return {};
  }
  read_to_ = mark->read_to;
  for (const WantedAnnex& each : mark->wanted) (void)wanted_.want(each, setting_.steady_ms());
  return {};
}

/// The thread's, or after its end.
void AnnexCourier::save_mark() {
  Mark mark;
  {
    const std::lock_guard lock(mutex_);
    mark.read_to = read_to_;
    mark.wanted = wanted_.all();
    is_marked_ = true;
    marked_ms_ = setting_.steady_ms();
  }
  // What was moved for blocks up to the mark comes first: they are not read again.
  if (setting_.annexes.sync() &&
      save_private_file(setting_.mark_file, encode(mark), IfExists::replace))
    return;
  log::warning(
      "what annexes are wanted cannot be written down: after a crash the chain is read "
      "again",
      {{"file", setting_.mark_file}});
  const std::lock_guard lock(mutex_);
  is_marked_ = false;
}

void AnnexCourier::on_block(Height height, bool has_annexes) {
  {
    const std::lock_guard lock(mutex_);
    announced_ = std::max(announced_, height);
    if (!has_annexes && height == read_to_.next()) {
      read_to_ = height;
      is_marked_ = false;
      return;
    }
  }
  changed_.notify_all();
}

void AnnexCourier::run() {
  while (true) {
    bool has_block = false;
    bool needs_mark = false;
    {
      std::unique_lock lock(mutex_);
      const std::uint64_t now_ms = setting_.steady_ms();
      const auto next_ms = wanted_.next_ms();
      const std::uint64_t rest_ms =
          next_ms ? std::min(std::max(*next_ms, now_ms) - now_ms, kRestMs) : kRestMs;
      changed_.wait_for(lock, std::chrono::milliseconds(rest_ms),
                        [this] { return stopping_ || was_answered_ || has_block_to_read(); });
      was_answered_ = false;
      if (stopping_) return;
      has_block = has_block_to_read();
      needs_mark = !is_marked_ && setting_.steady_ms() >= marked_ms_ + kMarkMs;
    }
    // What is not done now, for want of room or of a disk that writes, is done in the next turn.
    if (!setting_.has_room() || (has_block && !read_blocks())) {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, std::chrono::milliseconds(kRestMs), [this] { return stopping_; });
      continue;
    }
    ask();
    if (needs_mark) save_mark();
    if (setting_.steady_ms() >= swept_ms_ + kSweepMs) drop_aged();
  }
}

/// With the lock held.
bool AnnexCourier::has_block_to_read() const {
  return announced_ > read_to_;
}

void AnnexCourier::drop_aged() {
  swept_ms_ = setting_.steady_ms();
  setting_.annexes.drop_aged();
  const std::lock_guard lock(mutex_);
  const std::size_t given_up = wanted_.drop_aged(ledger_time());
  if (given_up > 0)
    log::warning("annexes were asked for in vain for weeks, and are asked for no more",
                 {{"count", given_up}});
}

UnixMillis AnnexCourier::ledger_time() const {
  const auto head = setting_.store.head();
  return head ? head->time : UnixMillis(0);
}

/// The node joined above these blocks, or its marks are older than what was pruned.
void AnnexCourier::skip_to(Height begins) {
  std::uint64_t skipped = 0;
  {
    const std::lock_guard lock(mutex_);
    const Height last = std::min(begins.previous(), announced_);
    if (last <= read_to_) return;
    skipped = last.value - read_to_.value;
    read_to_ = last;
    is_marked_ = false;
  }
  skipped_ += skipped;
  log::warning(
      "blocks are not here whole: annexes of what they ordered are not asked for, and are to be "
      "had from another node of this bank alone",
      {{"count", skipped}, {"to_height", begins.previous()}});
}

/// A few blocks, so that what became wanted is asked for. False where the disk refused.
bool AnnexCourier::read_blocks() {
  constexpr std::size_t kBlocksATime = 100;
  const chain::StoreView view = setting_.store.view();
  const std::set<Bic> watchers = supervisors(view);
  // Block 0 orders nothing.
  if (const Height begins = view.history_begins(); begins.value > 1) skip_to(begins);
  for (std::size_t i = 0; i < kBlocksATime; ++i) {
    Height next;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ || !has_block_to_read()) return true;
      next = read_to_.next();
    }
    // A view of before the block was told has not got it: the next turn has.
    if (!view.head() || view.head()->height < next) return true;
    if (!read_block(view, next, watchers.contains(setting_.bank))) return false;
  }
  return true;
}

bool AnnexCourier::read_block(const chain::StoreView& view, Height height, bool is_watcher) {
  std::vector<WantedAnnex> missing;
  const auto summary = view.block(height);
  const std::uint32_t transactions = summary ? summary->transactions : 0;
  for (std::uint32_t i = 0; i < transactions; ++i) {
    const auto bytes = view.transaction(height, i);
    if (!bytes) continue;
    const auto transaction = chain::decode_form_unchecked(*bytes);
    if (!transaction) continue;
    for (const AnnexOrder& order : annex_orders_of(*transaction, view)) {
      const bool is_own = order.name.owner == setting_.bank;
      if (!is_own && order.counterpart != setting_.bank && !is_watcher) continue;
      if (!took_effect(view, order.name)) continue;
      const AnnexState state = setting_.annexes.on_ledger(order.name, order.commitment);
      if (state == AnnexState::early) return false;
      if (state != AnnexState::absent) continue;
      // The bank that ordered asks the other for what its own node has lost.
      const Bic from = is_own ? order.counterpart : order.name.owner;
      if (from != setting_.bank && from != Bic{})
        missing.push_back({order.name, order.commitment, from, ledger_time()});
    }
  }
  // A read that failed looks like an order that is not there.
  if (setting_.store.failure()) return false;
  const std::lock_guard lock(mutex_);
  std::size_t given_up = 0;
  for (const WantedAnnex& each : missing)
    if (!wanted_.want(each, setting_.steady_ms())) ++given_up;
  if (given_up > 0)
    log::warning("more annexes are missing than are asked for at once: some are given up",
                 {{"count", given_up}, {"height", height}});
  read_to_ = height;
  is_marked_ = false;
  return true;
}

void AnnexCourier::ask() {
  std::vector<WantedAnnexes::Request> requests;
  {
    const std::lock_guard lock(mutex_);
    requests = wanted_.due(setting_.steady_ms());
  }
  for (WantedAnnexes::Request& request : requests) {
    if (setting_.send_to_bank(request.to,
                              encode_annex_message(AnnexRequest{std::move(request.names)})))
      continue;
    const std::lock_guard lock(mutex_);
    wanted_.on_unreachable(request.to, setting_.steady_ms());
  }
}

void AnnexCourier::on_frame(const std::string& peer, ByteView body) {
  auto message = decode_annex_message(body);
  if (!message) return setting_.penalise(peer, "malformed annex frame: " + message.error());
  const auto bank = bank_of(peer);
  if (!bank) return;
  if (const auto* request = std::get_if<AnnexRequest>(&*message))
    return give(peer, *bank, *request);
  take(peer, *bank, std::get<DecodedAnswer>(std::move(*message)));
}

/// What fits into one frame, and no more is read for it either; a peer that asks for more at once
/// is not answered, and asks again.
void AnnexCourier::give(const std::string& peer, const Bic& bank, const AnnexRequest& request) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || giving_[peer] >= kGivingMax) return;
    ++giving_[peer];
  }
  const chain::StoreView view = setting_.store.view();
  AnnexAnswer answer;
  std::size_t bytes = 0;
  for (const OwnedId& name : request.names) {
    const AnnexState state = setting_.annexes.state(name);
    const auto sealed = setting_.annexes.read(name);
    Bytes encoded = sealed ? chain::encode_sealed_annex(*sealed) : Bytes();
    if (bytes > 0 && bytes + encoded.size() > kAnswerBytes) break;
    bytes += encoded.size();
    // One that was put early may be another than what was ordered.
    const bool is_kept = state == AnnexState::kept && sealed;
    const bool may_have = state != AnnexState::absent &&
                          may_have_annex(view, name, bank, is_kept ? &*sealed : nullptr);
    if (may_have && state == AnnexState::erased) {
      answer.erased.push_back(name);
      continue;
    }
    if (!may_have || !sealed) {
      answer.absent.push_back(name);
      ++refused_;
      continue;
    }
    answer.annexes.push_back({std::move(encoded)});
  }
  const std::size_t given = answer.annexes.size();
  if (setting_.send_to_peer(peer, encode_annex_message(std::move(answer)))) given_ += given;
  const std::lock_guard lock(mutex_);
  if (--giving_[peer] == 0) giving_.erase(peer);
}

/// Only what was asked of this bank: anybody could put other bytes under a commitment that stands
/// on the ledger for all to see.
void AnnexCourier::take(const std::string& peer, const Bic& bank, DecodedAnswer answer) {
  std::vector<OwnedId> absent = std::move(answer.absent);
  std::vector<chain::SealedAnnex> come;
  std::set<OwnedId> names;
  {
    const std::lock_guard lock(mutex_);
    for (chain::SealedAnnex& sealed : answer.annexes) {
      const WantedAnnex* wanted = wanted_.find(sealed.belongs_to);
      if (wanted == nullptr || wanted->from != bank) continue;
      if (wanted->commitment != sealed.commitment)
        // Its own bank may have sealed another at first: it may put this one right.
        absent.push_back(sealed.belongs_to);
      else if (names.insert(sealed.belongs_to).second)
        come.push_back(std::move(sealed));
    }
  }
  const auto puts = setting_.has_room() ? setting_.annexes.put_kept(come)
                                        : std::vector(come.size(), AnnexPut::failed);
  for (std::size_t i = 0; i < come.size(); ++i) {
    const OwnedId& name = come[i].belongs_to;
    if (puts[i] == AnnexPut::failed || puts[i] == AnnexPut::full) {
      log::warning("an annex that came cannot be kept",
                   {{"reason", puts[i] == AnnexPut::full
                                   ? "there are as many as this node keeps: erase old ones"
                                   : "the disk refused"}});
      absent.push_back(name);
      continue;
    }
    if (puts[i] == AnnexPut::stored) ++fetched_;
    const std::lock_guard lock(mutex_);
    wanted_.drop(name);
    is_marked_ = false;
  }
  {
    const std::lock_guard lock(mutex_);
    for (const OwnedId& name : answer.erased) {
      const WantedAnnex* wanted = wanted_.find(name);
      if (wanted == nullptr || wanted->from != bank) continue;
      wanted_.drop(name);
      is_marked_ = false;
    }
    if (!wanted_.on_answer(bank, absent, setting_.steady_ms()))
      log::debug("an answer about annexes that nobody asked for", {{"peer", peer}});
    was_answered_ = true;
  }
  changed_.notify_all();
}

AnnexCourier::Figures AnnexCourier::figures() const {
  const std::lock_guard lock(mutex_);
  return {wanted_.size(), fetched_, given_, refused_, skipped_, read_to_};
}

}  // namespace vostro::node
