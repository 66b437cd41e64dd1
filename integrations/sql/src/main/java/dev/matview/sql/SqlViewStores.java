package dev.matview.sql;

import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreProvider;
import java.util.Optional;

/** Opens a {@link SqlViewStore} for the URL of a PostgreSQL, {@code postgresql:} or {@code postgres:}. */
public final class SqlViewStores implements ViewStoreProvider {

    /** For {@link java.util.ServiceLoader}. */
    public SqlViewStores() {}

    @Override
    public Optional<ViewStore> open(Place place) {
        String scheme = place.url().getScheme();
        if (!"postgresql".equalsIgnoreCase(scheme) && !"postgres".equalsIgnoreCase(scheme)) {
            return Optional.empty();
        }
        return Optional.of(
                SqlViewStore.builder(place.url()).scheduler(place.scheduler()).build());
    }
}
