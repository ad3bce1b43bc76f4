// What the process that reads messages answers, which may have been taken over by one: it is an
// encoded message or a short sentence, and never more.
#include "bridge/parser/protocol.h"
#include "tests/fuzz/target.h"

namespace vostro::fuzz {
namespace {

Bytes answer_with(decltype(bridge::IncomingMessage::content) content) {
  Bytes answer{bridge::parser::is_message};
  append(answer, encode(bridge::IncomingMessage{"camt.054.001.08", *parse_bic("NORDDEFF"), "M-1",
                                                std::move(content)}));
  return answer;
}

}  // namespace

std::vector<Bytes> seeds() {
  bridge::FiatEntry entry;
  entry.texts = {"VOSTRO/MERLSGSG/main"};
  bridge::FiatStatements statements;
  statements.statements.emplace_back().entries = {entry};
  bridge::CustomerOrder order;
  order.details = "<Document/>";
  Bytes refused{bridge::parser::is_refusal};
  append(refused, as_bytes("line 1, Document: it is none"));
  return {answer_with(bridge::FiatNotice{{entry}}), answer_with(statements),
          answer_with(bridge::PayoutStatus{{{}}}),  answer_with(bridge::CustomerOrders{{order}}),
          answer_with(bridge::RecallRequest{{{}}}), answer_with(bridge::RecallAnswer{{{}}}),
          answer_with(bridge::ReturnOrders{{{}}}),  refused};
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro;  // NOLINT: the whole file is about it
  const auto message = bridge::parser::decode_answer({data, size});
  if (!message) {
    VOSTRO_CHECK(!message.error().empty() && message.error().size() <= 512);
    for (const char c : message.error()) VOSTRO_CHECK(c >= ' ' && c <= '~');
    return 0;
  }
  Bytes again{bridge::parser::is_message};
  append(again, encode(*message));
  VOSTRO_CHECK(again == Bytes(data, data + size));
  return 0;
}
