# Installs the build directory BUILD into BUILD/installed and looks for everything that an operator needs.
foreach(file bin/vostro-node bin/vostro-genesis bin/vostro bin/vostro-bridge bin/vostro-audit manual/made)
  if(NOT EXISTS ${BUILD}/${file})
    message("skipped: ${file} is not built")
    return()
  endif()
endforeach()

set(prefix ${BUILD}/installed)
file(REMOVE_RECURSE ${prefix})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)

foreach(program vostro-node vostro-genesis vostro vostro-bridge vostro-audit)
  execute_process(COMMAND ${prefix}/bin/${program} --help OUTPUT_QUIET RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${prefix}/bin/${program} --help: ${result}")
  endif()
endforeach()
foreach(file share/vostro/vostro-node.example.toml share/vostro/vostro-bridge.example.toml share/doc/vostro/README.md share/doc/vostro/genesis.md share/vostro/queries/supply.sql share/doc/vostro/audit.md
             share/doc/vostro/operating/runbook.md share/doc/vostro/example/pay.cpp
             share/man/man1/vostro.1 share/man/man1/vostro-pay.1 share/man/man1/vostro-node.1
             share/man/man1/vostro-genesis-seal.1 share/man/man1/vostro-bridge-suspense.1 share/man/man1/vostro-audit-replay.1
             share/bash-completion/completions/vostro share/zsh/vendor-completions/_vostro
             include/vostro/client/api.h include/vostro/chain/tx/payment.h)
  if(NOT EXISTS ${prefix}/${file})
    message(FATAL_ERROR "${file} is not installed")
  endif()
endforeach()

# The library for other programs: the example, built outside of this tree. A sanitizer's library wants its own flags.
if(SANITIZE)
  file(REMOVE_RECURSE ${prefix})
  return()
endif()
set(consumer ${BUILD}/consumer)
file(REMOVE_RECURSE ${consumer})
execute_process(COMMAND ${CMAKE_COMMAND} -G Ninja -S ${CMAKE_CURRENT_LIST_DIR}/consumer -B ${consumer}
  -DCMAKE_PREFIX_PATH=${prefix} -DEXAMPLE=${prefix}/share/doc/vostro/example/pay.cpp
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${consumer} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${consumer}/payments ERROR_VARIABLE said RESULT_VARIABLE result)
if(NOT result EQUAL 2 OR NOT said MATCHES "--api is missing")
  message(FATAL_ERROR "the program built against the package: ${result}, ${said}")
endif()
file(REMOVE_RECURSE ${prefix} ${consumer})
