package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.couch.harness.FaultProxy.Fault;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Of a write that was noticed, a feed is brought forward without a wait for others that may be on their way. */
@Tag("couchdb")
class CouchAggregatorNoticedTest extends FollowingFixture {

    @Test
    void whoeverIsContentWithWhatWasNoticedDoesNotWaitForThem() throws InterruptedException {
        feed.visit(aggregator);
        feed.isNoticed = true;
        RAW.put(databases.name("bob"), "p2", "{}");
        proxy.on(
                "_stats/global_changes",
                Fault.rewrite(body -> body.replaceAll("_updates\":\\{\"value\":\\d+", "_updates\":{\"value\":1")));
        proxy.on("GET /_db_updates\\?since=\\d", Fault.rewrite(body -> nothingSince(lastPlace())), 1);
        proxy.forget();
        Instant before = Instant.now();

        feed.visit(aggregator);

        if (FOLLOWS) {
            assertThat(feed.moved).as("nobody has told of it").isEmpty();
            assertThat(feed.asOf).isBefore(before);
            assertThat(proxy.requests().stream().filter(request -> request.contains("_db_updates?since=")))
                    .hasSize(1);
            feed.isNoticed = false;
            feed.visit(aggregator);
            assertThat(feed.asOf).isAfter(before);
        }
        assertThat(feed.slices.get(databases.name("bob")).rows()).hasSize(2);
    }

    private String lastPlace() {
        String query = proxy.requests().stream()
                .filter(request -> request.contains("_db_updates?since="))
                .reduce((first, second) -> second)
                .orElseThrow();
        return query.substring(query.indexOf("since=") + "since=".length());
    }

    private static String nothingSince(String place) {
        return "{\"results\":[],\"last_seq\":\"%s\"}".formatted(URLDecoder.decode(place, StandardCharsets.UTF_8));
    }
}
