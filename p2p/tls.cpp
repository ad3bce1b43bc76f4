#include "p2p/tls.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

#include "base/check.h"

namespace vostro::p2p {
namespace {

struct PkeyFree {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct CertificateFree {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Pkey = std::unique_ptr<EVP_PKEY, PkeyFree>;
using Certificate = std::unique_ptr<X509, CertificateFree>;

// Bounds the certificate message before it is stored; ours has below 400 bytes.
constexpr long kCertificateBytesMax = 2048;

int key_check_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  VOSTRO_CHECK(index >= 0);
  return index;
}

Certificate make_certificate(EVP_PKEY* key) {
  Certificate certificate(X509_new());
  VOSTRO_CHECK(certificate != nullptr);
  X509* x509 = certificate.get();
  VOSTRO_CHECK(X509_set_version(x509, X509_VERSION_3) == 1);
  VOSTRO_CHECK(ASN1_INTEGER_set(X509_get_serialNumber(x509), 1) == 1);
  // Nobody looks at the dates: a key is revoked by taking it out of the registry. These never
  // expire for tools that do look (RFC 5280 section 4.1.2.5 for the last).
  VOSTRO_CHECK(ASN1_TIME_set_string(X509_getm_notBefore(x509), "19700101000000Z") == 1);
  VOSTRO_CHECK(ASN1_TIME_set_string(X509_getm_notAfter(x509), "99991231235959Z") == 1);
  X509_NAME* name = X509_get_subject_name(x509);
  static constexpr unsigned char kCommonName[] = "vostro node";
  VOSTRO_CHECK(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, kCommonName, -1, -1, 0) == 1);
  VOSTRO_CHECK(X509_set_issuer_name(x509, name) == 1);
  VOSTRO_CHECK(X509_set_pubkey(x509, key) == 1);
  VOSTRO_CHECK(X509_sign(x509, key, nullptr) > 0);  // Ed25519 takes no digest.
  return certificate;
}

std::optional<PublicKey> ed25519_key_of(X509* certificate) {
  EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (key == nullptr || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519) return std::nullopt;
  PublicKey raw;
  std::size_t size = raw.bytes.size();
  if (EVP_PKEY_get_raw_public_key(key, raw.bytes.data(), &size) != 1) return std::nullopt;
  if (size != raw.bytes.size()) return std::nullopt;
  return raw;
}

// Takes the place of OpenSSL's chain verification. The proof that the peer has the secret key is
// the handshake's CertificateVerify, which OpenSSL checks after this and without which the
// handshake fails.
int verify_certificate(X509_STORE_CTX* store, void*) {
  const auto* connection =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* check = connection == nullptr
                    ? nullptr
                    : static_cast<KeyCheck*>(SSL_get_ex_data(connection, key_check_index()));
  X509* certificate = X509_STORE_CTX_get0_cert(store);
  if (check != nullptr && certificate != nullptr) {
    check->seen = ed25519_key_of(certificate);
    if (check->seen && check->is_pinned(*check->seen)) return 1;
    check->is_refused = true;
  }
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_UNTRUSTED);
  return 0;
}

}  // namespace

ssl_ctx_st* make_tls_context(const SecretKey& key) {
  const Pkey pkey(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, key.seed().data(),
                                               key.seed().size()));
  VOSTRO_CHECK(pkey != nullptr);
  const Certificate certificate = make_certificate(pkey.get());

  SSL_CTX* context = SSL_CTX_new(TLS_method());
  VOSTRO_CHECK(context != nullptr);
  VOSTRO_CHECK(SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1);
  VOSTRO_CHECK(SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1);
  VOSTRO_CHECK(SSL_CTX_set_ciphersuites(context,
                                        "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                                        "TLS_CHACHA20_POLY1305_SHA256") == 1);
  VOSTRO_CHECK(SSL_CTX_set1_groups_list(context, "X25519") == 1);
  VOSTRO_CHECK(SSL_CTX_set1_sigalgs_list(context, "ed25519") == 1);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
  VOSTRO_CHECK(SSL_CTX_set_num_tickets(context, 0) == 1);
  VOSTRO_CHECK(SSL_CTX_set_max_early_data(context, 0) == 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_cert_list(context, kCertificateBytesMax);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, verify_certificate, nullptr);
  VOSTRO_CHECK(SSL_CTX_use_certificate(context, certificate.get()) == 1);
  VOSTRO_CHECK(SSL_CTX_use_PrivateKey(context, pkey.get()) == 1);
  return context;
}

void check_peer_with(ssl_st* connection, KeyCheck* check) {
  VOSTRO_CHECK(SSL_set_ex_data(connection, key_check_index(), check) == 1);
}

}  // namespace vostro::p2p
