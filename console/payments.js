// Payments: the list with its filters, one payment with its timeline, and what waits.

import * as api from "./api.js";
import { choice, empty, facts, h, hash, link, moment, mono, pill, section, span, table, words } from "./dom.js";
import { amount, currencies, units, text } from "./money.js";

const STATUSES = ["held", "blocked", "delayed", "settled", "credited", "rejected", "released", "cancelled",
                  "recall_requested", "returned"];
const UETR = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const PAGES_AT_ONCE = 10; // looked through for the first item, where a filter leaves pages empty

export function addressOf(payment) {
  return api.withQuery(`#/payments/${payment.uetr}`, { agent: payment.agent });
}

export function paymentTable(caption, payments, more = []) {
  return table(caption, [
    { title: "Ordered", cell: (row) => moment(row.ordered_at) },
    { title: "UETR", cell: (row) => link(addressOf(row), hash(row.uetr)) },
    { title: "Debtor", cell: (row) => mono(row.debtor) },
    { title: "Creditor", cell: (row) => mono(row.creditor) },
    { title: "Amount", number: true, cell: (row) => amount(row.amount) },
    ...more,
    { title: "Status", cell: (row) => [pill(row.status), row.reason_code ? [" ", h("abbr", { class: "code" }, row.reason_code)] : null] },
  ], payments, { class: "payments" });
}

// The list. Its filters stand in the address, so that it can be kept and gone back to.

function search(uetr) {
  const problem = h("p", { class: "problem", id: "uetr-problem", role: "alert" });
  const input = h("input", { id: "uetr", type: "search", spellcheck: "false", autocomplete: "off", autocapitalize: "none",
                             value: uetr, "aria-describedby": "uetr-problem" });
  const find = (event) => {
    event.preventDefault();
    const wanted = input.value.trim().toLowerCase();
    const isUetr = UETR.test(wanted);
    problem.textContent = isUetr ? "" : "A UETR is 32 hexadecimal digits in groups of 8-4-4-4-12.";
    input.setAttribute("aria-invalid", String(!isUetr));
    if (isUetr) location.hash = `#/payments/${wanted}`;
  };
  return h("form", { class: "search", role: "search", novalidate: true, onsubmit: find },
    h("div", { class: "field wide" }, h("label", { for: "uetr" }, "Find by UETR"), input, problem),
    h("button", { type: "submit" }, "Find"));
}

export const list = {
  title: "Payments",
  controls(route) {
    const filter = (name) => (value) => {
      const { cursor, ...others } = route.query;
      location.hash = api.withQuery("#/payments", { ...others, [name]: value });
    };
    return [search(""), h("div", { class: "filters" },
      choice("status", "Status", [["", "any status"], ...STATUSES.map((each) => [each, words(each)])], route.query.status ?? "", filter("status")),
      choice("role", "Our side", [["", "either side"], ["debtor", "debtor, we pay"], ["creditor", "creditor, we are paid"]],
             route.query.role ?? "", filter("role")),
      choice("currency", "Currency", [["", "any currency"], ...currencies().map((each) => [each, each])], route.query.currency ?? "",
             filter("currency")))];
  },
  async load(route) {
    const { status, role, currency, cursor } = route.query;
    let page = { items: [], next: cursor };
    for (let i = 0; i < PAGES_AT_ONCE && page.items.length === 0; ++i) {
      page = await api.get("/v1/payments", { status, role, currency, cursor: page.next, limit: 25 });
      if (!page.next) break;
    }
    return page;
  },
  draw(page, route) {
    const { cursor, ...filters } = route.query;
    const isFiltered = Object.keys(filters).length > 0;
    const pages = h("p", { class: "pages" },
      cursor ? link(api.withQuery("#/payments", filters), "Newest") : null,
      page.next ? link(api.withQuery("#/payments", { ...filters, cursor: page.next }), "Older") : null);
    if (page.items.length > 0) return [paymentTable("Payments, newest first", page.items), pages];
    const text = page.next ? "Nothing in this part of the history." : isFiltered ? "No payment is like this." : "No payments yet.";
    return [empty(text, page.next ? "It goes on with older ones." : isFiltered ? "Choose other filters." : "They appear here when they are final."), pages];
  },
};

// One payment.

const MEANINGS = {
  pending: "The node has taken the order; it is not in a block yet.",
  awaiting_approval: "Wants more signatures: see the order under Approvals.",
  refused: "A person of the bank has refused the order, for good.",
  expired: "It was not included in time, and can never settle.",
  rejected: "The ledger refused the order. No money has moved.",
  delayed: "Waits until the debtor's own delay has passed.",
  held: "The money has left the debtor and waits for the creditor's bank.",
  settled: "Settled: the money is the creditor's, finally.",
  credited: "The creditor's bank confirms that its customer has been credited.",
  released: "Released: the money is back with the debtor.",
  cancelled: "Cancelled by the debtor's bank: the money is back.",
  blocked: "Blocked by the creditor's bank, on a legal basis.",
  recall_requested: "The debtor's bank asks for the money back.",
  returned: "Returned by the creditor's bank.",
  done: "Done.",
};

function placeOf(place) {
  if (place.account) return mono(place.account);
  return h("span", { class: "faint" }, place.kind === "hold" ? "held on the ledger" : words(place.kind));
}

function step(placed, since, events) {
  const { receipt } = placed;
  const code = receipt.given_code ?? receipt.iso_code;
  const passed = since === null ? "" : `after ${span(Date.parse(placed.block_time) - since)}`;
  return h("li", { class: "step", "data-status": receipt.status },
    h("p", { class: "when" }, moment(placed.block_time), " ", h("span", { class: "events" }, events.map(words).join(", ")), " ",
      h("span", { class: "faint" }, passed)),
    h("p", null, pill(receipt.status), " ", receipt.iso_status ? h("abbr", { class: "code" }, receipt.iso_status) : null, " ",
      MEANINGS[receipt.status] ?? ""),
    code || receipt.reason ? h("p", null, "Reason ", code ? h("abbr", { class: "code" }, code) : null,
      receipt.reason ? ` ${words(receipt.reason)}` : "") : null,
    receipt.entries.length === 0 ? null : table("Entries of this step", [
      { title: "Place", cell: (entry) => placeOf(entry.place) },
      { title: "Kind", cell: (entry) => words(entry.kind) },
      { title: "Business date", cell: (entry) => entry.business_date },
      { title: "Amount", number: true, cell: (entry) => amount(entry.amount) },
    ], receipt.entries, { class: "entries" }),
    h("p", { class: "small" }, "Block ", link(`#/blocks/${placed.height}`, String(placed.height)), `, receipt ${placed.index}`));
}

/** What happened on the bank's own node before the order was in a block. */
function earlier(event) {
  return h("li", { class: "step", "data-event": event.event },
    h("p", { class: "when" }, moment(event.time), " ", h("span", { class: "events" }, words(event.event))));
}

function timeline(payment) {
  let before = null;
  const first = payment.timeline.filter((each) => each.height === null).map(earlier);
  return h("ol", { class: "timeline", id: "timeline" }, first, payment.receipts.map((placed) => {
    const events = payment.timeline.filter((each) => each.height === placed.height && each.index === placed.index).map((each) => each.event);
    const drawn = step(placed, before, events);
    before = Date.parse(placed.block_time);
    return drawn;
  }));
}

export const single = {
  title: "Payment",
  parent: "payments",
  controls: (route) => search(route.name),
  async load(route) {
    try {
      return await api.get(`/v1/payments/${route.name}`, { agent: route.query.agent });
    } catch (problem) {
      if (problem.code === "unknown-payment") return { unknown: true };
      if (problem.code !== "ambiguous-uetr") throw problem;
      return { banks: await api.all("/v1/participants") };
    }
  },
  /** Told by voice where it differs from what was told before. */
  say: (payment) => (payment.status ? `Payment is ${words(payment.status)}` : ""),
  draw(payment, route) {
    if (payment.unknown)
      return empty("This node knows no such payment.", "It concerns other banks only, or never reached this node. The console goes on looking.");
    if (payment.banks) {
      return [h("p", null, "Several payments bear this UETR. Whose is meant: who is the debtor's bank?"),
        h("ul", { class: "banks" }, payment.banks.map((bank) =>
          h("li", null, link(addressOf({ uetr: route.name, agent: bank.bic }), mono(bank.bic), ` ${bank.legal_name}`))))];
    }
    const status = [pill(payment.status), " ", payment.iso_status ? h("abbr", { class: "code" }, payment.iso_status) : null,
      payment.reason_code ? [" reason ", h("abbr", { class: "code" }, payment.reason_code)] : null];
    if (payment.receipts.length === 0) {
      const isOrder = payment.status === "awaiting_approval" || payment.status === "refused";
      return [
        facts([["UETR", mono(payment.uetr), "uetr"], ["Debtor agent", mono(payment.agent)], ["Status", status, "status"],
               ["Meaning", isOrder ? link(`#/approvals/${payment.uetr}`, MEANINGS[payment.status]) : MEANINGS[payment.status] ?? ""]]),
        payment.timeline.length > 0 ? section("Timeline", timeline(payment)) : null,
      ];
    }
    return [
      payment.amount ? h("p", { class: "headline", "data-fact": "amount" }, amount(payment.amount)) : null,
      facts([
        ["Status", status, "status"],
        ["UETR", mono(payment.uetr), "uetr"],
        ["Debtor", mono(payment.debtor), "debtor"],
        ["Creditor", mono(payment.creditor), "creditor"],
        ["Ordered", moment(payment.ordered_at)],
        ["Ended", moment(payment.final_at)],
        payment.accept_by ? ["Answer due", moment(payment.accept_by)] : null,
      ].filter(Boolean)),
      section("Timeline", timeline(payment)),
    ];
  },
};

// What waits: the money has left one account and not reached another.

const WAITING = [
  ["held", "Held", "Waits for the creditor's bank to accept or reject", "Nothing is held."],
  ["blocked", "Blocked", "Kept on a legal basis", "Nothing is blocked."],
  ["delayed", "Delayed", "Waits for the delay of the debtor's own policy", "Nothing is delayed."],
];

function totals(payments) {
  const sums = new Map();
  for (const { amount: money } of payments) sums.set(money.currency, (sums.get(money.currency) ?? 0n) + units(money));
  return [...sums].map(([currency, sum], i) => [i > 0 ? ", " : "", amount({ currency, amount: text(sum, currency) })]);
}

export const waiting = {
  title: "Held and blocked",
  load: () => Promise.all(WAITING.map(([status]) => api.all("/v1/payments", { status }))),
  draw: (lists) => WAITING.map(([status, title, meaning, none], i) => h("section", { class: "part", id: `waiting-${status}` },
    h("h2", null, title, " ", h("span", { class: "count" }, String(lists[i].length))),
    lists[i].length === 0 ? empty(none)
      : [h("p", { class: "small" }, `${meaning}: `, totals(lists[i])), paymentTable(`Payments ${status}`, lists[i],
          [{ title: status === "held" ? "Answer due" : "Since block", cell: (row) => (status === "held" ? moment(row.accept_by) : String(row.height)) }])])),
};
