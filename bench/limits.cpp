#include "bench/limits.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <memory>
#include <mutex>
#include <thread>

#include "base/check.h"
#include "base/hash.h"
#include "base/keys.h"
#include "base/private_file.h"
#include "bench/clock.h"

namespace vostro::bench {
namespace {

constexpr std::size_t kMessageSize = 80;  // domain 16, network id 32, transaction hash 32
constexpr std::size_t kAppendSize = 4096;

double thread_cpu_us() {
  timespec time{};
  VOSTRO_CHECK(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

struct Signed {
  PublicKey key;
  Bytes message;
  Signature signature;
};

std::vector<Signed> signed_messages(int count) {
  std::vector<Signed> out;
  const SecretKey key = SecretKey::generate();
  for (int i = 0; i < count; ++i) {
    Signed next{key.public_key(), Bytes(kMessageSize), {}};
    fill_random(next.message);
    next.signature = key.sign(next.message);
    out.push_back(std::move(next));
  }
  return out;
}

std::vector<double> rounds_of(const std::vector<Signed>& messages, int rounds) {
  std::vector<double> means;
  for (int round = 0; round < rounds; ++round) {
    const double start = thread_cpu_us();
    for (const Signed& each : messages)
      VOSTRO_CHECK(is_valid_signature(each.key, each.message, each.signature));
    means.push_back((thread_cpu_us() - start) / static_cast<double>(messages.size()));
  }
  return means;
}

}  // namespace

Spread verification_us(int rounds, int per_round) {
  const auto messages = signed_messages(per_round);
  (void)rounds_of(messages, 1);
  return spread_of(rounds_of(messages, rounds));
}

Spread verification_busy_us(int threads, int rounds, int per_round) {
  std::mutex mutex;
  std::vector<double> all;
  std::vector<std::jthread> workers;
  const auto messages = signed_messages(per_round);
  for (int i = 0; i < threads; ++i) {
    workers.emplace_back([&] {
      const auto means = rounds_of(messages, rounds);
      const std::lock_guard lock(mutex);
      all.insert(all.end(), means.begin(), means.end());
    });
  }
  workers.clear();  // joins
  return spread_of(std::move(all));
}

Result<Spread, std::string> append_sync_us(const std::string& directory, int count) {
  const std::string path = directory + "/append-sync";
  const OpenFile file(::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600));
  if (file.get() < 0) return fail(path + " cannot be written");
  const Bytes block(kAppendSize, Byte{0x5a});
  std::vector<double> values;
  bool is_whole = true;
  for (int i = 0; i < count && is_whole; ++i) {
    const auto start = Clock::now();
    is_whole =
        ::write(file.get(), block.data(), block.size()) == static_cast<ssize_t>(block.size()) &&
        ::fdatasync(file.get()) == 0;
    values.push_back(seconds_between(start, Clock::now()) * 1e6);
  }
  if (::unlink(path.c_str()) != 0 || !is_whole) return fail(path + ": the disk refuses to write");
  return spread_of(std::move(values));
}

Spread hash_us(std::size_t bytes, int rounds, int per_round) {
  Bytes content(bytes);
  fill_random(content);
  std::vector<double> means;
  for (int round = 0; round <= rounds; ++round) {
    const double start = thread_cpu_us();
    // Each hash goes into the next one's content: none can be left out.
    for (int i = 0; i < per_round; ++i) content.front() ^= hash("bench", content).bytes.front();
    if (round > 0) means.push_back((thread_cpu_us() - start) / per_round);
  }
  return spread_of(std::move(means));
}

Result<Spread, std::string> batch_write_us(const std::string& directory, int rows, int count) {
  const std::string path = directory + "/batch-write";
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* opened = nullptr;
  if (const auto status = rocksdb::DB::Open(options, path, &opened); !status.ok())
    return fail(path + ": " + status.ToString());
  const std::unique_ptr<rocksdb::DB> store(opened);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  std::vector<double> values;
  std::string key(32, '\0');
  const std::string value(100, 'v');
  for (int i = 0; i < count; ++i) {
    const auto start = Clock::now();
    rocksdb::WriteBatch batch;
    for (int row = 0; row < rows; ++row) {
      fill_random({reinterpret_cast<Byte*>(key.data()), key.size()});
      if (const auto status = batch.Put(key, value); !status.ok())
        return fail(path + ": " + status.ToString());
    }
    if (const auto status = store->Write(synced, &batch); !status.ok())
      return fail(path + ": " + status.ToString());
    values.push_back(seconds_between(start, Clock::now()) * 1e6);
  }
  return spread_of(std::move(values));
}

double signature_ceiling(unsigned cores, std::size_t validators, double verification_us) {
  return static_cast<double>(cores) * 1e6 / (static_cast<double>(validators) * verification_us);
}

Machine describe_machine(const std::string& directory) {
  Machine machine;
  machine.cores = std::max(1U, std::thread::hardware_concurrency());
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; machine.processor.empty() && std::getline(info, line);) {
    if (line.starts_with("model name")) machine.processor = line.substr(line.find(':') + 2);
  }
  utsname names{};
  if (::uname(&names) == 0) machine.kernel = std::string(names.sysname) + " " + names.release;
  struct statfs system {};
  machine.is_in_memory = ::statfs(directory.c_str(), &system) == 0 && system.f_type == TMPFS_MAGIC;
  return machine;
}

}  // namespace vostro::bench
