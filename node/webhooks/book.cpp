#include "node/webhooks/book.h"

#include <algorithm>

#include "base/codec.h"
#include "base/hash.h"
#include "base/private_file.h"
#include "base/secret_text.h"

namespace vostro::node {
namespace {

constexpr std::size_t kFileSizeMax = 256 * 1024;
constexpr std::uint16_t kVersion = 1;

struct Content {
  std::uint16_t version = kVersion;
  std::vector<Webhook> webhooks;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(version, bounded<WebhookBook::webhooks_max>(webhooks));
  }
};

Hash sum_of(ByteView content) {
  return hash("webhooks", content);
}

/// The file: the encoding, and its hash.
Result<std::vector<Webhook>, std::string> read_content(ByteView file) {
  const std::string damaged = "it is damaged: move it away, and register the webhooks again";
  if (file.size() < Hash::size) return fail(damaged);
  const ByteView encoded = file.first(file.size() - Hash::size);
  if (!std::ranges::equal(sum_of(encoded).view(), file.last(Hash::size))) return fail(damaged);
  auto content = decode<Content>(encoded);
  if (!content) return fail(damaged);
  if (content->version != kVersion)
    return fail("it has version " + std::to_string(content->version) +
                ", which this program does not know");
  return std::move(content->webhooks);
}

}  // namespace

Result<std::unique_ptr<WebhookBook>, std::string> WebhookBook::open(std::string path) {
  std::unique_ptr<WebhookBook> book(new WebhookBook(std::move(path)));
  auto file = read_private_file(book->path_, kFileSizeMax);
  if (!file) {
    if (file.error() == FileError::missing) return book;
    return fail(book->path_ + ": " + std::string(to_string(file.error())));
  }
  auto webhooks = read_content(*file);
  wipe(*file);
  if (!webhooks) return fail(book->path_ + ": " + webhooks.error());
  book->webhooks_ = *std::move(webhooks);
  return book;
}

std::vector<Webhook> WebhookBook::all() const {
  const std::lock_guard lock(mutex_);
  return webhooks_;
}

std::optional<Webhook> WebhookBook::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(webhooks_, id, &Webhook::id);
  return found == webhooks_.end() ? std::nullopt : std::optional(*found);
}

Result<void, std::string> WebhookBook::add(Webhook webhook) {
  const std::lock_guard lock(mutex_);
  std::vector<Webhook> changed = webhooks_;
  const auto before = std::ranges::upper_bound(changed, webhook.id, {}, &Webhook::id);
  changed.insert(before, std::move(webhook));
  if (auto written = write(changed); !written) return written;
  webhooks_ = std::move(changed);
  return {};
}

Result<void, std::string> WebhookBook::remove(const std::string& id) {
  const std::lock_guard lock(mutex_);
  std::vector<Webhook> changed = webhooks_;
  std::erase_if(changed, [&](const Webhook& each) { return each.id == id; });
  if (auto written = write(changed); !written) return written;
  webhooks_ = std::move(changed);
  return {};
}

void WebhookBook::note(const std::string& id, const chain::ReceiptPlace& taken,
                       const chain::ReceiptPlace& next) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(webhooks_, id, &Webhook::id);
  if (found == webhooks_.end()) return;  // removed meanwhile
  found->taken = taken;
  found->next = next;
  is_noted_ = true;
}

Result<void, std::string> WebhookBook::save() {
  const std::lock_guard lock(mutex_);
  return is_noted_ ? write(webhooks_) : Result<void, std::string>();
}

Result<void, std::string> WebhookBook::write(const std::vector<Webhook>& webhooks) {
  Bytes file = encode(Content{kVersion, webhooks});
  const Hash sum = sum_of(file);
  append(file, sum.view());
  const auto saved = save_private_file(path_, file, IfExists::replace);
  wipe(file);
  if (!saved) return fail(path_ + ": " + std::string(to_string(saved.error())));
  is_noted_ = false;
  return {};
}

}  // namespace vostro::node
