package dev.matview.couch;

import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.spi.StoreSecret;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewEntry;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStage;
import dev.matview.core.spi.ViewStore;
import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.view.CleanupThread;
import dev.matview.couch.internal.view.CouchView;
import dev.matview.couch.internal.view.GenerationWatch;
import dev.matview.couch.internal.view.SecretDocument;
import dev.matview.couch.internal.view.StoreCalls;
import dev.matview.couch.internal.view.ViewCleanup;
import dev.matview.couch.internal.view.ViewCommit;
import dev.matview.couch.internal.view.ViewNames;
import dev.matview.couch.internal.view.ViewPointers;
import dev.matview.couch.internal.view.ViewStaging;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps views in a CouchDB, which any number of processes may share. Thread-safe.
 *
 * <p>The database {@code matview-views} has a document {@code pointer/<view>} for each view, which names the current
 * generation and the database that holds it, such as {@code matview-_global_posts-17}. In that, each document is what one
 * commit changed in the slice of one user database: its rows, or a note of what is gone. Names of views become parts of
 * names of databases: {@code a-z}, {@code 0-9}, {@code _} and {@code -} stay, any other byte of the name in UTF-8 is
 * written as {@code $} and two hexadecimal digits; what would be too long is cut and told apart by its SHA-256 in
 * parentheses. New databases are CouchDB's, readable by admins only.
 *
 * <ul>
 *   <li>A commit inserts documents that nobody reads yet, and then writes the pointer over the one it started from: the
 *       revision of that one document decides between commits. What they cost depends on what changes.
 *   <li>A reader replays what the commits up to the pointer's wrote, and compares totals: what it gives is one generation.
 *   <li>A view that is built goes into a new database, in portions. The document {@code stage/<view>} says what of it counts
 *       until the pointer names that database; nobody reads it before.
 *   <li>What is dead is taken away a grace period later, in the background. A view of which too much is dead is rebuilt
 *       into a new database.
 *   <li>A view whose database somebody deletes has no generation any more, and is built anew by the next refresh.
 * </ul>
 *
 * <p>The document {@code secret} of {@code matview-views} holds the {@linkplain StoreSecret secret} of all who share the
 * store: whoever can read it can tell the documents that keys of rows stand for, and where bookmarks lead. A new seal is
 * given by {@link #rotateSecret}; or by hand, with {@code seal} moved to {@code sealBefore} and 32 random bytes, in base64,
 * in its place. Without the document a new secret is made, and clients start again without bookmarks and keys.
 *
 * <p>In a cluster of several nodes this is as safe as the compare-and-set of one document is there: nodes that are cut off
 * from each other may both accept a commit.
 */
public final class CouchViewStore implements ViewStore {

    private final CouchClient client;
    private final ViewNames names;
    private final ViewPointers pointers;
    private final SecretDocument secret;
    private final ViewCleanup.Policy policy;
    private final @Nullable Scheduler ownScheduler;
    private final @Nullable CouchCluster ownCluster;
    private final StoreCalls calls;
    private final CleanupThread cleanup;
    private final GenerationWatch watch;
    private final Map<String, CouchView> views = new ConcurrentHashMap<>();

    private CouchViewStore(Builder builder) {
        client = builder.cluster.client();
        ownCluster = builder.closesCluster ? builder.cluster : null;
        names = builder.names;
        pointers = new ViewPointers(client, names.meta());
        secret = new SecretDocument(pointers);
        policy = new ViewCleanup.Policy(
                builder.cleanupGrace, builder.deadRatio, builder.deadSlack, builder.abortedRanges);
        ownScheduler = builder.scheduler == null ? Scheduler.system() : null;
        Scheduler scheduler = ownScheduler == null ? Objects.requireNonNull(builder.scheduler) : ownScheduler;
        calls = new StoreCalls(client);
        cleanup = new CleanupThread(scheduler, calls);
        watch = new GenerationWatch(client, pointers, names.meta());
    }

    /** A store with the defaults of {@link Builder}. Nothing is asked of CouchDB before it is used. */
    public static CouchViewStore of(CouchCluster cluster) {
        return builder(cluster).build();
    }

    /** A builder of a store in this cluster, which is closed by whoever built it. */
    public static Builder builder(CouchCluster cluster) {
        return new Builder(cluster);
    }

    private CouchView view(String name) {
        return views.computeIfAbsent(Objects.requireNonNull(name, "view"), this::open);
    }

    private CouchView open(String name) {
        CouchView view = new CouchView(name, client, names, pointers, policy);
        cleanup.follow(view);
        return view;
    }

    private <T> T locked(String what, String name, Locked<T> call) {
        CouchView view = view(name);
        return calls.run(what + " view " + name, () -> {
            view.lock.lockInterruptibly();
            try {
                return call.run(view);
            } finally {
                view.lock.unlock();
            }
        });
    }

    @FunctionalInterface
    private interface Locked<T> {
        T run(CouchView view) throws IOException, InterruptedException;
    }

    @Override
    public Optional<ViewDelta> read(String view, long since) {
        return locked("cannot read", view, it -> it.read(since));
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException when the delta does not lead to the generation after its base
     */
    @Override
    public boolean commit(ViewDelta delta) {
        if (delta.head().generation() != delta.base() + 1) {
            throw new IllegalArgumentException("view " + delta.view() + ": a commit leads from generation "
                    + delta.base() + " to the next, not to " + delta.head().generation());
        }
        return locked("cannot commit to", delta.view(), it -> new ViewCommit(it).commit(delta));
    }

    /**
     * {@inheritDoc}
     *
     * <p>It is in a database of its own, such as {@code matview-_global_posts-18}, and the document {@code stage/<view>} of
     * {@code matview-views} says what of that counts. What nobody has gone on with for a day is deleted.
     */
    @Override
    public Optional<ViewStage> stage(String view, long base, String fingerprint) {
        return locked("cannot put aside for", view, it -> it.stage(base, fingerprint))
                .map(staging -> new Stage(view, staging));
    }

    private final class Stage implements ViewStage {
        private final String view;
        private final ViewStaging staging;

        Stage(String view, ViewStaging staging) {
            this.view = view;
            this.staging = staging;
        }

        @Override
        public Optional<ViewHead> head() {
            return locked("cannot look at what is aside for", view, it -> staging.head());
        }

        @Override
        public ViewDelta read() {
            return locked("cannot read what is aside for", view, it -> staging.read());
        }

        @Override
        public boolean add(ViewDelta delta) {
            return locked("cannot put aside for", view, it -> staging.add(delta));
        }

        @Override
        public boolean commit(ViewDelta delta) {
            return locked("cannot commit to", view, it -> new ViewCommit(it).commit(staging, delta));
        }
    }

    @Override
    public Optional<ViewHead> head(String view) {
        return calls.run(
                "cannot look at view " + view,
                () -> Optional.ofNullable(pointers.readAny(view).head()));
    }

    @Override
    public List<ViewEntry> views() {
        return calls.run("cannot list the views", () -> {
            List<ViewEntry> entries = new ArrayList<>();
            pointers.all()
                    .forEach((view, pointer) -> entries.add(new ViewEntry(
                            view, pointer.requireHead(), pointer.totals().rows())));
            return entries;
        });
    }

    @Override
    public void drop(String view) {
        locked("cannot drop", view, it -> {
            it.drop();
            return true;
        });
    }

    /**
     * {@inheritDoc}
     *
     * <p>Waits some seconds for a CouchDB that does not answer. When it does later, the listener is told the generation
     * that is current then.
     */
    @Override
    public Subscription watch(String view, LongConsumer listener) {
        return calls.run("cannot watch view " + view, () -> watch.watch(view, listener));
    }

    @Override
    public StoreSecret secret() {
        return calls.run("cannot read the secret of " + names.meta(), secret::read);
    }

    @Override
    public StoreSecret rotateSecret() {
        return calls.run("cannot rotate the secret of " + names.meta(), secret::rotate);
    }

    @Override
    public void close() {
        calls.close();
        cleanup.close();
        watch.close();
        if (ownScheduler != null) {
            ownScheduler.close();
        }
        if (ownCluster != null) {
            ownCluster.close();
        }
    }

    /** Builds a {@link CouchViewStore}. Not thread-safe. */
    public static final class Builder {
        private final CouchCluster cluster;
        private ViewNames names = new ViewNames(ViewNames.DEFAULT_PREFIX);
        private Duration cleanupGrace = Duration.ofSeconds(60);
        private int deadRatio = 2;
        private int deadSlack = 10_000;
        private int abortedRanges = 500;
        private @Nullable Scheduler scheduler;
        private boolean closesCluster;

        private Builder(CouchCluster cluster) {
            this.cluster = Objects.requireNonNull(cluster, "cluster");
        }

        /**
         * What the names of the store's databases begin with; {@code matview-} unless set.
         *
         * @throws IllegalArgumentException when that is no lower-case letter followed by a-z, 0-9 or one of _$()+/-, or
         *     longer than 40 characters
         */
        public Builder prefix(String prefix) {
            names = new ViewNames(prefix);
            return this;
        }

        /** How long, at least, what is dead stays for readers in the middle of it; a minute unless set. */
        public Builder cleanupGrace(Duration cleanupGrace) {
            if (cleanupGrace.isNegative()) {
                throw new IllegalArgumentException("cleanupGrace must not be negative: " + cleanupGrace);
            }
            this.cleanupGrace = cleanupGrace;
            return this;
        }

        /**
         * When a view is rebuilt into a new database: with more dead documents than {@code ratio} for each row and slice
         * plus {@code slack}; 2 and 10,000 unless set.
         */
        public Builder rebuildBeyond(int ratio, int slack) {
            if (ratio < 0 || slack < 0) {
                throw new IllegalArgumentException("ratio and slack must not be negative: " + ratio + ", " + slack);
            }
            this.deadRatio = ratio;
            this.deadSlack = slack;
            return this;
        }

        /** The cluster was made for the store, and is closed with it. */
        Builder closesCluster() {
            closesCluster = true;
            return this;
        }

        /** The time for what waits in the background; the system's unless set. It is not closed with the store. */
        public Builder scheduler(Scheduler scheduler) {
            this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
            return this;
        }

        public CouchViewStore build() {
            return new CouchViewStore(this);
        }
    }
}
