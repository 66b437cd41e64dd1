package dev.matview.sql.internal;

import dev.matview.core.event.Episode;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes away what no generation that is kept has any more, some time after it was superseded. Of the servers on one database one
 * does so at a time, some thousand rows in one transaction.
 *
 * <p>Generations go first, and are committed to be gone; then rows that none of those left has, and builds that nothing names. So
 * whoever reads rows, and finds that the generation is still there afterwards, has read them all. Views of a later format are
 * left alone. Thread-safe.
 */
final class Cleanup implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Cleanup.class);

    private static final int BATCH = 5_000;
    private static final String OF_KNOWN_FORMAT = " view not in (select view from @.views where format > ?)";

    private final Database database;
    private final Scheduler scheduler;
    private final Episode failing;
    private final BlockingQueue<Boolean> due = new LinkedBlockingQueue<>();
    private final Thread thread = new Thread(this::run, "matview-sql-cleanup");

    /** How long at least what is superseded is kept. */
    private volatile Duration grace;

    /** What all servers know of it. */
    private volatile @Nullable Duration told;

    /** Guarded by this. */
    private @Nullable Subscription waiting;

    private boolean started;
    private volatile boolean closed;

    Cleanup(Database database, Scheduler scheduler, Duration grace) {
        this.database = database;
        this.scheduler = scheduler;
        this.grace = grace;
        failing = new Episode(Cleanup.class, scheduler);
        thread.setDaemon(true);
    }

    synchronized void keepFor(Duration time) {
        if (time.compareTo(grace) > 0) {
            grace = time;
        }
    }

    /** Has all servers know how long this one needs generations. Of no use twice; what goes wrong is tried again. */
    void tell() {
        Duration mine = grace;
        if (mine.equals(told)) {
            return;
        }
        try {
            database.write("cannot say how long generations are kept", connection -> {
                tell(connection, mine);
                return true;
            });
            told = mine;
        } catch (ViewStoreException e) {
            if (database.isAway()) {
                // Whatever is to follow would wait as long, and fail too.
                throw e;
            }
            log.debug("the next call tries again", e);
        }
    }

    private void tell(Connection connection, Duration time) throws SQLException {
        Arguments.of(time.toMillis())
                .update(
                        connection,
                        database.sql("update @.store set keep = w.keep from (select ? * interval '1 ms' as keep) w"
                                + " where store.keep < w.keep"));
    }

    /** Something was superseded. */
    synchronized void later() {
        if (closed || waiting != null) {
            return;
        }
        if (!started) {
            started = true;
            thread.start();
        }
        waiting = scheduler.schedule(grace.plusMillis(1), () -> due.add(true));
    }

    private void run() {
        while (!closed) {
            try {
                due.take();
                synchronized (this) {
                    waiting = null;
                }
                if (clean()) {
                    later();
                }
            } catch (InterruptedException e) {
                log.debug("no cleanup any more");
                return;
            }
        }
    }

    /** Says whether there will be more to do. */
    private boolean clean() {
        try {
            boolean more = sweep();
            failing.ends("the tables are cleaned up again");
            return more;
        } catch (ViewStoreException e) {
            if (!closed) {
                failing.begins("{}; tried again later", e.getMessage());
            }
        } catch (RuntimeException e) {
            log.error("The cleanup failed; it is tried again later", e);
        }
        return true;
    }

    /** Takes away all that can be; says whether something is left for another time. */
    boolean sweep() {
        boolean mine = alone(this::forgetGenerations);
        if (!mine) {
            return true;
        }
        for (Kept kept : kept()) {
            while (alone(connection -> deleteEnded(connection, kept))) {
                log.debug("build {}: more rows were ended up to generation {}", kept.build(), kept.floor());
            }
        }
        for (long build : unnamed()) {
            while (alone(connection -> deleteBuild(connection, build))) {
                log.debug("build {}: more is left of it", build);
            }
        }
        return isMoreToCome();
    }

    private boolean alone(Database.Work<Boolean> work) {
        return database.write("cannot clean up", connection -> {
            boolean mine = Arguments.of("matview cleanup " + database.schema().name())
                    .query(connection, "select pg_try_advisory_xact_lock(hashtext(?))", row -> row.getBoolean(1))
                    .get(0);
            return mine && work.run(connection);
        });
    }

    private boolean forgetGenerations(Connection connection) throws SQLException {
        tell(connection, grace);
        Arguments.of(ViewHead.FORMAT)
                .update(
                        connection,
                        database.sql("delete from @.generations where replaced_at < clock_timestamp()"
                                + " - (select keep from @.store) and" + OF_KNOWN_FORMAT));
        Arguments.of(ViewHead.FORMAT, ViewHead.FORMAT)
                .update(
                        connection,
                        database.sql("delete from @.stages where touched_at < clock_timestamp() - interval '1 day'"
                                + " and format <= ? and" + OF_KNOWN_FORMAT));
        return true;
    }

    /** A build, and the earliest of its generations that is kept. */
    private record Kept(long build, long floor) {}

    private List<Kept> kept() {
        return database.read(
                "cannot clean up",
                connection -> Arguments.of(ViewHead.FORMAT)
                        .query(
                                connection,
                                database.sql("select build, min(number) from @.generations where" + OF_KNOWN_FORMAT
                                        + " group by build"),
                                row -> new Kept(row.getLong(1), row.getLong(2))));
    }

    private boolean deleteEnded(Connection connection, Kept kept) throws SQLException {
        int rows = deleteRows(
                connection,
                Arguments.of(kept.build(), kept.floor(), BATCH),
                "select number from @.rows where build = ? and died <= ? limit ?");
        if (rows == BATCH) {
            return true;
        }
        Arguments.of(kept.build(), kept.floor())
                .update(
                        connection,
                        database.sql("delete from @.slices where build = ? and changed <= ? and reflects is null"));
        return false;
    }

    private int deleteRows(Connection connection, Arguments arguments, String which) throws SQLException {
        List<Long> gone = arguments.query(
                connection,
                database.sql("delete from @.rows where number = any (array(" + which + ")) returning number"),
                row -> row.getLong(1));
        if (!gone.isEmpty()) {
            Arguments.of((Object) gone.toArray(new Long[0]))
                    .update(connection, database.sql("delete from @.entries where of_row = any (?)"));
        }
        return gone.size();
    }

    /** Builds that no generation has and that nobody puts aside. */
    private List<Long> unnamed() {
        return database.read(
                "cannot clean up",
                connection -> Arguments.of(ViewHead.FORMAT)
                        .query(
                                connection,
                                database.sql("select build from @.builds where build not in"
                                        + " (select build from @.generations union all select build from @.stages) and"
                                        + OF_KNOWN_FORMAT),
                                row -> row.getLong(1)));
    }

    private boolean deleteBuild(Connection connection, long build) throws SQLException {
        int rows =
                deleteRows(connection, Arguments.of(build, BATCH), "select number from @.rows where build = ? limit ?");
        if (rows == BATCH) {
            return true;
        }
        int slices = Arguments.of(build, BATCH)
                .update(
                        connection,
                        database.sql("delete from @.slices where slice = any"
                                + " (array(select slice from @.slices where build = ? limit ?))"));
        if (slices == BATCH) {
            return true;
        }
        Arguments.of(build).update(connection, database.sql("delete from @.builds where build = ?"));
        return false;
    }

    private boolean isMoreToCome() {
        return database
                .read(
                        "cannot clean up",
                        connection -> new Arguments()
                                .query(
                                        connection,
                                        database.sql(
                                                "select 1 from @.generations where replaced_at is not null limit 1"),
                                        row -> true))
                .stream()
                .findFirst()
                .orElse(false);
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (waiting != null) {
            waiting.close();
        }
        thread.interrupt();
    }
}
