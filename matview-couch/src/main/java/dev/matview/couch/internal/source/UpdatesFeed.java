package dev.matview.couch.internal.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.couch.internal.client.AnswerRows;
import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.client.CouchFailure;
import dev.matview.couch.internal.client.CouchJson;
import dev.matview.couch.internal.client.CouchPath;
import dev.matview.couch.internal.client.CouchRequest;
import dev.matview.couch.internal.client.WrongAnswerException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which databases changed, from {@code _db_updates}. That is a hint and no more: its entries come up to half a second
 * after the change, "created" may come before the "deleted" that preceded it, and its history is lost whenever somebody
 * deletes {@code _global_changes}. So only names are taken from it, and the history is recognized by the database that
 * holds it. Stateless.
 */
final class UpdatesFeed {

    /** CouchDB's {@code [global_changes] max_write_delay} and {@code max_event_delay}, in milliseconds. */
    private static final long WRITE_DELAY = 500;

    private static final long EVENT_DELAY = 25;

    /** What writing an entry down may take on a server that has more to do (we saw 5 to 200 ms). */
    static final Duration WRITING = Duration.ofMillis(200);

    private static final String GLOBAL_CHANGES = "_global_changes";

    private final CouchClient cluster;

    UpdatesFeed(CouchClient cluster) {
        this.cluster = cluster;
    }

    /**
     * A place in the feed.
     *
     * @param since opaque
     * @param history tells one {@code _global_changes} from another
     */
    record Place(String since, String history) {}

    /** @param names of databases that were created, changed or deleted up to {@code until} */
    record Updates(Set<String> names, String until) {}

    /** The current place; empty where the server has no such feed, keeps none, or does not allow it. */
    Optional<Place> now() throws InterruptedException {
        try {
            if ("false".equals(configuration().path("update_db").asText())) {
                return Optional.empty();
            }
            String history = history();
            return Optional.of(new Place(ask(path().with("since", "now")).until(), history));
        } catch (CouchFailure e) {
            if (e.isClientError()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * What changed since then.
     *
     * @param since the beginning of a place
     * @return nothing when that can no longer be told
     */
    Optional<Updates> since(String since) throws InterruptedException {
        try {
            return Optional.of(ask(path().with("since", since)));
        } catch (CouchFailure e) {
            if (e.isClientError()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** The same, waiting for something to change. */
    Updates await(String since, Duration timeout) throws InterruptedException {
        CouchPath path = path().with("feed", "longpoll").with("since", since).with("timeout", timeout.toMillis());
        return cluster.once(CouchRequest.get(path).answeredWithNames().waiting(timeout), UpdatesFeed::read);
    }

    /** Whether the feed still has the history of a place. */
    boolean has(String history) throws InterruptedException {
        try {
            return history().equals(history);
        } catch (CouchFailure e) {
            if (e.isClientError()) {
                return false;
            }
            throw e;
        }
    }

    /** How long after a change its entry may come. */
    Duration lag() throws InterruptedException {
        JsonNode configured = configuration();
        return Duration.ofMillis(configured.path("max_write_delay").asLong(WRITE_DELAY)
                        + configured.path("max_event_delay").asLong(EVENT_DELAY))
                .plus(WRITING);
    }

    private static CouchPath path() {
        return CouchPath.server("_db_updates");
    }

    private Updates ask(CouchPath path) throws InterruptedException {
        return cluster.exchange(CouchRequest.get(path).answeredWithNames(), UpdatesFeed::read);
    }

    private String history() throws InterruptedException {
        JsonNode info = cluster.json(CouchRequest.get(CouchPath.database(GLOBAL_CHANGES)));
        return info.path("instance_start_time").asText();
    }

    /** Empty where nothing is configured, or not to be seen. */
    private JsonNode configuration() throws InterruptedException {
        try {
            return cluster.json(CouchRequest.get(CouchPath.server("_node", "_local", "_config", "global_changes")));
        } catch (CouchFailure e) {
            if (e.isClientError()) {
                return CouchJson.object();
            }
            throw e;
        }
    }

    private static Updates read(InputStream body) throws IOException, InterruptedException {
        Set<String> names = new HashSet<>();
        ObjectNode members = AnswerRows.read(body, "results", (text, offset, length, whole) -> {
            JsonNode name = whole ? AnswerRows.object(text, offset, length).path("db_name") : MissingNode.getInstance();
            WrongAnswerException.unless(name.isTextual(), "an answer with an entry that names no database");
            names.add(name.textValue());
        });
        String until = members.path("last_seq").asText();
        WrongAnswerException.unless(!until.isEmpty(), "an answer without last_seq");
        return new Updates(names, until);
    }
}
