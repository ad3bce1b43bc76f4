#include "node/last_words.h"

#include <boost/system/system_error.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <system_error>

#include "node/commands.h"

namespace vostro::node {
namespace {

[[noreturn]] void end_refused(const char* what, const char* why) {
  std::fprintf(stderr, "vostro-node: the machine refuses %s: %s\n", what, why);
  std::_Exit(static_cast<int>(Exit::failed));
}

/// Memory may be short: nothing here asks for any.
[[noreturn]] void last_words() {
  try {
    if (const auto exception = std::current_exception()) std::rethrow_exception(exception);
  } catch (const std::bad_alloc&) {
    end_refused("memory", "this process ends; give it what memory_budget_mib says, and more");
  } catch (const std::system_error& error) {
    end_refused("a resource", error.what());
  } catch (const boost::system::system_error& error) {  // no std::system_error
    end_refused("a resource", error.what());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "vostro-node: an error in the program: %s\n", error.what());
  } catch (...) {
    std::fputs("vostro-node: an error in the program\n", stderr);
  }
  std::abort();
}

}  // namespace

void prepare_last_words() {
  std::set_terminate(&last_words);
}

}  // namespace vostro::node
