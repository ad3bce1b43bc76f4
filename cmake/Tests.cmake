# vostro_gtest(program LABEL unit [TIMEOUT seconds] [WITHOUT pattern]): what the program tests, as tests of ctest.
#
# Each by itself, in a process of its own. In a build with sanitizers the program runs whole instead, in four parts: there a
# start takes up to half a second, and 1,600 starts took a third of the time. WITHOUT is a pattern of GoogleTest: what runs otherwise
# or with other labels. TIMEOUT is one test's.
include(GoogleTest)

set(vostro_test_parts 4)

function(vostro_gtest program)
  cmake_parse_arguments(TESTS "" "LABEL;TIMEOUT;WITHOUT" "" ${ARGN})
  if(NOT TESTS_TIMEOUT)
    set(TESTS_TIMEOUT 1500) # what ctest has without one
  endif()
  if(TESTS_WITHOUT)
    set(filter "-${TESTS_WITHOUT}")
  else()
    set(filter "*")
  endif()
  if(NOT VOSTRO_SANITIZE)
    gtest_discover_tests(${program} DISCOVERY_TIMEOUT 60 TEST_FILTER "${filter}"
      PROPERTIES LABELS ${TESTS_LABEL} TIMEOUT ${TESTS_TIMEOUT})
    return()
  endif()
  foreach(part RANGE 1 ${vostro_test_parts})
    math(EXPR index "${part} - 1")
    add_test(NAME ${program}.${part} COMMAND ${program} --gtest_brief=1 --gtest_filter=${filter})
    set_tests_properties(${program}.${part} PROPERTIES LABELS ${TESTS_LABEL} TIMEOUT 1800
      ENVIRONMENT "GTEST_TOTAL_SHARDS=${vostro_test_parts};GTEST_SHARD_INDEX=${index}")
  endforeach()
endfunction()
