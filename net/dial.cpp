#include "net/dial.h"

#include <openssl/ssl.h>

#include <boost/asio/ip/address.hpp>

namespace vostro::net {

Result<std::unique_ptr<boost::asio::ssl::context>, std::string> make_tls_context(
    const std::string& ca_file, LeastTls least) {
  auto context = std::make_unique<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client);
  const int version = least == LeastTls::v1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
  if (SSL_CTX_set_min_proto_version(context->native_handle(), version) != 1)
    return fail(std::string("this machine's OpenSSL has no TLS 1.3"));
  error_code error;
  context->set_verify_mode(boost::asio::ssl::verify_peer, error);
  if (!error && ca_file.empty()) context->set_default_verify_paths(error);
  if (!error && !ca_file.empty()) context->load_verify_file(ca_file, error);
  if (error)
    return fail("the certificates of trusted authorities cannot be read: " + error.message());
  return context;
}

Result<void, std::string> expect_server(Stream& stream, const std::string& host) {
  error_code error;
  stream.expect_host(host, error);
  if (error) return fail(error.message());
  error_code not_an_address;
  boost::asio::ip::make_address(host, not_an_address);
  // Server name indication takes names only.
  if (not_an_address && SSL_set_tlsext_host_name(stream.ssl(), host.c_str()) != 1)
    return fail(std::string("the host name is not one that TLS takes"));
  return {};
}

}  // namespace vostro::net
