// The keystore file: whatever it holds, it opens only as what was saved. The key is derived only
// where that is cheap, so that the fuzzer is not busy with Argon2 alone. Catalogue rows K1, K2.
#include "base/keystore.h"
#include "base/text.h"
#include "tests/fuzz/private_dir.h"
#include "tests/fuzz/target.h"

namespace vostro::fuzz {
namespace {

const std::string kFile = "key";

struct Saved {
  Saved() {
    const auto save = [this](const std::string& name, const KeyLabel& label) {
      const auto saved = save_key(dir.path(name), key, label, passphrase, cost_development);
      VOSTRO_CHECK(saved);
      files.push_back(dir.read(name));
      labels.push_back(label);
    };
    save("one", {.name = "validator of NORDDEFF", .purpose = "votes"});
    save("two", {.name = "", .purpose = ""});
  }
  PrivateDir dir;
  SecretKey key = SecretKey::from_seed(Bytes(SecretKey::seed_size, 3));
  Passphrase passphrase = Passphrase::copy_of("correct horse");
  std::vector<Bytes> files;
  std::vector<KeyLabel> labels;
};
Saved& saved() {
  static Saved made;
  return made;
}

}  // namespace

std::vector<Bytes> seeds() {
  return saved().files;
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro;  // NOLINT: the whole file is about it
  const fuzz::Saved& saved = fuzz::saved();
  const ByteView input(data, size);
  saved.dir.write(fuzz::kFile, input);
  const std::string path = saved.dir.path(fuzz::kFile);

  const auto info = inspect_key(path);
  if (!info) {
    VOSTRO_CHECK(info.error().kind == KeystoreError::Kind::cannot_open);
    VOSTRO_CHECK(load_key(path, saved.passphrase).error() == info.error());
    return 0;
  }
  VOSTRO_CHECK(is_allowed(info->cost));
  VOSTRO_CHECK(is_clean_text(info->label.name) && is_clean_text(info->label.purpose));
  if (info->cost != cost_development) return 0;
  const auto key = load_key(path, saved.passphrase);
  const bool is_whole = std::ranges::any_of(
      saved.files, [&](const Bytes& file) { return std::ranges::equal(file, input); });
  VOSTRO_CHECK(key || !is_whole);
  // It may be one of an earlier run, with another salt. All are of one key.
  if (key) {
    VOSTRO_CHECK(key->public_key() == saved.key.public_key());
    VOSTRO_CHECK(std::ranges::count(saved.labels, info->label) == 1);
  }
  if (!key) VOSTRO_CHECK(key.error().kind == KeystoreError::Kind::cannot_open);
  return 0;
}
