package dev.matview.core.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.core.spi.ViewStoreProvider.Place;
import dev.matview.testkit.ManualScheduler;
import java.net.URI;
import org.junit.jupiter.api.Test;

class ViewStoreProviderTest {

    private final ManualScheduler scheduler = new ManualScheduler();

    private Place place(String url) {
        return new Place(URI.create(url), scheduler);
    }

    @Test
    void coreKeepsViewsInMemory() {
        assertThat(ViewStoreProvider.find(place("memory:/"))).containsInstanceOf(InMemoryViewStore.class);
    }

    @Test
    void aSchemeThatNobodyKnowsHasNoStore() {
        assertThat(ViewStoreProvider.find(place("jdbc:postgresql://host/views")))
                .isEmpty();
    }

    @Test
    void aPlaceDoesNotShowThePasswordInItsUrl() {
        assertThat(place("https://admin:secret@host/").toString()).isEqualTo("Place[https:…]");
    }
}
