#include "tests/fuzz/consensus_samples.h"

#include "tests/support/consensus_net.h"

namespace vostro::fuzz {
namespace {

using namespace consensus;  // NOLINT: the whole file is about it

constexpr std::uint64_t kNetSeed = 7;
constexpr std::size_t kRecordsMax = 60;
constexpr std::size_t kMessagesMax = 40;

SharedBatch batch_of(const net::Net& net, ValidatorIndex author, Byte content) {
  Batch batch{net.committee.ctx(), author, 1, 1, {}, {{Bytes{content, 2, 3}}, {Bytes{}}}};
  return sign_batch(net.keys.at(author), std::move(batch)).shared();
}

void add_votes(std::set<GenuineVote>& votes, const Certificate& certificate) {
  std::size_t next = 0;
  for (std::uint16_t i = 0; i < validators_max && next < certificate.signatures.size(); ++i) {
    const ValidatorIndex signer(i);
    if (certificate.has_signer(signer))
      votes.emplace(signer, certificate.type, certificate.view, certificate.proposal,
                    certificate.signatures[next++]);
  }
}
void add_vote(std::set<GenuineVote>& votes, const Vote& vote) {
  votes.emplace(vote.signer, vote.type, vote.view, vote.proposal, vote.signature);
}

/// What the network did: proposals, certificates, proofs.
void add_from(ConsensusSamples& to, const Record& record) {
  const Epoch epoch = to.committee.epoch();
  const auto add = [&](MessageBody body) {
    if (to.messages.size() < kMessagesMax) to.messages.push_back({epoch, std::move(body)});
  };
  if (const auto* own = std::get_if<OwnNotarize>(&record)) {
    add_vote(to.votes, own->propose.vote);
    add(own->propose);
    add(VoteMessage{own->propose.vote});
    if (own->propose.justification && own->propose.justification->parent)
      add_votes(to.votes, *own->propose.justification->parent);
    if (own->entry) add_votes(to.votes, own->entry->certificate);
  } else if (const auto* certificate = std::get_if<CertificateRecord>(&record)) {
    add_votes(to.votes, certificate->held.certificate);
    add(CertMessage{certificate->held});
  } else if (const auto* finality = std::get_if<NewFinality>(&record)) {
    add_votes(to.votes, finality->proof.finalization);
    add(Finality{{finality->proof}});
    add(Certs{finality->proof, {}});
  }
}

void add_one_of_each(ConsensusSamples& to, const net::Net& net) {
  const Committee& committee = to.committee;
  const auto vote = [&](std::uint16_t signer, VoteType type, Byte proposal) {
    ProposalId id;
    if (proposal != 0) id.bytes.fill(proposal);
    const ValidatorIndex index(signer);
    const Vote made = sign_vote(committee, net.keys.at(index), index, type, View(9), id);
    add_vote(to.votes, made);
    return made;
  };
  const BlockBody block = net::make_block(committee, View(1), committee.context().anchor, Height(1),
                                          UnixMillis(1'700'000'000'500), 0, 3);
  const SharedBatch batch = batch_of(net, ValidatorIndex(1), 1);
  const Proposal proposal{View(1), View(0), block.header.id(), Justification{}.digest()};
  const ProposalId id = proposal.id(committee.ctx());
  for (const MessageBody& body : std::vector<MessageBody>{
           VoteMessage{vote(1, VoteType::nullify, 0)},
           Status{View(3), View(2), Height(1), UnixMillis(1'700'000'000'000)},
           GetCerts{View(1), View(2)}, GetProposal{id}, ProposalMessage{proposal},
           GetJustification{id, 3}, JustificationPart{id, 0, {}}, GetBlock{proposal.block, 2},
           BlockMessage{{block}}, BatchMessage{batch}, GetBatch{block.cut.lanes[0]},
           Have{{{ValidatorIndex(1), {1, 2, {}}}}}, GetFinality{Epoch(0)},
           EvidenceMessage{
               VotePair{vote(2, VoteType::notarize, 1), vote(2, VoteType::notarize, 2)}},
           EvidenceMessage{VotePair{vote(2, VoteType::finalize, 1), vote(2, VoteType::nullify, 0)}},
           EvidenceMessage{BatchPair{batch, batch_of(net, ValidatorIndex(1), 9)}}})
    to.messages.push_back({committee.epoch(), body});
}

ConsensusSamples make() {
  net::Net net(4, kNetSeed);
  net.add_items(0, 5);
  net.run_for(1'000);
  net.silenced = {1};
  net.add_items(0, 5);
  net.run_for(6'000);
  net.silenced.clear();
  net.add_items(2, 5);
  net.run_for(3'000);
  VOSTRO_CHECK(net.violations.empty());
  ConsensusSamples samples{net.committee, net.nodes[0].synced, {}, {}};
  VOSTRO_CHECK(samples.records.size() > 5);
  if (samples.records.size() > kRecordsMax) samples.records.resize(kRecordsMax);
  for (const Record& record : samples.records) add_from(samples, record);
  add_one_of_each(samples, net);
  return samples;
}

}  // namespace

const ConsensusSamples& consensus_samples() {
  static const ConsensusSamples samples = make();
  return samples;
}

}  // namespace vostro::fuzz
