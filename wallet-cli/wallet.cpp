#include "wallet-cli/wallet.h"

#include <algorithm>
#include <filesystem>

#include "base/check.h"
#include "base/keystore.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kKeySuffix = ".key";

Stop key_stop(std::string what) {
  return {Exit::not_authorised, std::move(what), "key", {}};
}
Stop local_stop(std::string what) {
  return {Exit::local, std::move(what), "local", {}};
}

Passphrase must_secret(Result<Passphrase, SecretError> secret, const std::string& from) {
  if (!secret)
    throw key_stop("the passphrase (" + from + "): " + std::string(to_string(secret.error())));
  return *std::move(secret);
}

/// One purpose, one key: what opens annexes signs nothing. A file that does not read is told of by
/// whoever opens it.
void refuse_annex_key(const std::string& path) {
  const auto info = inspect_key(path);
  if (info && info->label.purpose == client::annex_purpose)
    throw key_stop(path + " is an annex key: it opens annexes, and signs nothing");
}

}  // namespace

Stop stop_of(const client::ApiError& error) {
  using Kind = client::ApiError::Kind;
  if (error.kind != Kind::problem)
    return {Exit::unreachable, client::to_string(error), "unreachable", {}};
  const client::Problem& problem = *error.problem;
  Stop stop{Exit::refused, client::to_string(error), problem.code, problem.reason.value_or("")};
  if (problem.status == 401 || problem.status == 403 || problem.code == "not-authorised") {
    stop.exit = Exit::not_authorised;
  } else if (problem.status == 429 || problem.status >= 500) {
    stop.exit = Exit::unreachable;
  }
  return stop;
}

Stop stop_of(const client::JournalError& error) {
  const auto exit =
      error.kind == client::JournalError::Kind::already_there ? Exit::refused : Exit::local;
  return {exit, client::to_string(error), "stored_orders", {}};
}

std::vector<std::string> key_names(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.size() > kKeySuffix.size() && name.ends_with(kKeySuffix))
      names.push_back(name.substr(0, name.size() - kKeySuffix.size()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

Wallet::Wallet(Settings settings, Environment& environment)
    : settings_(std::move(settings)), environment_(environment) {}

std::optional<Bic> Wallet::participant() const {
  if (!settings_.participant) return std::nullopt;
  const auto bic = parse_bic(*settings_.participant);
  if (!bic)
    throw usage("--participant " + *settings_.participant + ": " +
                std::string(to_string(bic.error())));
  return *bic;
}

client::ApiClient& Wallet::api() {
  if (api_) return *api_;
  if (!settings_.api)
    throw usage("which node? Give --api http://host:port, or set \"api\" in a profile");
  const auto address = client::parse_api_address(*settings_.api);
  if (!address)
    throw usage("--api " + *settings_.api +
                " is no address: write http://host:port or https://host:port");
  if (!settings_.token_file)
    throw usage("the node asks for a token: give --token-file, or set \"token_file\" in a profile");
  auto token = client::load_token(*settings_.token_file);
  if (!token)
    throw Stop{Exit::not_authorised,
               *settings_.token_file + ": " + std::string(to_string(token.error())),
               "token",
               {}};
  client::ApiOptions options;
  options.timeout = std::chrono::seconds(settings_.timeout_s);
  options.connect_timeout = std::min(options.connect_timeout, options.timeout);
  // The node holds a waiting answer for up to 30 s; our own patience comes on top.
  options.wait_timeout = std::chrono::seconds(30) + options.timeout;
  options.ca_file = settings_.ca_file.value_or("");
  client::ApiClient api(*address, *std::move(token), std::move(options));
  if (settings_.genesis) {
    const genesis::Definition& definition = network();
    const auto status = must(api.status());
    if (status.network_id != definition.network_id)
      throw Stop{Exit::wrong_network,
                 "the node at " + client::to_text(*address) + " is of the network \"" +
                     status.network_name + "\" (" + to_hex(status.network_id.view()) +
                     "), and the genesis file " + *settings_.genesis + " is of \"" +
                     definition.name + "\" (" + to_hex(definition.network_id.view()) +
                     "); nothing was sent",
                 "wrong_network",
                 {}};
  }
  return api_.emplace(std::move(api));
}

const genesis::Definition& Wallet::network() {
  if (network_) return *network_;
  if (!settings_.genesis)
    throw usage(
        "signing needs the network's genesis file: give --genesis FILE, or set \"genesis\" in a "
        "profile");
  auto definition = genesis::load(*settings_.genesis);
  if (!definition) {
    const bool is_file = definition.error().kind == genesis::GenesisError::Kind::unreadable;
    throw Stop{is_file ? Exit::local : Exit::usage,
               *settings_.genesis + ": " + genesis::to_string(definition.error()),
               "genesis",
               {}};
  }
  return network_.emplace(*std::move(definition));
}

std::string Wallet::journal_path() {
  return settings_.state_dir + "/orders-" + to_hex(network().network_id.view()).substr(0, 16);
}

bool Wallet::has_journal() {
  std::error_code error;
  return settings_.genesis && fs::is_directory(journal_path(), error);
}

client::PaymentJournal& Wallet::journal() {
  if (journal_) return *journal_;
  std::error_code error;
  const fs::path parent = fs::path(settings_.state_dir).parent_path();
  if (!parent.empty()) fs::create_directories(parent, error);
  if (error) throw local_stop(parent.string() + ": " + error.message());
  if (const auto made = ensure_private_directory(settings_.state_dir); !made)
    throw local_stop(settings_.state_dir + ": " + std::string(to_string(made.error())));
  auto journal = client::PaymentJournal::open(journal_path());
  if (!journal) throw stop_of(journal.error());
  return journal_.emplace(*std::move(journal));
}

std::string Wallet::key_path(const std::string& name) const {
  std::error_code error;
  if (name.find('/') != std::string::npos) {
    if (fs::exists(name, error)) return name;
    const fs::path path(name);
    std::vector<std::string> there = key_names(path.parent_path().string());
    for (std::string& each : there)
      each = (path.parent_path() / (each + std::string(kKeySuffix))).string();
    throw key_stop("there is no key file " + name + suggestion(name, there));
  }
  const std::string path = settings_.key_dir + "/" + name + std::string(kKeySuffix);
  if (fs::exists(path, error)) return path;
  if (fs::is_regular_file(name, error)) return "./" + name;
  throw key_stop("there is no key \"" + name + "\" in " + settings_.key_dir +
                 suggestion(name, key_names(settings_.key_dir)));
}

Passphrase Wallet::passphrase_for(std::size_t index, const std::string& path) {
  const auto& files = settings_.passphrase_files;
  if (files.empty())
    return must_secret(environment_.ask_secret("Passphrase of " + path + ": "), "at the terminal");
  const std::string& file = files[files.size() == 1 ? 0 : index];
  return must_secret(read_secret_from_file(file), file);
}

std::vector<SecretKey> Wallet::keys() {
  if (settings_.keys.empty())
    throw key_stop("sign with which key? Give --key NAME, or set \"keys\" in a profile");
  const std::size_t files = settings_.passphrase_files.size();
  if (files > 1 && files != settings_.keys.size())
    throw usage("give one --passphrase-file for all keys, or one for each: there are " +
                std::to_string(settings_.keys.size()) + " keys and " + std::to_string(files) +
                " files");
  std::vector<SecretKey> keys;
  for (std::size_t i = 0; i < settings_.keys.size(); ++i) {
    const std::string path = key_path(settings_.keys[i]);
    refuse_annex_key(path);
    auto key = settings_.passphrase_fd ? load_key(path, passphrase_of_descriptor())
                                       : load_key(path, passphrase_for(i, path));
    if (!key) throw key_stop(path + ": " + to_string(key.error()));
    keys.push_back(*std::move(key));
  }
  return keys;
}

/// Read once: it is one line, for all keys.
const Passphrase& Wallet::passphrase_of_descriptor() {
  if (!of_descriptor_)
    of_descriptor_.emplace(
        must_secret(read_secret_from_descriptor(*settings_.passphrase_fd), "descriptor"));
  return *of_descriptor_;
}

Passphrase Wallet::annex_passphrase(const std::string& path) {
  if (settings_.annex_passphrase_file)
    return must_secret(read_secret_from_file(*settings_.annex_passphrase_file),
                       *settings_.annex_passphrase_file);
  if (settings_.passphrase_fd) return Passphrase::copy_of(passphrase_of_descriptor().reveal());
  if (settings_.passphrase_files.size() > 1)
    throw usage(
        "there are several passphrase files: say with --annex-passphrase-file which opens " + path);
  return passphrase_for(0, path);
}

const client::AnnexKey* Wallet::annex_key() {
  if (annex_key_) return &*annex_key_;
  std::error_code error;
  if (!settings_.annex_key && !fs::exists(settings_.key_dir + "/annex.key", error)) return nullptr;
  const std::string path = key_path(settings_.annex_key.value_or("annex"));
  const auto info = inspect_key(path);
  if (!info) throw key_stop(path + ": " + to_string(info.error()));
  if (info->label.purpose != client::annex_purpose)
    throw key_stop(path + " is no annex key: make one with vostro key new NAME --annex");
  const auto key = load_key(path, annex_passphrase(path));
  if (!key) throw key_stop(path + ": " + to_string(key.error()));
  return &annex_key_.emplace(*key);
}

Passphrase Wallet::new_passphrase() {
  if (!settings_.passphrase_files.empty())
    return must_secret(read_secret_from_file(settings_.passphrase_files.front()),
                       settings_.passphrase_files.front());
  if (settings_.passphrase_fd) return Passphrase::copy_of(passphrase_of_descriptor().reveal());
  Passphrase first =
      must_secret(environment_.ask_secret("Passphrase of the new key: "), "at the terminal");
  const Passphrase second = must_secret(environment_.ask_secret("Once more: "), "at the terminal");
  if (!first.equals(second)) throw key_stop("the two passphrases differ; nothing was written");
  return first;
}

}  // namespace vostro::wallet
