// The page: which view is shown, and what stands around it.

import { now, token } from "./api.js";
import { h, show } from "./dom.js";
import { FeedPage } from "./feed.js";
import { overview } from "./overview.js";
import { Refreshes } from "./refreshes.js";
import { signIn } from "./signin.js";
import { Watch } from "./watch.js";
import { clock, duration } from "./words.js";

const main = document.getElementById("main");
const said = document.getElementById("said");

/** At most one view is built for each picture that the screen shows. */
let wanted = 0;
let feedPage = null;
let route = null;
/** Whether the heading is to have the focus when there is one: after another view was chosen. */
let moved = false;

const watch = new Watch(heard);
const refreshes = new Refreshes(watch, soon, say);

/** Tells those who listen. */
function say(words) {
  said.textContent = words;
}

function heard(event) {
  refreshes.look();
  if (event === "lost") say("The server does not answer. What is shown is what was last known.");
  if (event === "refuses") say(`${refusedWords()} What is shown is what was last known.`);
  if (event === "back") say(backWords());
  render();
}

function soon() {
  if (!wanted) wanted = requestAnimationFrame(render);
}

function routeOf(hash) {
  const found = /^#\/feeds\/([^/]+)$/.exec(hash);
  if (!found) return { view: "overview" };
  try {
    return { view: "feed", collection: decodeURIComponent(found[1]) };
  } catch {
    return { view: "overview" };
  }
}

function go() {
  const next = routeOf(location.hash);
  if (route && route.view === next.view && route.collection === next.collection) return;
  moved = route !== null;
  route = next;
  openFeed();
  watch.looked = route.collection ?? null;
  document.title = feedPage ? `${route.collection} – matview` : "matview";
  main.replaceChildren();
  render();
  scrollTo(0, 0);
  watch.now();
}

/** What one feed's page has under way never speaks on another's. */
function openFeed() {
  feedPage?.close();
  feedPage = route.view === "feed" ? new FeedPage(route.collection, soon, say) : null;
}

function render() {
  cancelAnimationFrame(wanted);
  wanted = 0;
  const context = { watch, refreshes, now: now() };
  document.body.classList.toggle("lost", watch.lost !== null);
  show(document.getElementById("head"), head());
  show(document.getElementById("connection"), connection());
  if (watch.refusal) {
    feedPage?.rest();
    show(main, signIn(watch.refusal, signedIn));
  } else if (watch.answer) {
    show(main, feedPage ? feedPage.view(context) : overview(context));
  } else if (!watch.lost) {
    show(main, h("p", { class: "note" }, "Asking the server"));
  } else {
    show(main, h("p", { class: "note" }, "Nothing is known yet."));
  }
  if (moved && (watch.answer || watch.refusal)) {
    moved = false;
    main.querySelector("h1")?.focus({ preventScroll: true });
  }
}

function signedIn(value) {
  token.set(value);
  watch.forget();
  refreshes.forget();
  moved = true;
  render();
  watch.now();
}

function signOut() {
  token.forget();
  watch.forget();
  refreshes.forget();
  // What this user asked for is not for the next.
  openFeed();
  moved = true;
  watch.now();
}

function head() {
  const { server } = watch.answer ?? {};
  return [
    h("a", { class: "brand", href: "#/", "aria-current": route?.view === "overview" ? "page" : null }, "matview"),
    h(
      "p",
      { class: "who" },
      server?.source && h("span", { class: "source" }, server.source),
      server?.version && h("span", { class: "version" }, server.version),
      token.get() && !watch.refusal && h("button", { type: "button", class: "plain", onclick: signOut }, "Sign out"),
    ),
  ];
}

function backWords() {
  const { seconds, refused, anew } = watch.back;
  return `The server ${refused ? "answers again" : "is back"} after ${duration(seconds)}${anew ? ", and was started anew" : ""}.`;
}

function refusedWords() {
  return `The server refuses just now: ${watch.lost.reason.replace(/\.$/, "")}.`;
}

function connection() {
  const { lost, back, answer, version } = watch;
  if (lost) {
    const left = Math.max(0, Math.ceil((lost.nextTry - Date.now()) / 1000));
    const since = clock(lost.since, Date.now());
    const lasts = duration((Date.now() - lost.since) / 1000);
    return h(
      "div",
      { class: `banner ${lost.refuses ? "warn" : "bad"}`, key: "lost" },
      h("strong", null, lost.refuses ? refusedWords() : `Server lost since ${since}`),
      lost.refuses ? ` It has since ${since} (${lasts}). ` : ` (${lasts}): ${lost.reason}. `,
      "What is shown is what was last known. ",
      left > 0 ? `Next try in ${left} s. ` : "Trying. ",
      h("button", { type: "button", class: "plain", onclick: () => watch.now() }, "Try now"),
    );
  }
  const newer = version && answer?.server?.version && version !== answer.server.version;
  return [
    back && back.until > Date.now() && h("div", { class: "banner good", key: "back" }, backWords()),
    newer &&
      h(
        "div",
        { class: "banner warn", key: "newer" },
        `The server is now ${answer.server.version}. `,
        h("button", { type: "button", class: "plain", onclick: () => location.reload() }, "Reload the page"),
      ),
  ];
}

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener("hashchange", go);
// Times pass although nothing is heard.
setInterval(() => document.hidden || soon(), 1_000);
go();
