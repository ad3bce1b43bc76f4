/// libxml2, set up once for the process: silent, and without any way to a file or a host.
/// Internal to the .cpp files that use it.
#pragma once

namespace vostro::iso20022 {

void set_up_libxml();

}  // namespace vostro::iso20022
