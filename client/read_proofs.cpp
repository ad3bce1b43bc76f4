#include "base/codec.h"
#include "base/text.h"
#include "client/read_answers.h"

namespace vostro::client {
namespace {

using chain::JsonFault;
using chain::JsonIn;

/// Canonical bytes in hexadecimal digits.
template <class Object>
Object object_of(const JsonIn& in) {
  return in.parsed<Object>([](std::string_view digits) -> std::optional<Object> {
    const auto bytes = from_hex(digits);
    if (!bytes) return std::nullopt;
    auto object = decode<Object>(*bytes);
    return object ? std::optional<Object>(*std::move(object)) : std::nullopt;
  });
}

FinalHeader read_final_header(const JsonIn& in) {
  FinalHeader out;
  for (const JsonIn& each : in.field("epochs").elements(FinalHeader::epochs_max))
    out.epochs.push_back(object_of<consensus::EpochStep>(each));
  out.header = object_of<consensus::Header>(in.field("header"));
  for (const JsonIn& each : in.field("headers").elements(FinalHeader::after_max))
    out.after.push_back(object_of<consensus::Header>(each));
  out.finality = object_of<consensus::FinalityProof>(in.field("finality"));
  return out;
}

}  // namespace

PaymentProof read_payment_proof(const JsonIn& in) {
  PaymentProof out;
  out.original = object_of<chain::Original>(in.field("original"));
  out.block = read_final_header(in);
  return out;
}

BalanceProof read_balance_proof(const JsonIn& in) {
  BalanceProof out;
  out.account = in.field("account").account();
  const Money balance = in.field("balance").money();
  out.currency = balance.currency;
  out.balance = balance.units;
  out.path = object_of<chain::StateProof>(in.field("path"));
  out.block = read_final_header(in);
  return out;
}

}  // namespace vostro::client
