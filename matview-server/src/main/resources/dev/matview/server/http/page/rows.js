// The first rows of a feed, as they are and as they change.

import { applyMessage } from "./apply-delta.js";
import { Refused, Unreachable, ask, socketUrl, token } from "./api.js";
import { h } from "./dom.js";
import { NO_DATA_HERE, count } from "./words.js";

const ROWS = 20;
const MAX_COLUMNS = 8;
const CELL_CHARACTERS = 160;
const BACKOFF_MS = [1_000, 2_000, 5_000, 15_000, 30_000];
const NEW_SHOWN_MS = 4_000;
/** Where there is data this is refused, as it is asked for by the wrong method; elsewhere it is not there. */
const DATA = "data/global/query";

/** After these another try would end as this one did. */
const FINAL = new Set([4000, 4001, 4003, 4009]);

export class LiveRows {
  #changed;
  #collection = null;
  #socket = null;
  #held = null;
  #timer = 0;
  #tries = 0;
  #fresh = new Map();
  #state = "connecting";
  #reason = "";
  /** Whether the server has data at this address; null while that is not known. */
  #hasData = null;
  #asking = false;
  #closing = new AbortController();

  constructor(changed) {
    this.#changed = changed;
    const looked = () => (document.hidden ? this.#close() : this.#open());
    document.addEventListener("visibilitychange", looked, { signal: this.#closing.signal });
  }

  /** Follows nothing any more. */
  close() {
    this.#closing.abort();
    this.#close();
    this.#collection = null;
  }

  /** Follows that feed from now on; null for none. */
  follow(collection) {
    if (collection === this.#collection) return;
    this.#close();
    this.#collection = collection;
    this.#held = null;
    this.#tries = 0;
    this.#fresh.clear();
    this.#open();
  }

  #open() {
    clearTimeout(this.#timer);
    if (this.#collection === null || document.hidden || this.#socket) return;
    if (this.#hasData === false) {
      this.#tell("ended", NO_DATA_HERE);
      return;
    }
    this.#tell("connecting");
    const socket = new WebSocket(socketUrl());
    this.#socket = socket;
    let refused = "";
    const query = { collection: this.#collection, limit: ROWS, delta: true, ...(this.#held?.etag && { since: this.#held.etag }) };
    socket.onopen = () => {
      this.#hasData = true;
      socket.send(JSON.stringify({ type: "auth", ...(token.get() && { token: token.get() }), query }));
    };
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.error) refused = message.reason;
      else if (this.#socket === socket) this.#heard(message);
    };
    socket.onclose = ({ code, reason }) => {
      if (this.#socket !== socket) return;
      this.#ended(code, refused || reason);
      if (this.#hasData === null) this.#askForData();
    };
  }

  /** A socket does not tell why it was not opened: asks whether any can be. */
  async #askForData() {
    if (this.#asking) return;
    this.#asking = true;
    try {
      await ask(DATA, { signal: this.#closing.signal });
      this.#hasData = true;
    } catch (problem) {
      if (problem instanceof Refused) this.#hasData = problem.status !== 404;
      else if (!(problem instanceof Unreachable) && !this.#closing.signal.aborted) throw problem;
    } finally {
      this.#asking = false;
    }
    if (this.#hasData !== false || this.#closing.signal.aborted) return;
    this.#close();
    this.#open();
  }

  #close() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #heard(message) {
    const before = this.#held && new Set(this.#held.keys);
    this.#held = applyMessage(this.#held, message);
    this.#tries = 0;
    const now = Date.now();
    for (const [key, until] of this.#fresh) if (until < now) this.#fresh.delete(key);
    if (before) for (const key of this.#held.keys) if (!before.has(key)) this.#fresh.set(key, now + NEW_SHOWN_MS);
    this.#tell("live");
  }

  #ended(code, reason) {
    this.#socket = null;
    if (FINAL.has(code)) {
      if (code === 4001 || code === 4003) this.#held = null;
      this.#tell("ended", reason || `the server closed the connection (${code})`);
      return;
    }
    this.#timer = setTimeout(() => this.#open(), BACKOFF_MS[Math.min(this.#tries++, BACKOFF_MS.length - 1)]);
    this.#tell("waiting", reason || (code === 1006 ? "there is no connection" : `the connection was closed (${code})`));
  }

  #tell(state, reason = "") {
    this.#state = state;
    this.#reason = reason;
    this.#changed();
  }

  /** What is to be shown. */
  view(definition) {
    const held = this.#held;
    return [
      h("p", { class: "note" }, this.#words(held)),
      held && held.docs.length > 0 && this.#table(held, columns(definition, held.docs)),
    ];
  }

  #words(held) {
    if (this.#state === "ended") return `Not followed: ${this.#reason}`;
    if (this.#state === "waiting") return `Not live: ${this.#reason}. It is tried again.`;
    if (this.#state !== "live") return held ? "Connecting again; these rows are as they were" : "Connecting";
    const shown = held.docs.length;
    const all = held.view?.rows ?? shown;
    return shown < all ? `Live: the first ${shown} of ${count(all, "row")} that you may read` : `Live: ${count(shown, "row")} that you may read`;
  }

  #table(held, names) {
    return h(
      "div",
      { class: "scroll", role: "region", tabindex: "0", "aria-label": "Rows" },
      h(
        "table",
        { class: "rows" },
        h("thead", null, h("tr", null, names.map((name) => h("th", { scope: "col", key: name }, name)))),
        h(
          "tbody",
          null,
          held.docs.map((doc, i) =>
            h(
              "tr",
              { key: held.keys[i], class: this.#fresh.has(held.keys[i]) ? "new" : null },
              names.map((name) => cell(doc[name])),
            ),
          ),
        ),
      ),
    );
  }
}

/** What the feed lists; where that is all there is, what the rows have. */
function columns(definition, docs) {
  const listed = definition?.query?.fields?.map((field) => field.split(".")[0]);
  const names = listed ?? docs.flatMap((doc) => Object.keys(doc));
  return [...new Set(names)].slice(0, MAX_COLUMNS);
}

function cell(value) {
  const text = value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
  const cut = text.length > CELL_CHARACTERS ? `${text.slice(0, CELL_CHARACTERS)}…` : text;
  return h("td", { class: typeof value === "number" ? "number" : null, title: text === cut ? null : text.slice(0, 2_000) }, cut);
}
