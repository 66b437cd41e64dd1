package dev.matview.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.matview.core.spi.PagedGeneration;
import dev.matview.core.spi.PastGenerationException;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewStoreException;
import dev.matview.sql.harness.NeedsPostgres;
import dev.matview.sql.harness.PostgresServer;
import dev.matview.testkit.Seed;
import java.net.URI;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Primaries that are killed, and standbys that take their place. By hand: {@code -Dmatview.kills=50}. */
@Tag("slow")
@NeedsPostgres(ownServer = true)
class SqlStandbyTest {

    private static final int KILLS = Integer.getInteger("matview.kills", 5);
    private static final Duration SOON = Duration.ofSeconds(60);

    private static URI url(PostgresServer one, PostgresServer other) {
        return URI.create("postgresql://postgres@127.0.0.1:" + one.port() + ",127.0.0.1:" + other.port() + "/postgres");
    }

    private static SqlViewStore open(URI url) {
        return SqlViewStore.builder(url).connections(3).build();
    }

    private static void execute(PostgresServer server, String sql) throws Exception {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** With a standby that has what is acknowledged, as docs/operations.md advises. */
    @Test
    void whatWasAcknowledgedIsThereWhenTheStandbyIsPromoted() throws Exception {
        Random random = Seed.random();
        PostgresServer primary = PostgresServer.start();
        long told = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            PostgresServer standby = primary.standby();
            execute(primary, "alter system set synchronous_standby_names = '*'");
            execute(primary, "select pg_reload_conf()");
            PostgresServer killed = primary;
            await().atMost(SOON).until(() -> isSynchronous(killed));
            AtomicLong last = new AtomicLong(told);
            try (SqlViewStore store = open(url(primary, standby))) {
                long until = told + 1 + random.nextInt(30);
                Thread writer = new Thread(() -> commitUntilItFails(store, last));
                writer.start();
                await().atMost(SOON).pollInterval(Duration.ofMillis(1)).until(() -> last.get() >= until);
                killed.kill();
                writer.join(SOON.toMillis());
                standby.promote();
                await().atMost(SOON)
                        .ignoreException(ViewStoreException.class)
                        .until(() -> Stamped.requireWhole(store) > 0);
                told = Stamped.requireWhole(store);
                assertThat(told).isBetween(last.get(), last.get() + 1);
                execute(standby, "alter system reset synchronous_standby_names");
                execute(standby, "select pg_reload_conf()");
                long base = told;
                await().atMost(SOON)
                        .ignoreException(ViewStoreException.class)
                        .until(() -> store.commit(Stamped.next(base)));
                told++;
            }
            primary.close();
            primary = standby;
        }
        primary.close();
    }

    private static boolean isSynchronous(PostgresServer primary) throws Exception {
        try (Connection connection = primary.connect();
                Statement statement = connection.createStatement();
                var standbys = statement.executeQuery(
                        "select 1 from pg_stat_replication where sync_state = 'sync' and state = 'streaming'")) {
            return standbys.next();
        }
    }

    private static void commitUntilItFails(SqlViewStore store, AtomicLong told) {
        try {
            while (store.commit(Stamped.next(told.get()))) {
                told.incrementAndGet();
            }
        } catch (ViewStoreException e) {
            assertThat(e).hasMessageContaining("PostgreSQL");
        }
    }

    private static ViewDelta other(long base) {
        ViewDelta delta = Stamped.next(base);
        return base == 3
                ? new ViewDelta(delta.view(), base, false, delta.head(), delta.slices().subList(0, 1), delta.dropped())
                : delta;
    }

    /** It did not know the last generations that servers hold, and goes on with others of the same numbers. */
    @Test
    void aStandbyOfAShorterHistoryIsNeverMixedWithWhatServersHold() throws Exception {
        try (PostgresServer primary = PostgresServer.start();
                PostgresServer standby = primary.standby();
                SqlViewStore holder = open(url(primary, standby))) {
            for (int base = 0; base < 3; base++) {
                holder.commit(Stamped.next(base));
            }
            await().atMost(SOON).until(() -> generation(standby) == 3);
            standby.kill();
            for (int base = 3; base < 6; base++) {
                holder.commit(Stamped.next(base));
            }
            PagedGeneration held = holder.current(Stamped.VIEW).orElseThrow();
            Stamped.walk(held);
            primary.kill();
            standby.restart();
            standby.promote();

            try (SqlViewStore another = open(url(primary, standby))) {
                await().atMost(SOON)
                        .ignoreException(ViewStoreException.class)
                        .until(() -> another.commit(other(3)));
                another.commit(other(4));
                another.commit(other(5));
                assertThat(holder.commit(Stamped.next(6))).as("a commit on a lost generation").isFalse();
                another.commit(other(6));
            }
            assertThat(holder.read(Stamped.VIEW, 6).orElseThrow().whole()).isTrue();
            assertThatThrownBy(() -> held.page(null, 0, 10)).isInstanceOf(PastGenerationException.class);
            assertThat(holder.generation(Stamped.VIEW, 6).orElseThrow()).isNotEqualTo(held);
        }
    }

    private static long generation(PostgresServer server) throws Exception {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement();
                var found = statement.executeQuery("select generation from matview.views")) {
            return found.next() ? found.getLong(1) : 0;
        }
    }
}
