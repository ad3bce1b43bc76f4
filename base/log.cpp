#include "base/log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <memory>
#include <mutex>

#include "base/rate_limit.h"

namespace vostro::log {
namespace {

constexpr std::size_t kValueBytesMax = 256;
constexpr std::size_t kAccountCharactersShown = 4;
constexpr std::string_view kHexDigits = "0123456789abcdef";

/// JSON's escapes. A byte above ASCII is shown as the code point of its number, so that any bytes
/// make a valid line.
void append_escaped(std::string& line, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<Byte>(c);
    if (c == '"' || c == '\\') {
      line.push_back('\\');
      line.push_back(c);
    } else if (byte >= 0x20 && byte < 0x7f) {
      line.push_back(c);
    } else {
      line += "\\u00";
      line.push_back(kHexDigits[byte >> 4U]);
      line.push_back(kHexDigits[byte & 15U]);
    }
  }
}

void append_quoted(std::string& line, std::string_view text) {
  line.push_back('"');
  append_escaped(line, text);
  line.push_back('"');
}

std::string_view shown_part(std::string_view name, std::string_view text) {
  if (name == "account" && text.size() > kAccountCharactersShown)
    return text.substr(text.size() - kAccountCharactersShown);
  return text.substr(0, kValueBytesMax);
}

bool needs_quotes(std::string_view text) {
  if (text.empty()) return true;
  for (const char c : text)
    if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '=') return true;
  return false;
}

void append_value(std::string& line, const Field& field, Format format) {
  const auto& held = field.value.held();
  if (const auto* flag = std::get_if<bool>(&held)) {
    line += *flag ? "true" : "false";
  } else if (const auto* negative = std::get_if<std::int64_t>(&held)) {
    line += std::to_string(*negative);
  } else if (const auto* number = std::get_if<std::uint64_t>(&held)) {
    line += std::to_string(*number);
  } else {
    const auto text = shown_part(field.name.text(), std::get<std::string>(held));
    if (format == Format::json || needs_quotes(text)) {
      append_quoted(line, text);
    } else {
      line += text;
    }
  }
}

/// The part of the line that is ours; time and level come from the pattern.
std::string line_of(Message message, Fields fields, std::uint64_t left_out, Format format) {
  std::string line;
  if (format == Format::json) {
    append_quoted(line, message.text());
  } else {
    append_escaped(line, message.text());
  }
  const auto append_name = [&line, format](std::string_view name) {
    if (format == Format::json) {
      line.push_back(',');
      append_quoted(line, name);
      line.push_back(':');
    } else {
      line.push_back(' ');
      line += name;
      line.push_back('=');
    }
  };
  for (const Field& field : fields) {
    append_name(field.name.text());
    append_value(line, field, format);
  }
  if (left_out > 0) {
    append_name("left_out");
    line += std::to_string(left_out);
  }
  return line;
}

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string pattern_of(Format format) {
  return format == Format::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%v})"
                                : "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
}

/// One for the process. spdlog's sink writes a line as a whole and flushes it; the mutex guards the
/// rest.
class Log {
 public:
  Log() { configure({}); }

  void configure(const Options& options) {
    const std::lock_guard guard(mutex_);
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    sink->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        pattern_of(options.format), spdlog::pattern_time_type::utc));
    logger_ = std::make_shared<spdlog::logger>("vostro", std::move(sink));
    logger_->set_level(spdlog::level::trace);
    format_ = options.format;
    repeats_ = RepeatLimit(options.repeats_max);
    level_.store(options.level, std::memory_order_relaxed);
  }

  [[nodiscard]] bool is_enabled(Level level) const {
    return level >= level_.load(std::memory_order_relaxed);
  }

  void write(Level level, Message message, Fields fields) {
    std::shared_ptr<spdlog::logger> logger;
    Format format = Format::text;
    std::uint64_t left_out = 0;
    {
      const std::lock_guard guard(mutex_);
      const auto admitted = repeats_.admit(message.text(), RepeatLimit::Time::clock::now());
      if (!admitted) return;
      left_out = *admitted;
      logger = logger_;
      format = format_;
    }
    logger->log(spdlog_level(level),
                spdlog::string_view_t(line_of(message, fields, left_out, format)));
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<spdlog::logger> logger_;
  Format format_ = Format::text;
  RepeatLimit repeats_{0};
  std::atomic<Level> level_{Level::info};
};

Log& the_log() {
  // Never destroyed, so that a thread that outlives main may still write its last line.
  static Log* const log = new Log;
  return *log;
}

}  // namespace

void configure(const Options& options) {
  the_log().configure(options);
}

std::string_view to_string(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "unknown";
}

std::optional<Level> parse_level(std::string_view text) {
  for (const Level level : {Level::debug, Level::info, Level::warning, Level::error})
    if (to_string(level) == text) return level;
  return std::nullopt;
}

std::optional<Format> parse_format(std::string_view text) {
  if (text == "text") return Format::text;
  if (text == "json") return Format::json;
  return std::nullopt;
}

bool is_enabled(Level level) {
  return the_log().is_enabled(level);
}

void write(Level level, Message message, Fields fields) {
  if (the_log().is_enabled(level)) the_log().write(level, message, fields);
}

}  // namespace vostro::log
