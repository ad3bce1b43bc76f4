#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <csignal>
#include <iostream>
#include <iterator>

#include "base/keystore.h"
#include "base/log.h"
#include "base/private_file.h"
#include "chain/store/room.h"
#include "node/api/server.h"
#include "node/commands.h"
#include "node/config.h"
#include "node/continuation.h"
#include "node/runtime/data_dir.h"
#include "node/secret.h"

namespace vostro::node {
namespace {

/// glibc makes up to eight arenas a core, each of which keeps what was freed in it.
constexpr int kArenasMax = 2;

/// Blocks the signals that end the node or make it read its configuration again, for this and every
/// later thread: one place waits for them.
class Signals {
 public:
  /// By which the node says that it is to be opened again.
  static constexpr int again = SIGUSR1;

  Signals() {
    ::sigemptyset(&set_);
    ::sigaddset(&set_, SIGTERM);
    ::sigaddset(&set_, SIGINT);
    ::sigaddset(&set_, SIGHUP);
    ::sigaddset(&set_, again);
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

SecretKey copy_of(const SecretKey& key) {
  return SecretKey::from_seed(key.seed());
}

/// For a node that is opened again: nobody is asked for passphrases a second time.
NodeKeys copy_of(const NodeKeys& keys) {
  NodeKeys copy;
  for (const ValidatorKey& key : keys.validator)
    copy.validator.push_back({key.file, copy_of(key.secret)});
  for (const SecretKey& key : keys.tls) copy.tls.push_back(copy_of(key));
  return copy;
}

/// Takes over what may change while the node runs: peers' addresses, and keys to come. Whatever is
/// wrong with the file leaves everything as it is.
void read_again(const std::string& config_file, Node& node, Loaded& running, NodeKeys& held) {
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
  NodeKeys added = copy_of(*keys);
  if (const auto done = node.reload(loaded->config.node.peers, std::move(*keys)); !done)
    return complain_in_log(done.error());
  // For a node that is opened again, as the keys are.
  running.config.node.peers = std::move(loaded->config.node.peers);
  std::ranges::move(added.validator, std::back_inserter(held.validator));
  std::ranges::move(added.tls, std::back_inserter(held.tls));
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
  // At once: lines of the log may come between two pieces.
  std::cerr << "vostro-node: " + sentence + "\n";
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

  // A node that has joined by a newer ledger is opened again on it, at the same addresses.
  for (bool is_first = true;; is_first = false) {
    std::atomic<bool> has_joined{false};
    NodeOptions options = loaded->config.node;
    options.on_joined = [&has_joined] {
      has_joined = true;
      ::kill(::getpid(), Signals::again);
    };
    auto node = Node::open(std::move(options), loaded->definition, copy_of(*keys));
    if (!node) return complain(Exit::failed, node.error());
    auto server = api::Server::start(loaded->config.api, **node);
    if (!server) return complain(Exit::failed, server.error());
    log::info("ready",
              {{"api", (*server)->url()}, {"port", (*node)->port()}, {"version", VOSTRO_VERSION}});
    if (is_first && !ready_file.empty()) {
      if (const auto written = write_ready_file(ready_file, **server, **node); !written)
        return complain(Exit::failed, written.error());
    }
    // A node that halts goes on answering reads until somebody ends it.
    int signal = signals.wait();
    const auto goes_on = [&] {
      return signal == SIGHUP ||
             (signal == Signals::again && (!has_joined || (*node)->halted().has_value()));
    };
    for (; goes_on(); signal = signals.wait())
      if (signal == SIGHUP) read_again(config_file, **node, *loaded, *keys);
    if (signal != Signals::again) log::info("ending", {{"signal", signal}});
    loaded->config.api.port = (*server)->port();
    if (loaded->config.node.listen) loaded->config.node.listen->port = (*node)->port();
    (*server)->stop();
    (*node)->stop();
    if (signal != Signals::again) return Exit::done;
    if (const auto reason = (*node)->halted())
      return complain(Exit::failed, "it halted, and is not opened again: " + *reason);
  }
}

Exit prune_node(const std::string& config_file, std::uint64_t keep) {
  const auto loaded = load_all(config_file);
  if (!loaded) return complain(Exit::bad_config, loaded.error());
  const std::uint64_t least = loaded->definition.state.parameters.proof_window;
  if (keep < least)
    return complain(Exit::bad_config, "--keep must be at least " + std::to_string(least) +
                                          ", the blocks of which this network proves its state");
  chain::StoreOptions options = loaded->config.node.store;
  options.proof_window = least;
  const auto lock = lock_data_dir(loaded->config.node.data_dir);
  if (!lock) return complain(Exit::failed, lock.error());
  const auto store = chain::Store::open(loaded->config.node.data_dir + "/store",
                                        loaded->definition.network_id, options);
  if (!store) return complain(Exit::failed, to_string(store.error()));
  const auto head = (*store)->head();
  const std::uint64_t height = head ? head->height.value : 0;
  const Height below(height > keep ? height - keep : 0);
  const std::uint64_t free_before = (*store)->free_bytes();
  if (const auto done = (*store)->prune(below); !done)
    return complain(Exit::failed, to_string(done.error()));
  const std::uint64_t free_after = (*store)->free_bytes();
  std::cout << "history begins at block " << (*store)->view().history_begins().value << " of "
            << height << "; " << (free_after > free_before ? (free_after - free_before) / 1024 : 0)
            << " KiB are free that were not\n";
  if (const auto room = (*store)->reserve_bytes() + chain::pruning_room_bytes; free_after < room)
    std::cout << "only " << free_after / 1024 << " KiB are free: with " << room / 1024
              << " KiB a later pruning gives the space of these blocks back\n";
  return Exit::done;
}

}  // namespace vostro::node
