// The wallet's file of an order whose outcome is not known yet: it is what was stored, or damaged,
// and damage is told and never taken for an empty journal.
#include "base/hash.h"
#include "client/payment_journal.h"
#include "tests/fuzz/private_dir.h"
#include "tests/fuzz/target.h"
#include "tests/support/chain_builders.h"
#include "tests/unit/chain/every_body.h"

#include <filesystem>

namespace vostro::fuzz {
namespace {

/// A directory of orders, in which one file is written again and again.
struct Place {
  Place() : journal(open(dir.path("orders"))) {
    const client::StoredOrder order =
        client::make_stored_order(chain::every_body().front().transaction, UnixMillis(1));
    VOSTRO_CHECK(journal.store(order));
    for (const auto& each : std::filesystem::directory_iterator(dir.path("orders"))) {
      if (each.path().extension() == ".order") file = "orders/" + each.path().filename().string();
    }
    VOSTRO_CHECK(!file.empty());
  }
  static client::PaymentJournal open(const std::string& path) {
    auto journal = client::PaymentJournal::open(path);
    VOSTRO_CHECK(journal);
    return *std::move(journal);
  }
  PrivateDir dir;
  client::PaymentJournal journal;
  std::string file;
};
Place& place() {
  static Place made;
  return made;
}

Bytes with_hash(ByteView content) {
  Bytes file(content.begin(), content.end());
  append(file, hash("stored-order", content).view());
  return file;
}

}  // namespace

std::vector<Bytes> seeds() {
  const Bytes file = place().dir.read(place().file);
  return {Bytes(file.begin(), file.end() - static_cast<std::ptrdiff_t>(Hash::size))};
}

}  // namespace vostro::fuzz

// The input is the content; its hash is made right but for every eighth byte count, so that the
// decoder behind it is reached.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro;  // NOLINT: the whole file is about it
  const fuzz::Place& place = fuzz::place();
  const ByteView input(data, size);
  const bool has_hash = size % 8 != 7;
  place.dir.write(place.file,
                  has_hash ? fuzz::with_hash(input) : Bytes(input.begin(), input.end()));

  const auto content = place.journal.list();
  VOSTRO_CHECK(content);
  VOSTRO_CHECK(content->orders.size() + content->damaged.size() == 1);
  if (content->orders.empty()) return 0;
  const client::StoredOrder& order = content->orders.front();
  VOSTRO_CHECK(has_hash && order.version == 1 && is_listed(order.state));
  const auto found = place.journal.find(order.name);
  VOSTRO_CHECK(!found || !*found || **found == order);
  return 0;
}
