// All feeds at a glance, what needs looking after, and where their documents come from.

import { h } from "./dom.js";
import { badge, moment, part, problemsList, progressView, refreshButton, sinceNote, table } from "./parts.js";
import { sparkline } from "./plots.js";
import { ago, behindList, behindOf, changeWords, clock, count, duration, isUnread, number, stateOf, took, unnamedOf, unnamedWords, until } from "./words.js";

const SHOWN = 20;

export function overview({ watch, refreshes, now }) {
  const { answer } = watch;
  return [
    h("h1", { tabindex: "-1" }, "Feeds"),
    summary(answer, watch, now),
    answer.problems?.length > 0 &&
      h(
        "section",
        { class: "alert bad", key: "problems", "aria-labelledby": "problems-heading" },
        h("h2", { id: "problems-heading" }, "Wrong in the registry"),
        h("p", null, "This is not in force; what was in force before still is."),
        problemsList(answer.problems),
      ),
    answer.feeds.length > 0 ? feedsTable(watch, refreshes, now) : h("p", { class: "empty" }, "The registry has no feed."),
    behindPart(answer.feeds, now),
    leftOutPart(answer.feeds),
    serverPart(answer.server, now),
    unusedPart(answer.unusedViews, now),
  ];
}

function summary({ feeds, server }, watch, now) {
  const kinds = { good: 0, warn: 0, bad: 0, busy: 0 };
  for (const feed of feeds) kinds[stateOf(feed).kind]++;
  const parts = [
    [kinds.bad, "failing or not read", "bad"],
    [kinds.warn, "with databases behind", "warn"],
    [kinds.busy, "being built", "busy"],
    [kinds.good, "fresh", "good"],
  ].filter(([many]) => many);
  const away = (server?.sources ?? []).filter((source) => source.state === "away");
  return [
    h(
      "p",
      { class: "summary" },
      h("span", null, count(feeds.length, "feed")),
      parts.map(([many, words, kind]) => h("span", { class: `dot ${kind}` }, `${number(many)} ${words}`)),
    ),
    away.map((source) =>
      h(
        "div",
        { class: "alert bad", key: `away ${source.name}` },
        h("strong", null, `${source.name} is away`),
        source.since ? ` since ${clock(source.since, now)} (${duration((now - new Date(source.since)) / 1000)})` : "",
        source.reason ? `: ${source.reason}` : "",
      ),
    ),
  ];
}

function feedsTable(watch, refreshes, now) {
  const names = ["Feed", "State", "Freshness", "Rows", "Databases", "Last refresh", "Next", ""];
  return h(
    "div",
    { class: "scroll cards", role: "region", tabindex: "0", "aria-label": "Feeds" },
    h(
      "table",
      { class: "feeds", role: "table" },
      h(
        "thead",
        { role: "rowgroup" },
        h(
          "tr",
          { role: "row" },
          names.map((name) => h("th", { scope: "col", role: "columnheader" }, name || h("span", { class: "unseen" }, "Action"))),
        ),
      ),
      h("tbody", { role: "rowgroup" }, watch.answer.feeds.map((feed) => feedRow(feed, watch, refreshes, now))),
    ),
  );
}

function feedRow(feed, watch, refreshes, now) {
  const { collection, view } = feed;
  const history = watch.details.get(collection)?.json?.history ?? [];
  const staleness = watch.staleness(feed);
  const asked = refreshes.of(collection);
  const td = (name, ...content) => h("td", { role: "cell", "data-name": name }, ...content);
  return h(
    "tr",
    { role: "row", key: collection },
    h(
      "th",
      { scope: "row", role: "rowheader" },
      h("a", { href: feedRoute(collection) }, collection),
      h("span", { class: "note" }, feed.access === "acl" ? `${feed.viewName} · by ACL` : feed.viewName),
    ),
    td("State", badge(stateOf(feed)), stateDetail(feed)),
    td(
      "Freshness",
      h("span", { class: "figure" }, staleness === null ? "–" : `${duration(staleness)} old`),
      spark(history, staleness, (sample) => sample.stalenessSeconds, `Freshness of ${collection}`, duration),
    ),
    td(
      "Rows",
      h("span", { class: "figure" }, number(view?.rows)),
      spark(history, view?.rows ?? null, (sample) => sample.rows, `Rows of ${collection}`, number),
    ),
    td(
      "Databases",
      number(view?.databases),
      behindOf(feed) > 0 && h("span", { class: "note" }, `${number(behindOf(feed))} behind`),
      view?.documentsLeftOut > 0 && h("span", { class: "note" }, `${count(view.documentsLeftOut, "document")} left out`),
    ),
    td("Last refresh", lastRefresh(feed, now)),
    td("Next", feed.nextRefresh ? moment(feed.nextRefresh, now, until) : "–"),
    td("", refreshButton(collection, refreshes, "plain"), asked && !asked.running && h("span", { class: `note ${asked.kind}` }, asked.words)),
  );
}

function stateDetail(feed) {
  if (feed.progress) return progressView(feed.progress, `Progress of ${feed.collection}`);
  if (isUnread(feed)) return h("span", { class: "note" }, feed.lastRefresh.reason);
  if (feed.failures) return h("span", { class: "note" }, `${count(feed.failures, "time")}: ${feed.lastFailure ?? "the log says why"}`);
  return null;
}

function spark(history, current, value, words, format) {
  const values = [...history.map((sample) => value(sample) ?? null), current];
  const known = values.filter((one) => one !== null);
  return sparkline(values, `${words}: ${known.length ? `${format(Math.min(...known))} to ${format(Math.max(...known))}` : "not known"}`);
}

function lastRefresh({ lastRefresh: last, view }, now) {
  if (!last) return view ? [moment(view.refreshedAt, now)] : "–";
  const bad = { failed: "failed", unread: "none read" }[last.outcome];
  return [
    moment(last.startedAt, now),
    h(
      "span",
      { class: bad ? "note bad" : "note" },
      bad ?? `${took(last.tookSeconds)} · ${changeWords(last) || "no change"}`,
    ),
  ];
}

export function feedRoute(collection) {
  return `#/feeds/${encodeURIComponent(collection)}`;
}

function feedLink(collection) {
  return h("a", { href: feedRoute(collection) }, collection);
}

function behindPart(feeds, now) {
  const all = feeds.flatMap((feed) => behindList(feed).map((one) => ({ ...one, feed: feed.collection })));
  const unnamed = feeds.reduce((sum, feed) => sum + unnamedOf(feed), 0);
  if (!all.length && !unnamed) return null;
  return part(
    "behind",
    "Databases behind",
    h("p", { class: "note" }, "They could not be read, and show the rows they had. Each is tried again."),
    all.length > 0 && table(
      "Databases behind",
      [
        { name: "Feed", cell: ({ feed }) => feedLink(feed) },
        { name: "Database", cell: (one) => [one.database, sinceNote(one.since, now)] },
        { name: "Why", wide: true, cell: ({ reason }) => reason },
      ],
      all.slice(0, SHOWN),
      ({ feed, database }) => `${feed} ${database}`,
    ),
    all.length > SHOWN && h("p", { class: "note" }, `And ${number(all.length - SHOWN)} more: see each feed.`),
    unnamed > 0 && h("p", { class: "note" }, unnamedWords(unnamed)),
  );
}

function leftOutPart(feeds) {
  const all = feeds.flatMap((feed) => (feed.leftOut ?? []).map((one) => ({ ...one, feed: feed.collection })));
  if (!all.length) return null;
  return part(
    "leftOut",
    "Documents that are left out",
    h("p", { class: "note" }, "They cannot be read, and are in no view until their owners change them. These are some of them."),
    table(
      "Documents that are left out",
      [
        { name: "Feed", cell: ({ feed }) => feedLink(feed) },
        { name: "Database", cell: ({ database }) => database },
        { name: "Document", cell: ({ id }) => id },
        { name: "Why", wide: true, cell: ({ reason }) => reason },
      ],
      all.slice(0, SHOWN),
    ),
  );
}

function serverPart(server, now) {
  if (!server) return null;
  const sources = server.sources ?? [];
  const facts = [
    ["Version", server.version],
    ["Started", server.startedAt && h("span", null, clock(server.startedAt, now), " · ", ago(server.startedAt, now))],
    ["Documents from", server.source],
    ["Changes by", server.changes],
  ].filter(([, value]) => value);
  return part(
    "server",
    "Server",
    h("dl", { class: "facts" }, facts.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value)))),
    sources.length > 0 &&
      table(
        "Where documents come from",
        [
          { name: "Source", wide: true, cell: (source) => source.name },
          {
            name: "State",
            cell: (source) => [badge(source.state === "away" ? { kind: "bad", word: "Away" } : { kind: "good", word: "Up" }), sinceNote(source.since, now)],
          },
          { name: "Why", wide: true, cell: (source) => source.reason ?? "" },
        ],
        sources,
        (source) => source.name,
      ),
  );
}

function unusedPart(views, now) {
  if (!views?.length) return null;
  return part(
    "unused",
    "Views that no feed has",
    h(
      "p",
      { class: "note" },
      "They stay until somebody drops them: ",
      h("code", null, "matview-server views drop NAME"),
      ". Another program that shares the store may use them.",
    ),
    table(
      "Views that no feed has",
      [
        { name: "View", cell: (view) => view.viewName },
        { name: "Generation", number: true, cell: (view) => number(view.generation) },
        { name: "Rows", number: true, cell: (view) => number(view.rows) },
        { name: "Databases", number: true, cell: (view) => number(view.databases) },
        { name: "Refreshed", cell: (view) => moment(view.refreshedAt, now) },
      ],
      views,
      (view) => view.viewName,
    ),
  );
}

