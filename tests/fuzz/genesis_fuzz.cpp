// The files of a ceremony: sealed file, draft, entry, policy; the first byte chooses. A sealed file
// is signed by all whom it names, so one that is taken says what was sealed, whatever else changed
// in it; the others come back the same after writing. Catalogue row G1.
#include "genesis/continuation.h"
#include "genesis/definition.h"
#include "genesis/entry.h"
#include "genesis/inspect.h"
#include "tests/fuzz/target.h"
#include "tests/unit/genesis/genesis_support.h"

namespace vostro::fuzz {
namespace {

using namespace genesis;  // NOLINT: the whole file is about it

struct Sealed {
  Draft draft = test::a_draft();
  std::string text = test::sealed_text();
  Definition definition = *parse(text);
  Hash state_root = make_anchor(definition).state_root;
};
const Sealed& sealed() {
  static const Sealed made;
  return made;
}

void check_error(const GenesisError& error) {
  VOSTRO_CHECK(!error.what.empty() && error.what.find('\n') == std::string::npos);
}

void read_sealed(std::string_view text) {
  const auto read = parse(text);
  if (!read) return check_error(read.error());
  VOSTRO_CHECK(read->network_id == network_id(text));
  VOSTRO_CHECK(make_anchor(*read).state_root == sealed().state_root);
  VOSTRO_CHECK(read->name == sealed().definition.name);
  VOSTRO_CHECK(read->opens_at == sealed().definition.opens_at);
  VOSTRO_CHECK(read->observers == sealed().definition.observers);
  VOSTRO_CHECK(!describe(*read).empty());
}

void read_draft(std::string_view text) {
  const auto read = parse_draft(text);
  if (!read) return check_error(read.error());
  const auto again = parse_draft(write_draft(*read));
  VOSTRO_CHECK(again && *again == *read);
}

void read_entry(std::string_view text) {
  const auto read = parse_entry(text, sealed().draft);
  if (!read) return check_error(read.error());
  const auto again = parse_entry(write_entry(*read, sealed().draft), sealed().draft);
  VOSTRO_CHECK(again && again->entry == read->entry && again->signatures == read->signatures);
  const auto checked = check_signatures(*read, draft_hash(sealed().draft));
  if (!checked) return check_error(checked.error());
  // Nobody here has a bank's keys: the entry is one that the bank signed.
  const auto is_same = [&](std::size_t bank) {
    return test::an_entry(bank, sealed().draft).entry == read->entry;
  };
  VOSTRO_CHECK(is_same(0) || is_same(1) || is_same(2) || is_same(3));
}

void read_policy(std::string_view text) {
  const auto read = parse_policy(text, sealed().draft);
  if (!read) return check_error(read.error());
  const auto again = parse_policy(write_policy(*read, sealed().draft), sealed().draft);
  VOSTRO_CHECK(again && *again == *read);
}

Bytes seed(Byte kind, std::string_view text) {
  Bytes made{kind};
  append(made, as_bytes(text));
  return made;
}

}  // namespace

std::vector<Bytes> seeds() {
  const Draft draft = test::a_draft();
  std::vector<Bytes> made{seed(0, sealed().text), seed(1, write_draft(draft))};
  Continuation continuation;
  continuation.before = network_id(sealed().text);
  continuation.height = Height(41);
  continuation.epoch = Epoch(1);
  for (std::size_t i = 0; i < test::bank_count; ++i)
    continuation.validators.push_back({test::bank(i),
                                       test::public_key_named("new " + std::to_string(i)),
                                       test::public_key_named("node " + std::to_string(i))});
  sign_continuation(continuation, test::bank(0), test::key_named("any"));
  made.push_back(seed(0, sealed().text + write_continuation(continuation)));
  for (const std::size_t bank : {std::size_t{0}, std::size_t{2}}) {
    SignedEntry entry = test::an_entry(bank, draft);
    test::sign_fully(entry, draft);
    made.push_back(seed(2, write_entry(entry, draft)));
    made.push_back(seed(3, write_policy(entry.entry.participant.policy, draft)));
  }
  return made;
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro::fuzz;  // NOLINT: the whole file is about it
  if (size == 0) return 0;
  const std::string_view text = vostro::as_text({data + 1, size - 1});
  switch (data[0] % 4) {
    case 0:
      read_sealed(text);
      break;
    case 1:
      read_draft(text);
      break;
    case 2:
      read_entry(text);
      break;
    default:
      read_policy(text);
      break;
  }
  return 0;
}
