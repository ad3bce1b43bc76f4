/// Names and countries against sanctions lists: a Screener is made once from lists that were read,
/// and answers what it finds, with the reason for each hit. It knows no file, database, clock or
/// ledger. A Screener never changes; any number of threads may ask it.
///
/// Source: blueprint 3, "Screening comes before finality"; docs/screening.md has the rules, what
/// they catch in figures, and what they do not.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/screening/list.h"

namespace vostro::bridge::screening {

/// Scores are whole thousandths: 1000 is the same name.
struct Thresholds {
  int name = 840;        ///< a name that scores so much, or more, is a hit
  int weak_alias = 930;  ///< the same for aliases that the list itself calls weak

  bool operator==(const Thresholds&) const = default;
};

/// Somebody in a payment, as the message names him.
struct Party {
  std::string role;     ///< "debtor", "creditor", "ultimate_debtor": where in the payment
  std::string name;     ///< UTF-8, any script; at most `name_bytes_max`, the rest is not looked at
  std::string country;  ///< ISO 3166 alpha-2 in capitals, of address or account; empty: not known

  bool operator==(const Party&) const = default;
};
/// Names of pain and pacs messages have 140 characters.
inline constexpr std::size_t name_bytes_max = 1024;

/// Two tokens that were taken for one another, as they stand after normalisation.
struct TokenMatch {
  std::string asked;
  std::string listed;
  int score = 0;        ///< likeness of the two
  int weight = 0;       ///< how much it counts: rare words more than frequent ones
  std::string because;  ///< "same", "spelling", "sound", "initial", "joined", "script"

  bool operator==(const TokenMatch&) const = default;
};

/// Why a party is a hit.
struct Hit {
  enum class Kind : std::uint8_t { name = 1, country };
  Kind kind = Kind::name;
  std::string role;     ///< of the party
  std::string asked;    ///< the party's name or country
  std::string list;     ///< name of the list, as the configuration has it
  std::string version;  ///< of the list: "2026-02-27 1f0c..."
  std::string entry;    ///< the list's own id for whom it names, or the country
  std::string listed;   ///< the name there that is alike
  bool is_alias = false;
  bool is_weak = false;
  std::string kind_of_entry;           ///< "individual", "entity", "vessel", "aircraft"
  std::string programme;               ///< under which he is listed, or the measure for a country
  std::vector<std::string> countries;  ///< of the entry, ISO codes
  bool is_country_alike = false;       ///< the party's country is one of them; changes no score
  int score = 0;
  int threshold = 0;
  std::vector<TokenMatch> tokens;      ///< best first
  std::vector<std::string> unmatched;  ///< tokens of both that found no partner

  bool operator==(const Hit&) const = default;
};
[[nodiscard]] std::string_view to_string(Hit::Kind kind);
/// One paragraph for a person, with every part of the reason.
[[nodiscard]] std::string explain(const Hit& hit);

/// What one screening found.
struct Finding {
  std::vector<ListVersion> lists;  ///< that were asked, all of them
  std::vector<Hit> hits;           ///< best first; at most `hits_max`, one for each entry and party
  bool is_cut = false;             ///< there were more

  [[nodiscard]] bool is_clear() const { return hits.empty(); }
};
inline constexpr std::size_t hits_max = 50;

class Screener {
 public:
  Screener(std::vector<List> lists, const Thresholds& thresholds);
  Screener(Screener&&) noexcept;
  Screener& operator=(Screener&&) noexcept;
  ~Screener();

  [[nodiscard]] Finding screen(const std::vector<Party>& parties) const;

  [[nodiscard]] const std::vector<ListVersion>& versions() const;
  /// One word for all of them together: what a result is of.
  [[nodiscard]] std::string version() const;
  [[nodiscard]] std::size_t names() const;

 private:
  struct Parts;
  std::unique_ptr<const Parts> parts_;
};

}  // namespace vostro::bridge::screening
