package dev.matview.core.spi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The source side of a backend: reads user databases. Given feeds and the positions already held for them, it gives the
 * slices that moved, and it tells when a database changed. Implementations are thread-safe, and every remote call they
 * make has a timeout.
 *
 * <p>The contract, which {@code AggregatorContract} of matview-testkit checks:
 *
 * <ol>
 *   <li>Each database that a feed covers is reported to the sink once: as {@linkplain Sink#moved moved} when its position
 *       is not the held one, as {@linkplain Sink#unmoved unmoved} when it is, as {@linkplain Sink#failed failed} when
 *       it could not be read. A held database that is no more is reported as {@linkplain Sink#gone gone}.
 *   <li>A slice holds every matching document at its position or at a later one, and never one that was deleted
 *       before: a write that the slice may have missed gives the database another position.
 *   <li>Instead of the whole slice of a database that moved, {@linkplain Sink#changed what changed} may be told: where every
 *       document that was written or deleted since the held position is known for sure. After a purge, or of a database made
 *       again, no history of writes tells that. The slice it leads to is the one that reading the database whole would have given.
 *   <li>One database failing does not keep others from being read; and one document that cannot be read does not keep
 *       its database from being read: it is {@linkplain Slice.Builder#leaveOut left out}, and the position moves on.
 *   <li>A database is read once for all demands that need it whole, and once for all that hold it at one position.
 * </ol>
 */
public interface Aggregator extends AutoCloseable {

    /**
     * Visits the databases that the demands cover. Returns when all are reported.
     *
     * @throws AggregationException when the databases cannot be told at all, and so none of them can be read; what the
     *     sink was told before stands
     * @throws InterruptedException when the thread was interrupted
     */
    void aggregate(List<Demand> demands, Sink sink) throws InterruptedException;

    /**
     * Reads documents of one database by their ids, in one request where the backend can, and holds one at a time.
     *
     * @param documents takes the documents that are there and can be read, each once, in any order, each with {@code _id} and
     *     {@code _rev}, one after another on any thread; none of a database that is not there. Says whether it wants more;
     *     what it throws ends the reading and comes out here
     * @throws AggregationException when the database cannot be read
     * @throws InterruptedException when the thread was interrupted
     */
    void fetch(String database, Set<String> ids, Predicate<ObjectNode> documents) throws InterruptedException;

    /** The same, all held at once, by id: for few. */
    default Map<String, ObjectNode> fetch(String database, Set<String> ids) throws InterruptedException {
        Map<String, ObjectNode> found = new HashMap<>();
        fetch(database, ids, document -> {
            found.put(document.path("_id").asText(), document);
            return true;
        });
        return found;
    }

    /**
     * Reads the documents of one database, one at a time, as they are now. For whoever waits for them: it has threads and
     * requests of its own, so that neither visits wait for it nor it for them.
     *
     * @param documents takes the documents as {@link #fetch} does, design documents perhaps among them. It does not change
     *     them, nor keeps them
     * @throws AggregationException when the database cannot be read
     * @throws InterruptedException when the thread was interrupted
     */
    void read(String database, Predicate<ObjectNode> documents) throws InterruptedException;

    /**
     * Whether {@link #read} gives documents {@linkplain dev.matview.core.mango.SortOrder#ofIds() in the order of their ids}:
     * who wants the first ones then needs no others.
     */
    boolean readsInOrder();

    /**
     * Tells the listener names of databases that were created, changed or deleted from now on: soon, perhaps more than
     * once, perhaps without need. The listener is quick and does not throw.
     */
    Subscription watch(Consumer<String> listener);

    /** Ends what is under way and releases connections. */
    @Override
    void close();

    /**
     * One feed to be brought forward.
     *
     * @param held the positions of the slices already held, by database; empty reads everything. For looking up: perhaps a
     *     view of what is held, and it is not copied. It does not change
     * @param heldSince when those were read, or earlier: of the databases that did not move since, some may be read again,
     *     see {@link Sink#reread}; null where that is not known
     * @param checkpoint where the history of the sources stood then, as {@linkplain Sink#checkpoint told} by this aggregator
     *     or one before it: a database that the history does not name since is at the held position. Null where not known
     * @param isNoticed whether it is enough to find what {@link #watch} has told of. Where sources tell of writes late, the
     *     visit then need not wait until all that was written before it would have been told; it says how far it got by
     *     {@link Sink#asOf}
     */
    record Demand(
            FeedDefinition feed,
            Map<String, Position> held,
            @Nullable Instant heldSince,
            @Nullable String checkpoint,
            boolean isNoticed) {

        /** A feed that is to be as its sources are when the visit begins. */
        public Demand(
                FeedDefinition feed,
                Map<String, Position> held,
                @Nullable Instant heldSince,
                @Nullable String checkpoint) {
            this(feed, held, heldSince, checkpoint, false);
        }

        /** A feed whose slices were read at an unknown time. */
        public Demand(FeedDefinition feed, Map<String, Position> held) {
            this(feed, held, null, null);
        }
    }

    /**
     * Takes what a visit finds. Called from any number of threads, and does not throw. It is quick, but for a slice now and
     * then that makes a portion of a large build full: that waits until the view store has it.
     */
    interface Sink {

        /** How many databases the feed covers; told before any of them, and again if more turn up. */
        void covers(FeedDefinition feed, int databases);

        /** Makes the slice that is told of the database: with a bound, where rows may take so much memory and no more. */
        default Slice.Builder slice(FeedDefinition feed, String database) {
            return Slice.builder(feed, database);
        }

        /** The database is not at the held position: its slice, whole, with the documents that had to be left out of it. */
        void moved(FeedDefinition feed, Slice slice);

        /**
         * The database is not at the held position, and this is what changed since; told instead of {@link #moved}.
         *
         * @return false when that is not enough to know the slice: then nothing was told, and the database is to be read
         *     whole
         */
        default boolean changed(FeedDefinition feed, SliceChange change) {
            return false;
        }

        /** The database is at the held position. */
        void unmoved(FeedDefinition feed, String database);

        /**
         * The database is at the held position, and was read all the same, to find what nobody noticed. Its slice is told
         * instead of {@link #unmoved}; where it is what is held, nothing moved.
         *
         * @return whether it is what is held. Where it is not, and a later visit holds what was read as long ago as now, that
         *     came to nothing, and the database may be read again
         */
        default boolean reread(FeedDefinition feed, Slice slice) {
            unmoved(feed, slice.database());
            return true;
        }

        /**
         * The database could not be read; its last slice stays.
         *
         * @param database its name; or where it would be, such as the URL of a cluster that did not answer and whose
         *     databases are not known, so that the feed is known to be behind
         */
        void failed(FeedDefinition feed, String database, Exception cause);

        /** A held database is no more, or is no longer covered. */
        void gone(FeedDefinition feed, String database);

        /**
         * Where the history of the sources stood when the visit began to look, as an opaque text of at most {@value
         * #MAX_CHECKPOINT} characters without secrets. A later visit may be given it back, also after a restart, and then
         * need not look at all databases. Told at most once, before the visit ends; it counts when no database failed.
         */
        default void checkpoint(FeedDefinition feed, String checkpoint) {}

        /**
         * All that was written before then is found, and not surely what was written between then and the visit. Told where a
         * visit did not wait for more: see {@link Demand#isNoticed}.
         */
        default void asOf(FeedDefinition feed, Instant asOf) {}

        /** How long a checkpoint may be. */
        int MAX_CHECKPOINT = 4_000;
    }
}
