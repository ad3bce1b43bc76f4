/// Scenario limits: what the machine can do at best, without a network.
#include <filesystem>

#include "bench/limits.h"
#include "bench/scenario.h"

namespace vostro::bench {
namespace {

constexpr int kLimitRounds = 15;
constexpr int kVerifications = 1'000;
constexpr int kHashes = 2'000;
constexpr int kAppends = 300;
constexpr int kBatches = 100;
constexpr int kRowsOfBatch = 1'000;
constexpr std::size_t kPaymentBytes = 300;  // about a payment with its signature
constexpr std::size_t kLargeBytes = 64 * 1024;

}  // namespace

Result<Section, std::string> limits_of_machine(Run& run) {
  const auto directory = scratch_directory(run.options.network.directory);
  if (!directory) return fail(directory.error());
  Section section;
  section.title = "what this machine can do at best, one thread where nothing else is said";
  const Machine machine = describe_machine(*directory);
  const Spread one = verification_us(kLimitRounds, kVerifications);
  const Spread busy =
      verification_busy_us(static_cast<int>(machine.cores), kLimitRounds, kVerifications);
  const auto appended = append_sync_us(*directory, kAppends);
  const auto written = batch_write_us(*directory, kRowsOfBatch, kBatches);
  std::error_code ignored;  // an empty directory of our own
  std::filesystem::remove_all(*directory, ignored);
  if (!appended) return fail(appended.error());
  if (!written) return fail(written.error());
  section.tables.push_back(
      spread_table("limits", "limits", Unit::us,
                   {{"one verification", one},
                    {"one verification, all cores busy", busy},
                    {"BLAKE2b of 300 bytes", hash_us(kPaymentBytes, kLimitRounds, kHashes)},
                    {"BLAKE2b of 64 KiB", hash_us(kLargeBytes, kLimitRounds, kHashes / 20)},
                    {"append of 4 KiB and fdatasync", *appended},
                    {"RocksDB, synced batch of 1,000 rows", *written}}));
  section.figures.push_back({"ceiling_of_one", "signatures that all cores verify",
                             signature_ceiling(machine.cores, 1, one.median), Unit::per_second});
  section.figures.push_back(
      {"rocksdb_row_us", "one row of a RocksDB batch", written->median / kRowsOfBatch, Unit::us});
  if (machine.is_in_memory)
    section.notes.push_back("the directory is a memory file system, where fdatasync costs nothing");
  return section;
}

}  // namespace vostro::bench
