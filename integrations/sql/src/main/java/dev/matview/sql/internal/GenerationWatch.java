package dev.matview.sql.internal;

import dev.matview.core.event.Episode;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.spi.Backoff;
import dev.matview.core.spi.ViewStoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of the generations that are committed, by whomever. A connection of its own listens for what commits notify; whatever it
 * hears, and some seconds after it heard nothing, the heads of the watched views are compared with those that were told last: so
 * none is missed that is current for long, also when the connection broke, or the database is another one now. Thread-safe.
 */
final class GenerationWatch implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(GenerationWatch.class);

    private static final Duration LOOK = Duration.ofSeconds(15);
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(15));

    private final Database database;
    private final Scheduler scheduler;
    private final Episode deaf;
    private final Random random = new Random();
    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Boolean> wait = new LinkedBlockingQueue<>();
    private final Thread thread = new Thread(this::run, "matview-sql-watch");

    /** Guarded by this. */
    private boolean started;

    private @Nullable Connection connection;
    private volatile boolean closed;

    GenerationWatch(Database database, Scheduler scheduler) {
        this.database = database;
        this.scheduler = scheduler;
        deaf = new Episode(GenerationWatch.class, scheduler);
        thread.setDaemon(true);
    }

    /** What commits notify. */
    static String channel(Database database) {
        return "matview_" + database.schema().name();
    }

    /** Who watches a view, and what it was told; only the thread's, once it is in the list. */
    private static final class Watcher {
        private final String view;
        private final LongConsumer listener;
        /** Whether the generation is known that was current when it began. */
        private boolean begun;

        private @Nullable UUID told;

        Watcher(String view, LongConsumer listener) {
            this.view = view;
            this.listener = listener;
        }

        void begin(@Nullable UUID current) {
            begun = true;
            told = current;
        }

        void look(@Nullable Seen current) {
            if (current == null || current.stamp() == null) {
                begin(null);
            } else if (!begun || !current.stamp().equals(told)) {
                begin(current.stamp());
                listener.accept(current.generation());
            }
        }
    }

    private record Seen(
            String view, long generation, @Nullable UUID stamp) {}

    Subscription watch(String view, LongConsumer listener) {
        Watcher watcher = new Watcher(view, listener);
        if (!database.isAway()) {
            try {
                Seen current = look(new String[] {view}).get(view);
                watcher.begin(current == null ? null : current.stamp());
            } catch (ViewStoreException e) {
                log.debug("view {} is told of when the database answers", view, e);
            }
        }
        watchers.add(watcher);
        start();
        return () -> watchers.remove(watcher);
    }

    private synchronized void start() {
        database.requireOpen();
        if (!started && !closed) {
            started = true;
            thread.start();
        }
    }

    private Map<String, Seen> look(String[] views) {
        byte[][] names = new byte[views.length][];
        for (int i = 0; i < views.length; i++) {
            names[i] = CodeUnits.encode(views[i]);
        }
        Map<String, Seen> seen = new HashMap<>();
        database.read(
                        "cannot look for new generations",
                        used -> Arguments.of((Object) names)
                                .query(
                                        used,
                                        database.sql(
                                                "select name, generation, stamp from @.views where name = any (?)"),
                                        row -> new Seen(
                                                CodeUnits.decode(row.getBytes(1)),
                                                row.getLong(2),
                                                row.getObject(3, UUID.class))))
                .forEach(view -> seen.put(view.view(), view));
        return seen;
    }

    private void lookAtAll() {
        List<Watcher> all = List.copyOf(watchers);
        if (all.isEmpty()) {
            return;
        }
        Map<String, Seen> seen =
                look(all.stream().map(watcher -> watcher.view).distinct().toArray(String[]::new));
        for (Watcher watcher : all) {
            if (watchers.contains(watcher)) {
                tell(watcher, seen.get(watcher.view));
            }
        }
    }

    private static void tell(Watcher watcher, @Nullable Seen current) {
        try {
            watcher.look(current);
        } catch (RuntimeException e) {
            log.error("A listener failed", e);
        }
    }

    private void run() {
        int failures = 0;
        while (!closed) {
            try (Connection listening = open()) {
                listen(listening);
                failures = 0;
                deaf.ends("commits of others are heard of again");
                while (!closed) {
                    hear(listening);
                }
            } catch (SQLException | ViewStoreException e) {
                if (closed) {
                    return;
                }
                deaf.begins("commits of others are not heard of: {}", words(e));
                if (!pause(++failures)) {
                    return;
                }
            }
        }
    }

    private static String words(Exception e) {
        return e instanceof SQLException sql ? Outages.words(sql) : String.valueOf(e.getMessage());
    }

    private Connection open() throws SQLException {
        Connection opened = database.listening();
        synchronized (this) {
            connection = opened;
            if (closed) {
                opened.abort(Runnable::run);
            }
        }
        return opened;
    }

    private void listen(Connection listening) throws SQLException {
        try (Statement listen = listening.createStatement()) {
            listen.execute("listen \"" + channel(database) + '"');
        }
        lookAtAll();
    }

    private void hear(Connection listening) throws SQLException {
        var heard = listening.unwrap(PGConnection.class).getNotifications((int) LOOK.toMillis());
        if (heard == null || heard.length == 0) {
            try (Statement ask = listening.createStatement()) {
                ask.execute("select 1");
            }
        }
        lookAtAll();
    }

    /** Says whether to go on. */
    private boolean pause(int failures) {
        Subscription timer = scheduler.schedule(BACKOFF.delay(failures, random), () -> wait.add(true));
        try {
            wait.take();
            return !closed;
        } catch (InterruptedException e) {
            log.debug("nobody watches any more");
            return false;
        } finally {
            timer.close();
        }
    }

    @Override
    public void close() {
        closed = true;
        watchers.clear();
        thread.interrupt();
        Connection listening;
        synchronized (this) {
            listening = connection;
        }
        if (listening != null) {
            try {
                listening.abort(Runnable::run);
            } catch (SQLException e) {
                log.debug("the connection was broken already", e);
            }
        }
    }
}
