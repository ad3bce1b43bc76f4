// Live FX quotes, best rate first. They travel off the chain, so this list is asked for every time.

import * as api from "./api.js";
import { choice, empty, h, moment, mono, span, table } from "./dom.js";
import { amount, currencies } from "./money.js";

export const quotes = {
  title: "Quotes",
  live: true,
  controls(route) {
    const filter = (name) => (value) => { location.hash = api.withQuery("#/quotes", { ...route.query, [name]: value }); };
    const options = [["", "any"], ...currencies().map((each) => [each, each])];
    return h("div", { class: "filters" },
      choice("sells", "Provider sells", options, route.query.sells ?? "", filter("sells")),
      choice("buys", "Provider buys", options, route.query.buys ?? "", filter("buys")));
  },
  load: (route) => api.all("/v1/quotes", { sells: route.query.sells, buys: route.query.buys }),
  draw(items) {
    if (items.length === 0) return empty("There are no live quotes.", "A desk publishes them; each ends by itself within minutes.");
    return table("Live quotes", [
      { title: "Pair", cell: ({ quote }) => h("strong", null, `${quote.buys} per ${quote.sells}`) },
      { title: "Rate", number: true, cell: ({ quote }) => h("span", { class: "figure" }, quote.rate) },
      { title: "Remaining", number: true, cell: ({ remaining }) => amount(remaining) },
      { title: "Of", number: true, cell: ({ quote }) => amount(quote.limit) },
      { title: "Provider", cell: ({ quote }) => mono(quote.provider) },
      { title: "Offered to", cell: ({ quote }) => (quote.debtors.length === 0 ? "every bank" : mono(quote.debtors.join(" "))) },
      { title: "May be held", cell: ({ quote }) => (quote.hold_max_s === 0 ? "no" : span(quote.hold_max_s * 1000)) },
      { title: "Ends", cell: ({ quote }) => moment(quote.expires_at) },
    ], items);
  },
};
