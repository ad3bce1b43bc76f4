# What the programs tell about themselves, for man and for the shells: made by the programs, so that it cannot differ
# from their help.
include(GNUInstallDirs)
set(manual ${CMAKE_BINARY_DIR}/manual)
set(made ${manual}/made)
# The builder's own profile says nothing here.
set(plain ${CMAKE_COMMAND} -E env --unset=XDG_CONFIG_HOME --unset=XDG_STATE_HOME HOME=${manual})
add_custom_command(OUTPUT ${made}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${manual}/man1 ${manual}/bash ${manual}/zsh
  COMMAND ${plain} $<TARGET_FILE:vostro> man ${manual}/man1
  COMMAND ${plain} $<TARGET_FILE:vostro-node> man ${manual}/man1
  COMMAND ${plain} $<TARGET_FILE:vostro-genesis> man ${manual}/man1
  COMMAND ${plain} $<TARGET_FILE:vostro-bridge> man ${manual}/man1
  COMMAND ${plain} $<TARGET_FILE:vostro-audit> man ${manual}/man1
  COMMAND ${plain} $<TARGET_FILE:vostro> completion bash > ${manual}/bash/vostro
  COMMAND ${plain} $<TARGET_FILE:vostro> completion zsh > ${manual}/zsh/_vostro
  COMMAND ${CMAKE_COMMAND} -E touch ${made}
  DEPENDS vostro vostro-node vostro-genesis vostro-bridge vostro-audit
  COMMENT "Writing manual pages and completion" VERBATIM)
add_custom_target(manual ALL DEPENDS ${made})
install(DIRECTORY ${manual}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR})
install(DIRECTORY ${manual}/bash/ DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(DIRECTORY ${manual}/zsh/ DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
