#include "base/evidence.h"

namespace vostro {
namespace {

struct Words {
  std::string_view code;
  std::string_view word;
  std::string_view sentence;
};

/// All that is said of a kind, in one place. No default: the compiler finds the forgotten one.
Words words_of(EvidenceKind kind) {
  switch (kind) {
    case EvidenceKind::double_notarize:
      return {"E1", "double_notarize", "signed NOTARIZE for two different proposals of one view"};
    case EvidenceKind::double_finalize:
      return {"E2", "double_finalize", "signed FINALIZE for two different proposals of one view"};
    case EvidenceKind::finalize_nullify:
      return {"E3", "finalize_nullify", "signed both FINALIZE and NULLIFY in one view"};
    case EvidenceKind::double_batch:
      return {"E4", "double_batch", "signed two different batches with one number"};
    case EvidenceKind::bad_justification:
      return {"E5", "bad_justification",
              "signed NOTARIZE for a proposal whose justification is not valid"};
  }
  return {"unknown", "unknown", "did what is not known here"};
}

}  // namespace

std::string_view code_of(EvidenceKind kind) {
  return words_of(kind).code;
}

std::string_view to_string(EvidenceKind kind) {
  return words_of(kind).word;
}

std::string_view sentence(EvidenceKind kind) {
  return words_of(kind).sentence;
}

}  // namespace vostro
