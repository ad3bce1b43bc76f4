/// The network that is measured: real node processes on loopback, made by scripts/devnet in a
/// directory of its own and stopped when this object goes, or one that runs already. Also the ways
/// to talk to it. One thread; the clients that it makes are for one thread each.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/keys.h"
#include "base/result.h"
#include "bench/clock.h"
#include "bench/wires.h"
#include "client/api.h"

namespace vostro::bench {

/// One bank: its node, and its treasury's two keys.
struct Member {
  std::string name;  ///< the BIC, as a person reads it
  Bic bic;
  client::ApiAddress api;
  std::string token_file;
  std::string data_directory;
  std::string config;     ///< file of its configuration
  std::size_t index = 0;  ///< in Network::members
  pid_t pid = 0;          ///< 0 while it does not run
  SecretKey maker;        ///< pays alone up to the policy's limit
  SecretKey checker;      ///< joins in what needs two persons
};

struct NetworkWish {
  std::size_t nodes = 4;
  std::string directory;  ///< in which the network's is made; empty: where temporary ones are
  std::string programs;   ///< directory of vostro-node and its like
  bool keep = false;      ///< do not remove the network's directory
};

class Network {
 public:
  /// Makes and starts a network. Errors: a sentence.
  [[nodiscard]] static Result<Network, std::string> start(const NetworkWish& wish);
  /// Takes the one whose devnet.json stands in `directory`; it is left running.
  [[nodiscard]] static Result<Network, std::string> attach(const std::string& directory);
  Network(Network&& other) noexcept;
  Network& operator=(Network&&) = delete;
  ~Network();

  /// Ends a node as a crash does, with SIGKILL. Errors: a sentence.
  [[nodiscard]] Result<void, std::string> kill(std::size_t index);
  /// Starts it again and waits until it is ready. Errors: a sentence.
  [[nodiscard]] Result<void, std::string> start_again(std::size_t index);
  /// Starts all nodes again with wires between them on which each byte takes so long, one way, for
  /// as long as this object is. Errors: a sentence.
  [[nodiscard]] Result<void, std::string> lengthen_wires(Clock::duration one_way);
  /// Stops the nodes and removes what is not to be kept; nothing where the network was attached to.
  void stop();

  [[nodiscard]] const std::vector<Member>& members() const { return members_; }
  /// Those whose node runs, in their order.
  [[nodiscard]] std::vector<const Member*> running() const;
  [[nodiscard]] const Hash& id() const { return id_; }
  [[nodiscard]] const std::string& directory() const { return directory_; }
  /// Was made with the API limits that the load needs; false where it was attached to.
  [[nodiscard]] bool is_own() const { return is_own_; }

 private:
  Network() = default;
  [[nodiscard]] Result<void, std::string> read();
  [[nodiscard]] Result<void, std::string> require_all_running() const;
  [[nodiscard]] Result<void, std::string> tell(const char* verb, std::size_t index);

  std::string directory_;
  std::string programs_;
  bool is_own_ = false;
  bool is_running_ = false;
  bool remove_ = false;
  Hash id_;
  std::vector<Member> members_;
  std::optional<Wires> wires_;
};

/// A fresh directory in `parent`, or where temporary ones are where that is empty. Errors: a
/// sentence.
[[nodiscard]] Result<std::string, std::string> scratch_directory(const std::string& parent);
/// Errors: a sentence with the file.
[[nodiscard]] Result<client::ApiClient, std::string> client_of(const Member& member);
[[nodiscard]] Result<SecretText, std::string> token_of(const Member& member);

}  // namespace vostro::bench
