package dev.matview.core.memory;

import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreProvider;
import java.util.Optional;

/** Opens an {@link InMemoryViewStore} for the URL {@code memory:}, each time a new one. */
public final class InMemoryViewStores implements ViewStoreProvider {

    /** For {@link java.util.ServiceLoader}. */
    public InMemoryViewStores() {}

    @Override
    public Optional<ViewStore> open(Place place) {
        return "memory".equalsIgnoreCase(place.url().getScheme())
                ? Optional.of(new InMemoryViewStore())
                : Optional.empty();
    }
}
