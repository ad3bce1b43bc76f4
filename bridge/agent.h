/// The bridge at work, for a settlement agent or a participant as its configuration says: one
/// thread that takes files and events, moves flows on, delivers the outbox and reconciles, until it
/// is told to end or another bridge takes over.
#pragma once

#include <atomic>
#include <optional>
#include <set>

#include "bridge/api/gateway.h"
#include "bridge/delivery.h"
#include "bridge/errands.h"
#include "bridge/flow/screening_passage.h"
#include "bridge/intake.h"
#include "bridge/parser/parser.h"
#include "bridge/restore.h"
#include "bridge/screening_lists.h"
#include "bridge/second_look.h"

namespace vostro::bridge {

/// How `run` ended.
enum class Ended : std::uint8_t {
  told,     ///< It was told to.
  fenced,   ///< Another bridge has the lease.
  damaged,  ///< The book or the node contradicts itself: a person has to look.
};

class SettlementAgent {
 public:
  struct Parts {
    BridgeConfig config;
    Hash network_id;
    Book book;
    Directories directories;
    client::ApiClient api;
    SecretKey key;
    const SecretKey& sign_key;  ///< outlives the agent
    std::optional<ScreeningLists> screening;
    std::optional<client::AnnexKey> annex_key;  ///< of a participant
    Parser& parser;                             ///< outlives the agent
    Gateway* gateway = nullptr;                 ///< outlives the agent; null: there is none
  };
  explicit SettlementAgent(Parts parts);

  /// Waits for the lease, then works. Returns soon after `is_ending` is set. `on_active` is called
  /// once, when it has the lease. `is_reloading`: read the lists again; it is reset then.
  [[nodiscard]] Ended run(const std::atomic<bool>& is_ending, std::atomic<bool>& is_reloading,
                          const std::function<void()>& on_active);

 private:
  using Clock = std::chrono::steady_clock;
  /// False: told to end meanwhile.
  [[nodiscard]] Result<bool, BookError> wait_for_lease(const std::atomic<bool>& is_ending);
  [[nodiscard]] Result<void, BookError> begin();
  [[nodiscard]] Result<void, BookError> turn();
  /// A turn of a book that was restored: it takes, and sends nothing.
  [[nodiscard]] Result<void, BookError> restore();
  [[nodiscard]] Result<void, BookError> look_at_lists(bool is_told);
  [[nodiscard]] Result<void, BookError> move_on();
  [[nodiscard]] Result<void, BookError> take_events();
  [[nodiscard]] Result<void, BookError> compare();
  template <class Found, class Work>
  [[nodiscard]] Result<void, BookError> take_note(const Result<Found, std::string>& found,
                                                  const Work& work);
  void tell_alarms(BookTransaction& book);
  void beat(Gateway::Stage stage) const;
  void pause() const;

  BridgeConfig config_;
  Hash network_id_;
  Book book_;
  Directories directories_;
  client::ApiClient api_;
  const SecretKey& sign_key_;
  std::optional<ScreeningLists> screening_;
  OrderMaker maker_;
  Rules rules_;
  Delivery delivery_;
  Restore restore_;
  std::optional<client::AnnexKey> annex_key_;
  std::optional<Errands> errands_;        ///< of a participant
  std::optional<ScreeningPassage> gate_;  ///< of a participant that screens
  Gateway* gateway_;
  ReadMessage read_;
  std::optional<client::EventStream> events_;
  Clock::time_point closing_again_at_{};
  Clock::time_point comparing_at_{};
  SecondLook second_look_;
  Clock::time_point lists_at_{};
  std::set<std::string> told_;
};

/// The wall clock: deadlines, and times on record.
[[nodiscard]] UnixMillis wall_clock();

}  // namespace vostro::bridge
