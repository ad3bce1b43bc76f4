#include "net/http/metrics_text.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace vostro::net::http {

struct MetricsText::Families {
  std::vector<prometheus::MetricFamily> list;

  prometheus::ClientMetric& add(std::string_view name, std::string_view help,
                                prometheus::MetricType type, const Labels& labels) {
    if (list.empty() || list.back().name != name)
      list.push_back({std::string(name), std::string(help), type, {}});
    prometheus::ClientMetric& metric = list.back().metric.emplace_back();
    for (const auto& [key, value] : labels) metric.label.push_back({key, value});
    return metric;
  }
};

MetricsText::MetricsText() : families_(std::make_unique<Families>()) {}
MetricsText::~MetricsText() = default;

void MetricsText::gauge(std::string_view name, std::string_view help, double value,
                        const Labels& labels) {
  families_->add(name, help, prometheus::MetricType::Gauge, labels).gauge.value = value;
}

void MetricsText::counter(std::string_view name, std::string_view help, double value,
                          const Labels& labels) {
  families_->add(name, help, prometheus::MetricType::Counter, labels).counter.value = value;
}

std::string MetricsText::text() const {
  return prometheus::TextSerializer().Serialize(families_->list);
}

}  // namespace vostro::net::http
