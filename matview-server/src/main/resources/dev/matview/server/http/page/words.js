// Numbers, times and states in words.

const NUMBER = new Intl.NumberFormat("en");
const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

const UNITS = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
];

export const NONE = "–";
export const NO_DATA_HERE = "At the address for administrators there is no data: use the other one.";

export function number(value) {
  return value === null || value === undefined ? NONE : NUMBER.format(value);
}

/** "1 database", "2 databases". */
export function count(value, one, many = `${one}s`) {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** A duration to two units. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return NONE;
  const whole = Math.round(Math.max(0, seconds));
  for (const [i, [size, unit]] of UNITS.entries()) {
    if (whole < size) continue;
    const [next, nextUnit] = UNITS[i + 1] ?? [1, "s"];
    const rest = Math.floor((whole % size) / next);
    return `${Math.floor(whole / size)} ${unit}${rest ? ` ${rest} ${nextUnit}` : ""}`;
  }
  return `${whole} s`;
}

/** How long something took: also what is below a second. */
export function took(seconds) {
  if (seconds === null || seconds === undefined) return NONE;
  if (seconds < 1) return seconds < 0.001 ? "under 1 ms" : `${Math.round(seconds * 1000)} ms`;
  return seconds < 10 ? `${seconds.toFixed(1)} s` : duration(seconds);
}

export function bytes(value) {
  if (value === null || value === undefined) return NONE;
  let rest = value;
  let unit = "bytes";
  for (const larger of ["KiB", "MiB", "GiB"]) {
    if (rest < 1024) break;
    rest /= 1024;
    unit = larger;
  }
  return `${unit === "bytes" || rest >= 100 ? Math.round(rest) : rest.toFixed(1)} ${unit}`;
}

/** A time of day, with the day where it is not of the last twelve hours. */
export function clock(at, now) {
  const date = new Date(at);
  return Math.abs(now - date) < 12 * 3_600_000 ? TIME.format(date) : DAY.format(date);
}

export function ago(at, now) {
  const seconds = (now - new Date(at)) / 1000;
  return seconds < 1 ? "just now" : `${duration(seconds)} ago`;
}

export function until(at, now) {
  const seconds = (new Date(at) - now) / 1000;
  return seconds < 0.5 ? "now" : `in ${duration(seconds)}`;
}

const WHY = {
  first: "first build",
  interval: "interval",
  change: "a change",
  request: "on request",
  retry: "retry",
  definition: "new definition",
  reader: "for a reader",
};

export function why(word) {
  return WHY[word] ?? word ?? NONE;
}

/** How a feed is: what kind of state, and the word for it. */
export function stateOf(feed) {
  const behind = behindOf(feed);
  if (feed.failures) return { kind: "bad", word: "Failing" };
  if (!feed.view) return { kind: "busy", word: "Being built" };
  if (isUnread(feed)) return { kind: "bad", word: "None read" };
  if (behind) return { kind: "warn", word: `${number(behind)} behind` };
  return { kind: "good", word: "Fresh" };
}

/** Whether none of the databases could be read. */
export function isUnread(feed) {
  return feed.lastRefresh?.outcome === "unread" && behindOf(feed) > 0;
}

export function behindOf(feed) {
  return Math.max(feed.view?.behind ?? 0, behindList(feed).length);
}

/** The databases behind, those first that have been for longest. */
export function behindList(feed) {
  const list =
    feed.behindDatabases ??
    (Array.isArray(feed.behind)
      ? feed.behind
      : Object.entries(feed.behind ?? {}).map(([database, reason]) => ({ database, reason, since: null })));
  return [...list].sort((one, other) => String(one.since ?? "").localeCompare(String(other.since ?? "")));
}

/** How many more are behind than this server names. */
export function unnamedOf(feed) {
  return behindOf(feed) - behindList(feed).length;
}

export function unnamedWords(many) {
  return `${number(many)} more ${many === 1 ? "is" : "are"} behind that this server does not name: it names a hundred of a feed at most, and none that another server alone found.`;
}

/** How far a refresh is. */
export function progressWords(progress) {
  const left = progress.secondsLeft;
  const rest = left === null || left === undefined ? "" : `, about ${duration(Math.max(1, left))} left`;
  return progress.total ? `${number(progress.done)} of ${count(progress.total, "database")}${rest}` : "looking for databases";
}

/** Which rows a refresh changed, in short; empty for none. */
export function changeWords({ added, changed, removed }) {
  return [
    [added, "+"],
    [changed, "~"],
    [removed, "−"],
  ]
    .filter(([many]) => many)
    .map(([many, sign]) => `${sign}${number(many)}`)
    .join(" ");
}

/** What a refresh came to, in a sentence. */
export function outcomeWords(refresh) {
  if (refresh.outcome === "failed") return `The refresh failed: ${refresh.reason ?? "the log says why"}`;
  if (refresh.outcome === "unread") return `Nothing could be read: all ${count(refresh.behind ?? 0, "database")} behind, in ${took(refresh.tookSeconds)}.`;
  const read = `${count(refresh.moved ?? 0, "database")} of ${number(refresh.databases ?? 0)} read`;
  const behind = refresh.behind ? `, ${number(refresh.behind)} behind` : "";
  if (refresh.outcome === "unchanged") return `Nothing has changed: ${read}${behind}, in ${took(refresh.tookSeconds)}.`;
  const rows = ["added", "changed", "removed"]
    .filter((kind) => refresh[kind])
    .map((kind) => `${number(refresh[kind])} ${kind}`)
    .join(", ");
  return `Generation ${number(refresh.generation)}: ${rows ? `rows ${rows}; ` : ""}${read}${behind}, in ${took(refresh.tookSeconds)}.`;
}
