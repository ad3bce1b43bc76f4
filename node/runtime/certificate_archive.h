/// The certificates of finalized and skipped views, kept for ever in one append-only file
/// (consensus-spec section 8). Any thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "consensus/records.h"
#include "node/runtime/append_file.h"

namespace vostro::node {

class CertificateArchive {
 public:
  /// Opens or creates. What `journaled` has and the file lacks is appended: a power cut may take
  /// what was not synced here, and the journal keeps it until it is. Errors: a sentence for the
  /// operator.
  [[nodiscard]] static Result<std::unique_ptr<CertificateArchive>, std::string> open(
      const std::string& path, const std::vector<consensus::ArchivedCertificate>& journaled);

  [[nodiscard]] Result<void, std::string> keep(
      const std::vector<consensus::ArchivedCertificate>& certificates);
  [[nodiscard]] Result<void, std::string> sync();

 private:
  explicit CertificateArchive(AppendFile file) : file_(std::move(file)) {}

  std::mutex mutex_;
  AppendFile file_;
};

}  // namespace vostro::node
