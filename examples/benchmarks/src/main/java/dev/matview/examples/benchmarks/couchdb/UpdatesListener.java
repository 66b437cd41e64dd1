package dev.matview.examples.benchmarks.couchdb;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Consumer;

/** Tells the names of databases as {@code _db_updates} does, on a thread of its own, from now until it is closed. */
final class UpdatesListener implements AutoCloseable {

    private final PlainCouch couch;
    private final Consumer<String> names;
    private final Thread thread = new Thread(this::listen, "updates");
    private volatile boolean closed;
    private String since;

    UpdatesListener(PlainCouch couch, Consumer<String> names) {
        this.couch = couch;
        this.names = names;
        since = couch.json("GET", "/_db_updates?since=now&limit=1", "")
                .path("last_seq")
                .asText();
        thread.start();
    }

    private void listen() {
        while (!closed) {
            JsonNode answer;
            try {
                answer = couch.json("GET", "/_db_updates?feed=longpoll&timeout=5000&since=" + since, "");
            } catch (IllegalStateException e) {
                if (closed) {
                    return;
                }
                throw e;
            }
            since = answer.path("last_seq").asText();
            answer.path("results")
                    .forEach(update -> names.accept(update.path("db_name").asText()));
        }
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.interrupt();
        thread.join();
    }
}
