// Asks the node. The token is kept in sessionStorage: it survives a reload, is not seen by other tabs, is never sent by the
// browser of itself as a cookie would be, and goes when the tab is closed. Only this page's own scripts can read it, and
// the Content-Security-Policy lets no others run.

const KEY = "vostro.token";
const PATIENCE_MS = 10000;
const PAGES_MAX = 20;

export class Problem extends Error {
  constructor(status, code, title, detail, remedy) {
    super(title);
    Object.assign(this, { status, code, title, detail, remedy });
  }
}

const REMEDIES = {
  "no-token": "Ask whoever runs the node for another one.",
  "rate-limit": "This token's rate is used up; the console waits and asks again.",
  "other-bank": "This token shows its own bank's objects only.",
  "halted": "See the node's log and runbook.",
};

export function token() {
  return sessionStorage.getItem(KEY);
}
export function keepToken(value) {
  sessionStorage.setItem(KEY, value);
}
export function forgetToken() {
  sessionStorage.removeItem(KEY);
}

async function ask(path, bearer) {
  let answer;
  try {
    answer = await fetch(path, {
      headers: bearer ? { Authorization: `Bearer ${bearer}` } : {}, cache: "no-store", credentials: "omit",
      redirect: "error", signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    throw new Problem(0, "", "The node does not answer.", "", "It may be stopped, or the way to it is cut. The console goes on trying.");
  }
  if (answer.ok) return answer;
  const said = await answer.json().catch(() => ({}));
  throw new Problem(answer.status, said.code ?? "", said.title ?? `The node answered ${answer.status}.`, said.detail ?? "", REMEDIES[said.code]);
}

/** A path with its query, empty values left out. */
export function withQuery(path, query) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

export async function get(path, query = {}, bearer = token()) {
  const answer = await ask(withQuery(path, query), bearer);
  try {
    return await answer.json();
  } catch {
    throw new Problem(answer.status, "", "The node's answer is cut short.", "", "");
  }
}

/** All items of a list. */
export async function all(path, query = {}) {
  const items = [];
  let cursor;
  for (let page = 0; page < PAGES_MAX; ++page) {
    const answer = await get(path, { ...query, limit: 100, cursor });
    items.push(...answer.items);
    cursor = answer.next;
    if (!cursor) return items;
  }
  throw new Problem(0, "", "There is more here than a page can show.", "Ask the API for it.", "");
}
