package dev.matview.server;

import dev.matview.core.event.Scheduler;
import dev.matview.core.spi.ViewStore;
import dev.matview.core.spi.ViewStoreProvider;
import dev.matview.core.spi.ViewStoreProvider.Place;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where views are: in the first CouchDB of the users, where there is one, unless told otherwise. Filled by picocli. */
class StoreOptions extends CouchOptions {

    static final String IN_MEMORY = "memory:";

    private static final String PASSWORD_VARIABLE = "VIEW_STORE_PASSWORD";

    @Option(
            names = "--view-store",
            paramLabel = "URL",
            description = "a CouchDB, postgresql://…, or memory: (the first CouchDB)")
    @Nullable
    String viewStore;

    @Option(
            names = "--view-store-password-file",
            paramLabel = "FILE",
            description = "its password, not a CouchDB's [or VIEW_STORE_PASSWORD]")
    @Nullable
    Path viewStorePasswordFile;

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
        if (url == null || !isCouch(given(url))) {
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
    ViewStore openViews(List<NamedCluster> clusters, Map<String, String> environment, Scheduler scheduler)
            throws UsageException, StartupException {
        URI url = withPassword(given(place(clusters)), environment);
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

    /** The URL of what is no CouchDB with the password that is given, where there is one: in memory alone. */
    private URI withPassword(URI url, Map<String, String> environment) throws UsageException, StartupException {
        String authority = url.getRawAuthority();
        if (isCouch(url) || authority == null) {
            return url;
        }
        String who = authority.substring(0, Math.max(0, authority.lastIndexOf('@')));
        if (who.contains(":")) {
            throw new UsageException(
                    "--view-store: leave the password out of the URL, where every process sees it; give it"
                            + " as --view-store-password-file or " + PASSWORD_VARIABLE + " (environment)");
        }
        String password = viewStorePasswordFile == null
                ? environment.getOrDefault(PASSWORD_VARIABLE, "")
                : new String(
                        SecretFile.read("--view-store-password-file", viewStorePasswordFile), StandardCharsets.UTF_8);
        if (password.isEmpty()) {
            return url;
        }
        if (who.isEmpty()) {
            throw new UsageException(
                    "--view-store: there is a password and no user: give postgresql://USER@HOST/DATABASE");
        }
        String encoded = URLEncoder.encode(password, StandardCharsets.UTF_8).replace("+", "%20");
        return URI.create(url.toString().replaceFirst("@", Matcher.quoteReplacement(":" + encoded + "@")));
    }

    private static boolean isCouch(URI url) {
        return url.getScheme().toLowerCase(Locale.ROOT).matches("https?");
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
