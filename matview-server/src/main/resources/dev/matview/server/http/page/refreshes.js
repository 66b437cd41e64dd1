// Refreshes that were asked for on this page: how far they are, and what they came to.

import { Refused, ask, feedPath } from "./api.js";
import { outcomeWords, progressWords } from "./words.js";

/** The server answers after 20 seconds at the latest; the refresh goes on. */
const PATIENCE_MS = 40_000;

export class Refreshes {
  #known = new Map();
  /** Ends what whoever is signed in has asked for. */
  #asking = new AbortController();

  /** @param watch what the feeds do @param changed is told when there is something to show @param say tells by voice */
  constructor(watch, changed, say) {
    this.watch = watch;
    this.changed = changed;
    this.say = say;
  }

  /** `running`, `kind` and `words` of the last that was asked for; undefined for none. */
  of(collection) {
    const refresh = this.#known.get(collection);
    if (!refresh?.running) return refresh;
    const progress = this.watch.feed(collection)?.progress;
    return { ...refresh, words: progress ? `Refreshing: ${progressWords(progress)}` : refresh.words };
  }

  async start(collection) {
    if (this.#known.get(collection)?.running) return;
    const { signal } = this.#asking;
    const before = this.watch.feed(collection)?.lastRefresh?.startedAt;
    this.#put(collection, { running: true, kind: "busy", words: "Refreshing", before });
    this.say(`Refreshing ${collection}`);
    this.watch.now();
    try {
      const ours = (json) => json.collection === collection;
      const asked = { method: "POST", patience: PATIENCE_MS, signal, ours };
      const { status, json, seconds } = await ask(`${feedPath(collection)}/refresh`, asked);
      if (status === 202) {
        this.#put(collection, { running: true, late: true, kind: "busy", words: "Refreshing; this takes a while", before });
      } else {
        const outcome = json.outcome ?? (json.changed ? "changed" : "unchanged");
        this.#ended(collection, kindOf({ ...json, outcome }), outcomeWords({ ...json, outcome, tookSeconds: seconds }));
      }
    } catch (problem) {
      if (signal.aborted) return;
      const reason = problem instanceof Refused ? problem.message : `the server is lost, ${problem.message}`;
      this.#ended(collection, "bad", `The refresh failed: ${reason}`);
    }
    this.watch.now();
  }

  /** Sees what became of those that take longer than the server has let the page wait. */
  look() {
    for (const [collection, refresh] of this.#known) {
      const feed = this.watch.feed(collection);
      if (!feed) {
        this.#known.delete(collection);
      } else if (refresh.late && refresh.running && !feed.progress && feed.lastRefresh && feed.lastRefresh.startedAt !== refresh.before) {
        this.#ended(collection, kindOf(feed.lastRefresh), outcomeWords(feed.lastRefresh));
      }
    }
  }

  #ended(collection, kind, words) {
    if (!this.#known.get(collection)?.running) return;
    this.#put(collection, { running: false, kind, words });
    this.say(`${collection}: ${words}`);
  }

  #put(collection, refresh) {
    this.#known.set(collection, refresh);
    this.changed();
  }

  /** Somebody else has signed in. */
  forget() {
    this.#asking.abort();
    this.#asking = new AbortController();
    this.#known.clear();
  }
}

function kindOf({ outcome, behind }) {
  if (outcome === "failed" || outcome === "unread") return "bad";
  return behind ? "warn" : "good";
}
