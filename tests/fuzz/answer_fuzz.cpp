// A node's answers, as its clients read them: a node that is not ours may say anything. The first
// byte chooses the answer that was asked for.
#include "client/read_answers.h"
#include "tests/fuzz/target.h"
#include "tests/unit/client/api_support.h"

namespace vostro::fuzz {
namespace {

using namespace client;  // NOLINT: the whole file is about it
using chain::JsonIn;
using chain::JsonProblem;

using Reader = void (*)(const JsonIn&);
template <auto read>
void run(const JsonIn& in) {
  const auto answer = read(in);
  // Whoever gets it has no problem to look at: nothing that was not in the text.
  if constexpr (requires { answer.final; }) {
    if (!in.has_problem() && answer.final)
      VOSTRO_CHECK(answer.final->receipt.entries.size() <= chain::Receipt::entries_max);
  }
}
constexpr std::array<Reader, 12> kReaders{
    run<read_status>,        run<read_submit_answer>, run<read_transaction_view>,
    run<read_payment>,       run<read_account>,       run<read_entry>,
    run<read_block>,         run<read_participant>,   run<read_currency>,
    run<client::read_quote>, run<read_fill>,          run<read_redemption>};

Bytes seed(Byte kind, const std::string& text) {
  Bytes made{kind};
  append(made, as_bytes(text));
  return made;
}

}  // namespace

std::vector<Bytes> seeds() {
  const chain::Transaction payment = test::a_payment().build();
  const std::string zeros(64, '0');
  const std::string receipt = chain::to_json(test::a_payment_receipt(1), iso_exponents());
  const std::string time = "\"2026-11-23T15:16:39.123Z\"";
  const std::string id = "\"id\":\"" + to_text(payment.id) + "\",\"owner\":\"NORDDEFF\"";
  std::string quote = chain::to_json(test::a_quote().build(), iso_exponents());
  quote.pop_back();
  const std::string policy =
      ",\"policy\":" + chain::to_json(test::simple_policy({"maker"}), iso_exponents());
  return {
      seed(0, test::status_answer(test::network(), "Demo")),
      seed(1, test::pending_answer(payment)),
      seed(1, test::final_answer(payment, chain::Status::settled)),
      seed(2, test::final_answer(payment, chain::Status::rejected)),
      seed(3, "{\"agent\":\"NORDDEFF\",\"uetr\":\"" + to_text(payment.id) +
                  "\",\"status\":\"settled\",\"iso_status\":\"ACSC\",\"reason\":null,\"debtor\":"
                  "\"NORDDEFF/main\",\"amount\":{\"currency\":\"EUR\",\"amount\":\"12.50\"},"
                  "\"ordered_at\":" +
                  time + ",\"height\":7,\"receipts\":[{\"height\":7,\"block_time\":" + time +
                  ",\"receipt\":" + receipt + "}]}"),
      seed(4,
           "{\"account\":\"NORDDEFF/main\",\"status\":\"open\",\"accepts\":{\"kind\":\"none\"},"
           "\"policy\":\"own\",\"balances\":[{\"currency\":\"EUR\",\"amount\":\"1.00\","
           "\"held\":\"0.00\"}]}"),
      seed(5, "{\"height\":7,\"block_time\":" + time + ",\"index\":1," + id +
                  ",\"kind\":\"principal\",\"amount\":{\"currency\":\"EUR\",\"amount\":\"-12.50\"},"
                  "\"business_date\":\"2026-11-23\",\"status\":\"settled\"}"),
      seed(6, "{\"height\":7,\"block_id\":\"" + zeros + "\",\"time\":" + time +
                  ",\"proposer\":\"NORDDEFF\",\"state_root\":\"" + zeros + "\",\"tx_root\":\"" +
                  zeros + "\",\"receipt_root\":\"" + zeros + "\",\"transactions\":[{" + id +
                  ",\"kind\":\"Payment\",\"status\":\"settled\"}],\"due\":[]}"),
      seed(7,
           "{\"bic\":\"NORDDEFF\",\"legal_name\":\"Nordbank AG\",\"country\":\"DE\",\"lei\":"
           "\"335800BY3CB8W1JK9L13\",\"roles\":[\"fx-provider\"],\"status\":\"active\","
           "\"validator\":true" +
               policy + "}"),
      seed(
          8,
          "{\"currency\":\"EUR\",\"exponent\":2,\"agent\":\"EURADEFF\",\"status\":\"active\","
          "\"business_date\":\"2026-11-23\",\"issued\":{\"currency\":\"EUR\",\"amount\":"
          "\"5.00\"},\"redeemed\":{\"currency\":\"EUR\",\"amount\":\"0.00\"},\"open_redemptions\":{"
          "\"currency\":\"EUR\",\"amount\":\"0.00\"},\"attestation\":{\"balance\":{\"currency\":"
          "\"EUR\",\"amount\":\"5.00\"},\"statement\":\"" +
              zeros + "\",\"as_of\":\"2026-11-23T15:16:39Z\"},\"attestation_max_age_s\":86400" +
              policy + "}"),
      seed(9, quote + ",\"remaining\":null}"),
      seed(10, "{\"quote\":\"" + to_text(payment.id) + "\",\"uetr\":\"" + to_text(payment.id) +
                   "\",\"agent\":\"NORDDEFF\",\"debtor\":\"NORDDEFF/main\",\"creditor\":"
                   "\"SUDBFRPP/main\",\"sold\":{\"currency\":\"EUR\",\"amount\":\"1.00\"},"
                   "\"bought\":{\"currency\":\"USD\",\"amount\":\"1.09\"},\"rate\":\"1.0842\","
                   "\"exchange\":\"done\",\"status\":\"settled\",\"height\":7,\"block_time\":" +
                   time + ",\"index\":1}"),
      seed(11, "{" + id +
                   ",\"account\":\"NORDDEFF/main\",\"amount\":{\"currency\":\"EUR\","
                   "\"amount\":\"1.00\"},\"state\":\"open\"}"),
  };
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro;  // NOLINT: the whole file is about it
  if (size == 0) return 0;
  const auto value = chain::parse_strict(as_text({data + 1, size - 1}));
  if (!value) return 0;
  const fuzz::MemoryBound bound(size);
  chain::JsonProblem problem;
  fuzz::kReaders[data[0] % fuzz::kReaders.size()](
      chain::JsonIn(*value, problem, client::iso_exponents()));
  if (problem.error()) VOSTRO_CHECK(!to_string(*problem.error()).empty());
  return 0;
}
