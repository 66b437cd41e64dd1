package dev.matview.sql.internal;

import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.spi.PagedGeneration;
import dev.matview.core.spi.PagedViewStage;
import dev.matview.core.spi.PagedViewStore.Indexing;
import dev.matview.core.spi.StoreSecret;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewEntry;
import dev.matview.core.spi.ViewHead;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;

/** The views of one database: what puts the parts of a store together. Thread-safe. */
public final class SqlViews implements AutoCloseable {

    private final Database database;
    private final KnownStamps known = new KnownStamps();
    private final ViewHeads heads;
    private final ViewCommits commits;
    private final ViewReading reading;
    private final FeedViews feedViews;
    private final Secrets secrets;
    private final GenerationWatch watch;
    private final Cleanup cleanup;

    private SqlViews(Database database, Duration grace, Scheduler scheduler) {
        this.database = database;
        heads = new ViewHeads(database, known);
        commits = new ViewCommits(database, heads, known);
        reading = new ViewReading(database, known);
        feedViews = new FeedViews(database);
        secrets = new Secrets(database);
        watch = new GenerationWatch(database, scheduler);
        cleanup = new Cleanup(database, scheduler, grace);
    }

    /** @throws IllegalArgumentException when no PostgreSQL can be there */
    public static SqlViews open(URI url, int connections, Duration grace, Scheduler scheduler) {
        return new SqlViews(new Database(DatabaseUrl.of(url), connections, scheduler), grace, scheduler);
    }

    public void keepFor(Duration time) {
        cleanup.keepFor(time);
    }

    public Optional<PagedGeneration> current(String view) {
        Objects.requireNonNull(view, "view");
        cleanup.tell();
        return given(
                view,
                database.read(
                        "cannot read view " + view, connection -> StoredHead.current(connection, database, view)));
    }

    public Optional<PagedGeneration> generation(String view, long number) {
        Objects.requireNonNull(view, "view");
        cleanup.tell();
        return given(
                view,
                database.read(
                        "cannot read view " + view,
                        connection -> StoredHead.numbered(connection, database, view, number)));
    }

    private Optional<PagedGeneration> given(String view, Optional<StoredHead> found) {
        found.ifPresent(stored -> known.told(view, stored.requireKnown(view).number(), stored.stamp()));
        return found.map(stored -> new SqlGeneration(database, view, stored));
    }

    public Optional<ViewDelta> read(String view, long since) {
        return reading.read(view, since);
    }

    public Optional<ViewHead> head(String view) {
        return database.read(
                        "cannot look at view " + view, connection -> StoredHead.current(connection, database, view))
                .map(StoredHead::head);
    }

    public List<ViewEntry> list() {
        return database.read(
                "cannot list the views",
                connection -> new Arguments().query(connection, database.sql(StoredHead.ALL), row -> {
                    StoredHead stored = StoredHead.read(row);
                    return new ViewEntry(CodeUnits.decode(row.getBytes(9)), stored.head(), stored.rows());
                }));
    }

    public boolean commit(ViewDelta delta, Indexing indexing) {
        cleanup.tell();
        return followed(delta.view(), commits.commit(delta, indexing, null));
    }

    private boolean followed(String view, boolean committed) {
        if (committed) {
            feedViews.follow(view);
            cleanup.later();
        }
        return committed;
    }

    public Optional<PagedViewStage> stage(String view, long base, String fingerprint) {
        Objects.requireNonNull(view, "view");
        cleanup.later();
        return SqlStage.open(database, heads, this::commit, view, base, fingerprint)
                .map(stage -> stage);
    }

    private boolean commit(ViewDelta delta, Indexing indexing, SqlStage stage) {
        return followed(delta.view(), commits.commit(delta, indexing, stage));
    }

    public void drop(String view) {
        Objects.requireNonNull(view, "view");
        commits.drop(view);
        feedViews.drop(view);
        cleanup.later();
    }

    public Subscription watch(String view, LongConsumer listener) {
        Objects.requireNonNull(view, "view");
        return watch.watch(view, Objects.requireNonNull(listener, "listener"));
    }

    public StoreSecret secret() {
        return secrets.read();
    }

    public StoreSecret rotateSecret() {
        return secrets.rotate();
    }

    /** Takes away what can be, now. */
    void sweep() {
        cleanup.sweep();
    }

    public String place() {
        return database.place();
    }

    @Override
    public void close() {
        cleanup.close();
        watch.close();
        database.close();
    }
}
