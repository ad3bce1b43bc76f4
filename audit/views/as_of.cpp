#include "audit/views/as_of.h"

#include "audit/sql/rows.h"
#include "base/codec.h"
#include "chain/store/work_store.h"
#include "chain/tree.h"

namespace vostro::audit {
namespace {

/// None where no header stands for the height.
Checked<std::optional<consensus::Header>> header_at(const Source& source, Height height) {
  const auto raw = source.header(height);
  if (!raw) return tl::unexpected<Finding>(raw.error());
  if (raw->header.empty()) return std::optional<consensus::Header>();
  auto header = decode<consensus::Header>(raw->header);
  if (!header)
    return diverges({height, std::nullopt, "header", "its encoding", to_string(header.error())});
  return std::optional(*std::move(header));
}

/// The header and, above it, those that lead to a finality proof.
Checked<std::optional<client::FinalHeader>> final_header_of(
    const Source& source, Height height, std::vector<consensus::EpochStep> epochs) {
  auto header = header_at(source, height);
  if (!header) return tl::unexpected<Finding>(header.error());
  if (!*header) return std::optional<client::FinalHeader>();
  client::FinalHeader made;
  made.epochs = std::move(epochs);
  made.header = **header;
  for (Height at = height;; at = at.next()) {
    const auto raw = source.header(at);
    if (!raw) return tl::unexpected<Finding>(raw.error());
    if (raw->proof) {
      auto proof = decode<consensus::FinalityProof>(*raw->proof);
      if (!proof)
        return diverges(
            {at, std::nullopt, "finality proof", "its encoding", to_string(proof.error())});
      made.finality = *std::move(proof);
      return std::optional(std::move(made));
    }
    if (at == source.last() || made.after.size() == client::FinalHeader::after_max)
      return diverges({at, std::nullopt, "finality proof",
                       "one of this block or of a later one, signed by a quorum", "none"});
    if (at == height) continue;
    auto next = header_at(source, at);
    if (!next) return tl::unexpected<Finding>(next.error());
    if (*next) made.after.push_back(**next);
  }
}

}  // namespace

Checked<Height> height_at(const Source& source, UnixMillis time) {
  // Times of blocks ascend; what has no header has the time of the block below it.
  Height low(0);
  Height high = source.last();
  while (low < high) {
    Height middle(low.value + (high.value - low.value + 1) / 2);
    Height asked = middle;
    auto header = header_at(source, asked);
    while (header && !*header && asked.value > 1) {
      asked = asked.previous();
      header = header_at(source, asked);
    }
    if (!header) return tl::unexpected<Finding>(header.error());
    if (*header && (*header)->time > time)
      high = middle.previous();
    else
      low = middle;
  }
  return low;
}

Checked<AsOf> state_as_of(const genesis::Definition& definition, const Source& source,
                          Height height, const Bytes& key, ReplayOptions options,
                          const OnProgress& on_progress) {
  AsOf found;
  std::vector<consensus::EpochStep> epochs;  // of the network that the block is of
  std::optional<Finding> fault;
  options.to = height;
  options.check_files = false;
  options.on_block = [&](const Step& step) -> Checked<void> {
    if (step.next_network) epochs.clear();
    const bool closes = step.block != nullptr && step.executed.next_epoch.has_value() &&
                        step.executed.height < height;
    if (!closes) return {};
    auto proof = decode<consensus::FinalityProof>(step.block->proof.value_or(Bytes()));
    if (!proof) return cannot_check("the closing block has no proof");  // it was checked before
    consensus::EpochStep epoch{*std::move(proof), {}};
    for (const chain::Validator& each : step.executed.next_epoch->validators)
      epoch.next.push_back({consensus::MemberId{each.id.bytes}, each.key});
    epochs.push_back(std::move(epoch));
    return {};
  };
  options.on_end = [&](const chain::WorkStore& ledger) -> Checked<void> {
    found.value = ledger.get(key);
    found.path = chain::prove(ledger, key);
    found.exponents = exponents_in(ledger);
    return {};
  };
  auto report = replay(definition, source, options, on_progress);
  if (!report) return tl::unexpected<Finding>(report.error());
  if (report->divergence) return diverges(*report->divergence);
  found.height = report->checked_to;
  found.block = report->block;
  found.time = report->time;
  if (report->resumed_from.value == 0 && height.value > 0) {
    auto header = final_header_of(source, height, std::move(epochs));
    if (!header) return tl::unexpected<Finding>(header.error());
    found.final_header = *std::move(header);
  }
  found.report = *std::move(report);
  return found;
}

}  // namespace vostro::audit
