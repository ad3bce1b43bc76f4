#include "chain/store/rows.h"

#include <algorithm>

#include "base/codec.h"

namespace vostro::chain {
namespace {

std::uint32_t read_32(ByteView bytes, std::size_t offset) {
  return static_cast<std::uint32_t>(keys::read_big_endian(bytes.subspan(offset, 4)));
}

}  // namespace

// As ReceiptRow's encoding, without a copy of what is encoded.
std::vector<Bytes> receipt_rows(const std::vector<Receipt>& receipts) {
  static_assert(keys::receipts_per_row <= UINT8_MAX);
  std::vector<Bytes> rows;
  for (std::size_t first = 0; first < receipts.size(); first += keys::receipts_per_row) {
    const std::size_t last = std::min<std::size_t>(first + keys::receipts_per_row, receipts.size());
    Encoder row;
    row(static_cast<std::uint8_t>(last - first));
    for (std::size_t i = first; i < last; ++i) row(receipts[i]);
    rows.push_back(row.take());
  }
  return rows;
}

void append_location(Bytes& to, const Location& location) {
  keys::append_big_endian_32(to, location.batch);
  keys::append_big_endian_32(to, location.offset);
  keys::append_big_endian_32(to, location.length);
  keys::append_big_endian_32(to, location.receipt);
}

std::optional<Location> location_at(ByteView row, std::size_t index) {
  if (row.size() < (index + 1) * Location::size) return std::nullopt;
  const ByteView at = row.subspan(index * Location::size, Location::size);
  return Location{read_32(at, 0), read_32(at, 4), read_32(at, 8), read_32(at, 12)};
}

void append_receipt_index(Bytes& to, std::uint32_t index) {
  keys::append_big_endian_32(to, index);
}

std::vector<std::uint32_t> receipt_indexes(ByteView row) {
  std::vector<std::uint32_t> indexes;
  indexes.reserve(row.size() / 4);
  for (std::size_t at = 0; at + 4 <= row.size(); at += 4) indexes.push_back(read_32(row, at));
  return indexes;
}

void append_entry_index(Bytes& to, std::uint32_t receipt, std::uint8_t entry) {
  keys::append_big_endian_32(to, receipt);
  to.push_back(entry);
}

std::vector<EntryPlace> entry_places(ByteView row, Height height) {
  std::vector<EntryPlace> places;
  places.reserve(row.size() / 5);
  for (std::size_t at = 0; at + 5 <= row.size(); at += 5) {
    places.push_back({{height, read_32(row, at)}, row[at + 4]});
  }
  return places;
}

void append_key(Bytes& to, ByteView key) {
  to.push_back(static_cast<Byte>(key.size() >> 8U));
  to.push_back(static_cast<Byte>(key.size() & 0xFFU));
  append(to, key);
}

std::vector<ByteView> key_list(ByteView row) {
  std::vector<ByteView> list;
  while (row.size() >= 2) {
    const std::size_t size = static_cast<std::size_t>(row[0]) << 8U | row[1];
    if (row.size() - 2 < size) break;
    list.push_back(row.subspan(2, size));
    row = row.subspan(2 + size);
  }
  return list;
}

Bytes past_value(const std::optional<ByteView>& value) {
  Bytes out;
  out.push_back(value ? 1 : 0);
  if (value) append(out, *value);
  return out;
}

Bytes proof_value(ByteView proof, bool keep) {
  Bytes out;
  out.reserve(1 + proof.size());
  out.push_back(keep ? 1 : 0);
  append(out, proof);
  return out;
}

}  // namespace vostro::chain
