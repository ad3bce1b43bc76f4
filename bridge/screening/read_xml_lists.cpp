#include <algorithm>
#include <functional>

#include "base/text.h"
#include "bridge/screening/list_builder.h"
#include "bridge/screening/normal.h"
#include "bridge/screening/readers.h"
#include "iso20022/xml.h"

namespace vostro::bridge::screening {
namespace {

constexpr iso20022::XmlLimits kLimits{.bytes_max = list_bytes_max,
                                      .depth_max = 12,
                                      .elements_max = 10'000'000,
                                      .attributes_max = 16,
                                      .text_bytes_max = 64 * 1024,
                                      .is_utf8_only = true};

/// "11/18/2022", as OFAC writes days.
std::optional<Date> american_date(std::string_view text) {
  if (text.size() != 10 || text[2] != '/' || text[5] != '/') return std::nullopt;
  return parse_date(std::string(text.substr(6)) + "-" + std::string(text.substr(0, 2)) + "-" +
                    std::string(text.substr(3, 2)));
}

std::string trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin));
}

std::string joined(std::string_view first, std::string_view second) {
  return std::string(first) + (first.empty() || second.empty() ? "" : " ") + std::string(second);
}

/// Follows the way from the root, "sdnList/sdnEntry/uid", and what a list makes of it.
class ListHandler : public iso20022::XmlHandler {
 public:
  bool on_open(const iso20022::XmlElement& element) override {
    ends_.push_back(path_.size());
    if (!path_.empty()) path_ += '/';
    path_ += element.name;
    line_ = element.line;
    if (ends_.size() == 1 && path_ != root()) {
      problem_ = "the root element is not " + std::string(root()) + ": it is another list";
      return false;
    }
    opened(element);
    return true;
  }
  bool on_close(std::string_view text) override {
    std::string value = trimmed(text);
    std::ranges::replace_if(
        value, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
    closed(is_kept(path_) ? without_unseen(value) : value);
    path_.resize(ends_.back());
    ends_.pop_back();
    return true;
  }

  [[nodiscard]] Result<List, ListError> finish(std::string_view text, std::string_view name,
                                               const Result<void, iso20022::XmlError>& read) {
    if (!problem_.empty()) return fail(ListError{line_, problem_});
    if (!read) return fail(ListError{read.error().line, read.error().what});
    list_.add_file(text);
    return list_.finish(name);
  }

 protected:
  [[nodiscard]] virtual std::string_view root() const = 0;
  [[nodiscard]] virtual bool is_kept(std::string_view path) const = 0;
  virtual void opened(const iso20022::XmlElement& element) = 0;
  virtual void closed(const std::string& value) = 0;

  [[nodiscard]] std::string_view path() const { return path_; }
  [[nodiscard]] std::size_t line() const { return line_; }
  ListBuilder& list() { return list_; }

 private:
  std::string path_;
  std::vector<std::size_t> ends_;
  std::size_t line_ = 0;
  std::string problem_;
  ListBuilder list_;
};

class OfacHandler : public ListHandler {
  [[nodiscard]] std::string_view root() const override { return "sdnList"; }
  [[nodiscard]] bool is_kept(std::string_view at) const override {
    return at.ends_with("Name") || at.ends_with("/program") || at.ends_with("/uid");
  }

  void opened(const iso20022::XmlElement&) override {
    if (path() == "sdnList/sdnEntry") {
      entry_ = {};
      first_ = last_ = {};
      begun_ = line();
    } else if (path() == "sdnList/sdnEntry/akaList/aka") {
      alias_first_ = alias_last_ = {};
      is_weak_ = false;
    }
  }
  void closed(const std::string& value) override {
    const std::string_view at = path();
    constexpr std::string_view kEntry = "sdnList/sdnEntry";
    if (at == "sdnList/publshInformation/Publish_Date") {
      if (const auto date = american_date(value)) list().published(*date);
    } else if (at == kEntry) {
      // OFAC's CSV has family name and comma first; the order does not matter to the matching.
      ListedName own{joined(first_, last_), false, false};
      if (!own.text.empty()) entry_.names.insert(entry_.names.begin(), std::move(own));
      if (entry_.kind.empty()) entry_.kind = "entity";
      list().add(std::move(entry_), begun_);
    } else if (at.starts_with(kEntry)) {
      part(at.substr(kEntry.size()), value);
    }
  }
  void part(std::string_view at, const std::string& value) {
    if (at == "/uid") {
      entry_.id = value;
    } else if (at == "/firstName") {
      first_ = value;
    } else if (at == "/lastName") {
      last_ = value;
    } else if (at == "/sdnType") {
      entry_.kind = value;
      std::ranges::transform(entry_.kind, entry_.kind.begin(), [](char c) {
        return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
      });
    } else if (at == "/programList/program") {
      entry_.programme += (entry_.programme.empty() ? "" : "; ") + value;
    } else if (at == "/akaList/aka/category") {
      is_weak_ = value == "weak";
    } else if (at == "/akaList/aka/firstName") {
      alias_first_ = value;
    } else if (at == "/akaList/aka/lastName") {
      alias_last_ = value;
    } else if (at == "/akaList/aka") {
      list().add_name(entry_, joined(alias_first_, alias_last_), true, is_weak_);
    } else if (at == "/addressList/address/country" ||
               at == "/nationalityList/nationality/country" ||
               at == "/citizenshipList/citizenship/country" || at == "/vesselInfo/vesselFlag") {
      list().add_country(entry_, value);
    }
  }

  ListEntry entry_;
  std::string first_, last_, alias_first_, alias_last_;
  bool is_weak_ = false;
  std::size_t begun_ = 0;
};

class UnHandler : public ListHandler {
  [[nodiscard]] std::string_view root() const override { return "CONSOLIDATED_LIST"; }
  [[nodiscard]] bool is_kept(std::string_view at) const override {
    return at.ends_with("_NAME") || at.ends_with("NAME_ORIGINAL_SCRIPT") ||
           at.ends_with("REFERENCE_NUMBER") || at.ends_with("UN_LIST_TYPE");
  }

  void opened(const iso20022::XmlElement& element) override {
    if (path() == root()) {
      for (const iso20022::XmlAttribute& each : element.attributes)
        if (each.name == "dateGenerated")
          if (const auto date = parse_date(each.value.substr(0, 10))) list().published(*date);
    } else if (is_entry()) {
      entry_ = {};
      entry_.kind = path().ends_with("INDIVIDUAL") ? "individual" : "entity";
      name_.clear();
      original_.clear();
      begun_ = line();
    } else if (path().ends_with("_ALIAS")) {
      alias_.clear();
      quality_.clear();
    }
  }
  [[nodiscard]] bool is_entry() const {
    return path() == "CONSOLIDATED_LIST/INDIVIDUALS/INDIVIDUAL" ||
           path() == "CONSOLIDATED_LIST/ENTITIES/ENTITY";
  }

  void closed(const std::string& value) override {
    if (is_entry()) {
      ListedName own{name_, false, false};
      if (!own.text.empty()) entry_.names.insert(entry_.names.begin(), std::move(own));
      list().add_name(entry_, original_, true, false);
      list().add(std::move(entry_), begun_);
      return;
    }
    const std::string_view at = path();
    for (const std::string_view entry :
         {"CONSOLIDATED_LIST/INDIVIDUALS/INDIVIDUAL/", "CONSOLIDATED_LIST/ENTITIES/ENTITY/"})
      if (at.starts_with(entry)) part(at.substr(entry.size()), value);
  }
  void part(std::string_view at, const std::string& value) {
    if (at == "REFERENCE_NUMBER") {
      entry_.id = value;
    } else if (at == "UN_LIST_TYPE") {
      entry_.programme = value;
    } else if (at == "FIRST_NAME" || at == "SECOND_NAME" || at == "THIRD_NAME" ||
               at == "FOURTH_NAME") {
      name_ = joined(name_, value);
    } else if (at == "NAME_ORIGINAL_SCRIPT") {
      original_ = value;
    } else if (at.ends_with("_ALIAS/QUALITY")) {
      quality_ = value;
    } else if (at.ends_with("_ALIAS/ALIAS_NAME")) {
      alias_ = value;
    } else if (at == "INDIVIDUAL_ALIAS" || at == "ENTITY_ALIAS") {
      list().add_name(entry_, alias_, true, quality_ == "Low");
    } else if (at == "NATIONALITY/VALUE" || at.ends_with("_ADDRESS/COUNTRY")) {
      list().add_country(entry_, value);
    }
  }

  ListEntry entry_;
  std::string name_, original_, alias_, quality_;
  std::size_t begun_ = 0;
};

}  // namespace

Result<List, ListError> read_ofac_xml(std::string_view text, std::string_view name) {
  OfacHandler handler;
  const auto read = iso20022::read_xml(text, kLimits, handler);
  return handler.finish(text, name, read);
}

Result<List, ListError> read_un_xml(std::string_view text, std::string_view name) {
  UnHandler handler;
  const auto read = iso20022::read_xml(text, kLimits, handler);
  return handler.finish(text, name, read);
}

}  // namespace vostro::bridge::screening
