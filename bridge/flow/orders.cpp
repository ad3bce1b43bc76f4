#include "bridge/flow/orders.h"

#include <array>

#include "base/check.h"

namespace vostro::bridge {

Uuid derived_id(std::string_view tag, const chain::OwnedId& from, std::uint32_t attempt) {
  Bytes what;
  append(what, as_bytes(to_text(from.owner)));
  append(what, from.id.view());
  append_little_endian(what, attempt, 4);
  const Hash whole = hash(tag, what);
  std::array<Byte, 16> half{};
  std::copy_n(whole.bytes.begin(), half.size(), half.begin());
  return make_uuid_v4(half);
}

void OrderMaker::issue(BookTransaction& book, Funding& funding) const {
  VOSTRO_CHECK(funding.account);
  ++funding.attempt;
  funding.order = client::issue_id(funding.entry, funding.attempt);
  order(book, *funding.order,
        chain::Issue{agent_, *funding.account, funding.amount, funding.entry});
}

void OrderMaker::close(BookTransaction& book, Redemption& redemption, bool is_paid) const {
  VOSTRO_CHECK(redemption.answer && (is_paid || redemption.code));
  ++redemption.attempt;
  redemption.order = derived_id("redeem-outcome", redemption.id, redemption.attempt);
  order(book, *redemption.order,
        chain::RedeemOutcome{agent_, redemption.id,
                             is_paid ? chain::RedeemResult::paid : chain::RedeemResult::failed,
                             is_paid ? std::nullopt : redemption.code, *redemption.answer});
}

void OrderMaker::attest(BookTransaction& book, AgentOrder& about) const {
  const auto statement = fixed_from_hex<Hash>(about.subject);
  VOSTRO_CHECK(statement && about.at >= 0);
  about.order = next_id(about);
  order(book, about.order,
        chain::AttestReserves{agent_, about.currency, MinorUnits(about.value), *statement,
                              UnixSeconds(static_cast<std::uint64_t>(about.at))});
}

void OrderMaker::open_date(BookTransaction& book, AgentOrder& about) const {
  about.order = next_id(about);
  order(book, about.order,
        chain::OpenBusinessDate{agent_, about.currency,
                                Date(static_cast<std::int32_t>(about.value))});
}

Uuid OrderMaker::next_id(AgentOrder& about) const {
  ++about.attempt;
  std::string what = to_text(agent_) + "/" + key_of(about) + "/" + std::to_string(about.attempt);
  // A book that was restored makes another of the same message, as of a later time.
  if (about.kind == AgentOrderKind::attestation) what += "/" + std::to_string(about.at);
  const Hash whole = hash("agent-order", as_bytes(what));
  std::array<Byte, 16> half{};
  std::copy_n(whole.bytes.begin(), half.size(), half.begin());
  return make_uuid_v4(half);
}

void OrderMaker::freeze_or_free(BookTransaction& book, Screening& screening) const {
  VOSTRO_CHECK(screening.subject.direction == Direction::incoming);
  const bool is_block = screening.state == ScreeningState::blocking;
  VOSTRO_CHECK(is_block || screening.state == ScreeningState::unblocking_pay ||
               screening.state == ScreeningState::unblocking_release);
  ++screening.attempt;
  screening.order = derived_id("screening-order", screening.subject.payment, screening.attempt);
  chain::Body body;
  if (is_block)
    body = chain::Block{screening.subject.account, screening.subject.payment, screening.basis,
                        screening.document};
  else
    body = chain::Unblock{screening.subject.account, screening.subject.payment,
                          screening.state == ScreeningState::unblocking_pay
                              ? chain::UnblockTo::pay
                              : chain::UnblockTo::release,
                          screening.basis, screening.document};
  order(book, *screening.order, std::move(body));
}

void OrderMaker::order(BookTransaction& book, const Uuid& id, chain::Body body) const {
  const UnixSeconds until(book.now().value / 1000 + static_cast<std::uint64_t>(valid_.count()));
  const std::span keys(&key_, 1);
  const auto signed_order = client::sign_order({network_id_, id, until, std::move(body)}, keys);
  // Every part of it was checked before: a body of wrong form is a bug.
  VOSTRO_CHECK(signed_order);
  const auto* issue = std::get_if<chain::Issue>(&signed_order->body);
  insert(book, OutboxItem{chain::to_text(chain::OwnedId{agent_, id}), OutboxItem::Kind::order,
                          to_hex(chain::encode_transaction(*signed_order)), false,
                          issue == nullptr ? std::nullopt : std::optional(issue->money.currency)});
}

}  // namespace vostro::bridge
