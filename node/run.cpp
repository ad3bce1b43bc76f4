#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <csignal>
#include <iostream>

#include "base/keystore.h"
#include "base/log.h"
#include "base/private_file.h"
#include "node/api/server.h"
#include "node/commands.h"
#include "node/config.h"
#include "node/continuation.h"
#include "node/secret.h"

namespace vostro::node {
namespace {

/// glibc makes up to eight arenas a core, each of which keeps what was freed in it.
constexpr int kArenasMax = 2;

/// Blocks the signals that end the node or make it read its configuration again, for this and every
/// later thread: one place waits for them.
class Signals {
 public:
  Signals() {
    ::sigemptyset(&set_);
    ::sigaddset(&set_, SIGTERM);
    ::sigaddset(&set_, SIGINT);
    ::sigaddset(&set_, SIGHUP);
    ::pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }
  [[nodiscard]] int wait() const {
    int signal = 0;
    while (::sigwait(&set_, &signal) != 0) {
    }
    return signal;
  }

 private:
  sigset_t set_{};
};

/// Takes over what may change while the node runs: peers' addresses, and keys to come. Whatever is
/// wrong with the file leaves everything as it is.
void read_again(const std::string& config_file, Node& node) {
  const auto complain_in_log = [](const std::string& what) {
    log::error("the configuration was not read again: everything stays as it is",
               {{"reason", what}});
  };
  auto loaded = load_all(config_file);
  if (!loaded) return complain_in_log(loaded.error());
  // What the node holds already need not be opened again, at some hundred MiB each.
  for (auto* keys : {&loaded->config.validator_keys, &loaded->config.tls_keys}) {
    std::erase_if(*keys, [&](const KeyFile& key) {
      const auto info = inspect_key(key.file);
      return info && node.holds(info->public_key);
    });
    for (const KeyFile& key : *keys) {
      if (key.passphrase_file.empty())
        return complain_in_log(key.file +
                               " has no passphrase file, and a running node asks nobody");
    }
  }
  auto keys = load_keys(loaded->config);
  if (!keys) return complain_in_log(keys.error());
  if (const auto done = node.reload(std::move(loaded->config.node.peers), std::move(*keys)); !done)
    return complain_in_log(done.error());
  log::info("the configuration was read again: peers and keys are those it names");
}

Result<void, std::string> write_ready_file(const std::string& file, const api::Server& server,
                                           const Node& node) {
  const boost::json::object ready{
      {"api", server.url()}, {"p2p_port", node.port()}, {"pid", ::getpid()}};
  const auto saved =
      save_private_file(file, as_bytes(boost::json::serialize(ready) + "\n"), IfExists::replace);
  if (!saved) return fail(file + ": " + std::string(to_string(saved.error())));
  return {};
}

}  // namespace

Exit complain(Exit code, const std::string& sentence) {
  std::cerr << "vostro-node: " << sentence << "\n";
  return code;
}

Result<Loaded, std::string> load_all(const std::string& config_file) {
  auto config = load_config(config_file);
  if (!config) return fail(config.error().sentence);
  config->api.version = VOSTRO_VERSION;
  auto definition = genesis::load(config->genesis_file);
  if (!definition) return fail(config->genesis_file + ": " + to_string(definition.error()));
  if (const auto fits = fit_to_network(*config, *definition); !fits)
    return fail(config_file + ": " + fits.error().sentence);
  return Loaded{*std::move(config), *std::move(definition)};
}

Result<NodeKeys, std::string> load_keys(const NodeConfig& config) {
  NodeKeys keys;
  for (const KeyFile& from : config.tls_keys) {
    auto key = load_secret(from.file, from.passphrase_file);
    if (!key) return fail(key.error());
    keys.tls.push_back(std::move(*key));
  }
  for (const KeyFile& from : config.validator_keys) {
    auto key = load_secret(from.file, from.passphrase_file);
    if (!key) return fail(key.error());
    keys.validator.push_back({from.file, std::move(*key)});
  }
  // Deriving the keys took hundreds of MiB for a moment: give them back.
  ::malloc_trim(0);
  return keys;
}

Exit init_node(const std::string& config_file) {
  const auto loaded = load_all(config_file);
  if (!loaded) return complain(Exit::bad_config, loaded.error());
  std::vector<ValidatorKey> keys;
  for (const KeyFile& from : loaded->config.validator_keys) {
    auto key = load_secret(from.file, from.passphrase_file);
    if (!key) return complain(Exit::bad_config, key.error());
    keys.push_back({from.file, std::move(*key)});
  }
  if (const auto done = Node::init(loaded->config.node, loaded->definition, keys); !done)
    return complain(Exit::failed, done.error());
  std::cout << "initialised: " << loaded->config.node.data_dir << "\n";
  return Exit::done;
}

Exit continue_node(const std::string& config_file) {
  const auto loaded = load_all(config_file);
  if (!loaded) return complain(Exit::bad_config, loaded.error());
  const auto done = continue_network(loaded->config.node, loaded->definition);
  if (!done) return complain(Exit::failed, done.error());
  std::cout << (done->was_already ? "was continued before: " : "continued: ")
            << loaded->definition.name << " goes on at height " << done->height.value
            << "\nNetwork id: " << to_hex(done->network_id.view()) << "\n";
  return Exit::done;
}

Exit run_node(const std::string& config_file, const std::string& ready_file) {
  ::mallopt(M_ARENA_MAX, kArenasMax);
  auto loaded = load_all(config_file);
  if (!loaded) return complain(Exit::bad_config, loaded.error());
  log::configure(loaded->config.log);
  auto keys = load_keys(loaded->config);
  if (!keys) return complain(Exit::bad_config, keys.error());
  const Signals signals;
  log::info("memory caps fit the budget", {{"bytes", loaded->config.memory_caps_bytes},
                                           {"limit", loaded->config.memory_budget_bytes}});

  auto node =
      Node::open(std::move(loaded->config.node), std::move(loaded->definition), std::move(*keys));
  if (!node) return complain(Exit::failed, node.error());
  auto server = api::Server::start(std::move(loaded->config.api), **node);
  if (!server) return complain(Exit::failed, server.error());
  log::info("ready",
            {{"api", (*server)->url()}, {"port", (*node)->port()}, {"version", VOSTRO_VERSION}});
  if (!ready_file.empty()) {
    if (const auto written = write_ready_file(ready_file, **server, **node); !written)
      return complain(Exit::failed, written.error());
  }
  // A node that halts goes on answering reads until somebody ends it.
  int signal = signals.wait();
  for (; signal == SIGHUP; signal = signals.wait()) read_again(config_file, **node);
  log::info("ending", {{"signal", signal}});
  (*server)->stop();
  (*node)->stop();
  return Exit::done;
}

}  // namespace vostro::node
