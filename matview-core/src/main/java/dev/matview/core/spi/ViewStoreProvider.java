package dev.matview.core.spi;

import dev.matview.core.event.Scheduler;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/**
 * Opens view stores by the schemes of their URLs, such as {@code memory:} or {@code https:}. A module that has a store
 * registers a provider with {@link ServiceLoader}. So a program uses every store whose jar it is started with, and needs none
 * of the others. Thread-safe.
 */
public interface ViewStoreProvider {

    /**
     * Opens the store at that place. Nothing is asked of it yet.
     *
     * @return nothing for a URL of a scheme that this provider does not know
     * @throws IllegalArgumentException when the URL has the scheme, and no store can be there; the message holds no password
     */
    Optional<ViewStore> open(Place place);

    /**
     * Opens the store at that place by the first provider that knows the scheme of its URL, of those that the thread's
     * context class loader finds. Whoever calls this closes it.
     *
     * @return nothing when there is no such provider
     * @throws IllegalArgumentException as {@link #open}
     */
    static Optional<ViewStore> find(Place place) {
        return ServiceLoader.load(ViewStoreProvider.class).stream()
                .map(provider -> provider.get().open(place))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /**
     * Where a store is, and what it is opened with. Immutable.
     *
     * @param url may hold credentials; it is not logged
     * @param scheduler the time for what waits in the background; not closed with the store
     * @param connections what the program has open to other places, or to this one: a provider that knows one to the URL's
     *     place uses it, and keeps to its credentials and its budget, instead of making another. Not closed with the store
     */
    record Place(URI url, Scheduler scheduler, List<AutoCloseable> connections) {

        public Place {
            Objects.requireNonNull(url, "url");
            Objects.requireNonNull(scheduler, "scheduler");
            connections = List.copyOf(connections);
        }

        /** A place to which nothing is open yet. */
        public Place(URI url, Scheduler scheduler) {
            this(url, scheduler, List.of());
        }

        /** The connections of that type. */
        public <T> Stream<T> connections(Class<T> type) {
            return connections.stream().filter(type::isInstance).map(type::cast);
        }

        /** Names the scheme: the rest of the URL may hold a password. */
        @Override
        public String toString() {
            return "Place[" + url.getScheme() + ":…]";
        }
    }
}
