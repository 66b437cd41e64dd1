package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a scrape gets: names and labels that stay as they are, and nothing about users. */
class MetricsOverHttpTest {

    private static MeteredServer server;

    @BeforeAll
    static void start() throws Exception {
        server = new MeteredServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void whatHasEverBeenThereIsThereStill() {
        String text = server.scrape();

        for (String name : List.of(
                "ready",
                "refresh_failures",
                "generation",
                "rows",
                "databases",
                "databases_behind",
                "documents_left_out",
                "bytes",
                "indexes",
                "index_bytes",
                "acl_index_bytes",
                "staleness_seconds")) {
            assertThat(text).contains("\nmatview_feed_" + name + "{collection=\"posts\"} ");
        }
        assertThat(text)
                .contains("\nmatview_feed_refresh_seconds_count{collection=\"posts\",outcome=\"changed\"} ")
                .contains("\nmatview_feed_refresh_seconds_sum{collection=\"posts\",outcome=\"changed\"} ");
        for (String name : List.of(
                "connections",
                "websockets",
                "websocket_queries",
                "callers_active",
                "selections",
                "selections_bytes",
                "live_queries",
                "live_refills_total",
                "turns_running",
                "turns_waiting",
                "turns_pushes",
                "turns_refused_total",
                "turns_overdue_total",
                "live_queries_bytes",
                "pinned_generations",
                "pinned_rows",
                "access_log_missing_total")) {
            assertThat(text).contains("\nmatview_" + name + " ");
        }
        for (String cache :
                List.of("pages", "selections", "rights", "rules", "referrals", "whole", "compressed", "requests")) {
            for (String number : List.of("entries", "bytes", "evictions_total")) {
                assertThat(text).contains("\nmatview_cache_" + number + "{cache=\"" + cache + "\"} ");
            }
            for (String result : List.of("hit", "miss")) {
                assertThat(text)
                        .contains("\nmatview_cache_gets_total{cache=\"" + cache + "\",result=\"" + result + "\"} ");
            }
        }
    }

    @Test
    void requestsAreCountedByTheTemplateOfTheirRoute() {
        assertThat(server.scrape())
                .contains("matview_http_requests_seconds_count{route=\"/data/:collection/query\",status=\"200\"} ")
                .contains("matview_http_requests_seconds_count{route=\"/data/:collection/query\",status=\"403\"} ")
                .contains("matview_http_requests_seconds_count{route=\"none\",status=\"404\"} ")
                .contains(
                        "matview_http_requests_seconds_bucket{route=\"/data/:collection/query\",status=\"200\",le=\"");
    }

    @Test
    void couchDbIsSeenToBeAway() {
        assertThat(server.scrape())
                .contains("matview_couchdb_up{couchdb=\"http://127.0.0.1:9\"} 0.0")
                .contains("matview_couchdb_requests_seconds_count{couchdb=\"http://127.0.0.1:9\",operation=\"server\","
                        + "outcome=\"away\"} 1");
    }

    @Test
    void noNumberNamesAUserOrADatabase() {
        assertThat(server.scrape()).doesNotContain("alice", "userdb");
    }

    @Test
    void aFeedThatComesAndGoesTakesItsNumbersWithIt() throws Exception {
        server.register("events");
        assertThat(server.scrape())
                .contains("matview_feed_rows{collection=\"events\"} 2.0")
                .contains("matview_feed_refresh_seconds_count{collection=\"events\",");

        server.remove("events");
        assertThat(server.scrape()).doesNotContain("events").contains("matview_feed_rows{collection=\"posts\"} 2.0");
    }

    @Test
    @Needs(Tool.PROMTOOL)
    void prometheusFindsNothingToSay(@TempDir Path directory) throws Exception {
        Path text = Files.writeString(directory.resolve("metrics.txt"), server.scrape());

        Promtool.Verdict verdict = Promtool.run(directory, text, "check", "metrics");

        assertThat(verdict.printed()).isEmpty();
        assertThat(verdict.exit()).isZero();
    }
}
