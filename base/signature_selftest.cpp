#include "base/signature_selftest.h"

#include <array>

#include "base/check.h"
#include "base/keys.h"

namespace vostro {
namespace {

constexpr std::string_view kMessage = "vostro signature rules";
constexpr std::string_view kOther = "vostro signature rules.";
/// The public key of the seed 00 01 02 ... 1f.
constexpr std::string_view kKey =
    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";

// L is the order of the group of prime order, p the prime of the field, y the coordinate that is
// encoded. Where R is the identity, S is chosen so that the equation of the signature holds: only
// the rule on small order refuses it.
constexpr std::array kVectors = std::to_array<SignatureVector>({
    {"a genuine signature", kKey,
     "8fdd8072bbe8b7d819ac9c6dc85547f4f8c9a8a17afbe65da6f94c2f136383c1",
     "dfa008a0ebb0699425a91b5fc00e060b0794689c77657d54453401348b329105", kMessage, true, true},
    {"another message", kKey, "8fdd8072bbe8b7d819ac9c6dc85547f4f8c9a8a17afbe65da6f94c2f136383c1",
     "dfa008a0ebb0699425a91b5fc00e060b0794689c77657d54453401348b329105", kOther, true, false},
    {"S + L", kKey, "8fdd8072bbe8b7d819ac9c6dc85547f4f8c9a8a17afbe65da6f94c2f136383c1",
     "cc74fefc05147cecfb4513029f08e51f0794689c77657d54453401348b329115", kMessage, true, false},
    {"S + 8L", kKey, "8fdd8072bbe8b7d819ac9c6dc85547f4f8c9a8a17afbe65da6f94c2f136383c1",
     "4740b787bec9fc54d88fd876b5ddfdb10794689c77657d54453401348b329185", kMessage, true, false},
    {"S = L", kKey, "8fdd8072bbe8b7d819ac9c6dc85547f4f8c9a8a17afbe65da6f94c2f136383c1",
     "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", kMessage, true, false},
    {"R the identity", kKey, "0100000000000000000000000000000000000000000000000000000000000000",
     "ca8e0c2375b7af5aee60be8a5001ad10b4b56a2dc7becb9207743e08842f7b00", kMessage, true, false},
    {"R the identity, written as y = p + 1", kKey,
     "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
     "f093df9f190e1bed0384f641620eaa91e7bd6e7645db97b177d5e2f2e9a9c80f", kMessage, true, false},
    {"R the identity, written with the sign bit", kKey,
     "0100000000000000000000000000000000000000000000000000000000000080",
     "9b9090267fc22cedbe6545570a3970ca1575d37c0379c2049269734da456360b", kMessage, true, false},
    {"R of order 8", kKey, "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
     "ee65a6aa1f740e6d5106de7d68614ba34b11bd1303ad9549925614e13997c402", kMessage, true, false},
    {"R of mixed order: a cofactored verifier accepts", kKey,
     "0e32d6105ed051597d2b38ef73f57da26a6a4f2bf95d0dfa55dbce98ca9e94ab",
     "51bb5248190ef9e462b3194bbac8d65b1cff56415c2f2ee740958aefdee54a03", kMessage, true, false},
    {"key the identity", "0100000000000000000000000000000000000000000000000000000000000000",
     "8fdd8072bbe8b7d819ac9c6dc85547f4f8c9a8a17afbe65da6f94c2f136383c1",
     "68e30271196a769ecd75d8affb25de6e0a9701accfe395fd743fece6691d760c", kMessage, false, false},
    {"key the identity, written as y = p + 1",
     "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
     "8fdd8072bbe8b7d819ac9c6dc85547f4f8c9a8a17afbe65da6f94c2f136383c1",
     "68e30271196a769ecd75d8affb25de6e0a9701accfe395fd743fece6691d760c", kMessage, false, false},
    {"key the identity, written with the sign bit",
     "0100000000000000000000000000000000000000000000000000000000000080",
     "8fdd8072bbe8b7d819ac9c6dc85547f4f8c9a8a17afbe65da6f94c2f136383c1",
     "68e30271196a769ecd75d8affb25de6e0a9701accfe395fd743fece6691d760c", kMessage, false, false},
    {"key of order 8, hash divisible by 8",
     "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
     "f19e1504cd1471f9277efb300b226857c2fdecf225cde912381a469804a48395",
     "72e30271196a769ecd75d8affb25de6e0a9701accfe395fd743fece6691d760c", kMessage, false, false},
    {"key of order 2", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
     "8fdd8072bbe8b7d819ac9c6dc85547f4f8c9a8a17afbe65da6f94c2f136383c1",
     "68e30271196a769ecd75d8affb25de6e0a9701accfe395fd743fece6691d760c", kMessage, false, false},
    {"key of order 4, hash divisible by 4",
     "0000000000000000000000000000000000000000000000000000000000000080",
     "2ee2154297c52d62790cb5ed875fa764862918b74282adc82d8d97256dcde827",
     "6fe30271196a769ecd75d8affb25de6e0a9701accfe395fd743fece6691d760c", kMessage, false, false},
    {"key of mixed order, hash divisible by 8: verification alone accepts",
     "b502ff3d92e31d8190b4aa4ea0414005167fad089c4de9dac8a2fc850fed4f58",
     "e6509f4322d542682247b48650ee2e6e3f3f5b71b7f336264730025e78906904",
     "4fc4ddccb93f6587cba21e01bd29092b159f86130bb0c8fd90e23a97eb092707", kMessage, false, true},
    {"key of mixed order, hash not divisible by 8",
     "b502ff3d92e31d8190b4aa4ea0414005167fad089c4de9dac8a2fc850fed4f58",
     "8fdd8072bbe8b7d819ac9c6dc85547f4f8c9a8a17afbe65da6f94c2f136383c1",
     "bf21d7c88ad96ea6551902044a8190ab1bc039703cb69a574992c31764e68702", kMessage, false, false},
    {"key written as y = p + 3", "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
     "8fdd8072bbe8b7d819ac9c6dc85547f4f8c9a8a17afbe65da6f94c2f136383c1",
     "dfa008a0ebb0699425a91b5fc00e060b0794689c77657d54453401348b329105", kMessage, false, false},
    {"key that is no point (y = 2)",
     "0200000000000000000000000000000000000000000000000000000000000000",
     "8fdd8072bbe8b7d819ac9c6dc85547f4f8c9a8a17afbe65da6f94c2f136383c1",
     "dfa008a0ebb0699425a91b5fc00e060b0794689c77657d54453401348b329105", kMessage, false, false},
    {"key of zeros", "0000000000000000000000000000000000000000000000000000000000000000",
     "8fdd8072bbe8b7d819ac9c6dc85547f4f8c9a8a17afbe65da6f94c2f136383c1",
     "dfa008a0ebb0699425a91b5fc00e060b0794689c77657d54453401348b329105", kMessage, false, false},
    {"key of ones", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
     "8fdd8072bbe8b7d819ac9c6dc85547f4f8c9a8a17afbe65da6f94c2f136383c1",
     "dfa008a0ebb0699425a91b5fc00e060b0794689c77657d54453401348b329105", kMessage, false, false},
    {"signature of zeros", kKey, "0000000000000000000000000000000000000000000000000000000000000000",
     "0000000000000000000000000000000000000000000000000000000000000000", kMessage, true, false},
});

template <class Array>
Array bytes_of(std::string_view hex) {
  const auto bytes = from_hex(hex);
  Array array{};
  VOSTRO_CHECK(bytes && bytes->size() == array.size());
  std::copy(bytes->begin(), bytes->end(), array.begin());
  return array;
}

Result<void, std::string> check_vector(const SignatureVector& vector) {
  const PublicKey key{.bytes = bytes_of<decltype(PublicKey::bytes)>(vector.key)};
  const auto both = std::string(vector.r) + std::string(vector.s);
  const Signature signature{.bytes = bytes_of<decltype(Signature::bytes)>(both)};
  const auto differs = [&vector](std::string_view what) {
    return fail("the signature library judges '" + std::string(vector.name) +
                "' otherwise than this protocol (" + std::string(what) + ")");
  };
  if (is_admissible(key) != vector.is_admissible) return differs("admission of the key");
  if (is_valid_signature(key, as_bytes(vector.message), signature) != vector.is_valid)
    return differs("verification");
  return {};
}

}  // namespace

std::span<const SignatureVector> signature_vectors() {
  return kVectors;
}

Result<void, std::string> check_signature_rules() {
  ensure_crypto_ready();
  for (const SignatureVector& vector : kVectors)
    if (auto checked = check_vector(vector); !checked) return checked;
  return {};
}

}  // namespace vostro
