/// Which annexes this node is still without, whom it asks for them, and when again. Pure: times are
/// handed in (milliseconds of one clock). One thread at a time.
///
/// One request at a time goes to each bank. An answer that lists only some of the names leaves the
/// rest due at once; a bank that has nothing yet, says nothing of any, or does not answer, is asked
/// again after a while, longer each time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/fields.h"
#include "base/hash.h"
#include "base/strong.h"
#include "chain/account.h"

namespace vostro::node {

struct WantedAnnex {
  chain::OwnedId name;
  Hash commitment;  ///< what the ledger holds
  Bic from;         ///< the bank that is asked
  UnixMillis since;

  bool operator==(const WantedAnnex&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(name, commitment, from, since);
  }
};

class WantedAnnexes {
 public:
  static constexpr std::size_t count_max = 50'000;
  /// Of one bank: one that orders and gives nothing takes no other's place. Two of the largest
  /// bulks.
  static constexpr std::size_t of_bank_max = 20'000;
  static constexpr std::size_t bytes_max = count_max * 400;  ///< of memory
  static constexpr std::uint64_t first_delay_ms = 200;
  static constexpr std::uint64_t delay_max_ms = 60'000;
  static constexpr std::uint64_t answer_ms = 5'000;  ///< to wait for an answer
  /// Longer than a payment can be held by default, and a recall be open.
  static constexpr std::uint64_t age_max_ms = 35ULL * 24 * 3600 * 1000;

  [[nodiscard]] std::size_t size() const { return wanted_.size(); }
  /// Asked for from now on. One that is wanted already stays as it is. Where there are as many as
  /// may be, one of the bank with the most gives way. False where one was given up for it, this one
  /// or another.
  bool want(const WantedAnnex& annex, std::uint64_t now_ms);
  [[nodiscard]] const WantedAnnex* find(const chain::OwnedId& name) const;
  /// It is here, or will never be.
  void drop(const chain::OwnedId& name);

  struct Request {
    Bic to;
    std::vector<chain::OwnedId> names;  ///< ascending
  };
  /// What is to be sent now; each bank counts as asked until `on_answer`, `on_unreachable`, or the
  /// time to wait is over.
  [[nodiscard]] std::vector<Request> due(std::uint64_t now_ms);
  /// The bank answered: `absent` wait, whatever else was asked for and is still wanted is due, or
  /// waits where the answer was about nothing that was asked. False where nothing was asked of it.
  bool on_answer(const Bic& from, const std::vector<chain::OwnedId>& absent, std::uint64_t now_ms);
  /// It is not connected.
  void on_unreachable(const Bic& to, std::uint64_t now_ms);
  /// When `due` has something next; none while nothing is wanted.
  [[nodiscard]] std::optional<std::uint64_t> next_ms() const;

  /// Gives up what has been wanted for longer than `age_max_ms`. Returns how many.
  std::size_t drop_aged(UnixMillis now);
  /// By name.
  [[nodiscard]] std::vector<WantedAnnex> all() const;

 private:
  struct Waiting {
    WantedAnnex annex;
    std::uint64_t due_ms = 0;
    std::uint32_t tries = 0;
  };
  struct Asked {
    std::vector<chain::OwnedId> names;
    std::uint64_t until_ms = 0;
  };
  using Order = std::pair<std::uint64_t, chain::OwnedId>;

  [[nodiscard]] bool make_room(const Bic& from);
  void put_off(Waiting& waiting, std::uint64_t now_ms);
  void set_due(Waiting& waiting, std::uint64_t due_ms);

  std::map<chain::OwnedId, Waiting> wanted_;
  std::map<Bic, std::set<Order>> by_bank_;  ///< what is not under way, by when it is due
  std::map<Bic, Asked> asked_;
  std::map<Bic, std::size_t> counts_;  ///< of wanted_, by bank
};

}  // namespace vostro::node
