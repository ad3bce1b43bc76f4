#include "node/runtime/evidence_book.h"

#include <algorithm>

#include "base/check.h"
#include "consensus/messages.h"

namespace vostro::node {
namespace {

const consensus::Evidence& evidence_in(const consensus::Message& message) {
  return std::get<consensus::EvidenceMessage>(message.body).evidence;
}

}  // namespace

Result<std::unique_ptr<EvidenceBook>, std::string> EvidenceBook::open(const std::string& path) {
  std::unique_ptr<EvidenceBook> book(new EvidenceBook());
  std::uint64_t offset = 0;
  bool is_sound = true;
  auto file = AppendFile::open(path, [&](ByteView record) {
    const auto message = consensus::decode_message(record);
    if (message && std::holds_alternative<consensus::EvidenceMessage>(message->body)) {
      const consensus::Evidence& evidence = evidence_in(*message);
      book->places_.try_emplace({message->epoch, consensus::offence_of(evidence)},
                                Place{offset, consensus::encode_evidence(evidence).size()});
    } else {
      is_sound = false;
    }
    offset += AppendFile::head_bytes + record.size();
  });
  if (!file) return fail(file.error());
  if (!is_sound)
    return fail(path + " holds a record that is no evidence: move it away and keep it for " +
                "whoever looks into it");
  book->file_ = std::move(*file);
  return book;
}

bool EvidenceBook::has_room(const Act& act) const {
  const auto same_kind = [&](const auto& kept) {
    const auto& [epoch, offence] = kept.first;
    return epoch == act.first && offence.validator == act.second.validator &&
           offence.kind == act.second.kind;
  };
  return static_cast<std::size_t>(std::ranges::count_if(places_, same_kind)) < per_kind_max;
}

Result<bool, std::string> EvidenceBook::keep(const consensus::Message& message) {
  const Act act{message.epoch, consensus::offence_of(evidence_in(message))};
  const std::lock_guard lock(mutex_);
  if (places_.contains(act) || !has_room(act)) return false;
  const Place place{file_->size(), consensus::encode_evidence(evidence_in(message)).size()};
  if (const auto done = file_->append(consensus::encode_message(message)); !done)
    return fail(done.error());
  if (const auto done = file_->sync(); !done) return fail(done.error());
  places_.emplace(act, place);
  return true;
}

std::vector<EvidenceBook::Item> EvidenceBook::items() const {
  const std::lock_guard lock(mutex_);
  std::vector<Item> all;
  all.reserve(places_.size());
  for (const auto& [act, place] : places_) all.push_back({act.first, act.second, place.bytes});
  return all;
}

std::size_t EvidenceBook::size() const {
  const std::lock_guard lock(mutex_);
  return places_.size();
}

Result<std::optional<Bytes>, std::string> EvidenceBook::evidence(Epoch epoch,
                                                                 const Offence& offence) const {
  std::uint64_t offset = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto at = places_.find({epoch, offence});
    if (at == places_.end()) return std::optional<Bytes>{};
    offset = at->second.offset;
  }
  // What is written stays as it is: whoever reads does not hold up the one who keeps.
  const auto record = file_->read(offset);
  if (!record) return fail(record.error());
  const auto message = consensus::decode_message(*record);
  if (!message) return fail(file_->path() + " has changed since it was opened");
  return std::optional(consensus::encode_evidence(evidence_in(*message)));
}

}  // namespace vostro::node
