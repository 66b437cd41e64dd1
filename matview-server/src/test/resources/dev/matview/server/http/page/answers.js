// Answers of a server that has much to tell, in place of those of the one that is asked.
(() => {
  const start = Date.now();
  const iso = (secondsAgo) => new Date(Date.now() - secondsAgo * 1000).toISOString();
  const refresh = (i) => ({
    startedAt: new Date(start - i * 61_000).toISOString(), tookSeconds: i === 2 ? 30.1 : 0.02 + ((i * 7) % 13) / 40,
    why: ["change", "interval", "request", "reader", "retry", "definition"][i % 6], outcome: i === 2 ? "failed" : i % 4 === 3 ? "unchanged" : "changed",
    reason: i === 2 ? "CouchDB cannot be reached: Connection refused" : null, generation: 412 - i, databases: 500,
    moved: 1 + (i % 5), rows: 12843 - i, added: i % 4, changed: i % 3, removed: i % 7 ? 0 : 1, behind: 0,
  });
  const history = () => Array.from({ length: 360 }, (_, i) => ({
    at: iso((360 - i) * 60), stalenessSeconds: i > 200 && i < 230 ? 60 * (i - 200) : 3 + ((i * 37) % 29),
    rows: Math.round(12300 + i * 1.5 + 8 * Math.sin(i / 9)), refreshSeconds: i % 11 === 5 ? null : 0.03 + ((i * 13) % 17) / 60, behind: 0,
  }));
  const behind = (database, reason, since) => ({ database, reason, since: iso(since) });
  const feed = (collection, more) => ({
    collection, viewName: `_global_${collection}`, access: "public",
    view: { generation: 412, refreshedAt: iso(4), rows: 12843, databases: 500, behind: 0, documentsLeftOut: 0, bytes: 6_550_000 },
    stalenessSeconds: 4, nextRefresh: iso(-240), failures: 0, lastFailure: null, behind: {}, behindDatabases: [], leftOut: [],
    indexes: [{ fields: ["author.did"], rows: 12843, bytes: 512345 }], lastRefresh: refresh(0), ...more,
  });
  const failing = { failures: 4, lastFailure: "CouchDB cannot be reached: Connection refused", access: "acl", stalenessSeconds: 1841, lastRefresh: refresh(2) };
  const late = [behind("userdb-alice", "it answered 500", 734), behind("userdb-goro", "it did not answer within 30 s", 88)];
  const feeds = () => [
    feed("events", { behindDatabases: late, behind: { "userdb-alice": "it answered 500", "userdb-goro": "it did not answer within 30 s" } }),
    feed("messages", failing),
    feed("photos", { view: null, stalenessSeconds: null, lastRefresh: null, nextRefresh: null, indexes: [], progress: { done: 137, total: 500, secondsLeft: 21 } }),
    feed("posts"),
  ];
  const problems = [{ source: "feeds/posts", feed: "posts", key: "aggregationIntervall", message: "is no key of a feed; did you mean aggregationInterval?" }];
  const server = {
    version: "0.1.0", startedAt: iso(7300), source: "CouchDB http://127.0.0.1:5984", changes: "_db_updates",
    sources: [{ name: "http://127.0.0.1:5984", state: "up", since: iso(7300), reason: null }, { name: "http://127.0.0.2:5984", state: "away", since: iso(92), reason: "Connection refused" }],
  };
  const unusedViews = [{ viewName: "_global_retired", generation: 1, refreshedAt: iso(900_000), rows: 0, databases: 3, format: 1 }];
  const definition = {
    collectionName: "posts", materializedViewName: "_global_posts", aggregationInterval: "5m", indexes: [["author.did"]],
    query: { selector: { type: "post" }, fields: ["_id", "content", "author", "at"], sort: [{ at: "desc" }] },
  };
  const answers = (path) => {
    if (path === "/feeds") return { server, feeds: feeds(), unusedViews, problems };
    const one = feeds().find(({ collection }) => path === `/feeds/${collection}`);
    return one && { ...one, definition, problems: problems.filter((problem) => problem.feed === one.collection), refreshes: one.view ? Array.from({ length: 100 }, (_, i) => refresh(i)) : [], history: one.view ? history() : [] };
  };
  const real = window.fetch;
  window.fetch = async (path, options) => {
    const answer = answers(new URL(path, document.baseURI).pathname);
    return answer ? new Response(JSON.stringify(answer), { headers: { "Content-Type": "application/json" } }) : real(path, options);
  };
})();
