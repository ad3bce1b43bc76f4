#include "node/runtime/certificate_archive.h"

#include <set>

#include "base/codec.h"
#include "base/failpoint.h"
#include "base/hash.h"

namespace vostro::node {
namespace {

Hash name_of(ByteView encoded) {
  return hash("archived", encoded);
}

}  // namespace

Result<std::unique_ptr<CertificateArchive>, std::string> CertificateArchive::open(
    const std::string& path, const std::vector<consensus::ArchivedCertificate>& journaled) {
  std::set<Hash> missing;
  for (const consensus::ArchivedCertificate& held : journaled)
    missing.insert(name_of(encode(held)));
  auto file = AppendFile::open(path, [&](ByteView record) {
    if (!missing.empty()) missing.erase(name_of(record));
  });
  if (!file) return fail(file.error());
  std::unique_ptr<CertificateArchive> archive(new CertificateArchive(std::move(*file)));
  for (const consensus::ArchivedCertificate& held : journaled) {
    const Bytes encoded = encode(held);
    if (missing.erase(name_of(encoded)) == 0) continue;
    if (const auto done = archive->file_.append(encoded); !done) return fail(done.error());
  }
  return archive;
}

Result<void, std::string> CertificateArchive::keep(
    const std::vector<consensus::ArchivedCertificate>& certificates) {
  const std::lock_guard lock(mutex_);
  for (const consensus::ArchivedCertificate& held : certificates) {
    if (const auto done = file_.append(encode(held)); !done) return done;
    VOSTRO_FAILPOINT("certificate-kept");
  }
  return {};
}

Result<void, std::string> CertificateArchive::sync() {
  const std::lock_guard lock(mutex_);
  return file_.sync();
}

}  // namespace vostro::node
