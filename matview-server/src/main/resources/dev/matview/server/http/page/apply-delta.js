/**
 * What a client holds after a message of a subscription with "delta": true. Keep what this returns for the next message,
 * and its `etag` for `since` after a reconnect. Pass null for what is held before the first message.
 */
function applyMessage(held, message) {
  if (message.docs) return message;
  const { delta, ...rest } = message;
  const before = new Map(held.keys.map((key, i) => [key, held.docs[i]]));
  const leaving = new Set([...delta.removed, ...delta.put.map((row) => row.key)]);
  const keys = held.keys.filter((key) => !leaving.has(key));
  const docs = keys.map((key) => before.get(key));
  for (const { key, at, doc } of delta.put) {
    keys.splice(at, 0, key);
    docs.splice(at, 0, doc === undefined ? before.get(key) : doc);
  }
  return { ...rest, docs, keys };
}

export { applyMessage };
