package dev.matview.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.matview.core.spi.ViewStoreException;
import dev.matview.sql.harness.NeedsPostgres;
import dev.matview.sql.harness.PostgresServer;
import dev.matview.testkit.Seed;
import dev.matview.testkit.Views;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Servers and a PostgreSQL that end as {@code kill -9} ends them, at random instants: what was acknowledged is there, and whole. By
 * hand: {@code -Dmatview.kills=50}.
 */
@NeedsPostgres(ownServer = true)
class SqlKilledTest {

    private static final int KILLS = Integer.getInteger("matview.kills", 5);
    private static final Duration SOON = Duration.ofSeconds(60);

    private static PostgresServer postgres;

    private final Random random = Seed.random();

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresServer.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    private static SqlViewStore open(URI url) {
        return SqlViewStore.builder(url).connections(3).build();
    }

    @Test
    void aWriterThatIsKilledLeavesTheLastGenerationItWasToldOfWhole() throws Exception {
        URI url = postgres.url("killed_writer");
        long told = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            long more = told + 1 + random.nextInt(40);
            told = runUntil(url, told, more);
            try (SqlViewStore store = open(url)) {
                long there = Stamped.requireWhole(store);
                assertThat(there).isBetween(told, told + 1);
                told = there;
            }
        }
    }

    /** Has a process commit until it printed that generation, and kills it while it goes on; gives what it printed last. */
    private static long runUntil(URI url, long before, long generation) throws Exception {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StampingProcess.class.getName(),
                        url.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        long last = before;
        try (BufferedReader printed =
                new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = printed.readLine(); line != null; line = printed.readLine()) {
                last = Long.parseLong(line);
                if (last == generation) {
                    // Not by the process itself, which would close what is read here.
                    writer.toHandle().destroyForcibly();
                }
            }
        }
        assertThat(last).as("the last generation that was committed").isGreaterThanOrEqualTo(generation);
        return last;
    }

    @Test
    void aPostgresThatIsKilledHasTheLastGenerationThatItAcknowledgedWhole() throws Exception {
        URI url = postgres.url("killed_postgres");
        for (int kill = 0; kill < KILLS; kill++) {
            AtomicLong told = new AtomicLong();
            try (SqlViewStore store = open(url)) {
                told.set(Stamped.requireWhole(store));
                long until = told.get() + 1 + random.nextInt(40);
                Thread writer = new Thread(() -> commitUntilItFails(store, told));
                writer.start();
                await().atMost(SOON).pollInterval(Duration.ofMillis(1)).until(() -> told.get() >= until);
                postgres.kill();
                writer.join(SOON.toMillis());
                assertThat(writer.isAlive()).isFalse();
            }
            postgres.restart();
            try (SqlViewStore store = open(url)) {
                assertThat(Stamped.requireWhole(store)).isBetween(told.get(), told.get() + 1);
            }
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

    @Test
    void oneStoreGoesOnWhenPostgresIsThereAgain() throws Exception {
        URI url = postgres.url("restarted");
        List<Long> heard = new CopyOnWriteArrayList<>();
        try (SqlViewStore store = open(url);
                SqlViewStore other = open(url)) {
            store.commit(Stamped.next(0));
            other.watch(Stamped.VIEW, heard::add);
            postgres.kill();
            assertThatThrownBy(() -> store.commit(Stamped.next(1)))
                    .isInstanceOf(ViewStoreException.class)
                    .hasMessageContaining("PostgreSQL");
            postgres.restart();

            await().atMost(SOON).ignoreException(ViewStoreException.class).until(() -> {
                long there = Stamped.requireWhole(store);
                return there > 1 || store.commit(Stamped.next(there));
            });
            await().atMost(SOON).until(() -> !heard.isEmpty() && heard.get(heard.size() - 1) == 2);
            assertThat(Stamped.requireWhole(other)).isEqualTo(2);
        }
    }

    @Test
    void aDatabaseThatTakesNoWritesIsReadAndTakesThemAgainLater() throws Exception {
        URI url = postgres.url("read_only");
        try (SqlViewStore store = open(url)) {
            store.commit(Stamped.next(0));
            readOnly(true);
            assertThatThrownBy(() -> store.commit(Stamped.next(1)))
                    .isInstanceOf(ViewStoreException.class)
                    .hasMessageContaining("25006")
                    .hasMessageContaining("read only");
            assertThat(Stamped.requireWhole(store)).isEqualTo(1);
            Stamped.walk(store.current(Stamped.VIEW).orElseThrow());
            readOnly(false);
            await().atMost(SOON)
                    .ignoreException(ViewStoreException.class)
                    .until(() -> store.commit(Stamped.next(1)));
        }
    }

    private static void readOnly(boolean on) throws Exception {
        try (Connection connection = postgres.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("set default_transaction_read_only = off");
            statement.execute("alter system set default_transaction_read_only = " + (on ? "on" : "off"));
            statement.execute("select pg_reload_conf()");
        }
        // Servers take it over when they next read a command.
        await().atMost(SOON).until(() -> {
            try (Connection connection = postgres.connect();
                    Statement statement = connection.createStatement();
                    var now = statement.executeQuery("show default_transaction_read_only")) {
                return now.next() && now.getString(1).equals(on ? "on" : "off");
            }
        });
    }

    /** A page's answer, an exception and a log never hold a password or a row. */
    @Test
    void whatFailsTellsNeitherPasswordNorRow() throws Exception {
        URI url = URI.create("postgresql://postgres:hunter2@127.0.0.1:" + postgres.port() + "/nosuch");
        try (SqlViewStore store = open(url)) {
            assertThat(store.toString()).doesNotContain("hunter2");
            assertThatThrownBy(() -> store.commit(Views.whole("v", 0, Views.slice("userdb-a", 1, Views.row("userdb-a", "p", "{\"secret\":1}")))))
                    .isInstanceOf(ViewStoreException.class)
                    .hasMessageContaining("3D000")
                    .hasMessageContaining("create it")
                    .satisfies(e -> {
                        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                            assertThat(cause.toString()).doesNotContain("hunter2").doesNotContain("secret");
                        }
                    });
        }
    }
}
