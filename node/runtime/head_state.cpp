#include "node/runtime/head_state.h"

#include <algorithm>

namespace vostro::node {
namespace {

constexpr std::size_t kRowFrame = 128;  // of the map, for each row

}  // namespace

class HeadState::Remembering final : public chain::StateReader {
 public:
  explicit Remembering(chain::StoreView view) : view_(std::move(view)) {}

  [[nodiscard]] std::optional<Bytes> get(ByteView key) const override {
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = rows_.find(key); found != rows_.end()) return found->second;
    }
    auto value = view_.get(key);
    const std::lock_guard lock(mutex_);
    const std::size_t size = key.size() + (value ? value->size() : 0) + kRowFrame;
    if (bytes_ + size > bytes_max) return value;
    if (rows_.try_emplace(Bytes(key.begin(), key.end()), value).second) bytes_ += size;
    return value;
  }
  [[nodiscard]] std::vector<std::pair<Bytes, Bytes>> scan(ByteView prefix, ByteView from,
                                                          std::size_t limit) const override {
    return view_.scan(prefix, from, limit);
  }
  [[nodiscard]] std::optional<chain::IdRecord> find_id(const chain::OwnedId& id) const override {
    return view_.find_id(id);
  }
  [[nodiscard]] std::optional<Hash> receipt_root(Height height) const override {
    return view_.receipt_root(height);
  }

 private:
  struct Before {
    using is_transparent = void;
    bool operator()(ByteView a, ByteView b) const {
      return std::ranges::lexicographical_compare(a, b);
    }
  };

  chain::StoreView view_;
  mutable std::mutex mutex_;
  mutable std::map<Bytes, std::optional<Bytes>, Before> rows_;
  mutable std::size_t bytes_ = 0;
};

HeadState::HeadState(const chain::Store& store)
    : store_(store), reader_(std::make_shared<Remembering>(store.view())) {}

std::shared_ptr<const chain::StateReader> HeadState::reader() const {
  const std::lock_guard lock(mutex_);
  return reader_;
}

void HeadState::renew() {
  auto reader = std::make_shared<const Remembering>(store_.view());
  const std::lock_guard lock(mutex_);
  reader_ = std::move(reader);
}

}  // namespace vostro::node
