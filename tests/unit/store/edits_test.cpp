// Rows S1 and F7: files of a closed store that are changed in any way. What opens then gives right
// answers or failures, never another value and never a silent absence.
// VOSTRO_TEST_EDITS is the number of changes, VOSTRO_TEST_SEED repeats them.
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT: POSIX
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <random>

#include "base/random.h"
#include "tests/support/chain_builders.h"
#include "tests/support/sanitizers.h"
#include "tests/unit/store/store_support.h"

namespace vostro::chain {
namespace {

using namespace test;  // NOLINT: builders
namespace fs = std::filesystem;

constexpr Height kLast{6};
constexpr std::uint32_t kPayments = 5;

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// Everything that the store says of its blocks, as one text for each question; empty where it has
/// no answer.
std::map<std::string, std::string> answers_of(const Store& store) {
  std::map<std::string, std::string> all;
  const auto note = [&all](const std::string& question, const std::optional<Bytes>& answer) {
    all[question] = answer ? to_hex(*answer) : std::string();
  };
  const StoreView view = store.view();
  for (const auto& [key, value] : state_after(kLast)) note("state " + to_hex(key), store.get(key));
  for (std::uint64_t h = 1; h <= kLast.value; ++h) {
    const std::string at = std::to_string(h) + " ";
    const auto root = store.receipt_root(Height(h));
    note("root " + at,
         root ? std::optional<Bytes>(Bytes(root->bytes.begin(), root->bytes.end())) : std::nullopt);
    for (std::uint32_t i = 0; i < kPayments; ++i) {
      const std::string place = at + std::to_string(i);
      note("transaction " + place, view.transaction(Height(h), i));
      const auto id = store.find_id({bic("NORDDEFF"), uetr_of(Height(h), i)});
      all["id " + place] = id ? to_hex(id->hash.view()) + " " + std::to_string(id->height.value) +
                                    " " + std::to_string(id->receipt)
                              : std::string();
    }
  }
  return all;
}

enum class Found : std::uint8_t { right_answers, refusal, failure, wrong_answer };

/// Opens the store and asks for everything.
Found look(const fs::path& path, const std::map<std::string, std::string>& expected) {
  const auto opened = Store::open(path.string(), network(), small_options());
  if (!opened) return Found::refusal;
  const auto answers = answers_of(**opened);
  const bool has_failed = (*opened)->failure().has_value();
  if ((*opened)->head()->height != kLast) return Found::wrong_answer;
  for (const auto& [question, answer] : expected) {
    const std::string& got = answers.at(question);
    if (got != answer && !(got.empty() && has_failed)) {
      std::cerr << question << ": \"" << got << "\", not \"" << answer << "\"\n";
      return Found::wrong_answer;
    }
  }
  return has_failed ? Found::failure : Found::right_answers;
}

class StoreEdits : public testing::Test {
 protected:
  StoreEdits() : seed_(number_of("VOSTRO_TEST_SEED", std::random_device()())), random_(seed_) {}

  std::uint64_t below(std::uint64_t end) { return random_.uniform(end); }

  void change_bytes(const fs::path& file, const std::function<char(char)>& change,
                    std::uint64_t count) {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    const auto at = static_cast<std::streamoff>(below(fs::file_size(file)));
    for (std::streamoff i = at; count-- > 0; ++i) {
      bytes.seekg(i);
      const int byte = bytes.get();
      if (byte == std::char_traits<char>::eof()) return;
      bytes.seekp(i);
      bytes.put(change(static_cast<char>(byte)));
    }
  }

  /// One change of one file; what it was, as a sentence.
  std::string edit(const fs::path& store, const fs::path& others) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(store)) {
      const std::string name = entry.path().filename().string();
      if (entry.is_regular_file() && entry.file_size() > 0 && !name.starts_with("LOG") &&
          !name.starts_with("MANIFEST"))  // docs/reliability.md, "Known gap"
        files.push_back(entry.path());
    }
    std::ranges::sort(files);
    const fs::path file = files[below(files.size())];
    const fs::path other = others / fs::relative(file, store);
    const std::string name = fs::relative(file, store).string();
    switch (below(7)) {
      case 0:
        change_bytes(
            file, [this](char c) { return static_cast<char>(c ^ (1 << below(8))); }, 1);
        return name + " has a flipped bit";
      case 1:
        change_bytes(
            file, [this](char) { return static_cast<char>(below(256)); }, 1 + below(64));
        return name + " has some other bytes";
      case 2:
        change_bytes(
            file, [](char) { return '\0'; }, 512);
        return name + " has a hole";
      case 3:
        fs::resize_file(file, below(fs::file_size(file)));
        return name + " is cut";
      case 4:
        fs::remove(file);
        return name + " is deleted";
      case 5:
        fs::resize_file(file, fs::file_size(file) + 1 + below(5'000));
        return name + " has zeros at its end";
      default:
        if (!fs::exists(other)) {
          fs::resize_file(file, 0);
          return name + " is emptied";
        }
        fs::copy_file(other, file, fs::copy_options::overwrite_existing);
        return name + " is another node's";
    }
  }

  std::uint64_t seed_;
  Random random_;
};

TEST_F(StoreEdits, S1_F7_ChangedFilesNeverGiveAWrongAnswer) {
  const std::uint64_t edits = number_of("VOSTRO_TEST_EDITS", vostro::test::rounds(150U, 50U));
  const TemporaryDirectory directory;
  const fs::path store = directory.store();
  // The first blocks in sorted files, the others in the log, as a running node has them; where one
  // begins is another place on another node.
  const auto make = [&store](const fs::path& kept, Height sorted) {
    { commit_up_to(*open_or_fail(store.string()), sorted, kPayments); }
    {
      const auto again = open_or_fail(store.string());
      for (Height h = sorted.next(); h <= kLast; h = h.next())
        ASSERT_TRUE(again->commit(make_block(*again, h, kPayments).stored()));
    }
    fs::rename(store, kept);
  };
  const fs::path pristine = directory.path() / "pristine";
  const fs::path others = directory.path() / "others";
  make(others, Height(2));
  make(pristine, Height(3));
  std::map<std::string, std::string> expected;
  std::uint64_t refused = 0;
  std::uint64_t failed = 0;
  for (std::uint64_t i = 0; i <= edits; ++i) {
    fs::remove_all(store);
    fs::copy(pristine, store, fs::copy_options::recursive);
    fs::permissions(store, fs::perms::owner_all);
    const std::string what = i == 0 ? "untouched" : edit(store, others);
    SCOPED_TRACE(what);
    if (i == 0) {
      expected = answers_of(*open_or_fail(store.string()));
      for (const auto& [question, answer] : expected) ASSERT_FALSE(answer.empty()) << question;
      continue;
    }
    // In a process of its own: Debian's RocksDB has assertions on, which some damage runs into.
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) ::_exit(static_cast<int>(look(store, expected)));
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    const bool has_ended = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
    ASSERT_TRUE(has_ended || WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
    const Found found = has_ended ? Found::refusal : static_cast<Found>(WEXITSTATUS(status));
    refused += found == Found::refusal ? 1 : 0;
    failed += found == Found::failure ? 1 : 0;
    EXPECT_NE(found, Found::wrong_answer);
  }
  std::cout << "VOSTRO_TEST_SEED=" << seed_ << ", " << edits << " changes: " << refused
            << " refused at the start, " << failed
            << " failed when read, the rest answered rightly\n";
  EXPECT_GT(refused, edits / 10);
}

}  // namespace
}  // namespace vostro::chain
