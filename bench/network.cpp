#include "bench/network.h"

#include <unistd.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/keystore.h"
#include "bench/program.h"

namespace vostro::bench {
namespace {

namespace json = boost::json;

/// Tokens of the network may ask as often as they like: what is measured is the node, not its
/// limit.
constexpr const char* kRequestsPerSecond = "1000000";

/// Runs scripts/devnet to its end; what it prints goes to standard error. Errors: a sentence.
Result<void, std::string> run_devnet(std::vector<std::string> arguments,
                                     const std::string& programs) {
  const std::string verb = arguments.front();
  arguments.insert(arguments.begin(), VOSTRO_DEVNET_SCRIPT);
  const auto code = run_program(std::move(arguments), {"VOSTRO_BIN=" + programs});
  if (!code) return fail(code.error());
  if (*code != 0) return fail("scripts/devnet " + verb + " failed");
  return {};
}

/// An empty text where the field is missing or no text: the checks that follow name the place.
std::string text_field(const json::value& object, std::string_view name) {
  const auto* found =
      object.is_object() ? object.get_object().if_contains({name.data(), name.size()}) : nullptr;
  if (found == nullptr || !found->is_string()) return {};
  return {found->get_string().data(), found->get_string().size()};
}

const json::array& list_of(const json::value& object, std::string_view name) {
  static const json::array kNone;
  const auto* found =
      object.is_object() ? object.get_object().if_contains({name.data(), name.size()}) : nullptr;
  return found != nullptr && found->is_array() ? found->get_array() : kNone;
}

std::string text_of_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Where scripts/devnet has the node listen for its peers.
std::optional<std::uint16_t> peers_port_in(std::string_view config) {
  constexpr std::string_view before = "[peers]\nlisten = \"127.0.0.1:";
  const std::size_t place = config.find(before);
  if (place == std::string_view::npos) return std::nullopt;
  const std::string_view rest = config.substr(place + before.size());
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), port);
  return error == std::errc{} ? std::optional(port) : std::nullopt;
}

std::string peer_address(std::uint16_t port) {
  return "address = \"127.0.0.1:" + std::to_string(port) + "\"";
}

void replace_all(std::string& text, const std::string& old, const std::string& fresh) {
  for (std::size_t at = text.find(old); at != std::string::npos;
       at = text.find(old, at + fresh.size()))
    text.replace(at, old.size(), fresh);
}

/// What scripts/devnet says of the network.
Result<json::value, std::string> description_of(const std::string& directory) {
  const std::string path = directory + "/devnet.json";
  json::error_code error;
  json::value info = json::parse(text_of_file(path), error);
  if (error) return fail(path + " is not there, or no JSON");
  return info;
}

/// 0 where the node does not run.
pid_t pid_of(const json::value& node) {
  const auto* pid = node.is_object() ? node.get_object().if_contains("pid") : nullptr;
  return pid != nullptr && pid->is_int64() ? static_cast<pid_t>(pid->get_int64()) : 0;
}

Result<SecretKey, std::string> key_of(const json::value& info, const std::string& bank,
                                      std::string_view name) {
  for (const json::value& wallet : list_of(info, "wallets")) {
    if (text_field(wallet, "participant") != bank || text_field(wallet, "key") != name) continue;
    const auto passphrase = read_secret_from_file(text_field(wallet, "passphrase_file"));
    if (!passphrase)
      return fail(text_field(wallet, "passphrase_file") + ": " +
                  std::string(to_string(passphrase.error())));
    auto key = load_key(text_field(wallet, "key_file"), *passphrase);
    if (!key) return fail(text_field(wallet, "key_file") + ": " + to_string(key.error()));
    return *std::move(key);
  }
  return fail(bank + " has no key \"" + std::string(name) + "\" in devnet.json");
}

}  // namespace

Result<std::string, std::string> scratch_directory(const std::string& parent) {
  std::error_code error;
  const std::filesystem::path place =
      parent.empty() ? std::filesystem::temp_directory_path(error) : std::filesystem::path(parent);
  std::filesystem::create_directories(place, error);
  std::string path = (place / "vostro-bench-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr)
    return fail("no directory can be made in " + place.string());
  return path;
}

Result<Network, std::string> Network::start(const NetworkWish& wish) {
  Network network;
  network.is_own_ = true;
  network.programs_ = wish.programs;
  auto directory = scratch_directory(wish.directory);
  if (!directory) return fail(directory.error());
  network.directory_ = *std::move(directory);
  network.remove_ = !wish.keep;
  network.is_running_ = true;
  if (auto done = run_devnet({"up", "-n", std::to_string(wish.nodes), "--dir", network.directory_,
                              "--rate", kRequestsPerSecond},
                             network.programs_);
      !done)
    return fail(done.error());
  if (auto done = network.read(); !done) return fail(done.error());
  if (auto done = network.require_all_running(); !done) return fail(done.error());
  return network;
}

Result<Network, std::string> Network::attach(const std::string& directory) {
  Network network;
  network.directory_ = directory;
  if (auto done = network.read(); !done) return fail(done.error());
  if (auto done = network.require_all_running(); !done) return fail(done.error());
  return network;
}

Network::Network(Network&& other) noexcept
    : directory_(std::move(other.directory_)),
      programs_(std::move(other.programs_)),
      is_own_(other.is_own_),
      is_running_(std::exchange(other.is_running_, false)),
      remove_(std::exchange(other.remove_, false)),
      id_(other.id_),
      members_(std::move(other.members_)),
      wires_(std::move(other.wires_)) {}

Network::~Network() {
  stop();
}

void Network::stop() {
  if (!std::exchange(is_running_, false)) return;
  const bool is_down =
      run_devnet({"down", "--dir", directory_}, programs_).has_value();  // it says itself why not
  std::error_code ignored;  // what stays behind is a directory of play money
  if (is_down && remove_) std::filesystem::remove_all(directory_, ignored);
}

Result<void, std::string> Network::tell(const char* verb, std::size_t index) {
  if (auto done = run_devnet({verb, members_[index].name, "--dir", directory_}, programs_); !done)
    return fail(done.error());
  const auto info = description_of(directory_);
  if (!info) return fail(info.error());
  members_[index].pid = pid_of(list_of(*info, "nodes").at(index));
  return {};
}

Result<void, std::string> Network::kill(std::size_t index) {
  return tell("kill", index);
}

Result<void, std::string> Network::start_again(std::size_t index) {
  return tell("start", index);
}

Result<void, std::string> Network::lengthen_wires(Clock::duration one_way) {
  std::vector<std::string> configs;
  std::vector<std::uint16_t> targets;
  for (const Member& member : members_) {
    configs.push_back(text_of_file(member.config));
    const auto port = peers_port_in(configs.back());
    if (!port) return fail(member.config + ": no port of loopback for peers");
    targets.push_back(*port);
  }
  auto wires = Wires::open(targets, std::chrono::duration_cast<std::chrono::microseconds>(one_way));
  if (!wires) return fail(wires.error());
  wires_.emplace(*std::move(wires));
  if (auto done = run_devnet({"stop", "--dir", directory_}, programs_); !done)
    return fail(done.error());
  for (std::size_t i = 0; i < members_.size(); ++i) {
    for (std::size_t j = 0; j < targets.size(); ++j)
      replace_all(configs[i], peer_address(targets[j]), peer_address(wires_->ports()[j]));
    std::ofstream file(members_[i].config);
    file << configs[i] << std::flush;
    if (!file) return fail(members_[i].config + " cannot be written");
  }
  if (auto done = run_devnet({"start", "--dir", directory_}, programs_); !done)
    return fail(done.error());
  const auto info = description_of(directory_);
  if (!info) return fail(info.error());
  for (Member& member : members_) member.pid = pid_of(list_of(*info, "nodes").at(member.index));
  return require_all_running();
}

Result<void, std::string> Network::read() {
  const std::string path = directory_ + "/devnet.json";
  const auto described = description_of(directory_);
  if (!described) return fail(described.error());
  const json::value& info = *described;
  const auto id = fixed_from_hex<Hash>(text_field(info, "network_id"));
  if (!id) return fail(path + ": no network_id");
  id_ = *id;
  for (const json::value& node : list_of(info, "nodes")) {
    const std::string name = text_field(node, "participant");
    const auto bic = parse_bic(name);
    const auto api = client::parse_api_address(text_field(node, "api"));
    if (!bic || !api) return fail(path + ": a node without participant or api");
    auto maker = key_of(info, name, "maker");
    if (!maker) return fail(maker.error());
    auto checker = key_of(info, name, "checker");
    if (!checker) return fail(checker.error());
    members_.push_back({name, *bic, *api, text_field(node, "token_file"),
                        text_field(node, "data_dir"), text_field(node, "config"), members_.size(),
                        pid_of(node), *std::move(maker), *std::move(checker)});
  }
  return members_.empty() ? Result<void, std::string>(fail(path + ": no nodes"))
                          : Result<void, std::string>();
}

Result<void, std::string> Network::require_all_running() const {
  for (const Member& member : members_) {
    if (member.pid == 0)
      return fail(directory_ + ": node " + member.name + " does not run: scripts/devnet up");
  }
  return {};
}

std::vector<const Member*> Network::running() const {
  std::vector<const Member*> out;
  for (const Member& member : members_) {
    if (member.pid != 0) out.push_back(&member);
  }
  return out;
}

Result<SecretText, std::string> token_of(const Member& member) {
  auto token = client::load_token(member.token_file);
  if (!token) return fail(member.token_file + ": " + std::string(to_string(token.error())));
  return *std::move(token);
}

Result<client::ApiClient, std::string> client_of(const Member& member) {
  auto token = token_of(member);
  if (!token) return fail(token.error());
  return client::ApiClient(member.api, *std::move(token), client::ApiOptions{});
}

}  // namespace vostro::bench
