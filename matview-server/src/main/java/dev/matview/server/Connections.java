package dev.matview.server;

import dev.matview.core.event.Scheduler;
import dev.matview.core.spi.ViewStore;
import dev.matview.micrometer.CouchMetrics;
import dev.matview.server.http.Origin;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The CouchDBs, of the users and of the views, and the store of the views, which may be in one of them.
 *
 * @param clusters those of the users first
 * @param check of those; null where there are none
 * @param meters of those, of which several may be one server
 */
record Connections(
        List<NamedCluster> clusters,
        ViewStore views,
        @Nullable ClusterCheck check,
        CouchMetrics meters) implements AutoCloseable {

    /** @throws StartupException when a CouchDB refuses the credentials */
    static Connections open(StoreOptions options, Map<String, String> environment, Scheduler scheduler)
            throws UsageException, StartupException {
        List<NamedCluster> clusters = options.clustersWithViews(environment, scheduler);
        ViewStore views = null;
        try {
            views = options.openViews(clusters, environment, scheduler);
            return new Connections(
                    clusters, views, clusters.isEmpty() ? null : ClusterCheck.run(clusters), meters(clusters));
        } catch (UsageException | StartupException | RuntimeException e) {
            if (views != null) {
                views.close();
            }
            clusters.forEach(NamedCluster::close);
            throw e;
        }
    }

    /** Done when a CouchDB that was away answers, and refuses the credentials. */
    CompletableFuture<StartupException> refusal() {
        return check == null ? new CompletableFuture<>() : check.refusal();
    }

    /** How the CouchDBs are. */
    List<Origin.Place> places() {
        return clusters.stream().map(NamedCluster::place).toList();
    }

    private static CouchMetrics meters(List<NamedCluster> clusters) {
        return CouchMetrics.of(clusters.stream().map(NamedCluster::couch).toList());
    }

    /** Closes the views, and then the CouchDBs. */
    @Override
    public void close() {
        views.close();
        meters.close();
        if (check != null) {
            check.close();
        }
        clusters.forEach(NamedCluster::close);
    }
}
