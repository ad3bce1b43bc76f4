// The bodies of Asio's and Beast's non-template functions, compiled once for the whole program: the
// library vostro_beast.

#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
