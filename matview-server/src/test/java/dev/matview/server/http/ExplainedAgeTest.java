package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.server.auth.Authenticator;
import dev.matview.testkit.ManualScheduler;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** An explained query that asks for an age is answered when the feed has it: no thread of a turn waits for that. */
class ExplainedAgeTest {

    @Test
    void whatIsComputedInATurnAsksForNoAge() throws IOException {
        List<Optional<Duration>> ages = new CopyOnWriteArrayList<>();
        HttpService service = HttpService.start(
                HttpSettings.of("127.0.0.1", 0),
                StubFeeds.answering((collection, query) -> {
                    ages.add(Optional.ofNullable(query.maxAge()));
                    return SomePage.empty();
                }),
                Authenticator.none(),
                new ManualScheduler());
        try {
            Http http = new Http(service.port());
            assertThat(http.query("/data/posts/query?global=true&explain=true", "{\"maxCacheAge\":0}")
                            .body())
                    .contains("\"explain\":{");
        } finally {
            service.close();
        }

        assertThat(ages).containsExactly(Optional.empty());
    }
}
