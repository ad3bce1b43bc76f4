#include "audit/archive/restore.h"

#include <filesystem>

#include "base/codec.h"
#include "base/private_file.h"
#include "chain/store/store.h"

namespace vostro::audit {
namespace {

Checked<void> write_block(chain::Store& store, const Step& step) {
  const auto written = [](const Result<void, chain::StoreError>& done) -> Checked<void> {
    if (!done) return cannot_check(to_string(done.error()));
    return {};
  };
  if (step.block == nullptr) {
    // A node keeps the last proof of a network that went on by a continuation.
    if (step.executed.height.value > 0) {
      const auto proof = store.view().newest_proof();
      if (!proof) return cannot_check("the restored store has no finality proof");
      if (auto kept = written(store.put_proof(proof->height, proof->bytes, true)); !kept)
        return kept;
    }
    return written(
        store.commit({step.id, {}, {}, {}, false, {}, step.executed, step.next_network}));
  }
  const PreparedBlock& block = *step.block;
  const Bytes header = encode(block.header);
  const Bytes cut = encode(block.cut);
  std::vector<Bytes> encoded;
  std::vector<chain::StoredBatch> batches;
  encoded.reserve(block.batches.size());
  for (const PreparedBatch& each : block.batches) {
    encoded.push_back(encode(*each.batch));
    batches.push_back(
        {Hash{each.facts.id.bytes},
         {block.header.epoch, each.facts.author.value, each.facts.incarnation, each.facts.seq},
         encoded.back()});
  }
  return written(store.commit({step.id, header, cut, block.proof.value_or(Bytes()),
                               block.header.closes_epoch(), batches, step.executed}));
}

}  // namespace

Result<Report, CannotCheck> restore(const genesis::Definition& definition, const Source& source,
                                    const std::string& data_directory, ReplayOptions options,
                                    const OnProgress& on_progress) {
  const std::string place = data_directory + "/store";
  const std::string unfinished = data_directory + "/store.restoring";
  const auto failed = [](const std::string& path, const std::string& what) {
    return fail(CannotCheck{path + ": " + what});
  };
  if (const auto made = ensure_private_directory(data_directory); !made)
    return failed(data_directory, std::string(to_string(made.error())));
  std::error_code error;
  if (std::filesystem::exists(place, error))
    return failed(place, "there is a store already: move it away first");
  std::filesystem::remove_all(unfinished, error);  // of a run that was broken off
  if (error) return failed(unfinished, error.message());

  chain::StoreOptions settings;
  settings.proof_window = definition.state.parameters.proof_window;
  auto store = chain::Store::open(unfinished, definition.founding_id, settings);
  if (!store) return failed(unfinished, to_string(store.error()));
  options.keep_batches = true;
  options.on_block = [&](const Step& step) { return write_block(**store, step); };
  auto report = replay(definition, source, options, on_progress);
  store->reset();
  if (!report || report->divergence) {
    std::filesystem::remove_all(unfinished, error);
    return report;
  }
  std::filesystem::rename(unfinished, place, error);
  if (error) return failed(place, error.message());
  return report;
}

}  // namespace vostro::audit
