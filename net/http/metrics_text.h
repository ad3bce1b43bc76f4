/// Builds the text that Prometheus scrapes. One thread; prometheus-cpp stays in the .cpp file.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vostro::net::http {

class MetricsText {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  MetricsText();
  ~MetricsText();
  MetricsText(const MetricsText&) = delete;
  MetricsText& operator=(const MetricsText&) = delete;

  /// Something that goes up and down, or only up; values of one name with several labels are given
  /// one after the other.
  void gauge(std::string_view name, std::string_view help, double value, const Labels& labels = {});
  void counter(std::string_view name, std::string_view help, double value,
               const Labels& labels = {});
  /// The text exposition format, version 0.0.4.
  [[nodiscard]] std::string text() const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

/// Counts are shown as floating point, as Prometheus keeps them: exact up to 2^53.
template <class Integer>
[[nodiscard]] double metric(Integer value) {
  return static_cast<double>(value);
}

}  // namespace vostro::net::http
