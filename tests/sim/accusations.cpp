// What becomes of evidence: a bank reports what its node has seen, and somebody the same of a
// validator that has done nothing. The ledger must tell one from the other. After a fork, what the
// two sides keep for ever must name who made it.
#include "chain/records.h"
#include "consensus/evidence.h"
#include "tests/sim/world.h"

namespace vostro::sim {
namespace {

/// Acts that are reported in one run: the ledger's work, not the network's.
constexpr std::size_t kReportsMax = 8;

/// The same votes, as another's.
std::optional<consensus::Evidence> put_on(const consensus::Evidence& evidence,
                                          consensus::ValidatorIndex other) {
  const auto* pair = std::get_if<consensus::VotePair>(&evidence);
  if (pair == nullptr) return std::nullopt;
  consensus::VotePair forged = *pair;
  forged.first.signer = forged.second.signer = other;
  return forged;
}

}  // namespace

void World::report_evidence(std::size_t at, const node::KeepEvidence& effect) {
  // What comes when trouble is over would be trouble of its own.
  if (healed_ || at >= scenario_.banks() || reported_.size() == kReportsMax) return;
  const Offence offence = consensus::offence_of(effect.evidence);
  if (!reported_.emplace(effect.epoch, offence).second) return;
  std::vector<consensus::Evidence> reports{effect.evidence};
  const consensus::Committee& committee = *committees_.at(effect.epoch);
  for (std::uint16_t i = 0; i < committee.size() && reports.size() == 1; ++i) {
    const consensus::ValidatorIndex other(i);
    if (scenario_.liars.contains(committee.peer_of(other).value)) continue;
    if (auto forged = put_on(effect.evidence, other)) reports.push_back(*std::move(forged));
  }
  for (const consensus::Evidence& each : reports) {
    const auto order = signed_order(
        chain::ReportEvidence{bic_of(at), effect.epoch, consensus::encode_evidence(each)}, "maker");
    after(1, [this, at, order] {
      if (nodes_[at].is_up) submit(at, order);
    });
  }
}

/// The ledger's record names liars alone.
void World::look_at_records(const chain::ExecutedBlock& block) {
  for (const auto& [key, value] : block.state) {
    if (key.front() != chain::Misbehaviour::prefix) continue;
    const auto act = chain::misbehaviour_of_key(key);
    VOSTRO_CHECK(act.has_value());
    std::size_t bank = 0;
    while (bank < scenario_.banks() && bic_of(bank) != act->owner) ++bank;
    ++outcome_.recorded[bank];
    if (!scenario_.liars.contains(bank))
      oracle_.fault("the ledger has evidence on record against the honest validator " +
                    std::to_string(bank));
  }
}

/// Certificates of two sides of a fork that cannot both be, and who signed both.
void World::compare_archives() {
  for (const auto& [one, archive] : archives_) {
    for (const auto& [other, another] : archives_) {
      if (one >= other) continue;
      for (const auto& [where, certificates] : archive) {
        const auto same_view = another.find(where);
        if (same_view == another.end()) continue;
        for (const consensus::Certificate& a : certificates) {
          for (const consensus::Certificate& b : same_view->second) {
            for (const consensus::Evidence& evidence : consensus::evidence_from(a, b)) {
              const auto peer =
                  committees_.at(where.first)->peer_of(consensus::accused_by(evidence));
              outcome_.convicted.insert(peer.value);
            }
          }
        }
      }
    }
  }
}

}  // namespace vostro::sim
