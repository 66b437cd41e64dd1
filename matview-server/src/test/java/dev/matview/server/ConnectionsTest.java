package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.couch.CouchCluster;
import dev.matview.micrometer.CouchMetrics;
import dev.matview.testkit.ManualScheduler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectionsTest {

    @Test
    void theNumbersOfCouchDbsAreClosedWithThem() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (CouchCluster couch = CouchCluster.builder("http://127.0.0.1:1")
                .scheduler(new ManualScheduler())
                .build()) {
            CouchMetrics meters = CouchMetrics.of(couch);
            meters.bindTo(registry);
            assertThat(registry.getMeters()).isNotEmpty();

            new Connections(List.of(), new InMemoryViewStore(), null, meters).close();

            assertThat(registry.getMeters()).isEmpty();
        }
    }
}
