#include "iso20022/message.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "iso20022/known_message.h"
#include "iso20022/rules.h"
#include "iso20022/tables.h"

namespace vostro::iso20022 {
namespace {

/// Envelopes around AppHdr and Document; more would hide a message rather than carry it.
constexpr std::size_t parts_depth_max = 6;

struct PartsFound {
  std::vector<Element*> headers;
  std::vector<std::pair<Element*, std::string>> documents;  ///< and the namespace
  std::vector<std::string> header_spaces;
};

void find_parts(Element& element, const std::string& around, std::size_t depth, PartsFound& found) {
  const bool is_own = !element.name_space.empty() || element.is_without_space;
  const std::string& space = is_own ? element.name_space : around;
  if (element.name == "Document") {
    found.documents.emplace_back(&element, space);
  } else if (element.name == "AppHdr") {
    found.headers.push_back(&element);
    found.header_spaces.push_back(space);
  } else if (depth < parts_depth_max) {
    for (Element& child : element.children) find_parts(child, space, depth + 1, found);
  }
}

std::optional<MessageType> type_of(std::string_view name_space) {
  if (!name_space.starts_with(iso_name_space)) return std::nullopt;
  return parse_message_type(name_space.substr(iso_name_space.size()));
}

std::string all_read() {
  std::string out;
  for (const MessageKind& each : message_kinds()) {
    if (each.kind == Kind::head_001) continue;
    out += (out.empty() ? "" : ", ") + std::string(each.base.substr(0, 8));
  }
  return out;
}

/// The element at a path like "CdtTrfTxInf[2]/PmtId", as far as it is there.
const Element& at_path(const Element& root, std::string_view path) {
  const Element* at = &root;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    std::string_view name = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    std::size_t index = 1;
    if (const std::size_t open = name.find('['); open != std::string_view::npos) {
      std::from_chars(name.data() + open + 1, name.data() + name.size(), index);
      name = name.substr(0, open);
    }
    const Element* next = nullptr;
    for (const Element& child : at->children) {
      if (child.name == name && next == nullptr && --index == 0) next = &child;
    }
    if (next == nullptr) return *at;
    at = next;
  }
  return *at;
}

/// Every body's table, by index of the variant.
const Table& table_of_body(const Body& body) {
  return std::visit(
      [](const auto& each) -> const Table& { return table_of<std::decay_t<decltype(each)>>(); },
      body);
}

Body body_of(Kind kind) {
  switch (kind) {
    case Kind::head_001:
      break;
    case Kind::pain_001:
      return InitiationMessage{};
    case Kind::pain_002:
      return OrderReport{};
    case Kind::pacs_002:
      return StatusReport{};
    case Kind::pacs_004:
      return Returns{};
    case Kind::pacs_008:
      return CustomerTransfers{};
    case Kind::pacs_009:
      return BankTransfers{};
    case Kind::camt_029:
      return CancellationAnswer{};
    case Kind::camt_052:
    case Kind::camt_053:
    case Kind::camt_054:
      return AccountMessage{};
    case Kind::camt_056:
      return CancellationRequest{};
  }
  VOSTRO_CHECK(false);
}

/// Guideline and added schemas. True where they have nothing to say.
bool check_schemas(const Element& root, std::string_view name_space, const SchemaSet* schemas,
                   Problems& problems) {
  const Schema* guideline = guideline_of(name_space);
  if (guideline != nullptr && !guideline->check(root, problems)) return false;
  const Schema* added = schemas == nullptr ? nullptr : schemas->find(name_space);
  return added == nullptr || added->check(root, problems);
}

/// A part with its namespace on itself, as it is without the envelope; moved, for it may be large.
Element standing_alone(Element& part, const std::string& name_space) {
  Element alone = std::move(part);
  alone.name_space = name_space;
  alone.is_without_space = false;
  return alone;
}

void in_order(Problems& problems) {
  std::stable_sort(problems.list.begin(), problems.list.end(),
                   [](const Problem& a, const Problem& b) { return a.line < b.line; });
}

void append(const Problems& from, Problems& to) {
  for (const Problem& each : from.list) to.add(each);
  to.is_cut = to.is_cut || from.is_cut;
}

/// `is_known`: it passed the schemas before.
void read_header(Element& found, const std::string& name_space, const ReadOptions& options,
                 bool is_known, Message& message, Problems& problems) {
  const auto type = type_of(name_space);
  if (!type || type->kind != Kind::head_001) {
    problems.add({found.line, "AppHdr", name_space,
                  "the header is no head.001.001.01 to head.001.001.04; write it as one of them"});
    return;
  }
  const Element root = standing_alone(found, name_space);
  if (!is_known && !check_schemas(root, name_space, options.schemas, problems)) return;
  Reading reading(Kind::head_001, is_neighbour(*type));
  Header header;
  read_struct(reading, root, &header, table_of<Header>());
  if (reading.problems.list.empty())
    check_header(header, message.type, options.takes_any_header_version, reading.problems);
  for (const std::string& each : reading.kept) message.kept.push_back("AppHdr/" + each);
  for (Problem& each : reading.problems.list) {
    each.line = at_path(root, each.element).line;
    each.element = "AppHdr/" + each.element;
    problems.add(each);
  }
  message.header = std::move(header);
}

void read_document(const ReadOptions& options, bool is_known, Message& message,
                   Problems& problems) {
  const Element& root = message.document;
  const MessageKind& kind = about(message.type.kind);
  if (!is_known && !check_schemas(root, root.name_space, options.schemas, problems)) return;
  if (root.children.size() != 1 || root.children.front().name != kind.root) {
    problems.add({root.line, "Document", root.children.empty() ? "" : root.children.front().name,
                  "a " + to_text(message.type) + " holds one " + std::string(kind.root)});
    return;
  }
  const Element& content = root.children.front();
  Reading reading(message.type.kind, is_neighbour(message.type));
  message.body = body_of(message.type.kind);
  std::visit(
      [&](auto& body) {
        read_struct(reading, content, &body, table_of<std::decay_t<decltype(body)>>());
      },
      message.body);
  if (reading.problems.list.empty()) {
    check_rules(message.type, message.body, reading.problems);
    for (Problem& each : reading.problems.list) each.line = at_path(content, each.element).line;
  }
  message.kept.insert(message.kept.end(), reading.kept.begin(), reading.kept.end());
  append(reading.problems, problems);
}

Result<Message, Problems> read_text(std::string_view text, const ReadOptions& options,
                                    bool is_known) {
  Problems problems;
  const auto refuse = [&](Problem problem) {
    problems.add(std::move(problem));
    return fail(std::move(problems));
  };
  auto tree = read_tree(text, options.limits);
  if (!tree) return refuse({tree.error().line, "", "", tree.error().what});
  PartsFound found;
  find_parts(*tree, "", 0, found);
  if (found.documents.empty())
    return refuse(
        {tree->line, quotable(tree->name), "", "there is no Document of ISO 20022 in the file"});
  if (found.documents.size() > 1 || found.headers.size() > 1)
    return refuse({found.documents.back().first->line, "Document", "",
                   "the file holds more than one message; give each a file of its own"});
  const auto& [document, name_space] = found.documents.front();
  const auto type = type_of(name_space);
  if (!type || type->kind == Kind::head_001)
    return refuse({document->line, "Document", name_space,
                   "this message, or this version of it, is not read; read are " + all_read() +
                       ", in the versions of docs/iso20022.md"});
  Message message;
  message.type = *type;
  message.document = standing_alone(*document, name_space);
  if (!found.headers.empty())
    read_header(*found.headers.front(), found.header_spaces.front(), options, is_known, message,
                problems);
  read_document(options, is_known, message, problems);
  if (problems.list.empty()) return message;
  in_order(problems);
  return fail(std::move(problems));
}

}  // namespace

Result<Message, Problems> read_message(std::string_view text, const ReadOptions& options) {
  return read_text(text, options, false);
}

Result<Message, Problems> read_known_message(std::string_view text) {
  return read_text(text, {}, true);
}

Result<std::string, Problems> write_message(Kind kind, const Body& body,
                                            const std::optional<Header>& header,
                                            const SchemaSet* schemas) {
  VOSTRO_CHECK(body.index() == body_of(kind).index());
  const MessageType type = current(kind);
  Problems problems;
  Element document;
  document.name = "Document";
  document.name_space = std::string(iso_name_space) + to_text(type);
  Element& content = document.children.emplace_back();
  content.name = std::string(about(kind).root);
  std::visit(
      [&](const auto& each) {
        write_struct(&each, table_of<std::decay_t<decltype(each)>>(), kind, content);
      },
      body);
  if (check_schemas(document, document.name_space, schemas, problems))
    check_rules(type, body, problems);
  if (!header) {
    if (!problems.list.empty()) return fail(std::move(problems));
    return write_tree(document);
  }
  Element around;
  around.name = "RequestPayload";
  Element& top = around.children.emplace_back();
  top.name = "AppHdr";
  top.name_space = std::string(iso_name_space) + to_text(current(Kind::head_001));
  write_struct(&*header, table_of<Header>(), Kind::head_001, top);
  if (check_schemas(top, top.name_space, schemas, problems))
    check_header(*header, type, false, problems);
  if (!problems.list.empty()) return fail(std::move(problems));
  around.children.push_back(std::move(document));
  // A Document is told apart from the header before it by its own namespace.
  return write_tree(around);
}

namespace {

class Explainer {
 public:
  explicit Explainer(Kind kind) : kind_(kind) {}

  std::vector<Understood> list;

  void top(const Element& element, const Table& table, const std::string& path) {
    children(element, table, "", path, Use::journal, "");
  }

 private:
  void children(const Element& element, const Table& table, const std::string& prefix,
                const std::string& path, Use around, std::string_view meaning) {
    std::size_t index = 0;
    for (std::size_t n = 0; n < element.children.size(); ++n) {
      const Element& child = element.children[n];
      const bool is_again = n > 0 && element.children[n - 1].name == child.name;
      const bool is_first_of_many =
          n + 1 < element.children.size() && element.children[n + 1].name == child.name;
      index = is_again ? index + 1 : 1;
      std::string here = path + (path.empty() ? "" : "/") + child.name;
      if (is_again || is_first_of_many) here += "[" + std::to_string(index) + "]";
      one(child, table, prefix.empty() ? child.name : prefix + "/" + child.name, here, around,
          meaning);
    }
  }
  void one(const Element& child, const Table& table, const std::string& name,
           const std::string& path, Use around, std::string_view meaning) {
    const bool is_ours = child.name_space.empty() && !child.is_without_space;
    const RowFound found = is_ours ? find_row(table, name, kind_) : RowFound{};
    if (found.row == nullptr && found.is_on_the_way)
      return children(child, table, name, path, around, meaning);
    if (found.row == nullptr) return whole(child, path, Use::journal, "no field; kept as it is");
    const Row& row = *found.row;
    // What is inside something is used as that is; its own meaning says which part it is.
    const Use use = row.use == Use::inside ? around : row.use;
    if (row.nested == nullptr) return whole(child, path, use, row.meaning);
    if (child.children.empty()) return whole(child, path, use, row.meaning);
    children(child, *row.nested(), "", path, use, row.meaning);
  }
  void whole(const Element& element, const std::string& path, Use use, std::string_view meaning) {
    if (element.children.empty()) {
      list.push_back({path, element.text, std::string(element.attribute("Ccy")), use, meaning});
      return;
    }
    for (const Element& child : element.children)
      whole(child, path + "/" + child.name, use, meaning);
  }

  Kind kind_;
};

}  // namespace

std::vector<Understood> explain(const Message& message) {
  std::vector<Understood> all;
  if (message.header) {
    Element header;
    write_struct(&*message.header, table_of<Header>(), Kind::head_001, header);
    Explainer explainer(Kind::head_001);
    explainer.top(header, table_of<Header>(), "AppHdr");
    all = std::move(explainer.list);
  }
  Explainer explainer(message.type.kind);
  explainer.top(message.document.children.front(), table_of_body(message.body), "");
  all.insert(all.end(), explainer.list.begin(), explainer.list.end());
  return all;
}

}  // namespace vostro::iso20022
