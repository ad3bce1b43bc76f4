// Answers to peers: who is behind is helped, who asks gets what is held, within a budget.
#include <algorithm>

#include "consensus/engine.h"
#include "consensus/wire_size.h"

namespace vostro::consensus {
namespace {

constexpr std::size_t kProposalBytes = 128;
constexpr std::size_t kProofBytes = 1024;

}  // namespace

void Engine::on_status(PeerId peer, const Status& status) {
  if (Peer* known = peers_.find_or_add(peer)) known->status = status;
  if (status.final_view < final_view_ || status.view < view_) {
    help(peer);
    return;
  }
  const bool is_ahead = status.final_view > final_view_ || status.view > view_;
  if (is_ahead && peers_.may_ask(peer, now_.steady_ms))
    send(peer, GetCerts{final_view_.next(), std::max(status.view.previous(), final_view_.next())});
}

/// To a peer that is behind: the newest proof, and the certificate by which it can enter our view.
void Engine::help(PeerId peer) {
  if (!identity_ || !peers_.may_help(peer, now_.steady_ms)) return;
  const Peer* known = peers_.find(peer);
  const View known_final = known == nullptr ? View{} : known->status.final_view;
  if (finality_ && known_final < final_view_ &&
      peers_.spend(peer, kProofBytes + wire_size(finality_->finalization), now_.steady_ms))
    send(peer, Finality{{*finality_}});
  const auto entry = entry_of(view_);
  const bool is_in_proof = entry && finality_ && entry->certificate == finality_->finalization;
  if (entry && !is_in_proof && peers_.spend(peer, wire_size(*entry), now_.steady_ms))
    send(peer, CertMessage{*entry});
}

/// Newest first: with one certificate the asker enters our view, the rest it asks for again if it
/// needs it.
void Engine::on_get_certs(PeerId peer, const GetCerts& request) {
  Certs answer;
  std::size_t bytes = kProposalBytes;
  if (request.from <= final_view_) {
    answer.finality = finality_;
    if (lacks_final_header()) answer.certificates.push_back(*final_);
    bytes += kProofBytes;
  }
  const auto add = [&](const HeldCertificate& held) {
    if (answer.certificates.size() >= certs_max) return;
    bytes += wire_size(held);
    answer.certificates.push_back(held);
  };
  const View lowest = std::max(request.from, final_view_.next());
  for (View view = std::min(request.to, certificates_.highest());
       view >= lowest && answer.certificates.size() < certs_max; view = view.previous()) {
    if (const HeldCertificate* notarized = certificates_.notarization(view)) add(*notarized);
    if (const Certificate* nullification = certificates_.nullification(view))
      add({*nullification, std::nullopt});
  }
  if (!answer.finality && answer.certificates.empty()) return;
  if (peers_.spend(peer, bytes, now_.steady_ms)) send(peer, std::move(answer));
}

void Engine::on_certs(PeerId peer, const Certs& certs) {
  if (certs.finality) on_finality_proof(*certs.finality, peer);
  for (const HeldCertificate& held : certs.certificates) on_certificate(held, peer);
}

void Engine::on_get_proposal(PeerId peer, const GetProposal& request) {
  std::optional<Proposal> found;
  if (const HeldProposal* held = proposals_.find(request.proposal)) found = held->propose.proposal;
  if (final_ && final_->certificate.proposal == request.proposal) found = final_->proposal;
  if (!found) {
    for (const auto& [view, held] : certificates_.notarizations()) {
      if (held.certificate.proposal == request.proposal) found = held.proposal;
    }
  }
  if (found && peers_.spend(peer, kProposalBytes, now_.steady_ms))
    send(peer, ProposalMessage{*found});
}

void Engine::on_get_justification(PeerId peer, const GetJustification& request) {
  const HeldProposal* held = proposals_.find(request.proposal);
  if (held == nullptr) return;
  const Justification& justification = *held->propose.justification;
  const std::size_t parents = justification.parent ? 1 : 0;
  const std::size_t count = parents + justification.nullifications.size();
  JustificationPart part{request.proposal, request.from, {}};
  std::size_t bytes = kProposalBytes;
  for (std::size_t i = request.from;
       i < count && part.certificates.size() < inline_certificates_max; ++i) {
    part.certificates.push_back(i < parents ? *justification.parent
                                            : justification.nullifications[i - parents]);
    bytes += wire_size(part.certificates.back());
  }
  if (part.certificates.empty()) return;
  if (peers_.spend(peer, bytes, now_.steady_ms)) send(peer, std::move(part));
}

}  // namespace vostro::consensus
