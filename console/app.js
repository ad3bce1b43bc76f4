// The console's frame: token, address, and the one clock that asks the node for news.
//
// News comes by asking /v1/status once a second and drawing the view again where the answer differs. The event stream would
// need the token in its handshake, where a browser cannot put a header, and this page's origin on the node's list; it also
// holds one of 16 places. One small request a second costs neither, and shows a block about as soon.

import * as api from "./api.js";
import { approvals, singleApproval } from "./approvals.js";
import { failed, h, loading, swap } from "./dom.js";
import { learn } from "./money.js";
import { blocks, forgetBlocks, overview, singleBlock, validators } from "./network.js";
import { list, single, waiting } from "./payments.js";
import { positions } from "./positions.js";
import { quotes } from "./quotes.js";

const ASK_MS = 1000;
const REST_MS = 5000; // after an answer of too many requests

const VIEWS = { overview, payments: list, held: waiting, approvals, positions, quotes, validators, blocks };
const SINGLES = { payments: single, approvals: singleApproval, blocks: singleBlock };

const part = (id) => document.getElementById(id);
const room = { door: part("door"), room: part("room"), title: part("title"), controls: part("controls"), data: part("data"),
               stale: part("stale"), state: part("state"), whose: part("whose"), nav: part("nav"), leave: part("leave"), voice: part("voice") };

let route = null; // what the address says
let shown = null; // the data on the screen, as text, to draw only what is new
let trouble = ""; // the problem on the screen, in the data's place
let told = ""; // what the voice said of it
let news = ""; // the last status, as text
let round = 0; // answers to an earlier address are dropped
let isLoading = false;
let isDirty = false;
let isIn = false;
let timer = null;

// ---- address ----

function routeOf(hash) {
  const [path, query] = hash.replace(/^#\/?/, "").split("?");
  const [section, name] = path.split("/");
  const view = name ? SINGLES[section] : VIEWS[section || "overview"];
  return { section: section || "overview", name, view, query: Object.fromEntries(new URLSearchParams(query)), hash };
}

function drawNav() {
  swap(room.nav, h("ul", null, Object.entries(VIEWS).map(([name, view]) =>
    h("li", null, h("a", { href: `#/${name}`, "aria-current": route.section === name ? "page" : null }, view.title)))));
}

function enter() {
  const next = routeOf(location.hash);
  if (location.hash === "#content") return; // the skip link
  const isOther = !route || route.view !== next.view || route.name !== next.name;
  route = next;
  ++round;
  shown = null;
  trouble = "";
  told = "";
  isDirty = isLoading = false;
  if (!isIn) return;
  drawNav();
  room.stale.hidden = true;
  room.title.textContent = route.view ? route.view.title : "Not here";
  document.title = `${room.title.textContent} - Vostro console`;
  if (isOther || !route.view) swap(room.controls, route.view?.controls?.(route) ?? []);
  if (!route.view) {
    room.data.setAttribute("aria-busy", "false");
    return swap(room.data, h("p", null, "The console has no such view. Choose one above."));
  }
  room.data.setAttribute("aria-busy", "true");
  // Where only a filter has changed, what is on the screen stays until the answer is there, and the keyboard stays on it.
  if (isOther) {
    swap(room.data, loading(route.view.title.toLowerCase()));
    room.title.focus({ preventScroll: true });
    scrollTo(0, 0);
  } else {
    swap(room.controls, route.view.controls?.(route) ?? []);
  }
  load();
}

async function load() {
  if (isLoading) {
    isDirty = true;
    return;
  }
  isLoading = true;
  const mine = round;
  const { view } = route;
  try {
    const data = await view.load(route);
    if (mine !== round) return;
    const text = JSON.stringify(data);
    if (text !== shown) {
      const content = view.draw(data, route);
      swap(room.data, content);
      shown = text;
      trouble = "";
    }
    room.stale.hidden = true;
    room.data.setAttribute("aria-busy", "false");
    const saying = view.say?.(data) ?? "";
    if (told && saying && saying !== told) say(saying);
    told = saying || told;
  } catch (problem) {
    if (mine === round) refused(problem);
  }
  if (mine !== round) return;
  isLoading = false;
  if (isDirty) {
    isDirty = false;
    load();
  }
}

function refused(thrown) {
  const problem = thrown instanceof api.Problem ? thrown
    : new api.Problem(0, "", "The node's answer cannot be shown.", String(thrown.message), "");
  if (problem.status === 401) return leave("The node does not take this token any more: it was revoked, or has ended.");
  room.data.setAttribute("aria-busy", "false");
  if (shown === null) {
    // It is tried again by itself; the same problem stays as it is, with whoever reads it.
    if (trouble === problem.title + problem.code) return;
    trouble = problem.title + problem.code;
    return swap(room.data, failed(problem, () => {
      trouble = "";
      swap(room.data, loading(route.view.title.toLowerCase()));
      load();
    }));
  }
  room.stale.textContent = `Not up to date: ${problem.title}`;
  room.stale.hidden = false;
}

// ---- news ----

function say(text) {
  room.voice.textContent = text;
}

function drawState(kind, text) {
  if (room.state.dataset.state !== kind && room.state.dataset.state !== "none") say(text);
  room.state.dataset.state = kind;
  room.state.textContent = text;
}

function drawStatus(status) {
  room.whose.textContent = `${status.participant} on ${status.network_name}${status.development ? ", development" : ""}`;
  const kind = status.halted ? "bad" : status.ready ? "good" : "wait";
  const text = status.halted ? "halted" : status.disk_full ? "out of disk space" : status.syncing ? "catching up" : status.ready ? "ready" : "not ready";
  if (room.state.dataset.state !== kind) drawState(kind, `Node is ${text}`);
  room.state.textContent = `${text}, height ${status.height}`;
}

async function tick() {
  clearTimeout(timer);
  let pause = ASK_MS;
  try {
    const status = await api.get("/v1/status");
    if (!isIn) return;
    drawStatus(status);
    const { uptime_seconds: _, ...lasting } = status;
    const text = JSON.stringify(lasting);
    const isNews = text !== news;
    news = text;
    if (route.view && (shown === null ? !isLoading : route.view.live || (isNews && !route.view.fixed) || !room.stale.hidden)) load();
  } catch (problem) {
    if (!isIn) return;
    if (problem.status === 401) return refused(problem);
    if (problem.status === 429) pause = REST_MS;
    else drawState("bad", "The node does not answer");
    news = "";
    if (shown !== null && problem instanceof api.Problem) refused(problem);
  }
  // A page that nobody looks at asks nothing.
  if (!document.hidden) timer = setTimeout(tick, pause);
}

document.addEventListener("visibilitychange", () => {
  if (isIn && !document.hidden) tick();
});

// ---- token ----

function leave(why) {
  api.forgetToken();
  forgetBlocks();
  clearTimeout(timer);
  isIn = false;
  ++round;
  swap(room.data);
  swap(room.controls);
  for (const each of [room.room, room.nav, room.leave]) each.hidden = true;
  room.whose.textContent = "";
  room.state.textContent = "";
  room.state.dataset.state = "none";
  room.door.hidden = false;
  part("door-problem").textContent = why ?? "";
  part("token").focus();
}

async function comeIn() {
  const currencies = await api.all("/v1/currencies");
  learn(currencies);
  isIn = true;
  room.door.hidden = true;
  for (const each of [room.room, room.nav, room.leave]) each.hidden = false;
  route = null;
  news = "";
  enter();
  tick();
}

part("door-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const input = part("token");
  const problem = part("door-problem");
  const given = input.value.trim();
  problem.textContent = "";
  // Anything else could not stand in a header, and the browser's own word for that helps nobody.
  if (!/^[\x21-\x7e]+$/.test(given)) {
    problem.textContent = "Enter a token: letters and digits, beginning with vst_.";
    return input.focus();
  }
  try {
    await api.get("/v1/status", {}, given);
    api.keepToken(given);
    input.value = "";
    await comeIn();
  } catch (thrown) {
    problem.textContent = thrown.status === 401 ? "The node does not know this token. It may be mistyped, revoked or ended." : thrown.message;
    input.focus();
  }
});

room.leave.addEventListener("click", () => leave());
addEventListener("hashchange", enter);
part("skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address names the view
  part("content").focus();
});

if (api.token()) comeIn().catch((problem) => leave(problem.status === 401 ? "The node does not take this token any more." : problem.message));
else leave();
