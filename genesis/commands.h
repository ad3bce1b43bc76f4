/// The commands of vostro-genesis, each with what its command line says. They know nothing of how
/// that is parsed: only main.cpp does. Each ends by returning, or by Stop (cli.h). One thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "genesis/cli.h"

namespace vostro::genesis::cli {

struct NewOptions {
  std::string name;
  bool development = false;
  std::string opens_at;
  std::vector<std::string> currencies;
  std::string out;
};

struct KeysOptions {
  std::string out;
  std::string bic;
  std::vector<std::string> roles;
  std::vector<std::string> keys;
  std::string cost = "default";
  SecretSource secret;
};

struct EntryOptions {
  std::string network;
  std::string bic;
  std::string legal_name;
  std::string country;
  std::string lei;
  std::string keys;
  std::vector<std::string> roles;
  std::vector<std::string> accounts;
  std::vector<std::string> observers;
  std::vector<std::string> currency_policies;
  std::string annex_key;
  std::string policy;
  std::uint64_t limit = 100'000;
  std::string out;
  SecretSource secret;
};

struct SignOptions {
  std::string network;
  std::string entry;
  std::string key;
  SecretSource secret;
};

struct SealOptions {
  std::string network;
  std::vector<std::string> entries;
  std::string out;
};

struct ContinueOptions {
  std::string genesis;
  std::uint64_t height = 0;
  std::uint64_t epoch = 0;
  std::string block;
  std::string state_root;
  std::vector<std::string> validators;
  std::string out;
};

struct AgreeOptions {
  std::string file;
  std::string bic;
  std::string key;
  SecretSource secret;
};

struct InspectOptions {
  std::string file;
  bool as_json = false;
};

void run_new(const NewOptions& options);
void run_keys(const KeysOptions& options);
void run_entry(const EntryOptions& options);
void run_sign(const SignOptions& options);
void run_seal(const SealOptions& options);
void run_continue(const ContinueOptions& options);
void run_agree(const AgreeOptions& options);
void run_check(const std::string& path);
void run_id(const std::string& path);
void run_inspect(const InspectOptions& options);

}  // namespace vostro::genesis::cli
