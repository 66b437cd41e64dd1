// Asking the server, as whoever has signed in.

const KEY = "matview.token";
const PATIENCE_MS = 10_000;

/** The server has refused, and says why. */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.reason ?? `The server answers ${status}.`);
    this.status = status;
    this.error = body?.error ?? "";
  }
}

/** No answer that is one. */
export class Unreachable extends Error {}

/** The token, kept for this tab. */
export const token = {
  get: () => sessionStorage.getItem(KEY) ?? "",
  set: (value) => sessionStorage.setItem(KEY, value),
  forget: () => sessionStorage.removeItem(KEY),
};

let skew = 0;

/** The server's time, about: what it says is compared with it. */
export function now() {
  return Date.now() + skew;
}

function compareClocks(response) {
  const theirs = Date.parse(response.headers.get("Date") ?? "");
  // Its seconds are whole ones: what is less may be no difference.
  const difference = theirs + 500 - Date.now();
  skew = Math.abs(difference) > 2_000 ? difference : 0;
}

/**
 * What the server answers: the JSON, its text's length, and how long it took.
 * @param ours whether a JSON object is the answer that was asked for: what stands between may answer in the server's place
 * @throws {Refused} where it says no
 * @throws {Unreachable} where it says nothing in time, or nothing of ours
 */
export async function ask(path, { method = "GET", body, patience = PATIENCE_MS, signal, ours = () => true } = {}) {
  const headers = token.get() ? { Authorization: `Bearer ${token.get()}` } : {};
  const timeout = AbortSignal.timeout(patience);
  const begun = performance.now();
  let response;
  let text;
  try {
    response = await fetch(path, { method, headers, body, cache: "no-store", signal: both(timeout, signal) });
    text = await response.text();
  } catch (problem) {
    if (signal?.aborted) throw problem;
    throw new Unreachable(timeout.aborted ? `no answer within ${patience / 1000} s` : "it cannot be reached");
  }
  const seconds = (performance.now() - begun) / 1000;
  const json = parsed(text);
  if (response.ok && json && typeof json === "object" && ours(json)) {
    compareClocks(response);
    return { status: response.status, json, length: text.length, seconds };
  }
  if (json?.error) throw new Refused(response.status, json);
  throw new Unreachable(`something answers ${response.status} in its place`);
}

function both(timeout, signal) {
  return signal ? AbortSignal.any([timeout, signal]) : timeout;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function feedPath(collection) {
  return `feeds/${encodeURIComponent(collection)}`;
}

/** Where the WebSocket is that feeds are followed on. */
export function socketUrl() {
  const url = new URL("data/global", document.baseURI);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.hash = "";
  return url.href;
}
