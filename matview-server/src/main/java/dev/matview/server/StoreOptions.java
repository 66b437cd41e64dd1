package dev.matview.server;

import dev.matview.core.event.Scheduler;
import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreProvider;
import dev.matview.core.spi.ViewStoreProvider.Place;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where views are: in the first CouchDB of the users, where there is one, unless told otherwise. Filled by picocli. */
class StoreOptions extends CouchOptions {

    static final String IN_MEMORY = "memory:";

    @Option(names = "--view-store", paramLabel = "URL", description = "a CouchDB, or memory: (the first CouchDB)")
    @Nullable
    String viewStore;

    /**
     * The CouchDBs to be opened: those of the users, in their order, and then that of the views, if it is another. They ask
     * nothing yet.
     *
     * @throws UsageException when a URL or credentials cannot be used; the message holds no password
     */
    List<NamedCluster> clustersWithViews(Map<String, String> environment, Scheduler scheduler)
            throws UsageException, StartupException {
        String named = namedCouch();
        List<NamedCluster> clusters =
                new ArrayList<>(isGiven(environment) ? clusters(environment, scheduler) : List.of());
        if (named != null) {
            try {
                addUnlessThere(clusters, cluster("--view-store", named, environment, scheduler));
            } catch (UsageException | StartupException e) {
                clusters.forEach(NamedCluster::close);
                throw e;
            }
        }
        return clusters;
    }

    /** By the URLs that they have come to have: one CouchDB may be written in several ways. */
    private static void addUnlessThere(List<NamedCluster> clusters, NamedCluster another) {
        if (clusters.stream()
                .anyMatch(
                        cluster -> cluster.couch().url().equals(another.couch().url()))) {
            another.close();
        } else {
            clusters.add(another);
        }
    }

    /** The CouchDB that the option names for the views; null when it names none. */
    private @Nullable String namedCouch() throws UsageException {
        String url = viewStore;
        if (url == null || !given(url).getScheme().toLowerCase(Locale.ROOT).matches("https?")) {
            return null;
        }
        requireNoCredentials("--view-store", url);
        return url;
    }

    /** @param clusters of {@link #clustersWithViews} */
    String place(List<NamedCluster> clusters) {
        if (viewStore != null) {
            return viewStore;
        }
        return clusters.isEmpty() ? IN_MEMORY : clusters.get(0).couch().url();
    }

    /**
     * Opens the store, in one of the clusters if it is there; it is closed before them.
     *
     * @param clusters of {@link #clustersWithViews}
     */
    ViewStore openViews(List<NamedCluster> clusters, Scheduler scheduler) throws UsageException {
        URI url = given(place(clusters));
        List<AutoCloseable> couches =
                clusters.stream().<AutoCloseable>map(NamedCluster::couch).toList();
        try {
            return ViewStoreProvider.find(new Place(url, scheduler, couches))
                    .orElseThrow(
                            () -> new UsageException("--view-store: nothing that this program runs on keeps views at "
                                    + url.getScheme() + ":; the jar that does has to be in its class path"));
        } catch (IllegalArgumentException e) {
            throw new UsageException("--view-store: " + e.getMessage());
        }
    }

    private static URI given(String url) throws UsageException {
        try {
            // A scheme alone is no URI: nothing need follow it here.
            URI uri = new URI(url.endsWith(":") ? url + "/" : url);
            if (uri.getScheme() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw new UsageException("--view-store: not a URL: " + e.getReason() + " at position " + e.getIndex());
        }
        throw new UsageException("--view-store: a URL begins with a scheme, such as memory: or https:");
    }
}
