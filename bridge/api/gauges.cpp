#include "bridge/api/gauges.h"

#include "base/log.h"
#include "bridge/book/breaks.h"
#include "bridge/book/screenings.h"

namespace vostro::bridge::api {
namespace {

using net::http::metric;

struct BookView {
  std::map<std::string, std::int64_t> outbox;
  std::map<std::string, std::int64_t> alarms;  ///< by kind
  std::optional<UnixMillis> oldest_alarm;
  std::map<std::string, std::int64_t> breaks;  ///< open, by currency
  std::int64_t stopped = 0;
  std::int64_t screenings = 0;
  Height cursor{};
};

BookView view_of(BookTransaction& rows, const Hash& network_id) {
  BookView view;
  view.outbox = outbox_sizes(rows);
  for (const Alarm& alarm : alarms(rows)) {
    ++view.alarms[alarm.key.substr(0, alarm.key.find('/'))];
    if (!view.oldest_alarm || alarm.first < *view.oldest_alarm) view.oldest_alarm = alarm.first;
  }
  for (const Break& each : open_breaks(rows)) ++view.breaks[to_text(each.currency)];
  for (const Stop& each : stops(rows))
    if (each.is_stopped) ++view.stopped;
  view.screenings = static_cast<std::int64_t>(screenings_in(rows, ScreeningState::waiting).size());
  if (const auto place = cursor(rows, network_id)) view.cursor = place->height;
  return view;
}

}  // namespace

void add_gauges(net::http::MetricsText& out, SharedBook& book, const Directories& directories,
                const Hash& network_id, std::optional<Height> node_height, UnixMillis now) {
  std::map<std::string, Directories::Waiting> files;
  for (const std::string which : {"in", "out"}) {
    const auto waiting = directories.waiting(which);
    if (waiting)
      files.emplace(which, *waiting);
    else
      log::warning("a directory cannot be read", {{"error", waiting.error()}});
  }
  for (const auto& [which, waiting] : files)
    out.gauge("vostro_bridge_files", "Files that nobody took yet.", metric(waiting.files),
              {{"directory", which}});
  const auto now_s = static_cast<std::int64_t>(now.value / 1000);
  for (const auto& [which, waiting] : files)
    out.gauge("vostro_bridge_oldest_file_seconds", "Age of the oldest of them; 0 without any.",
              metric(waiting.files == 0 ? 0 : std::max<std::int64_t>(0, now_s - waiting.oldest_s)),
              {{"directory", which}});
  out.gauge("vostro_bridge_node_up", "1 where the node answers.", node_height ? 1 : 0);
  if (node_height)
    out.gauge("vostro_bridge_node_height", "Newest block of the node.", metric(node_height->value));
  BookView view;
  const bool is_up = book.read([&](BookTransaction& rows) { view = view_of(rows, network_id); });
  out.gauge("vostro_bridge_book_up", "1 where the book answers.", is_up ? 1 : 0);
  if (!is_up) return;
  out.gauge("vostro_bridge_cursor_height", "Block up to which the book has read the ledger.",
            metric(view.cursor.value));
  if (node_height)
    out.gauge("vostro_bridge_blocks_behind", "Blocks of the node that the book has not read.",
              metric(node_height->value > view.cursor.value ? node_height->value - view.cursor.value
                                                            : 0));
  for (const auto& [kind, count] : view.outbox)
    out.gauge("vostro_bridge_outbox", "What is to be sent, or not certain to have arrived.",
              metric(count), {{"kind", kind}});
  for (const auto& [kind, count] : view.alarms)
    out.gauge("vostro_bridge_alarms", "Alarms that are open.", metric(count), {{"kind", kind}});
  out.gauge("vostro_bridge_oldest_alarm_seconds", "Age of the oldest of them; 0 without any.",
            view.oldest_alarm && view.oldest_alarm->value < now.value
                ? metric((now.value - view.oldest_alarm->value) / 1000)
                : 0);
  for (const auto& [currency, count] : view.breaks)
    out.gauge("vostro_bridge_breaks", "Breaks that are open.", metric(count),
              {{"currency", currency}});
  out.gauge("vostro_bridge_stopped_currencies", "Currencies that are not issued after a break.",
            metric(view.stopped));
  out.gauge("vostro_bridge_screenings_waiting", "Payments that two persons have to decide about.",
            metric(view.screenings));
}

}  // namespace vostro::bridge::api
