#include "bridge/agent.h"

#include <algorithm>
#include <thread>

#include "base/check.h"
#include "base/failpoint.h"
#include "bridge/flow/agent_orders.h"
#include "bridge/flow/payment_events.h"
#include "bridge/flow/statement.h"
#include "bridge/intake.h"
#include "bridge/messages.h"
#include "bridge/reconcile.h"
#include "bridge/reconcile_position.h"

namespace vostro::bridge {
namespace {

constexpr std::size_t kEventsAtOnce = 500;
constexpr std::chrono::seconds kCloseAgainEvery{30};
constexpr std::chrono::seconds kListsEvery{10};
// Where book and ledger were not at one block, or at odds at this look only.
constexpr std::chrono::seconds kCompareAgain{2};
constexpr std::chrono::seconds kLookEvery{1};  // at the most

std::string fresh_holder() {
  std::array<Byte, 8> random{};
  fill_random(random);
  return to_hex(random);
}

/// Money that is with nobody, or that the bank has paid for somebody: not the ledger's break.
void note_flows(BookTransaction& rows, const LedgerPosition& position) {
  const std::string key = "break/flows/" + to_text(position.currency);
  if (position.is_explained())
    rows.clear(key);
  else
    rows.raise(key, "no open payment explains " +
                        format_amount(position.outgoing_unexplained, position.exponent) +
                        " on its way out, and " +
                        format_amount(position.incoming_unexplained, position.exponent) + " " +
                        to_text(position.currency) + " that arrived");
}

}  // namespace

UnixMillis wall_clock() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return UnixMillis(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since).count()));
}

SettlementAgent::SettlementAgent(Parts parts)
    : config_(std::move(parts.config)),
      network_id_(parts.network_id),
      book_(std::move(parts.book)),
      directories_(std::move(parts.directories)),
      api_(std::move(parts.api)),
      sign_key_(parts.sign_key),
      screening_(std::move(parts.screening)),
      maker_(network_id_, config_.agent, std::move(parts.key), config_.order_valid),
      rules_{config_, maker_, &write_payout},
      delivery_(book_, directories_, api_, rules_, sign_key_),
      restore_(book_, directories_),
      annex_key_(std::move(parts.annex_key)),
      gateway_(parts.gateway),
      read_([&parser = parts.parser](auto&&... what) { return parser.read(what...); }) {
  if (config_.participant) {
    VOSTRO_CHECK(annex_key_);
    errands_.emplace(book_, api_, rules_, *annex_key_);
    if (screening_) rules_.gate = &gate_.emplace(*screening_, config_.participant->account);
  }
}

void SettlementAgent::beat(Gateway::Stage stage) const {
  if (gateway_ != nullptr) gateway_->beat(stage);
}

void SettlementAgent::pause() const {
  std::this_thread::sleep_for(config_.poll);
}

Result<bool, BookError> SettlementAgent::wait_for_lease(const std::atomic<bool>& is_ending) {
  const std::string holder = fresh_holder();
  std::optional<Lease> seen;
  Clock::time_point since = Clock::now();
  while (!is_ending) {
    beat(Gateway::Stage::waiting);
    const auto lease = book_.lease();
    if (!lease) return fail(lease.error());
    if (!seen || *lease != *seen) {
      if (!seen && !lease->holder.empty())
        log::info("waiting for the lease: another bridge has it, or had", {{"kind", "lease"}});
      seen = *lease;
      since = Clock::now();
    }
    // Whoever holds it beats at each write, several times within its time.
    if (lease->holder.empty() || Clock::now() - since >= config_.lease) {
      const auto taken = book_.take_lease(*lease, holder);
      if (!taken) return fail(taken.error());
      if (*taken) return true;
      seen.reset();
    }
    pause();
  }
  return false;
}

Result<void, BookError> SettlementAgent::begin() {
  auto done = book_.write(wall_clock(), [&](BookTransaction& rows) {
    static_cast<void>(cursor(rows, network_id_));  // of this network
    if (screening_) rows.clear("lists/");          // they were read whole at the start
    for (const Pool& pool : config_.pools) {
      ensure_accounts(rows, pool.currency);
      adopt_items(rows, pool.account, pool.currency);
    }
  });
  if (done) done = restore_.look(wall_clock());
  // A payment that the older book does not know would be ordered again, and its refusal by the
  // ledger be told to the customer as one of the payment.
  if (done && config_.participant && restore_.is_going_on())
    return fail(BookError{BookError::Kind::damaged,
                          "it does not know files of the archive: it is an older copy, or was "
                          "lost, and a participant's is not made whole again by itself; put the "
                          "newest copy in its place"});
  return done;
}

Result<void, BookError> SettlementAgent::restore() {
  if (restore_.is_refiled()) {
    if (auto taken = take_files(book_, directories_, rules_, wall_clock(), read_); !taken)
      return fail(taken.error());
    if (auto done = restore_.strike_known(wall_clock()); !done) return done;
    if (restore_.is_going_on()) pause();
    return {};
  }
  if (auto done = restore_.strike_known(wall_clock()); !done) return done;
  if (auto done = take_events(); !done) return done;
  const auto status = api_.status();
  if (!status) {
    log::warning("the node does not answer", {{"error", client::to_string(status.error())}});
    return {};
  }
  std::optional<client::EventPlace> place;
  if (auto read = book_.read(wall_clock(),
                             [&](BookTransaction& rows) { place = cursor(rows, network_id_); });
      !read)
    return read;
  const bool is_read =
      place ? !place->index && place->height >= status->height : status->height == Height(0);
  return is_read ? restore_.refile() : Result<void, BookError>();
}

Ended SettlementAgent::run(const std::atomic<bool>& is_ending, std::atomic<bool>& is_reloading,
                           const std::function<void()>& on_active) {
  bool has_lease = false;
  while (!is_ending) {
    Result<void, BookError> done;
    if (!has_lease) {
      const auto got = wait_for_lease(is_ending);
      if (!got) {
        done = fail(got.error());
      } else if (!*got) {
        break;
      } else if (done = begin(); done) {
        has_lease = true;
        log::info("active", {{"sequence", book_.fence()}});
        on_active();
      }
    } else if (done = look_at_lists(is_reloading.exchange(false)); done) {
      done = turn();
    }
    if (done) continue;
    switch (done.error().kind) {
      case BookError::Kind::fenced:
        log::error("fenced", {{"error", to_string(done.error())}});
        return Ended::fenced;
      case BookError::Kind::damaged:
      case BookError::Kind::newer:
        log::error("the book is not sound", {{"error", to_string(done.error())}});
        return Ended::damaged;
      case BookError::Kind::unavailable:
        // The chain goes on without us; nothing was done by halves.
        log::warning("the book does not answer", {{"error", done.error().what}});
        pause();
    }
  }
  if (has_lease)
    if (const auto released = book_.release_lease(); !released)
      log::warning("the lease was not given back", {{"error", released.error().what}});
  return Ended::told;
}

Result<void, BookError> SettlementAgent::turn() {
  beat(restore_.is_going_on() ? Gateway::Stage::restoring : Gateway::Stage::active);
  if (restore_.is_going_on()) return restore();
  auto more = take_files(book_, directories_, rules_, wall_clock(), read_,
                         gateway_ ? gateway_->posted() : std::vector<ReceivedFile>());
  if (gateway_ != nullptr) gateway_->tell_outcomes();
  if (!more) return fail(more.error());
  if (auto done = move_on(); !done) return done;
  if (errands_)
    if (auto done = errands_->round(wall_clock()); !done) return done;
  if (auto done = delivery_.round(wall_clock()); !done) return done;
  if (auto done = take_events(); !done) return done;
  return compare();
}

/// Lists are read between two beats of the lease: seconds, where they are large.
Result<void, BookError> SettlementAgent::look_at_lists(bool is_told) {
  if (!screening_ || (!is_told && Clock::now() < lists_at_)) return {};
  lists_at_ = Clock::now() + kListsEvery;
  switch (screening_->look(is_told)) {
    case ScreeningLists::Reload::unchanged:
      return {};
    case ScreeningLists::Reload::loaded:
      log::info("lists loaded",
                {{"count", static_cast<std::int64_t>(screening_->screener().names())}});
      return book_.write(wall_clock(), [](BookTransaction& rows) { rows.clear("lists/"); });
    case ScreeningLists::Reload::failed:
      return book_.write(wall_clock(), [&](BookTransaction& rows) {
        rows.raise("lists/", "the lists in force are the old ones: " + screening_->error());
      });
  }
  return {};
}

/// Also the beat of the lease.
Result<void, BookError> SettlementAgent::move_on() {
  const bool is_closing = Clock::now() >= closing_again_at_;
  if (is_closing) closing_again_at_ = Clock::now() + kCloseAgainEvery;
  auto done = book_.write(wall_clock(), [&](BookTransaction& rows) {
    if (screening_) screen_again(rows, screening_->screener());
    act_on_screenings(rows, config_, maker_);
    if (config_.participant) {
      move_payments_on(rows, rules_, is_closing);
    } else {
      act_on_releases(rows, config_, maker_);
      act_on_decisions(rows, config_, maker_);
      stop_on_breaks(rows, config_.on_break == OnBreak::stop);
      attest_reserves(rows, config_, maker_);
      pay_waiting(rows, config_, rules_.write_payout);
      if (is_closing) close_again(rows, maker_);
      look_at_deadlines(rows);
      look_at_calendars(rows, config_);
    }
    tell_alarms(rows);
    VOSTRO_FAILPOINT("bridge.move_on.before_commit");
  });
  VOSTRO_FAILPOINT("bridge.move_on.committed");
  return done;
}

/// New ones into the log, by their kinds: what they say may quote a bank.
void SettlementAgent::tell_alarms(BookTransaction& book) {
  std::set<std::string> open;
  for (const Alarm& alarm : alarms(book)) {
    open.insert(alarm.key);
    if (!told_.contains(alarm.key))
      log::warning("alarm", {{"kind", alarm.key.substr(0, alarm.key.find('/'))}});
  }
  told_ = std::move(open);
}

Result<void, BookError> SettlementAgent::take_events() {
  if (!events_) {
    std::optional<client::EventPlace> after;
    if (auto read = book_.read(wall_clock(),
                               [&](BookTransaction& rows) { after = cursor(rows, network_id_); });
        !read)
      return read;
    // A fresh book reads the ledger from its beginning: what it does not know is a stranger.
    auto opened = client::EventStream::open(api_, after.value_or(client::EventPlace{Height(0)}));
    if (!opened) {
      log::warning("the node's events cannot be read",
                   {{"error", client::to_string(opened.error())}});
      pause();
      return {};
    }
    events_.emplace(*std::move(opened));
  }
  std::vector<client::Event> taken;
  bool has_broken_off = false;
  while (taken.size() < kEventsAtOnce) {
    // The first one may take its time: that is the pause of the loop.
    auto next = events_->next(taken.empty() ? config_.poll : std::chrono::milliseconds(1));
    has_broken_off = !next;
    if (!next)
      log::warning("the node's events broke off", {{"error", client::to_string(next.error())}});
    if (!next || !*next) break;
    taken.push_back(**std::move(next));
  }
  if (!taken.empty()) {
    auto done = book_.write(wall_clock(), [&](BookTransaction& rows) {
      bridge::take_events(rows, rules_, taken);
      VOSTRO_FAILPOINT("bridge.event.before_commit");
    });
    VOSTRO_FAILPOINT("bridge.event.committed");
    if (!done) {
      events_.reset();  // they come again, from the cursor
      return done;
    }
  }
  if (has_broken_off) {
    events_.reset();
    pause();
  }
  return {};
}

/// Takes note of what was compared, where it can be; else it is compared again soon.
template <class Found, class Work>
Result<void, BookError> SettlementAgent::take_note(const Result<Found, std::string>& found,
                                                   const Work& work) {
  if (!found) {
    log::warning("cannot reconcile", {{"error", found.error()}});
    if (second_look_.is_open()) comparing_at_ = Clock::now() + kCompareAgain;
    return {};
  }
  if (!found->is_comparable()) {
    comparing_at_ = Clock::now() + kCompareAgain;
    return {};
  }
  const bool is_certain =
      second_look_.confirms(found->what_differs(), found->ledger_height, Clock::now());
  if (!is_certain) comparing_at_ = Clock::now() + kCompareAgain;
  return book_.write(wall_clock(), [&](BookTransaction& rows) { work(rows, *found, is_certain); });
}

Result<void, BookError> SettlementAgent::compare() {
  if (Clock::now() < comparing_at_) return {};
  // A break is found within `reconcile_s`, its second look included.
  comparing_at_ =
      Clock::now() + std::max(config_.reconcile_every - SecondLook::doubt_max, kLookEvery);
  const auto note_break = [](BookTransaction& rows, const auto& each, const std::string& what) {
    const std::string key = "break/" + to_text(each.currency);
    if (each.difference.value == 0)
      rows.clear(key);
    else
      rows.raise(key, what + " differ by " + format_amount(each.difference, each.exponent) + " " +
                          to_text(each.currency));
  };
  if (config_.participant)
    return take_note(reconcile_position(book_, api_, config_, network_id_, wall_clock(), false),
                     [&](BookTransaction& rows, const auto& found, bool is_certain) {
                       if (!is_certain) return;
                       for (const LedgerPosition& each : found.positions) {
                         note_break(rows, each, "the book and the ledger's account");
                         note_flows(rows, each);
                       }
                     });
  return take_note(reconcile(book_, api_, config_, network_id_, wall_clock(), false),
                   [&](BookTransaction& rows, const Reconciliation& found, bool is_certain) {
                     if (is_certain) note_differences(rows, found);
                     for (const auto& [currency, date] : found.business_dates)
                       open_business_date(rows, config_, maker_, currency, date);
                     for (const PoolPosition& each : found.pools) {
                       if (is_certain) note_break(rows, each, "fiat held and ledger");
                       rows.clear("missing/" + to_text(each.currency));
                     }
                     for (const std::string& currency : found.missing)
                       rows.raise("missing/" + currency,
                                  "the ledger does not have " + currency + " with this agent");
                   });
}

}  // namespace vostro::bridge
