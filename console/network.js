// The node and its network: overview, validators, blocks.

import * as api from "./api.js";
import { empty, facts, h, hash, link, moment, mono, pill, section, table } from "./dom.js";
import { paymentTable } from "./payments.js";

const BLOCKS_SHOWN = 15;
const BLOCKS_KEPT = 400;

// A block is final when it can be asked for, so what was answered once stays true.
const known = new Map();

async function block(height) {
  const at = known.get(height);
  if (at) return at;
  const { transactions, due, next, finality, ...lasting } = await api.get(`/v1/blocks/${height}`, { limit: 1 });
  if (known.size >= BLOCKS_KEPT) known.clear();
  known.set(height, lasting);
  return lasting;
}

/** Newest first, from this height down. */
function blocksFrom(height) {
  const count = Math.min(BLOCKS_SHOWN, height + 1);
  return Promise.all(Array.from({ length: count }, (_, i) => block(height - i)));
}

export function forgetBlocks() {
  known.clear();
}

// Overview.

function condition(status) {
  if (status.halted) return h("p", { class: "note bad" }, h("strong", null, "Halted."), ` ${status.halted.reason}`);
  if (status.ready) return null;
  return h("p", { class: "note wait" }, h("strong", null, "Takes no transactions now."), status.disk_full
    ? " Its disk is full up to the reserve." : status.syncing ? " It is catching up with the other nodes." : " It is not connected to a quorum of validators.");
}

export const overview = {
  title: "Overview",
  async load() {
    const [status, recent, held, blocked, approvals] = await Promise.all([api.get("/v1/status"), api.get("/v1/payments", { limit: 8 }),
      api.get("/v1/payments", { status: "held", limit: 100 }), api.get("/v1/payments", { status: "blocked", limit: 100 }),
      api.get("/v1/approvals", { state: "waiting", limit: 100 })]);
    delete status.uptime_seconds; // it alone would make every answer a new one
    return { status, recent: recent.items, held, blocked, approvals };
  },
  draw({ status, recent, held, blocked, approvals }) {
    const count = (page) => `${page.items.length}${page.next ? " or more" : ""}`;
    return [
      condition(status),
      h("div", { class: "tiles" }, [
        ["Height", String(status.height), "height", `#/blocks/${status.height}`],
        ["Validators connected", `${status.connected_validators} of ${status.validators}`, "connected", "#/validators"],
        ["Held payments", count(held), "held", "#/held"],
        ["Blocked payments", count(blocked), "blocked", "#/held"],
        ["Waiting for signatures", count(approvals), "approvals", "#/approvals"],
        ["Waiting for a block", String(status.pending_transactions), "pending", null],
      ].map(([term, value, name, to]) => h(to ? "a" : "div", { class: "tile", href: to },
        h("span", { class: "term" }, term), h("span", { class: "value figure", "data-fact": name }, value)))),
      section("Newest payments", recent.length === 0 ? empty("No payments yet.", "They appear here when they are final.")
        : [paymentTable("Newest payments", recent), h("p", { class: "pages" }, link("#/payments", "All payments"))]),
      section("Node", facts([
        ["Bank", mono(status.participant), "participant"],
        ["Network", status.development ? `${status.network_name} (development)` : status.network_name, "network"],
        ["Role", status.role],
        ["Block time", moment(status.block_time)],
        ["View", String(status.view), "view"],
        ["Finalized view", String(status.finalized_view)],
        ["Epoch", String(status.epoch)],
        ["Quorum", `${status.quorum} of ${status.validators}`],
        ["State root", hash(status.state_root), "state_root"],
        ["Block", hash(status.block_id)],
        ["Network id", hash(status.network_id)],
        ["Version", `${status.version}, protocol ${status.protocol_version}${
          status.outdated ? `: outdated, protocol ${status.outdated.protocol_version} was passed` : ""}`],
      ])),
    ];
  },
};

// Validators.

const DASH = "\u2013";

function here(bank) {
  const said = bank.this_node ? "this node" : bank.connected ? "connected" : "not connected";
  return h("span", { class: `pill ${bank.connected ? "good" : "bad"}` }, said);
}

/** What a validator told, or that it has not. */
function told(value, write = String) {
  return value === null ? h("span", { class: "faint" }, DASH) : write(value);
}

function latency(us) {
  return h("span", { class: "figure" }, us < 1000 ? `${us} \u00b5s` : `${(us / 1000).toFixed(us < 10000 ? 1 : 0)} ms`);
}

function offset(ms) {
  return h("span", { class: "figure" }, `${ms > 0 ? "+" : ms < 0 ? "\u2212" : ""}${Math.abs(ms)} ms`);
}

export const validators = {
  title: "Validators",
  live: true,
  async load() {
    const [status, participants, seen, newest] = await Promise.all([api.get("/v1/status"), api.all("/v1/participants"),
      api.all("/v1/validators"), api.get("/v1/blocks/latest", { limit: 1 })]);
    const recent = await blocksFrom(newest.height);
    const banks = seen.map((each) => ({
      ...each, ...participants.find((one) => one.bic === each.participant),
      signed: newest.finality ? newest.finality.signers.includes(each.participant) : null,
      proposed: recent.find((one) => one.proposer === each.participant)?.height ?? null,
    }));
    return { banks, quorum: status.quorum, count: status.validators, connected: status.connected_validators,
             view: status.view, finalized: status.finalized_view, height: newest.height, looked: recent.length, proof: newest.finality };
  },
  draw: (data) => [
    facts([["Connected", `${data.connected} of ${data.count}`, "connected"], ["Quorum", String(data.quorum)],
           ["Height", String(data.height), "height"], ["View", String(data.view), "view"], ["Finalized view", String(data.finalized)]]),
    table("Validators", [
      { title: "Bank", cell: (bank) => [mono(bank.bic), h("span", { class: "faint" }, ` ${bank.legal_name}, ${bank.country}`)] },
      { title: "From here", cell: here },
      { title: "Height", number: true, cell: (bank) => told(bank.finalized_height) },
      { title: "View", number: true, cell: (bank) => told(bank.view) },
      { title: "Round trip", number: true, cell: (bank) => told(bank.round_trip_us, latency) },
      { title: "Clock", number: true, cell: (bank) => told(bank.clock_offset_ms, offset) },
      { title: "Last seen", cell: (bank) => (bank.this_node ? h("span", { class: "faint" }, DASH) : moment(bank.last_seen)) },
      { title: "Newest proof", cell: (bank) => (bank.signed === null ? DASH : bank.signed ? "signed" : "not signed") },
      { title: "Last proposed", number: true, cell: (bank) => (bank.proposed === null ? h("span", { class: "faint" }, `none of ${data.looked}`)
          : link(`#/blocks/${bank.proposed}`, String(bank.proposed))) },
    ], data.banks, { class: "validators" }),
    h("p", { class: "small" }, "Height, view and clock are what a validator told this node, every few seconds. A proof needs a quorum of signatures and is "
      + "kept as soon as it has one, so a validator may be in order and not among its signers."),
  ],
};

// Blocks.

export const blocks = {
  title: "Blocks",
  controls() {
    const problem = h("p", { class: "problem", id: "height-problem", role: "alert" });
    const input = h("input", { id: "height", type: "text", inputmode: "numeric", autocomplete: "off", "aria-describedby": "height-problem" });
    const go = (event) => {
      event.preventDefault();
      const isHeight = /^\d{1,15}$/.test(input.value.trim());
      problem.textContent = isHeight ? "" : "A height is a whole number.";
      input.setAttribute("aria-invalid", String(!isHeight));
      if (isHeight) location.hash = `#/blocks/${Number(input.value.trim())}`;
    };
    return h("form", { class: "search", novalidate: true, onsubmit: go },
      h("div", { class: "field" }, h("label", { for: "height" }, "Go to height"), input, problem), h("button", { type: "submit" }, "Go"));
  },
  async load(route) {
    const newest = (await api.get("/v1/status")).height;
    const from = /^\d{1,15}$/.test(route.query.from ?? "") ? Math.min(Number(route.query.from), newest) : newest;
    return { from, newest, rows: await blocksFrom(from) };
  },
  draw: ({ from, newest, rows }) => [
    table("Blocks, newest first", [
      { title: "Height", number: true, cell: (row) => link(`#/blocks/${row.height}`, String(row.height)) },
      { title: "Time", cell: (row) => moment(row.time) },
      { title: "Proposer", cell: (row) => (row.proposer ? mono(row.proposer) : "\u2013") },
      { title: "View", number: true, cell: (row) => (row.view === null ? "\u2013" : String(row.view)) },
      { title: "Transactions", number: true, cell: (row) => String(row.transaction_count) },
      { title: "Receipts", number: true, cell: (row) => String(row.receipt_count) },
      { title: "Block", cell: (row) => hash(row.block_id) },
    ], rows, { class: "blocks" }),
    h("p", { class: "pages" }, from < newest ? link("#/blocks", "Newest") : null,
      from >= BLOCKS_SHOWN ? link(`#/blocks?from=${from - BLOCKS_SHOWN}`, "Older") : null),
  ],
};

const PAYMENT_KINDS = new Set(["Payment", "FxPayment"]);

function lines(title, rows) {
  if (rows.length === 0) return null;
  return section(title, table(title, [
    { title: "Kind", cell: (row) => row.kind ?? "\u2013" },
    { title: "Bank", cell: (row) => mono(row.owner) },
    { title: "Id", cell: (row) => (PAYMENT_KINDS.has(row.kind) ? link(api.withQuery(`#/payments/${row.id}`, { agent: row.owner }), hash(row.id))
        : hash(row.id)) },
    { title: "Status", cell: (row) => [pill(row.status), row.reason_code ? [" ", h("abbr", { class: "code" }, row.reason_code)] : null] },
  ], rows));
}

export const singleBlock = {
  title: "Block",
  parent: "blocks",
  fixed: true,
  async load(route) {
    return api.get(`/v1/blocks/${route.name}`, { limit: 50, cursor: route.query.cursor });
  },
  draw: (one) => [
    facts([
      ["Height", String(one.height), "height"], ["Time", moment(one.time)], ["Proposer", one.proposer ? mono(one.proposer) : "\u2013"],
      ["View", one.view === null ? "\u2013" : String(one.view)], ["Epoch", one.epoch === null ? "\u2013" : String(one.epoch)],
      ["Transactions", String(one.transaction_count)], ["Receipts", String(one.receipt_count)],
      ["Final by", one.finality ? [`${one.finality.signers.length} signatures in view ${one.finality.view}: `, mono(one.finality.signers.join(" "))] : "\u2013"],
      ["Block", hash(one.block_id)], ["Parent", one.parent ? hash(one.parent) : "\u2013"], ["State root", hash(one.state_root)],
      ["Receipt root", hash(one.receipt_root)],
    ]),
    one.transactions.length + one.due.length === 0 ? empty("Nothing in this block concerns this token's bank.") : null,
    lines("Transactions", one.transactions), lines("What fell due", one.due),
    h("p", { class: "pages" }, one.height > 0 ? link(`#/blocks/${one.height - 1}`, "Block before") : null, link(`#/blocks/${one.height + 1}`, "Block after"),
      one.next ? link(api.withQuery(`#/blocks/${one.height}`, { cursor: one.next }), "More of this block") : null),
  ],
};
