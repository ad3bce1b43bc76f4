# Writes OUT: every schema of DIR as a string (embed_schemas.cmake -DDIR=... -DOUT=...).
file(GLOB schemas ${DIR}/*.xsd)
list(SORT schemas)
set(rows "")
foreach(schema IN LISTS schemas)
  get_filename_component(name ${schema} NAME)
  file(READ ${schema} text)
  string(APPEND rows "    SchemaText{\"${name}\", R\"xsd(${text})xsd\"},\n")
endforeach()
file(WRITE ${OUT} "#include <array>

#include \"iso20022/schema.h\"

namespace vostro::iso20022 {
namespace {

constexpr std::array kTexts{
${rows}};

}  // namespace

std::span<const SchemaText> guideline_texts() {
  return kTexts;
}

}  // namespace vostro::iso20022
")
