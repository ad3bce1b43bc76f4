#include "client/evidence.h"

#include "chain/registry.h"
#include "client/proof.h"
#include "consensus/evidence_file.h"

namespace vostro::client {

static_assert(evidence_file_bytes_max == consensus::evidence_file_bytes_max);

Result<ProvedAct, std::string> check_evidence(const genesis::Definition& definition,
                                              ByteView file) {
  const auto read = consensus::read_evidence_file(file);
  if (!read) return fail(read.error());
  const auto first = committee_of(definition, read->network_id);
  if (!first) return fail(std::string(to_string(consensus::EvidenceFileError::other_network)));
  const auto committee = consensus::check_evidence_file(*first, *read);
  if (!committee) return fail(std::string(to_string(committee.error())));

  const Offence offence = consensus::offence_of(read->evidence);
  const consensus::Validator& accused =
      committee->context().validators.at(consensus::ValidatorIndex(offence.validator));
  const auto owner = chain::owner_of(chain::ValidatorId{accused.member.bytes});
  if (!owner) return fail(std::string("its validator belongs to no bank"));
  ProvedAct proved;
  proved.network_id = read->network_id;
  proved.act = {*owner, offence.kind, committee->epoch(), offence.place, offence.number};
  proved.validator = offence.validator;
  proved.validators = committee->size();
  proved.key = accused.key;
  proved.evidence = consensus::encode_evidence(read->evidence);
  return proved;
}

}  // namespace vostro::client
