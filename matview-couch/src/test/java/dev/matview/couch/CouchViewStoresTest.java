package dev.matview.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.event.Scheduler;
import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreProvider;
import dev.matview.core.spi.ViewStoreProvider.Place;
import dev.matview.testkit.ManualScheduler;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No CouchDB is asked: a cluster that was closed says so before it asks. */
class CouchViewStoresTest {

    private static final String URL = "http://127.0.0.1:1";

    private final Scheduler scheduler = new ManualScheduler();

    private ViewStore store(String url, CouchCluster... open) {
        return ViewStoreProvider.find(new Place(URI.create(url), scheduler, List.of(open)))
                .orElseThrow();
    }

    private static CouchCluster cluster(String url, Scheduler scheduler) {
        return CouchCluster.builder(url).scheduler(scheduler).attempts(1).build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:1", "https://host/path/", "http://admin:secret@127.0.0.1:1"})
    void theUrlOfACouchDbOpensAStoreThere(String url) {
        try (ViewStore store = store(url)) {
            assertThat(store).isInstanceOf(CouchViewStore.class);
        }
    }

    @Test
    void aClusterThatIsOpenToThePlaceIsUsedAndStaysOpen() {
        try (CouchCluster other = cluster("http://127.0.0.1:2", scheduler);
                CouchCluster cluster = cluster(URL, scheduler)) {
            try (ViewStore store = store(URL + "/", other, cluster)) {
                assertThatThrownBy(() -> store.head("v")).hasMessageNotContaining("closed");
            }
            assertThatThrownBy(cluster::verify).hasMessageNotContaining("closed");
            cluster.close();
            try (ViewStore store = store(URL, other, cluster)) {
                assertThatThrownBy(() -> store.head("v")).hasMessageContaining("closed");
            }
        }
    }

    @Test
    void whatIsNoUrlOfACouchDbIsRefusedWithoutItsPassword() {
        assertThatThrownBy(() -> store("http://admin:secret@host/?a=b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
    }
}
