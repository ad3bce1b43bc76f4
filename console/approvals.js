// Orders of this bank that want more signatures: what waits for whom, and what became of the others.

import * as api from "./api.js";
import { choice, empty, facts, h, hash, link, moment, mono, section, table, words } from "./dom.js";
import { amount } from "./money.js";
import { addressOf } from "./payments.js";

const STATES = ["waiting", "released", "final", "refused", "expired", "void"];
const TONES = { waiting: "wait", released: "wait", final: "good", refused: "bad", expired: "off", void: "off" };
const MEANINGS = {
  waiting: "Wants more signatures before it can go to the ledger.",
  released: "Has all its signatures; the ledger has it.",
  final: "Is in a block.",
  refused: "A person of the bank has refused it, for good.",
  expired: "Was not signed in time.",
  void: "Its id was used by another order.",
};

function state(item) {
  return h("span", { class: `pill ${TONES[item.state] ?? "off"}`, "data-state": item.state }, words(item.state));
}

function signatures(item) {
  return item.signatures_wanted === null ? String(item.signatures_given) : `${item.signatures_given} of ${item.signatures_wanted}`;
}

function people(signers) {
  return signers.length === 0 ? "\u2013" : signers.map((each) => each.person ?? "unknown").join(", ");
}

function sum(item) {
  return item.amount ? amount(item.amount) : "\u2013";
}

export const approvals = {
  title: "Approvals",
  live: true,
  controls: (route) => h("div", { class: "filters" }, choice("state", "State", [...STATES.map((each) => [each, words(each)]), ["any", "any state"]],
    route.query.state ?? "waiting", (value) => { location.hash = api.withQuery("#/approvals", { state: value === "waiting" ? "" : value }); })),
  load(route) {
    const wanted = route.query.state ?? "waiting";
    return api.all("/v1/approvals", { state: wanted === "any" ? "" : wanted });
  },
  draw(items, route) {
    if (items.length === 0)
      return empty((route.query.state ?? "waiting") === "waiting" ? "No order waits for a signature." : "No order is like this.",
                   "Orders above what one person may sign wait here, on their own bank's node.");
    return [
      table("Orders that want more signatures", [
        { title: "Order", cell: (item) => link(`#/approvals/${item.id}`, hash(item.id)) },
        { title: "Kind", cell: (item) => item.kind },
        { title: "Debtor", cell: (item) => (item.debtor ? mono(item.debtor) : "\u2013") },
        { title: "Creditor", cell: (item) => (item.creditor ? mono(item.creditor) : item.credits ? `${item.credits} credits` : "\u2013") },
        { title: "Amount", number: true, cell: sum },
        { title: "Signatures", number: true, cell: signatures },
        { title: "Signed by", cell: (item) => people(item.signers) },
        { title: "Valid until", cell: (item) => moment(item.valid_until) },
        { title: "State", cell: state },
      ], items, { class: "approvals" }),
      h("p", { class: "small" }, "They are signed with the wallet: ", mono("vostro approve sign"), "."),
    ];
  },
};

export const singleApproval = {
  title: "Order",
  parent: "approvals",
  live: true,
  async load(route) {
    try {
      return await api.get(`/v1/approvals/${route.name}`);
    } catch (problem) {
      if (problem.code !== "unknown-approval") throw problem;
      return { unknown: true };
    }
  },
  draw(item) {
    if (item.unknown) return empty("No such order waits here.", "Orders wait on their own bank's node, and are forgotten some time after their end.");
    const isPayment = item.state === "final" && (item.kind === "Payment" || item.kind === "FxPayment");
    return [
      item.amount ? h("p", { class: "headline", "data-fact": "amount" }, sum(item)) : null,
      facts([
        ["State", [state(item), " ", MEANINGS[item.state] ?? ""], "state"],
        ["Signatures", signatures(item), "signatures"],
        ["Kind", item.kind], ["Id", isPayment ? link(addressOf({ uetr: item.id, agent: item.owner }), mono(item.id)) : mono(item.id)],
        item.debtor ? ["Debtor", mono(item.debtor)] : null,
        item.creditor ? ["Creditor", mono(item.creditor)] : item.credits ? ["Credits", String(item.credits)] : null,
        ["Valid until", moment(item.valid_until)],
        item.rule ? ["Rule", `${item.rule.first.map(words).join(" or ")} first, then ${item.rule.checkers} checker${item.rule.checkers === 1 ? "" : "s"}`] : null,
      ].filter(Boolean)),
      section("Steps", h("ol", { class: "timeline", id: "steps" }, item.steps.map((each) => h("li", { class: "step", "data-step": each.kind },
        h("p", { class: "when" }, moment(each.at)),
        h("p", null, h("strong", null, words(each.kind)), each.signers.length > 0 ? ` by ${people(each.signers)}` : "",
          each.reason ? `: ${each.reason}` : ""))))),
    ];
  },
};
