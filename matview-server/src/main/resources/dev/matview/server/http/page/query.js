// The query box: what `POST /data/{collection}/query?global=true` answers, and what that took.

import { Refused, Unreachable, ask } from "./api.js";
import { h, show } from "./dom.js";
import { NO_DATA_HERE, bytes, count, number, took } from "./words.js";

const PATIENCE_MS = 60_000;
/** More is not for reading. */
const SHOWN_CHARACTERS = 200_000;
const FIRST = '{\n  "selector": {},\n  "limit": 10\n}';

let boxes = 0;

export class QueryBox {
  #collection;
  #say;
  #text;
  #outcome = h("div", { class: "outcome" });
  #stop = h("button", { type: "button", class: "plain", hidden: true, onclick: () => this.#abort?.abort() }, "Stop");
  #abort = null;

  constructor(collection, say) {
    this.#collection = collection;
    this.#say = say;
    const name = `query-${++boxes}`;
    this.#text = h("textarea", {
      id: name,
      rows: "7",
      spellcheck: "false",
      autocapitalize: "off",
      autocomplete: "off",
      "aria-describedby": `${name}-how`,
      onkeydown: (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          this.#run(true);
        }
      },
    });
    this.#text.value = FIRST;
    this.element = h(
      "form",
      {
        class: "query",
        onsubmit: (event) => {
          event.preventDefault();
          this.#run(true);
        },
      },
      h("label", { for: name }, "Body of the query"),
      this.#text,
      h(
        "p",
        { class: "note", id: `${name}-how` },
        "A Mango query, or fields with what they equal. Ctrl+Enter asks with explain.",
      ),
      h(
        "p",
        { class: "buttons" },
        h("button", { type: "submit" }, "Explain"),
        h("button", { type: "button", class: "plain", onclick: () => this.#run(false) }, "Run"),
        this.#stop,
      ),
      this.#outcome,
    );
  }

  /** Nobody waits for an answer any more: what is under way is given up, and nothing is said of it. */
  close() {
    const abort = this.#abort;
    this.#abort = null;
    abort?.abort();
  }

  /** Shows no answer any more, and waits for none. */
  forget() {
    this.close();
    this.#stop.hidden = true;
    this.#outcome.removeAttribute("aria-busy");
    this.#text.removeAttribute("aria-invalid");
    show(this.#outcome);
  }

  /** @param explained whether it is to be told what the answer took; @param bookmark leads to a further page */
  async #run(explained, bookmark = null) {
    const body = this.#body();
    if (!body) return;
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    this.#stop.hidden = false;
    this.#outcome.setAttribute("aria-busy", "true");
    try {
      const path = `data/${encodeURIComponent(this.#collection)}/query?global=true${explained ? "&explain=true" : ""}`;
      const sent = JSON.stringify(bookmark ? { ...body, bookmark } : body);
      const ours = ({ docs }) => Array.isArray(docs);
      const answer = await ask(path, { method: "POST", body: sent, patience: PATIENCE_MS, signal: abort.signal, ours });
      if (this.#abort === abort) this.#answered(answer, explained);
    } catch (problem) {
      if (this.#abort === abort) this.#failed(problem);
    } finally {
      if (this.#abort === abort) {
        this.#abort = null;
        this.#stop.hidden = true;
        this.#outcome.removeAttribute("aria-busy");
      }
    }
  }

  /** What is asked; null where it cannot be, which is told. */
  #body() {
    const text = this.#text.value.trim();
    try {
      const body = text ? JSON.parse(text) : {};
      if (body && typeof body === "object" && !Array.isArray(body)) return body;
      this.#refuse("bad_request", "The body must be a JSON object.");
    } catch (problem) {
      this.#refuse("no JSON", problem.message);
    }
    return null;
  }

  #failed(problem) {
    if (problem instanceof Refused) {
      const elsewhere = problem.status === 404 ? ` ${NO_DATA_HERE}` : "";
      this.#refuse(`${problem.status} ${problem.error}`, problem.message + elsewhere);
    } else if (problem instanceof Unreachable) {
      this.#refuse("no answer", `The server does not answer: ${problem.message}.`);
    } else if (problem.name === "AbortError") {
      this.#refuse("stopped", "The query was stopped.");
    } else {
      throw problem;
    }
  }

  #refuse(name, reason) {
    this.#text.setAttribute("aria-invalid", "true");
    show(this.#outcome, h("p", { class: "alert bad", role: "alert" }, h("strong", null, name), " ", reason));
  }

  #answered({ json, length, seconds }, explained) {
    this.#text.removeAttribute("aria-invalid");
    const { docs, bookmark, warning, view, explain } = json;
    const size = `${count(docs.length, "document")}, ${bytes(length)}, in ${took(seconds)}`;
    const text = JSON.stringify(docs, null, 2);
    show(
      this.#outcome,
      h("p", { class: "cost" }, `${size} · generation ${number(view?.generation)}`),
      explain && costView(explain),
      warning && h("p", { class: "alert warn" }, warning),
      h(
        "pre",
        { class: "answer", tabindex: "0", role: "region", "aria-label": "Answer" },
        text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}\n… and ${bytes(text.length - SHOWN_CHARACTERS)} more` : text,
      ),
      docs.length > 0 &&
        bookmark &&
        h("button", { type: "button", class: "plain", onclick: () => this.#run(explained, bookmark) }, "Next page"),
    );
    this.#say(`Answer: ${size}${explain ? `. ${costWords(explain)}` : ""}`);
  }
}

function costWords(explain) {
  const by = { view: "From the view, in its order", index: `By the index ${JSON.stringify(explain.index)}`, search: "By a search of all rows" };
  const kept = explain.kept ? "; what was found is kept for the next who asks" : "";
  return `${by[explain.by] ?? explain.by}: ${count(explain.looked, "row")} looked at, ${number(explain.tested)} compared with the selector${kept}.`;
}

function costView(explain) {
  const helpful = explain.wouldHelp ?? [];
  return [
    h("p", { class: "cost" }, costWords(explain)),
    helpful.length > 0 &&
      h(
        "div",
        { class: "alert hint" },
        h("p", null, "An index would have it found with less. In the feed's definition:"),
        h("pre", null, `"indexes": ${JSON.stringify(helpful)}`),
      ),
  ];
}
