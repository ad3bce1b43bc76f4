/// The words of net/http that the node's API is written in.
#pragma once

#include "net/http/request.h"
#include "net/http/target.h"

namespace vostro::node::api {

using net::http::Answer;
using net::http::Caller;
using net::http::MakeResponse;
using net::http::parse_number;
using net::http::QueryReader;
using net::http::Request;
using net::http::Response;
using net::http::Role;

}  // namespace vostro::node::api
