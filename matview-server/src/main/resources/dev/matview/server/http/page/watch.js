// Follows what the server says of its feeds: asks again and again while somebody looks, more rarely where answers take long,
// and says when the server is lost, or refuses, and when it is back.

import { Refused, Unreachable, ask, feedPath, now } from "./api.js";

const EVERY_MS = 2_000;
const AT_MOST_MS = 15_000;
/** What is spent on asking is a tenth of the time. */
const SHARE = 10;
const BACKOFF_MS = [1_000, 2_000, 4_000, 8_000, 15_000];
const DETAIL_EVERY_MS = 60_000;
const LOOKED_AT_EVERY_MS = 30_000;
const DETAILS_AT_ONCE = 8;
const BACK_SHOWN_MS = 15_000;

export class Watch {
  #changed;
  #timer = 0;
  #underWay = false;
  #again = false;
  #tries = 0;
  /** Ends what whoever is signed in has asked for. */
  #asking = new AbortController();

  /** What `/feeds` says; null before it has. */
  answer = null;
  /** When that was, by the page's clock. */
  heardAt = 0;
  /** What `/feeds/{collection}` says, by collection: `json`, `at`. */
  details = new Map();
  /** Why nobody is let in; null while somebody is. */
  refusal = null;
  /** `since`, `reason`, `nextTry`, and whether it `refuses`, while the server is lost or refuses to answer anybody; else null. */
  lost = null;
  /** `seconds`, `until`, and what it had been, `refused`, just after it came back; else null. */
  back = null;
  /** The feed that is looked at. */
  looked = null;
  /** The version that the page came from. */
  version = null;

  /** @param changed is told whenever something is to be shown, with an event if there is one: "lost", "refuses", "back" */
  constructor(changed) {
    this.#changed = changed;
    document.addEventListener("visibilitychange", () => this.now());
  }

  /** Asks at once. */
  now() {
    clearTimeout(this.#timer);
    if (this.#underWay) {
      this.#again = true;
    } else if (!document.hidden) {
      this.#underWay = true;
      this.#look().catch((problem) => this.#mistaken(problem)).then((wait) => {
        this.#underWay = false;
        this.#next(this.#again ? 0 : wait);
      });
    }
  }

  #next(wait) {
    this.#again = false;
    clearTimeout(this.#timer);
    if (wait !== null && !document.hidden) this.#timer = setTimeout(() => this.now(), wait);
  }

  /** Forgets all, and what is still to be answered: somebody else has signed in, or nobody. */
  forget() {
    this.#asking.abort();
    this.#asking = new AbortController();
    this.answer = null;
    this.refusal = null;
    this.details.clear();
  }

  /** @returns how long to wait; null for not again by itself */
  async #look() {
    const begun = performance.now();
    const { signal } = this.#asking;
    try {
      this.#heard((await ask("feeds", { signal, ours: ({ feeds }) => Array.isArray(feeds) })).json);
      await this.#lookCloser(signal);
      return Math.min(AT_MOST_MS, Math.max(EVERY_MS, SHARE * (performance.now() - begun)));
    } catch (problem) {
      return signal.aborted ? 0 : this.#failed(problem);
    }
  }

  #heard(json) {
    const lost = this.lost;
    const before = this.answer?.server?.startedAt;
    this.answer = json;
    this.heardAt = now();
    this.refusal = null;
    this.lost = null;
    this.#tries = 0;
    this.version ??= json.server?.version ?? null;
    for (const collection of this.details.keys()) if (!this.feed(collection)) this.details.delete(collection);
    if (lost) {
      const anew = Boolean(before && json.server?.startedAt && before !== json.server.startedAt);
      this.back = { seconds: (Date.now() - lost.since) / 1000, refused: lost.refuses, anew, until: Date.now() + BACK_SHOWN_MS };
    } else if (this.back && this.back.until < Date.now()) {
      this.back = null;
    }
    this.#changed(lost ? "back" : null);
  }

  #failed(problem) {
    if (problem instanceof Refused && [401, 403].includes(problem.status)) {
      this.forget();
      this.lost = null;
      this.refusal = problem;
      this.#changed(null);
      return null;
    }
    const refuses = problem instanceof Refused;
    if (!refuses && !(problem instanceof Unreachable)) throw problem;
    const wait = this.#backoff();
    const known = this.lost?.refuses === refuses;
    this.lost = { since: known ? this.lost.since : Date.now(), reason: problem.message, nextTry: Date.now() + wait, refuses };
    this.back = null;
    this.#changed(known ? null : refuses ? "refuses" : "lost");
    return wait;
  }

  /** What should not have happened is told where mistakes are, and does not end the watch. */
  #mistaken(problem) {
    reportError(problem);
    return this.#backoff();
  }

  #backoff() {
    return BACKOFF_MS[Math.min(this.#tries++, BACKOFF_MS.length - 1)] * (0.85 + 0.3 * Math.random());
  }

  /** The feed as `/feeds` has it; undefined where there is none. */
  feed(collection) {
    return this.answer?.feeds.find((feed) => feed.collection === collection);
  }

  /** How old what a feed shows is, by now. */
  staleness(feed) {
    return feed.stalenessSeconds === null || feed.stalenessSeconds === undefined
      ? null
      : feed.stalenessSeconds + Math.max(0, now() - this.heardAt) / 1000;
  }

  /** Asks for what only the feeds' own addresses tell: of the one looked at when it has moved, of others by turns. */
  async #lookCloser(signal) {
    for (const collection of this.#wanted()) {
      try {
        const { json } = await ask(feedPath(collection), { signal, ours: (json) => json.collection === collection });
        this.details.set(collection, { json, at: Date.now(), of: moment(this.feed(collection)) });
      } catch (problem) {
        if (!(problem instanceof Refused) || [401, 403].includes(problem.status)) throw problem;
        // Gone meanwhile: the next answer does not have it either.
        this.details.set(collection, { json: null, at: Date.now(), of: null });
      }
      this.#changed(null);
    }
  }

  #wanted() {
    const age = (feed) => Date.now() - (this.details.get(feed.collection)?.at ?? 0);
    if (this.looked !== null) {
      const feed = this.feed(this.looked);
      const known = this.details.get(this.looked);
      const moved = feed && (!known || known.of !== moment(feed) || age(feed) > LOOKED_AT_EVERY_MS);
      return moved ? [this.looked] : [];
    }
    return this.answer.feeds
      .filter((feed) => age(feed) > DETAIL_EVERY_MS)
      .sort((one, other) => age(other) - age(one))
      .slice(0, DETAILS_AT_ONCE)
      .map((feed) => feed.collection);
  }
}

/** What changes when there is more to tell of a feed. */
function moment(feed) {
  return feed && JSON.stringify([feed.lastRefresh?.startedAt, feed.view?.generation, feed.view?.behind, feed.failures, feed.viewName, feed.nextRefresh]);
}
