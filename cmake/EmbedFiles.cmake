# Writes files into a C++ source, so that a program needs none of them beside it. Run by `cmake -P` as a build step:
#   cmake -DOUTPUT=F -DHEADER=node/api/embedded_files.h -DNAMESPACE=vostro::node::api -DFUNCTION=console_files -DFOLDER=D
#     -DFILES=a.css,b.js -P EmbedFiles.cmake
# FUNCTION is one of HEADER, which knows net/http/embedded_file.h. Each file becomes a row {name, media type, entity tag, content}; the tag is the
# content's SHA-256, so it changes with it.
set(type_html "text/html; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_svg "image/svg+xml")
set(type_json "application/json")
# Content stands in raw literals, which end at this word.
set(mark "embedded_file")

string(REPLACE "," ";" names "${FILES}")
set(rows "")
foreach(name IN LISTS names)
  file(READ ${FOLDER}/${name} content)
  file(SHA256 ${FOLDER}/${name} digest)
  file(SIZE ${FOLDER}/${name} size)
  string(LENGTH "${content}" length)
  string(FIND "${content}" ")${mark}\"" clash)
  get_filename_component(extension ${name} LAST_EXT)
  string(SUBSTRING ${extension} 1 -1 extension)
  if(NOT length EQUAL size OR NOT clash EQUAL -1)
    message(FATAL_ERROR "${name} is not plain ASCII, or holds the mark that ends it: it cannot be embedded")
  endif()
  if(NOT DEFINED type_${extension})
    message(FATAL_ERROR "${name}: no media type for .${extension} in EmbedFiles.cmake")
  endif()
  string(SUBSTRING ${digest} 0 32 tag)
  string(APPEND rows "    EmbeddedFile{\"${name}\", \"${type_${extension}}\", \"\\\"${tag}\\\"\",\n"
    "                R\"${mark}(${content})${mark}\"},\n")
endforeach()

file(WRITE ${OUTPUT} "// Made by cmake/EmbedFiles.cmake.
#include <array>

#include \"${HEADER}\"

// The standard asks of compilers to take 65536 characters in one literal; ours take more.
#pragma GCC diagnostic ignored \"-Woverlength-strings\"

namespace ${NAMESPACE} {

std::span<const EmbeddedFile> ${FUNCTION}() {
  static constexpr std::array kFiles{
${rows}  };
  return kFiles;
}

}  // namespace ${NAMESPACE}
")
