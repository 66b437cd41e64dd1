package dev.matview.examples.benchmarks.couchdb;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** User databases of one measurement, four documents in five of them posts; closing this deletes them, and the view. */
final class UserDatabases implements AutoCloseable {

    private final PlainCouch couch;
    private final String prefix;
    private final List<String> names;
    private int written;

    private UserDatabases(PlainCouch couch, String prefix, List<String> names) {
        this.couch = couch;
        this.prefix = prefix;
        this.names = names;
    }

    static UserDatabases fill(PlainCouch couch, int databases, int documents) throws InterruptedException {
        String prefix = "mvbench" + Long.toString(ThreadLocalRandom.current().nextLong(1L << 50), 36) + "-";
        List<String> names = IntStream.range(0, databases)
                .mapToObj(i -> String.format(Locale.ROOT, "%su%06d", prefix, i))
                .toList();
        String body = IntStream.range(0, documents)
                .mapToObj(UserDatabases::document)
                .collect(Collectors.joining(",", "{\"docs\":[", "]}"));
        UserDatabases made = new UserDatabases(couch, prefix, names);
        try {
            PlainCouch.forEach(names, name -> {
                couch.json("PUT", "/" + name, "");
                couch.json("POST", "/" + name + "/_bulk_docs", body);
            });
        } catch (InterruptedException | RuntimeException e) {
            made.close();
            throw e;
        }
        return made;
    }

    private static String document(int i) {
        return String.format(
                Locale.ROOT,
                "{\"_id\":\"post-%04d\",\"type\":\"%s\",\"content\":\"%s\",\"author\":{\"did\":\"did:x\",\"ref\":\"me\"},"
                        + "\"createdAt\":\"2026-01-01T00:%02d:%02dZ\",\"tags\":[\"a\",\"b\"],\"likes\":%d}",
                i,
                i % 5 == 4 ? "draft" : "post",
                "lorem ipsum ".repeat(12),
                i / 60 % 60,
                i % 60,
                i);
    }

    int size() {
        return names.size();
    }

    String name(int database) {
        return names.get(database);
    }

    /** A pattern that covers them all, and not the view's databases. */
    String pattern() {
        return prefix + "u*";
    }

    /** What names of databases beside them begin with. */
    String prefix(String of) {
        return prefix + of + "-";
    }

    /** Writes a post that is newer than all others, and gives its id. */
    synchronized String write(int database) {
        String id = "new-" + Long.toString(ThreadLocalRandom.current().nextLong(1L << 50), 36);
        written++;
        couch.json("PUT", "/" + names.get(database) + "/" + id, """
                {"type":"post","content":"new","createdAt":"2027-%07d"}""".formatted(written));
        return id;
    }

    /** One write in each of so many databases. */
    void change(int databases) {
        for (int i = 0; i < databases; i++) {
            write(i * (names.size() / databases));
        }
    }

    /**
     * Reads them all with the requests that matview sends, over as many connections, and throws the answers away: the names,
     * where each stands, and all documents.
     */
    void readBare() throws InterruptedException {
        for (int page = 0; page < names.size(); page += 1_000) {
            couch.json("GET", "/_all_dbs?startkey=%22" + names.get(page) + "%22&limit=1000", "");
        }
        List<List<String>> batches = new ArrayList<>();
        for (int from = 0; from < names.size(); from += 100) {
            batches.add(names.subList(from, Math.min(names.size(), from + 100)));
        }
        PlainCouch.forEach(
                batches, batch -> send("POST", "/_dbs_info", "{\"keys\":[\"" + String.join("\",\"", batch) + "\"]}"));
        PlainCouch.forEach(
                names, name -> send("GET", "/" + name + "/_all_docs?include_docs=true&update_seq=true&limit=5000", ""));
    }

    private void send(String method, String path, String body) {
        int status = couch.send(method, path, body).statusCode();
        if (status != 200) {
            throw new IllegalStateException(method + " " + path + ": " + status);
        }
    }

    @Override
    public void close() throws InterruptedException {
        PlainCouch.forEach(couch.names(prefix), name -> couch.send("DELETE", "/" + name, ""));
    }
}
