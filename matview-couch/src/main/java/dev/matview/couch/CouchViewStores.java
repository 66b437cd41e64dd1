package dev.matview.couch;

import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreProvider;
import java.net.URI;
import java.util.Optional;

/**
 * Opens a {@link CouchViewStore} for the URL of a CouchDB, {@code http:} or {@code https:}: in the {@link CouchCluster} of
 * that URL, if the program has one open, else in one of its own, which is closed with the store.
 */
public final class CouchViewStores implements ViewStoreProvider {

    /** For {@link java.util.ServiceLoader}. */
    public CouchViewStores() {}

    @Override
    public Optional<ViewStore> open(Place place) {
        URI url = place.url();
        if (!"http".equalsIgnoreCase(url.getScheme()) && !"https".equalsIgnoreCase(url.getScheme())) {
            return Optional.empty();
        }
        CouchClusterBuilder another = CouchCluster.builder(url.toString()).scheduler(place.scheduler());
        CouchViewStore.Builder store = place.connections(CouchCluster.class)
                .filter(cluster -> cluster.url().equals(another.url()))
                .findFirst()
                .map(CouchViewStore::builder)
                .orElseGet(() -> CouchViewStore.builder(another.build()).closesCluster());
        return Optional.of(store.scheduler(place.scheduler()).build());
    }
}
