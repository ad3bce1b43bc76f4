/// Databases for the tests of the bridge: SQLite in a file, and a PostgreSQL server of the test's
/// own, from Debian's programs, as an unprivileged user, on a socket in a temporary directory.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "bridge/book/book.h"

namespace vostro::bridge::test {

/// A directory that goes with the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class PostgresqlServer {
 public:
  /// One for the whole program; null where the programs are not installed.
  static PostgresqlServer* shared();
  ~PostgresqlServer();

  void start();
  /// As a power cut: no last word to anybody.
  void kill();
  /// A fresh database; its address as in the configuration.
  [[nodiscard]] std::string new_database();

 private:
  explicit PostgresqlServer(std::filesystem::path programs);
  [[nodiscard]] int run(const std::vector<std::string>& words) const;

  std::filesystem::path programs_;
  TemporaryDirectory home_;
  int databases_ = 0;
  bool is_up_ = false;
};

/// Each test on both databases.
class BookTest : public ::testing::TestWithParam<DatabaseAddress::Kind> {
 protected:
  void SetUp() override;

  [[nodiscard]] DatabaseAddress address() const { return *parse_database(written_); }
  /// One more program on the same book.
  [[nodiscard]] Book open() const;
  /// The same, with the lease.
  [[nodiscard]] Book open_active() const;
  /// Past the book: what an insider would do.
  void tamper(const std::string& statement) const;

  TemporaryDirectory home_;
  std::string written_;
};
[[nodiscard]] std::string name_of(
    const ::testing::TestParamInfo<DatabaseAddress::Kind>& information);

#define VOSTRO_ON_BOTH_DATABASES(suite)                                                            \
  INSTANTIATE_TEST_SUITE_P(On, suite,                                                              \
                           ::testing::Values(::vostro::bridge::DatabaseAddress::Kind::sqlite,      \
                                             ::vostro::bridge::DatabaseAddress::Kind::postgresql), \
                           ::vostro::bridge::test::name_of)

inline constexpr UnixMillis kNow{1'800'000'000'000};

}  // namespace vostro::bridge::test
