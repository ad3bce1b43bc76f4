#include <sys/stat.h>

#include <csignal>
#include <iostream>

#include "base/private_file.h"
#include "bridge/agent.h"
#include "bridge/setup.h"

namespace vostro::bridge {
namespace {

std::atomic<bool> is_told_to_end{false};
std::atomic<bool> is_told_to_reload{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void on_signal(int) {
  is_told_to_end = true;
}
void on_reload(int) {
  is_told_to_reload = true;
}

/// How long the API waits for the node, which is near.
constexpr std::chrono::milliseconds kNodeTimeout{2'000};

Result<std::unique_ptr<Gateway>, SetupError> start_gateway(const Setup& setup,
                                                           const Directories& directories,
                                                           const SecretKey& sign_key) {
  const BridgeConfig& config = setup.config;
  auto book = open_book(config);
  if (!book) return fail(book.error());
  auto node = open_node(config, kNodeTimeout);
  if (!node) return fail(node.error());
  auto gateway = Gateway::start({*config.api, *std::move(book), directories, *std::move(node),
                                 sign_key, config.bank_key, setup.network_id});
  if (!gateway) return fail(SetupError{Exit::failed, gateway.error()});
  return *std::move(gateway);
}

}  // namespace

Exit complain(Exit code, const std::string& sentence) {
  // At once: lines of the log may come between two pieces.
  std::cerr << "vostro-bridge: " + sentence + "\n";
  return code;
}

Exit run_bridge(const std::string& config_file, const std::string& ready_file) {
  auto setup = load_setup(config_file);
  if (!setup) return complain(setup.error().exit, setup.error().sentence);
  BridgeConfig& config = setup->config;
  log::configure(config.log);
  // Before any key is read: it would not have one anyway, for it is another program.
  auto parser = Parser::start("/proc/self/exe", {});
  if (!parser) return complain(Exit::failed, parser.error());
  auto key = open_key(config.key_file, config.key_passphrase_file);
  if (!key) return complain(key.error().exit, key.error().sentence);
  auto sign_key = open_key(config.sign_key_file, config.sign_passphrase_file);
  if (!sign_key) return complain(sign_key.error().exit, sign_key.error().sentence);
  std::optional<client::AnnexKey> annex_key;
  if (config.participant) {
    auto opened =
        open_key(config.participant->annex_key_file, config.participant->annex_passphrase_file);
    if (!opened) return complain(opened.error().exit, opened.error().sentence);
    annex_key.emplace(*opened);
  }
  auto api = open_node(config);
  if (!api) return complain(api.error().exit, api.error().sentence);
  auto directories = Directories::open(config.directory, config.settle);
  if (!directories) return complain(Exit::failed, directories.error());
  std::optional<ScreeningLists> screening;
  if (config.screening) {
    auto lists = ScreeningLists::open(*config.screening);
    if (!lists) return complain(Exit::bad_config, lists.error());
    screening.emplace(*std::move(lists));
  }
  if (config.participant && !config.screening)
    log::warning("customers' payments are not screened: the configuration has no [screening]");
  auto book = open_book(config);
  if (!book) return complain(book.error().exit, book.error().sentence);
  std::unique_ptr<Gateway> gateway;
  if (config.api) {
    auto started = start_gateway(*setup, *directories, *sign_key);
    if (!started) return complain(started.error().exit, started.error().sentence);
    gateway = *std::move(started);
  }

  std::signal(SIGTERM, on_signal);
  std::signal(SIGINT, on_signal);
  std::signal(SIGHUP, on_reload);
  std::signal(SIGPIPE, SIG_IGN);
  SettlementAgent agent({std::move(config), setup->network_id, *std::move(book),
                         *std::move(directories), *std::move(api), *std::move(key), *sign_key,
                         std::move(screening), std::move(annex_key), *parser, gateway.get()});
  const auto ended = agent.run(is_told_to_end, is_told_to_reload, [&] {
    if (ready_file.empty()) return;
    const std::string text = "active\n" + (gateway ? gateway->url() + "\n" : std::string());
    const auto saved = save_private_file(ready_file, as_bytes(text), IfExists::replace);
    if (!saved) log::error("the ready file was not written", {{"file", ready_file}});
  });
  switch (ended) {
    case Ended::told:
      log::info("ending");
      return Exit::done;
    case Ended::fenced:
      return complain(Exit::fenced, "another bridge has taken over the book: this one has ended");
    case Ended::damaged:
      return complain(Exit::failed, "the book or its place contradicts itself: see the log");
  }
  return Exit::failed;
}

}  // namespace vostro::bridge
