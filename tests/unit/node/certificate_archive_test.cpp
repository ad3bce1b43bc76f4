// Goal: a certificate that the journal still holds is in the archive after the next start, once.
// Method: certificates through the journal's records, an archive that lost what was not synced.
#include "node/runtime/certificate_archive.h"

#include <gtest/gtest.h>

#include "base/codec.h"
#include "consensus/records.h"
#include "tests/unit/node/api_support.h"

namespace vostro::node {
namespace {

using consensus::ArchivedCertificate;
using consensus::HeldCertificate;
using consensus::VoteType;

HeldCertificate certificate(VoteType type, std::uint64_t view) {
  HeldCertificate held;
  held.certificate.type = type;
  held.certificate.view = View(view);
  return held;
}

std::vector<ArchivedCertificate> archived_in(const std::string& path) {
  std::vector<ArchivedCertificate> all;
  const auto file = AppendFile::open(path, [&](ByteView record) {
    auto held = decode<ArchivedCertificate>(record);
    if (held) all.push_back(std::move(*held));
  });
  EXPECT_TRUE(file.has_value());
  return all;
}

/// Views 1 notarized, 2 skipped, 3 final, 4 notarized and not final.
consensus::RecoveredState journal_of_four_views() {
  consensus::RecoveredState state;
  apply(state, consensus::CertificateRecord{certificate(VoteType::notarize, 1)});
  apply(state, consensus::CertificateRecord{certificate(VoteType::nullify, 2)});
  apply(state, consensus::CertificateRecord{certificate(VoteType::notarize, 3)});
  consensus::FinalityProof proof;
  proof.proposal.view = View(3);
  proof.finalization = certificate(VoteType::finalize, 3).certificate;
  apply(state, consensus::CertificateRecord{certificate(VoteType::notarize, 4)});
  apply(state, consensus::NewFinality{proof});
  return state;
}

TEST(CertificateArchive, TheJournalRemembersWhatItsFloorOutlived) {
  const consensus::RecoveredState state = journal_of_four_views();
  std::vector<std::pair<VoteType, View>> outlived;
  for (const ArchivedCertificate& each : state.outlived)
    outlived.emplace_back(each.held.certificate.type, each.held.certificate.view);
  EXPECT_EQ(outlived, (std::vector<std::pair<VoteType, View>>{{VoteType::notarize, View(1)},
                                                              {VoteType::nullify, View(2)},
                                                              {VoteType::notarize, View(3)},
                                                              {VoteType::finalize, View(3)}}));
  EXPECT_TRUE(state.notarizations.contains(View(4)));
}

TEST(CertificateArchive, WhatAPowerCutTookIsThereAgainAfterTheNextStartAndOnlyOnce) {
  const test::TempDir directory;
  const std::string path = directory.path("certificates");
  const std::vector<ArchivedCertificate> journaled = journal_of_four_views().outlived;
  {
    auto archive = CertificateArchive::open(path, {});
    ASSERT_TRUE(archive.has_value());
    ASSERT_TRUE((*archive)->keep({journaled[0], journaled[1]}));
    ASSERT_TRUE((*archive)->sync());
  }
  for (int start = 0; start < 2; ++start) {
    ASSERT_TRUE(CertificateArchive::open(path, journaled).has_value());
    EXPECT_EQ(archived_in(path), journaled) << "start " << start;
  }
}

}  // namespace
}  // namespace vostro::node
