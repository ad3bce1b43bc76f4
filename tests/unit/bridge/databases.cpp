#include "tests/unit/bridge/databases.h"

#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace vostro::bridge::test {
namespace {

/// Whom PostgreSQL runs as: it refuses root.
const passwd* unprivileged() {
  for (const char* name : {"postgres", "nobody"})
    if (const passwd* found = ::getpwnam(name)) return found;
  return nullptr;
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "vostro-bridge-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) ADD_FAILURE() << "no temporary directory";
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

PostgresqlServer::PostgresqlServer(std::filesystem::path programs)
    : programs_(std::move(programs)) {
  if (::geteuid() == 0) {
    const passwd* user = unprivileged();
    EXPECT_EQ(::chown(home_.path().c_str(), user->pw_uid, user->pw_gid), 0);
  }
  EXPECT_EQ(run({"initdb", "-D", (home_.path() / "data").string(), "-U", "vostro", "-A", "trust",
                 "-E", "UTF8", "--locale=C", "--no-sync"}),
            0);
  start();
}

PostgresqlServer* PostgresqlServer::shared() {
  static const std::unique_ptr<PostgresqlServer> server = [] {
    const std::filesystem::path programs = "/usr/lib/postgresql/15/bin";
    const bool is_there = std::filesystem::exists(programs / "initdb") &&
                          (::geteuid() != 0 || unprivileged() != nullptr);
    return std::unique_ptr<PostgresqlServer>(is_there ? new PostgresqlServer(programs) : nullptr);
  }();
  return server.get();
}

PostgresqlServer::~PostgresqlServer() {
  kill();
}

int PostgresqlServer::run(const std::vector<std::string>& words) const {
  const ::pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0) {
      const passwd* user = unprivileged();
      if (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 ||
          ::setuid(user->pw_uid) != 0)
        ::_exit(126);
    }
    const std::string log = (home_.path() / "log").string();
    if (::chdir(home_.path().c_str()) != 0 || ::freopen(log.c_str(), "a", stdout) == nullptr ||
        ::dup2(1, 2) < 0)
      ::_exit(126);
    const std::string program = (programs_ / words.front()).string();
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execv(program.c_str(), arguments.data());
    ::_exit(127);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void PostgresqlServer::start() {
  if (is_up_) return;
  const std::string home = home_.path().string();
  ASSERT_EQ(
      run({"pg_ctl", "-D", home + "/data", "-w", "-l", home + "/server.log", "-o",
           "-c listen_addresses='' -c unix_socket_directories=" + home + " -c fsync=off", "start"}),
      0);
  is_up_ = true;
}

void PostgresqlServer::kill() {
  if (!is_up_) return;
  EXPECT_EQ(
      run({"pg_ctl", "-D", (home_.path() / "data").string(), "-m", "immediate", "-w", "stop"}), 0);
  is_up_ = false;
}

std::string PostgresqlServer::new_database() {
  start();
  const std::string name = "book" + std::to_string(++databases_);
  const std::string where = "postgresql:host=" + home_.path().string() + " user=vostro dbname=";
  Sql(*parse_database(where + "postgres"), {}).run("CREATE DATABASE " + name);
  return where + name;
}

void BookTest::SetUp() {
  if (GetParam() == DatabaseAddress::Kind::sqlite) {
    written_ = "sqlite:" + (home_.path() / "book.db").string();
    return;
  }
  PostgresqlServer* server = PostgresqlServer::shared();
  if (server == nullptr)
    GTEST_SKIP() << "PostgreSQL 15 is not installed: scripts/bootstrap --tests";
  written_ = server->new_database();
}

Book BookTest::open() const {
  auto book = Book::open(address(), {}, kNow);
  if (!book) {
    ADD_FAILURE() << to_string(book.error());
    std::abort();
  }
  return *std::move(book);
}

Book BookTest::open_active() const {
  Book book = open();
  const auto seen = book.lease();
  EXPECT_TRUE(seen);
  const auto taken = book.take_lease(*seen, "holder-" + std::to_string(seen->fence));
  EXPECT_TRUE(taken && *taken);
  return book;
}

void BookTest::tamper(const std::string& statement) const {
  Sql(address(), {}).run(statement);
}

std::string name_of(const ::testing::TestParamInfo<DatabaseAddress::Kind>& information) {
  return information.param == DatabaseAddress::Kind::sqlite ? "SQLite" : "PostgreSQL";
}

}  // namespace vostro::bridge::test
