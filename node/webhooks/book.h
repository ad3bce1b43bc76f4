/// The webhooks of this node's bank, on disk: whom to call, with which secret, and how far each
/// receiver has come. One private file of the data directory, replaced as a whole. Any thread.
///
/// A webhook is on disk before it is answered for. How far a receiver has come is noted in memory,
/// and on disk when `save` is called: after a crash a webhook goes on at an older place, never at a
/// later one.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/fields.h"
#include "base/result.h"
#include "chain/store/view.h"
#include "node/webhooks/signature.h"

namespace vostro::node {

struct Webhook {
  static constexpr std::size_t url_max = 1'024;
  static constexpr std::size_t token_max = 64;

  std::string id;  ///< 12 hexadecimal digits
  std::string url;
  WebhookSecret secret{};
  UnixMillis made_at;
  std::string token;          ///< public id of the API token that made it
  chain::ReceiptPlace taken;  ///< the newest event that the receiver has, or where it began
  chain::ReceiptPlace next;   ///< where the ledger is read on: everything before it is told

  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<12>(id), bounded<url_max>(url), secret, made_at, bounded<token_max>(token),
            taken.height, taken.index, next.height, next.index);
  }
};

class WebhookBook {
 public:
  static constexpr std::size_t webhooks_max = 64;

  /// Reads the file where there is one. Errors: a sentence for the operator; a damaged file is one.
  [[nodiscard]] static Result<std::unique_ptr<WebhookBook>, std::string> open(std::string path);

  /// By id.
  [[nodiscard]] std::vector<Webhook> all() const;
  [[nodiscard]] std::optional<Webhook> find(const std::string& id) const;
  /// Errors: why it cannot be written; nothing has changed then.
  [[nodiscard]] Result<void, std::string> add(Webhook webhook);
  [[nodiscard]] Result<void, std::string> remove(const std::string& id);

  void note(const std::string& id, const chain::ReceiptPlace& taken,
            const chain::ReceiptPlace& next);
  /// Puts on disk what was noted; does nothing where nothing was.
  [[nodiscard]] Result<void, std::string> save();

 private:
  explicit WebhookBook(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] Result<void, std::string> write(const std::vector<Webhook>& webhooks);

  std::string path_;
  mutable std::mutex mutex_;
  std::vector<Webhook> webhooks_;  ///< in the order of their ids
  bool is_noted_ = false;          ///< something that is not on disk
};

}  // namespace vostro::node
