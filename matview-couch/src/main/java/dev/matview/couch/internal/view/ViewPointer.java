package dev.matview.couch.internal.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.spi.ViewHead;
import dev.matview.couch.internal.client.CouchJson;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which generation of a view is current, and where it is: the one document whose {@code _rev} decides between commits.
 * Immutable.
 *
 * @param rev the revision it was read at; null for one that is not in CouchDB yet
 * @param head the generation; null for a view that was dropped
 * @param database the database that holds it; empty for a view that was dropped
 * @param attempt the attempt that made it: the view is what the attempts up to this one wrote, the aborted ones left out
 * @param lineage the attempt that made the view's first generation; another one tells that it was dropped in between
 * @param aborted the attempts that lost since the database was made
 * @param recent the last few attempts that won, the latest last, by which one whose answer was lost knows itself
 * @param totals what a reader must find
 * @param heldUntil until when commits are asked to wait for a rebuild under way; null when there is none
 */
public record ViewPointer(
        @Nullable String rev,
        @Nullable ViewHead head,
        String database,
        long attempt,
        long lineage,
        AttemptRanges aborted,
        List<Long> recent,
        Totals totals,
        @Nullable Instant heldUntil) {

    private static final int RECENT = 32;

    /** @param checksum over which row is where, so that no mixture of two generations has that of either */
    public record Totals(long slices, long rows, long checksum) {
        static final Totals NOTHING = new Totals(0, 0, 0);
    }

    static final ViewPointer NOTHING =
            new ViewPointer(null, null, "", 0, 0, AttemptRanges.NONE, List.of(), Totals.NOTHING, null);

    long generation() {
        return head == null ? 0 : head.generation();
    }

    /** The generation of a view that has one. */
    public ViewHead requireHead() {
        if (head == null) {
            throw new IllegalStateException("a view that was dropped has no generation");
        }
        return head;
    }

    /** After a commit into the same database. */
    ViewPointer changed(ViewHead next, long by, Totals now) {
        return new ViewPointer(
                rev, next, database, by, lineage, aborted.plus(attempt + 1, by - 1), recent(by), now, null);
    }

    /** After a commit, or a rebuild, into another database. */
    ViewPointer moved(ViewHead next, long by, String to, Totals now, boolean anew) {
        return new ViewPointer(rev, next, to, by, anew ? by : lineage, AttemptRanges.NONE, recent(by), now, null);
    }

    ViewPointer dropped(long by) {
        return new ViewPointer(rev, null, "", by, 0, AttemptRanges.NONE, List.of(), Totals.NOTHING, null);
    }

    ViewPointer held(@Nullable Instant until) {
        return new ViewPointer(rev, head, database, attempt, lineage, aborted, recent, totals, until);
    }

    ViewPointer at(@Nullable String revision) {
        return new ViewPointer(revision, head, database, attempt, lineage, aborted, recent, totals, heldUntil);
    }

    private List<Long> recent(long by) {
        List<Long> more = new ArrayList<>(recent);
        more.add(by);
        return List.copyOf(more.subList(Math.max(0, more.size() - RECENT), more.size()));
    }

    ObjectNode json(String view) {
        ObjectNode json = CouchJson.object();
        if (rev != null) {
            json.put("_rev", rev);
        }
        json.put("view", view);
        json.put("attempt", attempt);
        if (head == null) {
            return json.put("dropped", true);
        }
        json.put("database", database);
        json.put("generation", head.generation());
        json.put("fingerprint", head.fingerprint());
        json.put("refreshedAt", head.refreshedAt().toString());
        json.put("databases", head.databases());
        json.put("behind", head.behind());
        json.put("documentsLeftOut", head.documentsLeftOut());
        json.put("bytes", head.bytes());
        json.put("format", head.format());
        if (head.checkpoint() != null) {
            json.put("checkpoint", head.checkpoint());
        }
        json.put("slices", totals.slices());
        json.put("rows", totals.rows());
        json.put("checksum", Long.toHexString(totals.checksum()));
        json.put("lineage", lineage);
        json.set("aborted", aborted.json());
        ArrayNode won = json.putArray("recent");
        recent.forEach(won::add);
        if (heldUntil != null) {
            json.put("heldUntil", heldUntil.toString());
        }
        return json;
    }

    /** Whether a later version of matview wrote it; then only the head's format is to be relied on. */
    boolean isNewer() {
        return head != null && head.format() > ViewHead.FORMAT;
    }

    /** @throws IllegalArgumentException when this is not what {@link #json} wrote */
    static ViewPointer of(JsonNode json) {
        String rev = text(json, "_rev");
        long attempt = json.path("attempt").asLong();
        if (json.path("dropped").asBoolean()) {
            return NOTHING.at(rev).dropped(attempt);
        }
        // What was written before formats were counted has the first.
        int format = json.path("format").asInt(1);
        if (format > ViewHead.FORMAT) {
            return newer(json, rev, format);
        }
        try {
            ViewHead head = new ViewHead(
                    json.path("generation").asLong(),
                    text(json, "fingerprint"),
                    Instant.parse(text(json, "refreshedAt")),
                    json.path("databases").asInt(),
                    json.path("behind").asInt(),
                    json.path("documentsLeftOut").asInt(),
                    json.path("bytes").asLong(),
                    format,
                    json.path("checkpoint").textValue());
            List<Long> recent = new ArrayList<>();
            json.path("recent").forEach(won -> recent.add(won.asLong()));
            Totals totals = new Totals(
                    json.path("slices").asLong(),
                    json.path("rows").asLong(),
                    Long.parseUnsignedLong(text(json, "checksum"), 16));
            return new ViewPointer(
                    rev,
                    head,
                    text(json, "database"),
                    attempt,
                    json.path("lineage").asLong(),
                    AttemptRanges.of(json.path("aborted")),
                    List.copyOf(recent),
                    totals,
                    json.has("heldUntil") ? Instant.parse(text(json, "heldUntil")) : null);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("a time of it is none: " + e.getMessage(), e);
        }
    }

    /** Whatever else is in it. */
    private static ViewPointer newer(JsonNode json, String rev, int format) {
        ViewHead head = new ViewHead(
                Math.max(1, json.path("generation").asLong()),
                json.path("fingerprint").asText(),
                time(json.path("refreshedAt").asText()),
                json.path("databases").asInt(),
                json.path("behind").asInt(),
                json.path("documentsLeftOut").asInt(),
                json.path("bytes").asLong(),
                format,
                json.path("checkpoint").textValue());
        return new ViewPointer(
                rev,
                head,
                json.path("database").asText(),
                json.path("attempt").asLong(),
                json.path("lineage").asLong(),
                AttemptRanges.NONE,
                List.of(),
                new Totals(0, json.path("rows").asLong(), 0),
                null);
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            return Instant.EPOCH;
        }
    }

    private static String text(JsonNode json, String key) {
        String text = json.path(key).textValue();
        if (text == null) {
            throw new IllegalArgumentException("it has no " + key);
        }
        return text;
    }
}
