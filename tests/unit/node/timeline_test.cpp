// Goal: each way through the life table is told in the words of docs/payment-life.md, with the code
// at the step that was asked for. Method: rows of receipts as the ledger writes them, and the steps
// that they make.
#include "node/api/timeline.h"

#include <gtest/gtest.h>

#include <string>

namespace vostro::node::api {
namespace {

using chain::Receipt;
using chain::ReceiptKind;
using chain::Status;

Uuid uuid_of_number(Byte number) {
  Uuid id;
  id.bytes.fill(number);
  return id;
}

const Bic kBank = *parse_bic("NORDDEFF");

struct Line {
  Status status;
  bool is_due = false;
  std::string given = {};
  bool is_same_id = false;  ///< a second use of the payment's id
};

/// The steps in one line: "ordered held accepted final", codes behind a colon.
std::string told(const std::vector<Line>& lines) {
  chain::PaymentHistory payment;
  payment.name = {kBank, uuid_of_number(1)};
  Byte number = 1;
  for (const Line& line : lines) {
    Receipt receipt;
    const bool is_order = number == 1 || line.is_due || line.is_same_id;
    receipt.id = {kBank, uuid_of_number(is_order ? Byte(1) : number)};
    receipt.kind = line.is_due ? ReceiptKind::due : ReceiptKind::transaction;
    receipt.status = line.status;
    if (line.given.size() == 4)
      receipt.given_code = {line.given[0], line.given[1], line.given[2], line.given[3]};
    payment.receipts.push_back(
        {{Height(number), 0}, UnixMillis(1'000ULL * number), std::move(receipt)});
    ++number;
  }
  std::string out;
  for (const TimelineEvent& event : timeline_of(payment)) {
    if (!out.empty()) out += " ";
    out += to_string(event.step);
    if (event.code) out += ":" + std::string(event.code->data(), event.code->size());
    EXPECT_EQ(event.time.value, event.place.height.value * 1'000);
  }
  return out;
}

TEST(Timeline, TellsEachWayThroughTheLifeTable) {
  const std::vector<std::pair<std::string, std::vector<Line>>> rows{
      {"ordered final", {{Status::settled}}},
      {"ordered rejected", {{Status::rejected}}},
      {"ordered held accepted final", {{Status::held}, {Status::settled}}},
      {"ordered held released:AC04", {{Status::held}, {Status::released, false, "AC04"}}},
      {"ordered held released", {{Status::held}, {Status::released, true}}},
      {"ordered held recalled:CUST cancelled",
       {{Status::held}, {Status::cancelled, false, "CUST"}}},
      {"ordered delayed cancelled", {{Status::delayed}, {Status::cancelled}}},
      {"ordered delayed held accepted final",
       {{Status::delayed}, {Status::held, true}, {Status::settled}}},
      {"ordered delayed final", {{Status::delayed}, {Status::settled, true}}},
      {"ordered delayed rejected", {{Status::delayed}, {Status::rejected, true}}},
      {"ordered held blocked unblocked final",
       {{Status::held}, {Status::blocked}, {Status::settled}}},
      {"ordered held blocked unblocked released",
       {{Status::held}, {Status::blocked}, {Status::released}}},
      {"ordered final credited", {{Status::settled}, {Status::credited}}},
      {"ordered final recalled:DUPL returned:FOCR",
       {{Status::settled},
        {Status::recall_requested, false, "DUPL"},
        {Status::returned, false, "FOCR"}}},
      {"ordered final recalled:DUPL credited recall_refused:LEGL",
       {{Status::settled},
        {Status::recall_requested, false, "DUPL"},
        {Status::credited},
        {Status::done, false, "LEGL"}}},
  };
  for (const auto& [steps, lines] : rows) EXPECT_EQ(told(lines), steps);
}

TEST(Timeline, PassesOverOrdersThatChangedNothing) {
  // An Accept that was rejected, one that waits out a delay of its own, and a second use of the id.
  EXPECT_EQ(told({{Status::held},
                  {Status::rejected},
                  {Status::delayed},
                  {Status::rejected, false, "", true},
                  {Status::settled}}),
            "ordered held accepted final");
}

}  // namespace
}  // namespace vostro::node::api
