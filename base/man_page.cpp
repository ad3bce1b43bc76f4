#include "base/man_page.h"

#include <filesystem>
#include <fstream>

namespace vostro {
namespace {

/// Text as roff reads it: no character of it is a command.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) out += "\\&";
      out += c;
    }
  }
  return out;
}

/// For the argument of a request, which stands in quotes.
std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : escaped(text)) out += c == '"' ? std::string("\\(dq") : std::string(1, c);
  return out + "\"";
}

void add_text(std::string& out, std::string_view text) {
  bool is_as_it_is = false;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
    const bool wants_as_it_is = line.starts_with(' ');
    if (wants_as_it_is != is_as_it_is) out += wants_as_it_is ? ".PP\n.nf\n" : ".fi\n";
    is_as_it_is = wants_as_it_is;
    out += line.empty() ? ".PP\n" : escaped(line) + "\n";
  }
  if (is_as_it_is) out += ".fi\n";
}

void add_options(std::string& out, const std::vector<ManOption>& options) {
  for (const ManOption& option : options) {
    out += ".TP\n\\fB" + escaped(option.name) + "\\fR";
    if (!option.value.empty()) out += " \\fI" + escaped(option.value) + "\\fR";
    out += "\n";
    add_text(out, option.help);
  }
}

}  // namespace

std::string to_roff(const ManPage& page, std::string_view version) {
  std::string title = page.name;
  for (char& c : title) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  std::string out = ".TH " + in_quotes(title) + " 1 \"\" " +
                    in_quotes("Vostro " + std::string(version)) + " \"Vostro\"\n.nh\n.ad l\n";
  out += ".SH NAME\n" + escaped(page.name) + " \\- " + escaped(page.summary) + "\n";
  out += ".SH SYNOPSIS\n.B " + escaped(page.synopsis) + "\n";
  out += ".SH DESCRIPTION\n";
  add_text(out, page.about);
  for (const ManSection& section : page.sections) {
    out += ".SH " + in_quotes(section.title) + "\n";
    add_text(out, section.about);
    add_options(out, section.options);
  }
  if (!page.see_also.empty()) {
    out += ".SH \"SEE ALSO\"\n";
    for (std::size_t i = 0; i < page.see_also.size(); ++i)
      out += ".BR " + escaped(page.see_also[i]) + " (1)" +
             (i + 1 < page.see_also.size() ? "," : "") + "\n";
  }
  return out;
}

Result<void, std::string> write_man_pages(const std::string& directory,
                                          const std::vector<ManPage>& pages,
                                          std::string_view version) {
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error))
    return fail(directory + " is no directory: make it first");
  for (const ManPage& page : pages) {
    const std::string path = directory + "/" + page.name + ".1";
    std::ofstream file(path, std::ios::trunc);
    file << to_roff(page, version);
    file.close();
    if (!file.good()) return fail(path + ": the system refused to write it");
  }
  return {};
}

}  // namespace vostro
