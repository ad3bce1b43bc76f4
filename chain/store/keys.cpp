#include "chain/store/keys.h"

#include "base/check.h"

namespace vostro::chain::keys {
namespace {

Bytes kind(char first) {
  return {static_cast<Byte>(first)};
}

Bytes kind_and_height(char first, Height height) {
  Bytes key = kind(first);
  append_big_endian(key, height.value);
  return key;
}

Bytes kind_height_index(char first, Height height, std::uint32_t index) {
  Bytes key = kind_and_height(first, height);
  append_big_endian_32(key, index);
  return key;
}

void append(Bytes& to, const Bic& bic) {
  to.insert(to.end(), bic.text.begin(), bic.text.end());
}
void append(Bytes& to, const OwnedId& id) {
  append(to, id.owner);
  vostro::append(to, id.id.view());
}

}  // namespace

void append_place(Bytes& to, ReceiptPlace place) {
  append_big_endian(to, place.height.value);
  append_big_endian_32(to, place.index);
}

void append_big_endian_32(Bytes& to, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<Byte>(value >> shift));
}

std::uint64_t read_big_endian(ByteView bytes) {
  std::uint64_t value = 0;
  for (const Byte byte : bytes) value = value << 8 | byte;
  return value;
}

Height trailing_height(ByteView key) {
  VOSTRO_CHECK(key.size() >= 8);
  return Height(read_big_endian(key.last(8)));
}

ReceiptPlace trailing_place(ByteView key) {
  VOSTRO_CHECK(key.size() >= 12);
  return {trailing_height(key.first(key.size() - 4)),
          static_cast<std::uint32_t>(read_big_endian(key.last(4)))};
}

Bytes end_of(ByteView prefix) {
  Bytes end(prefix.begin(), prefix.end());
  while (!end.empty() && end.back() == 0xFF) end.pop_back();
  if (!end.empty()) ++end.back();
  return end;
}

Bytes summary(Height height) {
  return kind_and_height('b', height);
}
Bytes header(Height height) {
  return kind_and_height('h', height);
}
Bytes cut(Height height) {
  return kind_and_height('c', height);
}
Bytes height_of(const Hash& block_id) {
  Bytes key = kind('i');
  vostro::append(key, block_id.view());
  return key;
}
Bytes batch(Height height, std::uint32_t index) {
  return kind_height_index('t', height, index);
}
Bytes used_ids(Height height) {
  return kind_and_height('u', height);
}

Bytes proof(Height height) {
  return kind_and_height('p', height);
}

Bytes locations(Height height, std::uint32_t row) {
  return kind_height_index('l', height, row);
}
Bytes inline_transaction(Height height, std::uint32_t index) {
  return kind_height_index('x', height, index);
}
Bytes batch_by_id(const Hash& batch_id) {
  Bytes key = kind('i');
  vostro::append(key, batch_id.view());
  return key;
}
Bytes batch_by_name(const BatchName& name) {
  Bytes key = kind('n');
  append_big_endian(key, name.epoch.value);
  key.push_back(static_cast<Byte>(name.author >> 8U));
  key.push_back(static_cast<Byte>(name.author & 0xFFU));
  append_big_endian_32(key, name.incarnation);
  append_big_endian(key, name.seq);
  return key;
}

Bytes kept_order(const OwnedId& id) {
  Bytes key = kind('k');
  append(key, id);
  return key;
}

Bytes receipts(Height height, std::uint32_t row) {
  return kind_height_index('r', height, row);
}
Bytes payment_events(const OwnedId& name) {
  Bytes key = kind('e');
  append(key, name);
  return key;
}
Bytes payment_event(const OwnedId& name, ReceiptPlace place) {
  Bytes key = payment_events(name);
  append_big_endian(key, place.height.value);
  append_big_endian_32(key, place.index);
  return key;
}
Bytes agent_payments(const Bic& agent, Side side) {
  Bytes key = kind('a');
  append(key, agent);
  key.push_back(static_cast<Byte>(side));
  return key;
}
Bytes agent_payments(const Bic& agent, Side side, Height height) {
  Bytes key = agent_payments(agent, side);
  append_big_endian(key, height.value);
  return key;
}
Bytes waiting_payments(const Bic& agent, Side side, Status status) {
  Bytes key = kind('w');
  append(key, agent);
  key.push_back(static_cast<Byte>(side));
  key.push_back(static_cast<Byte>(status));
  return key;
}
Bytes waiting_payment(const Bic& agent, Side side, Status status, ReceiptPlace place) {
  Bytes key = waiting_payments(agent, side, status);
  append_big_endian(key, place.height.value);
  append_big_endian_32(key, place.index);
  return key;
}
Bytes waiting_status(const OwnedId& name) {
  Bytes key = kind('s');
  append(key, name);
  return key;
}

Bytes id(const OwnedId& id) {
  Bytes key;
  key.reserve(27);
  append(key, id);
  return key;
}

Bytes current(ByteView key) {
  Bytes out;
  out.reserve(1 + key.size());
  out.push_back('v');
  vostro::append(out, key);
  return out;
}
// The length comes first: no key of another length can stand between the versions of this one.
Bytes past(ByteView key) {
  VOSTRO_CHECK(key.size() <= 0xFFFF);
  Bytes out;
  out.reserve(3 + key.size() + 8);
  out.push_back('o');
  out.push_back(static_cast<Byte>(key.size() >> 8U));
  out.push_back(static_cast<Byte>(key.size() & 0xFFU));
  vostro::append(out, key);
  return out;
}
Bytes past(ByteView key, Height replaced_at) {
  Bytes out = past(key);
  append_big_endian(out, replaced_at.value);
  return out;
}
Bytes replaced(Height height) {
  return kind_and_height('r', height);
}

Bytes entries(const AccountId& account) {
  Bytes key;
  key.reserve(48);
  append(key, account.owner);
  key.push_back(static_cast<Byte>(account.label.size()));
  vostro::append(key, as_bytes(account.label));
  return key;
}
Bytes entries(const AccountId& account, const Currency& currency) {
  Bytes key = entries(account);
  key.insert(key.end(), currency.code.begin(), currency.code.end());
  return key;
}
Bytes entries(const AccountId& account, const Currency& currency, Height height) {
  Bytes key = entries(account, currency);
  append_big_endian(key, height.value);
  return key;
}

}  // namespace vostro::chain::keys
