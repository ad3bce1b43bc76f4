// The node's configuration. What is taken can work: caps within memory, no public address without
// TLS; what is refused is refused in one sentence. Catalogue row G2.
#include <fstream>
#include <iterator>

#include "node/config.h"
#include "tests/fuzz/target.h"

namespace vostro::fuzz {

std::vector<Bytes> seeds() {
  std::ifstream file(VOSTRO_EXAMPLE_CONFIG);
  const std::string example{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  VOSTRO_CHECK(node::parse_config(example, "/etc/vostro", "node.toml"));
  // The same with every key that stands there as a comment.
  std::string full = example;
  for (std::size_t at = 0; (at = full.find("\n# ", at)) != std::string::npos; ++at) {
    const std::string_view line(full.data() + at + 3, full.find('\n', at + 1) - at - 3);
    const std::size_t equals = line.find(" = ");
    if (line.starts_with('[') || (equals != line.npos && line.find(' ') == equals))
      full.erase(at + 1, 2);
  }
  const std::string_view minimal =
      "[node]\ndata_dir = \"data\"\ngenesis = \"genesis.toml\"\nparticipant = \"NORDDEFF\"\n"
      "role = \"validator\"\n[keys]\nvalidator = \"v.key\"\ntls = \"t.key\"\n";
  return {bytes_of(example), bytes_of(full), bytes_of(minimal),
          bytes_of(std::string(minimal) +
                   "[api]\nlisten = \"[::]:8080\"\ntls_certificate = \"c.pem\"\n"
                   "tls_key = \"k.pem\"\n[peers]\nlisten = \"0.0.0.0:7000\"\n"
                   "[[peers.peer]]\nparticipant = \"SUDBFRPP\"\naddress = \"sud.example:7000\"\n")};
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro;  // NOLINT: the whole file is about it
  const auto config = node::parse_config(as_text({data, size}), "/etc/vostro", "node.toml");
  if (!config) {
    const std::string& sentence = config.error().sentence;
    VOSTRO_CHECK(!sentence.empty() && sentence.find('\n') == std::string::npos);
    return 0;
  }
  VOSTRO_CHECK(config->memory_caps_bytes <= config->memory_budget_bytes);
  VOSTRO_CHECK(net::http::is_address(config->api.host));
  VOSTRO_CHECK(net::http::is_loopback(config->api.host) || !config->api.tls_certificate.empty());
  VOSTRO_CHECK(config->api.tls_certificate.empty() == config->api.tls_key.empty());
  return 0;
}
