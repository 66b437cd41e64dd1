// One feed: how it is, how it was, and what can be done about it.

import { h, place } from "./dom.js";
import { alert, badge, moment, part, problemsList, progressView, refreshButton, sinceNote, table } from "./parts.js";
import { DURATION_STEPS, Plot } from "./plots.js";
import { QueryBox } from "./query.js";
import { LiveRows } from "./rows.js";
import { ago, behindList, behindOf, bytes, changeWords, clock, count, duration, isUnread, number, stateOf, took, unnamedWords, until, why } from "./words.js";

const REFRESHES_SHOWN = 12;
const COUNT_STEPS = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((one) => one * 10 ** power)).flat();

/** The page of a feed, as long as it is looked at. */
export class FeedPage {
  #collection;
  #rows;
  #query;
  #plots = {
    staleness: new Plot("Freshness: how old", duration, { steps: DURATION_STEPS }),
    rows: new Plot("Rows", number, { zero: false, steps: COUNT_STEPS }),
    took: new Plot("Refresh took", took, { bars: true }),
  };
  #allRefreshes = false;
  #changed;

  constructor(collection, changed, say) {
    this.#collection = collection;
    this.#changed = changed;
    this.#rows = new LiveRows(changed);
    this.#query = new QueryBox(collection, say);
  }

  /** Nobody may look at it for now: what was there is not for whoever signs in next. */
  rest() {
    this.#rows.follow(null);
    this.#query.forget();
  }

  /** Nobody looks at it any more. */
  close() {
    this.#rows.close();
    this.#query.close();
    for (const plot of Object.values(this.#plots)) plot.close();
  }

  view({ watch, refreshes, now }) {
    const feed = watch.feed(this.#collection);
    const heading = h("h1", { tabindex: "-1" }, this.#collection);
    const up = h("p", { class: "up" }, h("a", { href: "#/" }, "All feeds"));
    if (!feed) {
      this.#rows.follow(null);
      return [up, h("div", { class: "title", key: "title" }, heading), alert("warn", "The registry has no feed of this name. When there is one it is shown here.")];
    }
    this.#rows.follow(feed.view ? this.#collection : null);
    const detail = watch.details.get(this.#collection)?.json ?? {};
    const problems = (watch.answer.problems ?? []).filter((problem) => problem.feed === this.#collection);
    this.#plot(detail.history ?? [], detail.refreshes ?? [], feed, watch);
    return [
      up,
      h("div", { class: "title", key: "title" }, heading, badge(stateOf(feed)), this.#action(refreshes)),
      this.#alerts(feed, problems),
      feed.progress && progressView(feed.progress, feed.view ? "Progress of the refresh" : "Progress of the first build"),
      facts(feed, watch.staleness(feed), now),
      h(
        "section",
        { class: "plots", key: "plots", "aria-label": "The last hours" },
        place(this.#plots.staleness.element),
        place(this.#plots.rows.element),
        place(this.#plots.took.element),
      ),
      behindPart(feed, now),
      leftOutPart(feed),
      h(
        "div",
        { class: "pair", key: "data" },
        part("rows", `Rows, ${orderWords(detail.definition)}`, feed.view ? this.#rows.view(detail.definition) : h("p", { class: "note" }, "None before the first build has ended.")),
        part("query", "Query", place(this.#query.element)),
      ),
      h("div", { class: "pair", key: "past" }, this.#refreshesPart(detail.refreshes ?? [], now), definitionPart(feed, detail)),
    ];
  }

  #action(refreshes) {
    const asked = refreshes.of(this.#collection);
    return h(
      "div",
      { class: "action" },
      refreshButton(this.#collection, refreshes),
      asked && h("span", { class: `outcome ${asked.kind}`, id: "refreshed" }, asked.words),
    );
  }

  #alerts(feed, problems) {
    return [
      feed.failures > 0 &&
        h(
          "div",
          { class: "alert bad", key: "failing" },
          h("strong", null, `Refreshes have failed ${count(feed.failures, "time")}`),
          `: ${feed.lastFailure ?? "the log says why"}. `,
          feed.view ? "What was there before is served." : "",
        ),
      isUnread(feed) &&
        h(
          "div",
          { class: "alert bad", key: "unread" },
          h("strong", null, "The last refresh could read nothing"),
          `: ${feed.lastRefresh.reason}. What was there before is served.`,
        ),
      problems.length > 0 &&
        h(
          "section",
          { class: "alert bad", key: "problems", "aria-label": "Not in force" },
          h("p", null, h("strong", null, "Not in force: "), "the registry is wrong here, and what was in force before still is."),
          problemsList(problems),
        ),
    ];
  }

  #plot(history, refreshes, feed, watch) {
    const now = { at: new Date(watch.heardAt).toISOString(), stalenessSeconds: feed.stalenessSeconds, rows: feed.view?.rows };
    const samples = [...history.filter((sample) => Date.parse(sample.at) < watch.heardAt), now];
    this.#plots.staleness.show(samples, (sample) => sample.stalenessSeconds);
    this.#plots.rows.show(samples, (sample) => sample.rows);
    // Of the newest each is known, of those before one a minute.
    const each = refreshes.map(({ startedAt, tookSeconds }) => ({ at: startedAt, refreshSeconds: tookSeconds })).reverse();
    const before = history.filter((sample) => !each.length || Date.parse(sample.at) < Date.parse(each[0].at));
    this.#plots.took.show([...before, ...each], (sample) => sample.refreshSeconds);
  }

  #refreshesPart(all, now) {
    const shown = this.#allRefreshes ? all : all.slice(0, REFRESHES_SHOWN);
    return part(
      "refreshes",
      "Last refreshes",
      all.length === 0
        ? h("p", { class: "note" }, "None yet that this server knows of.")
        : table(
            "Last refreshes",
            [
              { name: "When", cell: ({ startedAt }) => h("time", { datetime: startedAt, title: ago(startedAt, now) }, clock(startedAt, now)) },
              { name: "Outcome", wide: true, cell: outcomeCell },
              { name: "Why", cell: (one) => why(one.why) },
              { name: "Took", number: true, cell: ({ tookSeconds }) => took(tookSeconds) },
              { name: "Read", number: true, cell: (one) => (hasFailed(one) ? "–" : `${number(one.moved)} of ${number(one.databases)}`) },
              { name: "Rows", number: true, cell: rowsCell },
            ],
            shown,
            ({ startedAt }) => startedAt,
          ),
      all.length > REFRESHES_SHOWN &&
        h(
          "button",
          {
            type: "button",
            class: "plain",
            "aria-expanded": String(this.#allRefreshes),
            onclick: () => {
              this.#allRefreshes = !this.#allRefreshes;
              this.#changed();
            },
          },
          this.#allRefreshes ? "Show the newest alone" : `Show all ${all.length}`,
        ),
    );
  }
}

function outcomeCell(refresh) {
  if (refresh.outcome === "failed") return h("span", { class: "bad" }, `failed: ${refresh.reason ?? "the log says why"}`);
  if (refresh.outcome === "unread") return h("span", { class: "bad" }, refresh.reason);
  const behind = refresh.behind ? `, ${number(refresh.behind)} behind` : "";
  return refresh.outcome === "unchanged" ? `unchanged${behind}` : `generation ${number(refresh.generation)}${behind}`;
}

function hasFailed({ outcome }) {
  return outcome === "failed" || outcome === "unread";
}

function rowsCell(refresh) {
  if (hasFailed(refresh)) return "–";
  const words = `${number(refresh.added)} added, ${number(refresh.changed)} changed, ${number(refresh.removed)} removed`;
  return h("span", { title: words }, changeWords(refresh) || "0");
}

function orderWords(definition) {
  const sort = definition?.query?.sort ?? [];
  const fields = sort.map((one) => {
    if (typeof one === "string") return one;
    const [[field, direction]] = Object.entries(one);
    return direction === "desc" ? `${field} descending` : field;
  });
  return fields.length ? `by ${fields.join(", ")}` : "in the feed's order";
}

function facts(feed, staleness, now) {
  const { view } = feed;
  const list = [
    ["Freshness", staleness === null ? "–" : `${duration(staleness)} old`],
    ["Rows", number(view?.rows)],
    ["Databases", number(view?.databases)],
    ["Generation", number(view?.generation)],
    ["Known to match", view ? moment(view.refreshedAt, now) : "–"],
    ["Next refresh", feed.nextRefresh ? moment(feed.nextRefresh, now, until) : "–"],
    ["Memory", bytes(view?.bytes)],
    ["Access", feed.access === "acl" ? "by each document's ACL" : "everybody who may ask"],
  ];
  return h("dl", { class: "facts", key: "facts" }, list.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value))));
}

function behindPart(feed, now) {
  const list = behindList(feed);
  const all = behindOf(feed);
  if (!all) return null;
  return part(
    "behind",
    `${count(all, "database")} behind`,
    h("p", { class: "note" }, "They could not be read, and show the rows they had. Each is tried again."),
    list.length > 0 && table(
      "Databases behind",
      [
        { name: "Database", cell: (one) => [one.database, sinceNote(one.since, now)] },
        { name: "Why", wide: true, cell: ({ reason }) => reason },
      ],
      list,
      ({ database }) => database,
    ),
    all > list.length && h("p", { class: "note" }, unnamedWords(all - list.length)),
  );
}

function leftOutPart(feed) {
  const all = feed.view?.documentsLeftOut ?? 0;
  const list = feed.leftOut ?? [];
  if (!all && !list.length) return null;
  return part(
    "leftOut",
    `${count(all, "document")} left out`,
    h(
      "p",
      { class: "note" },
      "They cannot be read, and are in no view until their owners change them.",
      list.length < all ? ` These are ${number(list.length)} of them.` : "",
    ),
    table(
      "Documents that are left out",
      [
        { name: "Database", cell: ({ database }) => database },
        { name: "Document", cell: ({ id }) => id },
        { name: "Why", wide: true, cell: ({ reason }) => reason },
      ],
      list,
    ),
  );
}

function definitionPart(feed, detail) {
  return part(
    "definition",
    "Definition",
    detail.definition
      ? h("pre", { tabindex: "0", role: "region", "aria-label": "Definition, as JSON" }, JSON.stringify(detail.definition, null, 2))
      : h("p", { class: "note" }, "Not told yet."),
    feed.indexes?.length > 0 &&
      table(
        "Indexes",
        [
          { name: "Index", wide: true, cell: ({ fields }) => h("code", null, JSON.stringify(fields)) },
          { name: "Rows", number: true, cell: ({ rows }) => number(rows) },
          { name: "Memory", number: true, cell: (index) => bytes(index.bytes) },
        ],
        feed.indexes,
      ),
  );
}
