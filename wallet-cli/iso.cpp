// Messages of ISO 20022 looked at before anybody acts by them: whether they are taken, and what is
// understood. Needs no node.
#include <algorithm>
#include <filesystem>
#include <ostream>

#include "iso20022/message.h"
#include "wallet-cli/bad_file.h"
#include "wallet-cli/command.h"
#include "wallet-cli/input_file.h"
#include "wallet-cli/output.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

using iso20022::Message;
using iso20022::Understood;

constexpr std::size_t schema_bytes_max = std::size_t{4} * 1024 * 1024;
constexpr std::size_t schemas_max = 1'000;

/// Every file of the directory whose name ends in .xsd, in the order of their names.
iso20022::SchemaSet schemas_of(const std::string& directory) {
  std::vector<std::string> paths;
  std::error_code error;
  for (auto at = std::filesystem::directory_iterator(directory, error);
       !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
    if (at->path().extension() == ".xsd") paths.push_back(at->path().string());
    if (paths.size() > schemas_max)
      throw usage(directory + " holds more than " + std::to_string(schemas_max) + " schemas");
  }
  if (error) throw input_stop(directory, error.message());
  if (paths.empty()) throw usage(directory + " holds no file whose name ends in .xsd");
  std::sort(paths.begin(), paths.end());
  iso20022::SchemaSet schemas;
  for (const std::string& path : paths) {
    const auto added = schemas.add(read_input(path, schema_bytes_max));
    if (!added) throw usage(path + ": " + added.error(), "bad_schema");
  }
  return schemas;
}

Result<Message, iso20022::Problems> read_file(const Arguments& arguments) {
  const std::string text = read_input(arguments.text("FILE"), iso20022::tree_limits.bytes_max);
  iso20022::ReadOptions options;
  options.takes_any_header_version = arguments.has("--any-header-version");
  iso20022::SchemaSet schemas;
  if (const auto directory = arguments.find("--schemas")) {
    schemas = schemas_of(*directory);
    options.schemas = &schemas;
  }
  return iso20022::read_message(text, options);
}

Exit refuse(Wallet& wallet, const Arguments& arguments, const iso20022::Problems& problems) {
  return refuse_file(wallet, arguments.text("FILE"), problems, "the message is not taken");
}

std::vector<std::string> clean(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (const std::string& each : names) out.push_back(iso20022::quotable(each));
  return out;
}

json::array names_json(const std::vector<std::string>& names) {
  json::array out;
  for (const std::string& each : names) out.push_back(as_json(each));
  return out;
}

json::object message_json(const Arguments& arguments, const Message& message) {
  json::object out{{"file", as_json(arguments.text("FILE"))},
                   {"message", as_json(iso20022::to_text(message.type))},
                   {"subject", as_json(iso20022::about(message.type.kind).subject)},
                   {"business_message_id", nullptr},
                   {"neighbour", iso20022::is_neighbour(message.type)}};
  if (message.header) out["business_message_id"] = as_json(message.header->business_message_id);
  out["kept"] = names_json(message.kept);
  return out;
}

std::string heading(const Message& message) {
  std::string text = iso20022::to_text(message.type) + ": " +
                     std::string(iso20022::about(message.type.kind).subject) + "\n";
  if (iso20022::is_neighbour(message.type))
    text += "This version is read and not written; our guideline is for " +
            iso20022::to_text(iso20022::current(message.type.kind)) + ".\n";
  for (const std::string& each : clean(message.kept))
    text += each + ": no field of its own, kept as it is\n";
  return text;
}

Exit iso_check(Wallet& wallet, const Arguments& arguments) {
  const auto message = read_file(arguments);
  if (!message) return refuse(wallet, arguments, message.error());
  return finish(wallet, Exit::ok, message_json(arguments, *message),
                heading(*message) + "It is in order.\n");
}

Exit iso_show(Wallet& wallet, const Arguments& arguments) {
  const auto message = read_file(arguments);
  if (!message) return refuse(wallet, arguments, message.error());
  json::array values;
  std::vector<std::vector<std::string>> rows{{"ELEMENT", "VALUE", "USE", "MEANING"}};
  for (const Understood& each : iso20022::explain(*message)) {
    json::object value{{"element", as_json(each.path)},
                       {"value", as_json(each.value)},
                       {"currency", nullptr},
                       {"use", as_json(iso20022::to_string(each.use))},
                       {"meaning", as_json(each.meaning)}};
    if (!each.currency.empty()) value["currency"] = as_json(each.currency);
    values.push_back(std::move(value));
    const std::string shown = each.value + (each.currency.empty() ? "" : " " + each.currency);
    rows.push_back({iso20022::quotable(each.path), iso20022::quotable(shown),
                    std::string(iso20022::to_string(each.use)), std::string(each.meaning)});
  }
  json::object out = message_json(arguments, *message);
  out["values"] = std::move(values);
  return finish(wallet, Exit::ok, std::move(out), heading(*message) + columns(rows));
}

}  // namespace

std::vector<Command> iso_commands() {
  using Kind = Option::Kind;
  const Option file{"FILE", Kind::positional, true, "A message, with or without its envelope"};
  const Option schemas{"--schemas", Kind::value, false,
                       "Directory of more schemas (.xsd) to hold it against"};
  const Option any_version{"--any-header-version", Kind::flag, false,
                           "Take a header that names another version of the same message"};
  return {
      {"iso check",
       "Tell whether an ISO 20022 message is taken, and if not why",
       {file, schemas, any_version},
       iso_check},
      {"iso show",
       "Show each value of an ISO 20022 message, and what becomes of it",
       {file, schemas, any_version},
       iso_show},
  };
}

}  // namespace vostro::wallet
