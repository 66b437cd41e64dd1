package dev.matview.core.spi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.access.Access;
import dev.matview.core.access.Acl;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.json.Json;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.MangoException;
import dev.matview.core.spi.LeftOut.Reason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;

/**
 * The rows one user database contributes to one feed, and the position they reflect. Immutable.
 *
 * @param rows in no particular order, no two with the same id
 * @param leftOut the documents of the database that could not be read for the feed
 */
public record Slice(String database, Position position, List<Row> rows, LeftOut leftOut) {

    public Slice {
        Objects.requireNonNull(database, "database");
        Objects.requireNonNull(position, "position");
        Objects.requireNonNull(leftOut, "leftOut");
        rows = List.copyOf(rows);
    }

    /** A slice for which every document could be read. */
    public Slice(String database, Position position, List<Row> rows) {
        this(database, position, rows, LeftOut.NOTHING);
    }

    /** A builder that decides with the feed's own selector which documents make rows, and what the rows show. */
    public static Builder builder(FeedDefinition feed, String database) {
        return builder(feed, database, Room.ENDLESS);
    }

    /** The same, which keeps rows only as long as there is room for them. */
    public static Builder builder(FeedDefinition feed, String database, Room room) {
        return new Builder(feed, database, room);
    }

    /** How much memory rows may take while a slice is being made. */
    public interface Room {

        /** As much as is wanted. */
        Room ENDLESS = new Room() {
            @Override
            public boolean take(long bytes) {
                return true;
            }

            @Override
            public void giveBack(long bytes) {}
        };

        /** Whether the row can be kept at all: a store may keep none whose keys are long. */
        default boolean fits(Row row) {
            return true;
        }

        /** Whether a row of that size may be kept. After one refusal the slice is of no use to whoever gave the room. */
        boolean take(long bytes);

        /** A row of that size is not kept after all. */
        void giveBack(long bytes);
    }

    /** Turns the documents of one database into the slice of one feed. Not thread-safe; holds matching rows only. */
    public static final class Builder {

        private static final String DESIGN_DOCUMENT = "_design/";

        /** The error of the one kind of refusal that is a matter of the document at hand. */
        private static final String COSTLY_EXPRESSION = "regex_too_expensive";

        private final FeedDefinition feed;
        private final String database;
        /** What documents cost, nobody waits for; regular expressions have their own bound. */
        private final Budget budget = Budget.unlimited();

        private final List<Row> rows = new ArrayList<>();
        /** With a limit, only the first rows of a slice can be among the first of the view: the last of them on top. */
        private final PriorityQueue<Row> first = new PriorityQueue<>(Collections.reverseOrder());

        private final Room room;
        private boolean full;
        private final List<LeftOut.Example> examples = new ArrayList<>();
        private int leftOut;

        private Builder(FeedDefinition feed, String database, Room room) {
            this.room = Objects.requireNonNull(room, "room");
            this.feed = Objects.requireNonNull(feed, "feed");
            this.database = Objects.requireNonNull(database, "database");
        }

        /**
         * Takes a document of the database, as CouchDB would give it, with {@code _id} and {@code _rev}. Design
         * documents, documents that do not match and documents without a sort field make no row. One that matching costs
         * too much, or whose row could not be stored, is left out.
         *
         * @throws IllegalArgumentException when the document has no {@code _id}
         */
        public Builder add(ObjectNode document) {
            String id = document.path("_id").textValue();
            if (id == null) {
                throw new IllegalArgumentException("a document of " + database + " has no _id");
            }
            if (id.length() > DocumentReader.MAX_ID) {
                return leaveOut(id, Reason.LONG_ID);
            }
            try {
                if (id.startsWith(DESIGN_DOCUMENT) || !feed.selector().matches(document, budget)) {
                    return this;
                }
            } catch (MangoException e) {
                if (!e.error().equals(COSTLY_EXPRESSION)) {
                    throw e;
                }
                return leaveOut(id, Reason.COSTLY_EXPRESSION);
            }
            byte[] sortKey = feed.sort().key(document, budget);
            return sortKey == null ? this : add(id, document, sortKey);
        }

        private Builder add(String id, ObjectNode document, byte[] sortKey) {
            Acl acl = feed.access() == Access.ACL ? Acl.of(document) : null;
            if (HalfCharacters.areIn(id) || (acl != null && HalfCharacters.areIn(acl))) {
                return leaveOut(id, Reason.HALF_CHARACTER);
            }
            ObjectNode shown = feed.fields().apply(document, budget);
            Row row = new Row(database, id, sortKey, Json.bytes(shown), acl, expansions(shown));
            if (!room.fits(row)) {
                return leaveOut(id, Reason.LONG_SORT);
            }
            keep(row);
            return this;
        }

        /**
         * Says that the database has a document that cannot be read: it is counted, and makes no row. Design documents,
         * which never do, are not counted.
         *
         * @param id its {@code _id}
         */
        public Builder leaveOut(String id, Reason reason) {
            if (!id.startsWith(DESIGN_DOCUMENT)) {
                leftOut++;
                if (examples.size() < LeftOut.MAX_EXAMPLES) {
                    examples.add(new LeftOut.Example(database, id, reason));
                }
            }
            return this;
        }

        /** Only what the row shows: a reference in a field that is not listed stays hidden. */
        private List<Expansion> expansions(ObjectNode shown) {
            if (feed.expand().isEmpty()) {
                return List.of();
            }
            return feed.expand().stream()
                    .flatMap(field -> Expansion.of(shown, field).stream())
                    .filter(Builder::leadsSomewhere)
                    .toList();
        }

        /** No document has an {@code _id}, and nobody a name, that could not be asked for: the reference stays as it is. */
        private static boolean leadsSomewhere(Expansion reference) {
            return reference.ref().length() <= DocumentReader.MAX_ID
                    && reference.did().length() <= DocumentReader.MAX_ID
                    && !HalfCharacters.areIn(reference.ref())
                    && !HalfCharacters.areIn(reference.did());
        }

        private void keep(Row row) {
            if (full || !room.take(row.bytes())) {
                full = true;
                rows.clear();
                first.clear();
                return;
            }
            if (feed.limit().isEmpty()) {
                rows.add(row);
                return;
            }
            first.add(row);
            if (first.size() > feed.limit().getAsInt()) {
                room.giveBack(first.remove().bytes());
            }
        }

        /** The slice of the documents added so far. */
        public Slice build(Position position) {
            return new Slice(
                    database,
                    position,
                    feed.limit().isEmpty() ? rows : new ArrayList<>(first),
                    new LeftOut(leftOut, examples));
        }
    }
}
