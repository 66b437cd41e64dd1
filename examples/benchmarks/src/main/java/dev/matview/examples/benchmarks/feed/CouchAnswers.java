package dev.matview.examples.benchmarks.feed;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.matview.examples.benchmarks.figures.Run;
import dev.matview.examples.benchmarks.inprocess.Posts;
import java.io.IOException;
import java.net.URI;
import java.util.StringJoiner;

/** CouchDB's {@code _find} on one central database that has all posts, with an index for each question. */
final class CouchAnswers implements Answering {

    private static final int MOST_TRIES = 3;
    private static final int BATCH = 5_000;

    private final int authors;
    private final HttpConnection connection;
    private final String database;

    /** @param database is made, and deleted in the end */
    CouchAnswers(Run run, URI couch, String database, int posts, int authors) throws IOException {
        this.authors = authors;
        this.database = "/" + database;
        this.connection = new HttpConnection(couch);
        run.version(
                "CouchDB",
                new ObjectMapper()
                        .readTree(connection.send("GET", "/", ""))
                        .path("version")
                        .asText());
        try {
            fill(run, posts);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void fill(Run run, int posts) throws IOException {
        connection.send("PUT", this.database, "");
        for (String fields : new String[] {"\"at\"", "\"author.did\",\"at\"", "\"tag\",\"likes\""}) {
            String name = name(fields);
            connection.send(
                    "POST",
                    this.database + "/_index",
                    "{\"index\":{\"fields\":[" + fields + "]},\"ddoc\":\"" + name + "\",\"name\":\"" + name + "\"}");
        }
        for (int number = 0; number < posts; number += BATCH) {
            StringJoiner batch = new StringJoiner(",", "{\"docs\":[", "]}");
            for (int i = number; i < Math.min(number + BATCH, posts); i++) {
                batch.add(Posts.json(i, authors));
            }
            connection.send("POST", this.database + "/_bulk_docs", batch.toString());
        }
        run.say("CouchDB has %,d posts", posts);
        for (Question question : Question.values()) {
            awaitIndex(question);
        }
        run.say("CouchDB's indexes are made");
    }

    /** The first who asks by an index waits until it is made, and is given up by CouchDB where that takes minutes. */
    private void awaitIndex(Question question) throws IOException {
        for (int tries = 1; ; tries++) {
            try {
                ask(question, 0);
                return;
            } catch (IOException e) {
                if (tries == MOST_TRIES) {
                    throw e;
                }
            }
        }
    }

    private static String name(String fields) {
        return "by-" + fields.replaceAll("[^a-z]+", "");
    }

    @Override
    public String ask(Question question, int turn) throws IOException {
        return connection.send("POST", database + "/_find", body(question, Question.about(question, turn, authors)));
    }

    private static String body(Question question, String about) {
        return switch (question) {
            case NEWEST -> find("\"at\":{\"$gt\":null}", "{\"at\":\"desc\"}", "by-at", 0);
            case PAGE_50 -> find("\"at\":{\"$gt\":null}", "{\"at\":\"desc\"}", "by-at", Question.BEFORE);
            case AUTHOR ->
                find(
                        "\"author.did\":\"" + about + "\"",
                        "{\"author.did\":\"desc\"},{\"at\":\"desc\"}",
                        "by-authordidat",
                        0);
            case TAG -> find("\"tag\":\"" + about + "\"", "{\"tag\":\"desc\"},{\"likes\":\"desc\"}", "by-taglikes", 0);
        };
    }

    private static String find(String selector, String sort, String index, int skip) {
        return "{\"selector\":{%s},\"sort\":[%s],\"use_index\":\"%s\",\"limit\":%d,\"skip\":%d}"
                .formatted(selector, sort, index, Question.PAGE, skip);
    }

    @Override
    public void close() throws IOException {
        try (connection) {
            connection.send("DELETE", database, "");
        }
    }
}
