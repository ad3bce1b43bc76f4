# Language, warnings, sanitizers and hardening: one target, vostro_options, that every house links.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, RelWithDebInfo or Debug" FORCE)
endif()

# -O3 buys nothing here but code size, compile time and false alarms of g++ 12.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG" CACHE STRING "" FORCE)

option(VOSTRO_BUILD_TESTS "Build the tests" ON)
option(VOSTRO_FUZZ "Build libFuzzer targets (clang only)" OFF)
set(VOSTRO_SANITIZE "" CACHE STRING "Comma separated sanitizers, for example address,undefined")

# Faults on purpose, chosen at run time, for `vostro-sim --prove` (base/planted.h). With it the simulator is built, and
# programs are refused.
option(VOSTRO_PLANTED_FAULTS "Build the simulator with faults that it can plant" OFF)

# Most of a compilation is headers and the templates they bring, again for each file; several files
# as one unit share them. Off where single files are compiled again and again.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(vostro_unity_default ON)
else()
  set(vostro_unity_default OFF)
endif()
option(VOSTRO_UNITY "Compile the files of a house in units of several" ${vostro_unity_default})
set(CMAKE_UNITY_BUILD ${VOSTRO_UNITY})
set(CMAKE_UNITY_BUILD_BATCH_SIZE 10)

find_program(VOSTRO_CCACHE ccache)
if(VOSTRO_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${VOSTRO_CCACHE})
endif()

add_library(vostro_options INTERFACE)
target_include_directories(vostro_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(vostro_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
  -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these falsely inside std::variant, std::optional and std::vector at -O2.
  target_compile_options(vostro_options INTERFACE
    -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
  # The compiler does not tidy up its own memory below 1 GB: a tenth of its time.
  if(VOSTRO_UNITY)
    target_compile_options(vostro_options INTERFACE --param=ggc-min-heapsize=1000000)
  endif()
endif()
if(CMAKE_BUILD_TYPE MATCHES "Rel")
  target_compile_options(vostro_options INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
target_link_options(vostro_options INTERFACE -Wl,-z,relro,-z,now)

if(VOSTRO_PLANTED_FAULTS)
  target_compile_definitions(vostro_options INTERFACE VOSTRO_PLANTED_FAULTS)
endif()

if(VOSTRO_SANITIZE)
  target_compile_options(vostro_options INTERFACE
    -fsanitize=${VOSTRO_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(vostro_options INTERFACE -fsanitize=${VOSTRO_SANITIZE})
  if(VOSTRO_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # TSan does not see the fences around Asio's handlers. It need not: what crosses threads there also passes a mutex.
    target_compile_options(vostro_options INTERFACE -Wno-tsan)
  endif()
endif()

# vostro_house(name sources... LINK libs...): a static library named vostro_<name>.
function(vostro_house name)
  cmake_parse_arguments(HOUSE "" "" "LINK" ${ARGN})
  add_library(vostro_${name} STATIC ${HOUSE_UNPARSED_ARGUMENTS})
  # Whoever uses an installed house has warnings and sanitizers of his own.
  target_link_libraries(vostro_${name} PUBLIC $<BUILD_INTERFACE:vostro_options> ${HOUSE_LINK})
endfunction()
