package dev.matview.sql;

import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.spi.PagedGeneration;
import dev.matview.core.spi.PagedViewStage;
import dev.matview.core.spi.PagedViewStore;
import dev.matview.core.spi.StoreSecret;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewEntry;
import dev.matview.core.spi.ViewHead;
import dev.matview.sql.internal.SqlViews;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps views in a PostgreSQL, which any number of processes may share, and has it serve the pages: views need not fit into the
 * heap. Thread-safe. PostgreSQL 14 or newer; nothing is asked of it before the store is used.
 *
 * <p>The URL is {@code postgresql://user@host/database}, or {@code postgresql://host1,host2:5433/database?user=…}: of several
 * hosts the one that takes writes is found, and found again after a failover. Its parameters are {@code passwordFile} (a file that
 * holds the password), {@code schema} ({@code matview} unless set), {@code sslmode}, {@code sslrootcert}, {@code sslcert},
 * {@code sslkey}, {@code gssEncMode} and {@code ApplicationName}, as the PostgreSQL driver has them.
 *
 * <ul>
 *   <li>The tables are made at first use, in the schema, by whoever comes first. The user has to be allowed to: it owns the
 *       schema, or may create one in the database.
 *   <li>A commit is one transaction, which locks the head of the view and moves it. What it costs depends on what changes.
 *   <li>Rows are kept in each state that a kept generation shows: a reader of a page reads one generation.
 *   <li>What is superseded is taken away some time later, in the background.
 *   <li>Each view whose rows have no ACL has an SQL view of its name beside the tables, for people:
 *       {@code select * from matview._global_posts}. The SQL view {@code feeds} says what those are called.
 * </ul>
 *
 * <p>The table {@code secret} holds the {@linkplain StoreSecret secret} of all who share the store: whoever can read it can tell
 * the documents that keys of rows stand for, and where bookmarks lead.
 */
public final class SqlViewStore implements PagedViewStore {

    private final SqlViews views;
    private final @Nullable Scheduler ownScheduler;

    private SqlViewStore(Builder builder) {
        ownScheduler = builder.scheduler == null ? Scheduler.system() : null;
        Scheduler scheduler = ownScheduler == null ? Objects.requireNonNull(builder.scheduler) : ownScheduler;
        try {
            views = SqlViews.open(builder.url, builder.connections, builder.grace, scheduler);
        } catch (RuntimeException e) {
            if (ownScheduler != null) {
                ownScheduler.close();
            }
            throw e;
        }
    }

    /** A store with the defaults of {@link Builder}. */
    public static SqlViewStore of(URI url) {
        return builder(url).build();
    }

    /** A builder of a store in this database. */
    public static Builder builder(URI url) {
        return new Builder(url);
    }

    @Override
    public int longestKey() {
        return LEAST_KEY;
    }

    @Override
    public void keepFor(Duration time) {
        views.keepFor(time);
    }

    @Override
    public Optional<PagedGeneration> current(String view) {
        return views.current(view);
    }

    @Override
    public Optional<PagedGeneration> generation(String view, long number) {
        return views.generation(view, number);
    }

    @Override
    public Optional<ViewDelta> read(String view, long since) {
        return views.read(view, since);
    }

    @Override
    public Optional<ViewHead> head(String view) {
        return views.head(view);
    }

    @Override
    public List<ViewEntry> views() {
        return views.list();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException when the delta does not lead to the generation after its base
     */
    @Override
    public boolean commit(ViewDelta delta, Indexing indexing) {
        return views.commit(delta, indexing);
    }

    /**
     * {@inheritDoc}
     *
     * <p>What nobody has gone on with for a day is forgotten.
     */
    @Override
    public Optional<PagedViewStage> pagedStage(String view, long base, String fingerprint) {
        return views.stage(view, base, fingerprint);
    }

    @Override
    public void drop(String view) {
        views.drop(view);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Where PostgreSQL does not answer, the listener is told the generation that is current when it does.
     */
    @Override
    public Subscription watch(String view, LongConsumer listener) {
        return views.watch(view, listener);
    }

    @Override
    public StoreSecret secret() {
        return views.secret();
    }

    @Override
    public StoreSecret rotateSecret() {
        return views.rotateSecret();
    }

    @Override
    public void close() {
        views.close();
        if (ownScheduler != null) {
            ownScheduler.close();
        }
    }

    /** Where the store is, without what it is asked with. */
    @Override
    public String toString() {
        return views.place();
    }

    /** Builds a {@link SqlViewStore}. Not thread-safe. */
    public static final class Builder {
        private final URI url;
        private int connections = 10;
        private Duration grace = Duration.ofSeconds(60);
        private @Nullable Scheduler scheduler;

        private Builder(URI url) {
            this.url = Objects.requireNonNull(url, "url");
        }

        /**
         * How many connections the store has at most, beside one that listens; 10 unless set.
         *
         * @throws IllegalArgumentException when that is less than 2
         */
        public Builder connections(int most) {
            if (most < 2) {
                throw new IllegalArgumentException("connections must be 2 or more, not " + most);
            }
            connections = most;
            return this;
        }

        /** How long, at least, generations are kept that others have taken the place of; a minute unless set. */
        public Builder cleanupGrace(Duration cleanupGrace) {
            if (cleanupGrace.isNegative()) {
                throw new IllegalArgumentException("cleanupGrace must not be negative: " + cleanupGrace);
            }
            grace = cleanupGrace;
            return this;
        }

        /** The time for what waits in the background; the system's unless set. It is not closed with the store. */
        public Builder scheduler(Scheduler scheduler) {
            this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
            return this;
        }

        /** @throws IllegalArgumentException when no PostgreSQL can be there; the message holds no password */
        public SqlViewStore build() {
            return new SqlViewStore(this);
        }
    }
}
