// What the views are made of.

import { h } from "./dom.js";
import { ago, clock, progressWords } from "./words.js";

export function badge(state) {
  return h("span", { class: `badge ${state.kind}` }, state.word);
}

export function moment(at, now, words = ago) {
  return at ? h("time", { datetime: at, title: clock(at, now) }, words(at, now)) : "–";
}

/** Since when, below what it is of. */
export function sinceNote(since, now) {
  return since ? h("span", { class: "note" }, `since ${clock(since, now)}, ${ago(since, now)}`) : null;
}

export function progressView(progress, label) {
  return h(
    "div",
    { class: "progress" },
    h("progress", {
      "aria-label": label,
      ...(progress.total ? { max: String(progress.total), value: String(Math.min(progress.done, progress.total)) } : {}),
    }),
    h("span", { class: "note" }, progressWords(progress)),
  );
}

export function alert(kind, ...content) {
  return h("div", { class: `alert ${kind}` }, ...content);
}

/**
 * A table in a place where it can be scrolled.
 * @param columns each `{name, cell(row), number, wide}`; @param key tells rows apart
 */
export function table(label, columns, rows, key) {
  return h(
    "div",
    { class: "scroll", role: "region", tabindex: "0", "aria-label": label },
    h(
      "table",
      null,
      h("thead", null, h("tr", null, columns.map(({ name, number }) => h("th", { scope: "col", class: number && "number" }, name)))),
      h(
        "tbody",
        null,
        rows.map((row, i) =>
          h("tr", { key: key ? key(row) : i }, columns.map(({ cell, number, wide }) => h("td", { class: number ? "number" : wide && "wide" }, cell(row)))),
        ),
      ),
    ),
  );
}

/** A part of a view, with its heading. */
export function part(id, heading, ...content) {
  return h("section", { class: "part", key: id, "aria-labelledby": `${id}-heading` }, h("h2", { id: `${id}-heading` }, heading), ...content);
}

export function refreshButton(collection, refreshes, kind = "") {
  const running = refreshes.of(collection)?.running ?? false;
  return h(
    "button",
    {
      type: "button",
      class: kind,
      "aria-disabled": running ? "true" : null,
      "aria-label": `Refresh ${collection}`,
      onclick: () => refreshes.start(collection),
    },
    running ? "Refreshing" : "Refresh",
  );
}

/** What is wrong in the registry, and where. */
export function problemsList(problems) {
  return h(
    "ul",
    { class: "problems" },
    problems.map(({ source, feed, key, message }) =>
      h(
        "li",
        null,
        h("code", null, source ?? "registry"),
        feed && h("strong", null, feed),
        key && h("code", null, key),
        h("span", null, message),
      ),
    ),
  );
}
