package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.couch.CouchCluster;
import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.FaultProxy.Fault;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which CouchDBs a server can start with. They are no more than their answers here: nothing is behind the proxies. */
class ClusterCheckTest {

    private static final URI NOWHERE = URI.create("http://127.0.0.1:1");

    private final FaultProxy east = new FaultProxy(NOWHERE);
    private final FaultProxy west = new FaultProxy(NOWHERE);
    private final NamedCluster first = connect("--couchdb-url", east);
    private final NamedCluster second = connect("--couchdb-url", west);

    private static NamedCluster connect(String option, FaultProxy proxy) {
        CouchCluster couch = CouchCluster.builder(proxy.url().toString())
                .credentials("admin", "hunter2")
                .backoff(Duration.ofMillis(1), Duration.ofMillis(10))
                .build();
        return new NamedCluster(option, couch);
    }

    @AfterEach
    void close() {
        first.close();
        second.close();
        east.close();
        west.close();
    }

    private static void answer(FaultProxy proxy, int status, String body) {
        proxy.heal();
        proxy.on(".*", Fault.status(status, body));
    }

    private static Map<String, String> away(Duration patience, NamedCluster... clusters) throws StartupException {
        try (ClusterCheck check = ClusterCheck.every(Duration.ofSeconds(1))) {
            return check.away(List.of(clusters), patience);
        }
    }

    private void check() throws StartupException {
        ClusterCheck.run(List.of(first, second)).close();
    }

    @Test
    void allMayBeDown() throws StartupException {
        east.down();
        west.down();

        check();
    }

    @Test
    void oneThatComesBackAndRefusesTheCredentialsIsAMistakeThen() throws StartupException {
        answer(west, 200, "[]");
        east.down();
        try (ClusterCheck check = ClusterCheck.every(Duration.ofMillis(20))) {
            assertThat(check.away(List.of(first, second), Duration.ofMillis(200)))
                    .containsOnlyKeys("--couchdb-url " + east.url());
            assertThat(check.refusal()).isNotDone();
            answer(east, 401, "{\"error\":\"unauthorized\",\"reason\":\"Name or password is incorrect.\"}");
            east.up();

            assertThat(check.refusal())
                    .succeedsWithin(Duration.ofSeconds(30))
                    .satisfies(refused -> assertThat(refused)
                            .hasMessageStartingWith("--couchdb-url " + east.url() + " cannot be used: ")
                            .hasMessageContaining("Name or password is incorrect.")
                            .hasMessageNotContaining("hunter2"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void noneMayRefuseTheCredentials(int status) {
        answer(east, 200, "[]");
        answer(west, status, "{\"error\":\"unauthorized\",\"reason\":\"Name or password is incorrect.\"}");

        assertThatThrownBy(this::check)
                .isInstanceOf(StartupException.class)
                .hasMessageStartingWith("--couchdb-url " + west.url() + " cannot be used: ")
                .hasMessageContaining(Integer.toString(status))
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void theOneOfTheViewsIsCalledByItsOwnOption() throws StartupException {
        answer(east, 200, "[]");
        answer(west, 401, "{\"error\":\"unauthorized\",\"reason\":\"Name or password is incorrect.\"}");
        west.down();

        try (NamedCluster views = connect("--view-store", west)) {
            assertThat(away(Duration.ofMinutes(1), first, views)).containsOnlyKeys("--view-store " + west.url());
            west.up();
            assertThatThrownBy(() -> ClusterCheck.run(List.of(first, views)))
                    .hasMessageStartingWith("--view-store " + west.url() + " cannot be used: ");
        }
    }

    @Test
    void theOthersMayBeDown() throws StartupException {
        answer(east, 200, "[]");
        west.down();

        check();

        assertThat(away(Duration.ofMinutes(1), first, second))
                .containsOnlyKeys("--couchdb-url " + west.url())
                .allSatisfy((cluster, reason) ->
                        assertThat(reason).contains("is CouchDB running there").doesNotContain("hunter2"));
    }

    @Test
    void oneThatHangsKeepsNobodyWaiting() throws StartupException {
        answer(east, 200, "[]");
        west.on(".*", Fault.hang());

        assertThat(away(Duration.ofMillis(200), first, second))
                .containsOnly(Map.entry("--couchdb-url " + west.url(), "no answer within 200 ms"));
    }

    @Test
    void oneThatAnswersWithAnErrorIsNotThereYet() throws StartupException {
        answer(west, 503, "{\"error\":\"nodes_down\",\"reason\":\"progress not possible\"}");

        assertThat(away(Duration.ofMinutes(1), second))
                .allSatisfy((url, reason) -> assertThat(reason).contains("503", "nodes_down"))
                .hasSize(1);
    }
}
