// What a bank has: by currency and account, with what is held.

import * as api from "./api.js";
import { choice, empty, h, link, mono, section, svg, table } from "./dom.js";
import { figure, share, units } from "./money.js";

const SHADES = 4;

/** By currency: accounts with their balance and what is held of it, and the sums. */
function byCurrency(accounts) {
  const positions = new Map();
  for (const account of accounts) {
    for (const line of account.balances) {
      const position = positions.get(line.currency) ?? { currency: line.currency, lines: [], balance: 0n, held: 0n };
      const balance = units(line);
      const held = units({ currency: line.currency, amount: line.held });
      position.lines.push({ account: account.account, status: account.status, balance, held });
      position.balance += balance;
      position.held += held;
      positions.set(line.currency, position);
    }
  }
  return [...positions.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1));
}

/** Accounts' balances side by side and what is held behind them, as shares of the whole. */
function chart(position) {
  const whole = position.balance + position.held;
  const parts = position.lines.map((line, i) => [line.account, line.balance, `shade${i % SHADES}`]);
  parts.push(["held", position.held, "held"]);
  let x = 0;
  const bars = parts.filter(([, part]) => part > 0n).map(([name, part, kind]) => {
    const width = Math.max(share(part, whole), 3); // what is there is seen, however little
    const bar = svg("rect", { x, y: 0, width, height: 14, class: kind }, svg("title", null, name));
    x += width;
    return bar;
  });
  const said = parts.map(([name, part]) => `${name} ${share(part, whole)} thousandths`).join(", ");
  return svg("svg", { class: "chart", viewBox: `0 0 ${Math.max(x, 1000)} 14`, preserveAspectRatio: "none", role: "img",
                      "aria-label": `${position.currency}: ${said}` },
    svg("rect", { x: 0, y: 0, width: Math.max(x, 1000), height: 14, class: "ground" }), bars);
}

function part(position) {
  const { currency } = position;
  return h("section", { class: "part position", "data-currency": currency },
    h("h2", null, h("abbr", { class: "code" }, currency)),
    h("p", { class: "headline" }, figure(position.balance, currency), " ", h("span", { class: "small" }, "available")),
    chart(position),
    table(`Accounts in ${currency}`, [
      { title: "Account", cell: (line) => [h("span", { class: `key ${line.shade}` }), line.account.includes("/") ? mono(line.account) : line.account,
                                           line.status === "open" ? null : ` (${line.status})`] },
      { title: "Balance", number: true, cell: (line) => figure(line.balance, currency) },
      { title: "Held", number: true, mark: h("span", { class: "key held" }), cell: (line) => figure(line.held, currency) },
    ], [...position.lines.map((line, i) => ({ ...line, shade: `shade${i % SHADES}` })),
        { account: "all accounts", status: "open", shade: "none", balance: position.balance, held: position.held }],
      { class: "balances" }));
}

export const positions = {
  title: "Positions",
  async load() {
    return { accounts: await api.all("/v1/accounts"), own: (await api.get("/v1/status")).participant };
  },
  draw({ accounts, own }, route) {
    const banks = [...new Set([own, ...accounts.map((each) => each.account.split("/")[0])])];
    const bank = route.query.bank ?? own;
    const here = byCurrency(accounts.filter((each) => each.account.startsWith(`${bank}/`)));
    return [
      banks.length > 1 ? h("div", { class: "filters" }, choice("bank", "Bank", banks.map((each) => [each, each === own ? `${each}, this node's` : each]),
        bank, (value) => { location.hash = api.withQuery("#/positions", { bank: value === own ? "" : value }); })) : null,
      here.length === 0 ? empty("No account of this bank holds money.", "Settlement agents issue it against fiat they have received.")
        : [h("p", { class: "small" }, "Held is what has left the account and not arrived: ", link("#/held", "held and blocked payments"), "."),
           h("div", { class: "positions" }, here.map(part))],
    ];
  },
};
