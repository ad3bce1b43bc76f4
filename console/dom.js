// Builds what is shown. Text only ever becomes text nodes and attributes: nothing here parses markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

export function link(to, ...children) {
  return h("a", { href: to }, ...children);
}

/** Replaces what is in the region, and keeps the keyboard where it was: on the link or field of the same name. */
export function swap(region, ...content) {
  const active = region.contains(document.activeElement) ? document.activeElement : null;
  const name = active && (active.id || active.getAttribute("href"));
  region.replaceChildren(...content.flat(Infinity).filter((child) => child !== null && child !== undefined));
  if (!name) return;
  const again = [...region.querySelectorAll("a[href], [id]")].find((each) => (each.id || each.getAttribute("href")) === name);
  again?.focus({ preventScroll: true });
}

/** "2026-11-23T15:16:39.123Z" as "2026-11-23 15:16:39.123". */
export function moment(iso) {
  if (!iso) return h("span", { class: "faint" }, "\u2013");
  return h("time", { datetime: iso, class: "figure" }, iso.replace("T", " ").replace("Z", ""));
}

/** Milliseconds in the coarsest unit that still says something. */
export function span(ms) {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60000) return `${Math.floor(ms / 1000)}.${Math.floor((ms % 1000) / 100)} s`;
  const minutes = Math.floor(ms / 60000);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(minutes / 1440)} days`;
}

const TONES = {
  settled: "good", credited: "good", done: "good", held: "wait", delayed: "wait", pending: "wait", awaiting_approval: "wait", recall_requested: "wait",
  blocked: "bad", rejected: "bad", refused: "bad", released: "off", cancelled: "off", returned: "off", expired: "off",
};

export function words(code) {
  return String(code).replaceAll("_", " ");
}

export function pill(status) {
  return h("span", { class: `pill ${TONES[status] ?? "off"}`, "data-status": status }, words(status));
}

export function mono(text) {
  return h("span", { class: "mono" }, text);
}

/** Hashes and ids: as long as the place allows, the whole of it on pointing at it and on copying. */
export function hash(text) {
  return text ? h("span", { class: "mono cut", title: text }, text) : h("span", { class: "faint" }, "\u2013");
}

/**
 * Columns: {title, cell: row => content, number: bool, mark: before the title}. The roles keep it a table where narrow
 * screens stack it.
 */
export function table(caption, columns, rows, attributes) {
  const head = h("tr", { role: "row" }, columns.map((column) =>
    h("th", { scope: "col", role: "columnheader", class: column.number && "number" }, column.mark ?? null, column.title)));
  const body = rows.map((row) => h("tr", { role: "row" }, columns.map((column) =>
    h("td", { role: "cell", "data-label": column.title, class: column.number && "number" }, column.cell(row)))));
  return h("table", { role: "table", ...attributes }, h("caption", { class: "unseen" }, caption),
    h("thead", { role: "rowgroup" }, head), h("tbody", { role: "rowgroup" }, body));
}

/** Pairs of a term and what it is. */
export function facts(pairs) {
  return h("dl", { class: "facts" }, pairs.map(([term, value, name]) =>
    h("div", null, h("dt", null, term), h("dd", { "data-fact": name }, value))));
}

export function section(title, ...content) {
  return h("section", { class: "part" }, h("h2", null, title), ...content);
}

export function loading(what) {
  return h("div", { class: "loading" }, h("p", null, `Loading ${what} \u2026`),
    [1, 2, 3].map(() => h("div", { class: "bone" })));
}

export function empty(text, more) {
  return h("div", { class: "note empty" }, h("p", null, text), more && h("p", { class: "small" }, more));
}

export function failed(problem, again) {
  return h("div", { class: "note bad", role: "alert" },
    h("p", null, h("strong", null, problem.title), problem.detail ? ` ${problem.detail}` : ""),
    h("p", { class: "small" }, problem.code ? ["Code ", mono(problem.code), ". "] : null, problem.remedy ?? ""),
    h("button", { type: "button", onclick: again }, "Try again"));
}

/** A labelled choice; `options` are [value, text]. */
export function choice(id, label, options, value, onchange) {
  const list = h("select", { id, onchange: (event) => onchange(event.target.value) },
    options.map(([each, text]) => h("option", { value: each, selected: each === value }, text)));
  return h("div", { class: "field" }, h("label", { for: id }, label), list);
}
