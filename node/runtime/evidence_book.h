/// Evidence that this node keeps: what validators signed against the protocol, found here or heard
/// from a peer, each act once and synced before anything else happens. The file (`data/evidence`)
/// holds the whole EVIDENCE messages, which name their epochs; in memory there is an outline of
/// each. One thread keeps, any thread reads.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/evidence.h"
#include "node/runtime/append_file.h"

namespace vostro::consensus {
struct Message;
}

namespace vostro::node {

class EvidenceBook {
 public:
  /// Most acts kept of one validator, kind and epoch. Consensus-spec section 11.
  static constexpr std::size_t per_kind_max = 16;

  struct Item {
    Epoch epoch;
    Offence offence;
    std::size_t bytes = 0;  ///< of the evidence, in its encoding
  };

  /// Errors: a sentence for the operator.
  [[nodiscard]] static Result<std::unique_ptr<EvidenceBook>, std::string> open(
      const std::string& path);

  /// Keeps an EVIDENCE message. False where its act is known, or one of too many. Errors: a
  /// sentence; the file is in doubt then.
  [[nodiscard]] Result<bool, std::string> keep(const consensus::Message& message);

  /// Ascending by epoch, then offence.
  [[nodiscard]] std::vector<Item> items() const;
  [[nodiscard]] std::size_t size() const;
  /// The evidence, in its encoding; none where no such act is kept. Errors: a sentence.
  [[nodiscard]] Result<std::optional<Bytes>, std::string> evidence(Epoch epoch,
                                                                   const Offence& offence) const;

 private:
  EvidenceBook() = default;
  using Act = std::pair<Epoch, Offence>;
  struct Place {
    std::uint64_t offset = 0;  ///< of the record
    std::size_t bytes = 0;
  };
  [[nodiscard]] bool has_room(const Act& act) const;

  mutable std::mutex mutex_;
  std::optional<AppendFile> file_;
  std::map<Act, Place> places_;
};

}  // namespace vostro::node
