package dev.matview.examples.benchmarks.couchdb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.matview.couch.CouchCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** The CouchDB at {@code COUCHDB_URL}, by plain requests that share nothing with matview. Thread-safe. */
final class PlainCouch {

    /** As many requests at a time as matview sends here, and the bare loop. */
    static final int CONNECTIONS = 8;

    private static final JsonMapper MAPPER = new JsonMapper();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final URI url;
    private final String[] pair;

    /** @param url with an administrator's name and password in it */
    PlainCouch(String url) {
        URI uri = URI.create(url.strip().replaceAll("/+$", ""));
        pair = uri.getUserInfo() == null
                ? new String[] {"", ""}
                : uri.getUserInfo().split(":", 2);
        this.url =
                URI.create(uri.getScheme() + "://" + uri.getRawAuthority().replaceFirst("^.*@", "") + uri.getRawPath());
    }

    /** What the environment says; empty where it says nothing. */
    static String configuredUrl() {
        return System.getenv().getOrDefault("COUCHDB_URL", "").strip();
    }

    /** matview's connection to it, with as many requests in flight as the bare loop has. */
    CouchCluster cluster() {
        return CouchCluster.builder(url.toString())
                .credentials(pair[0], pair[1])
                .requestsInFlight(CONNECTIONS)
                .build();
    }

    HttpResponse<String> send(String method, String path, String body) {
        String credentials = pair[0] + ":" + pair[1];
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(70))
                .header("Content-Type", "application/json")
                .header(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Sends a request that must succeed. */
    JsonNode json(String method, String path, String body) {
        HttpResponse<String> response = send(method, path, body);
        if (response.statusCode() >= 300) {
            throw new IllegalStateException(method + " " + path + ": " + response.statusCode() + " " + response.body());
        }
        try {
            return MAPPER.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The databases whose names begin so. */
    List<String> names(String prefix) {
        List<String> names = new ArrayList<>();
        json("GET", "/_all_dbs", "").forEach(name -> {
            if (name.textValue().startsWith(prefix)) {
                names.add(name.textValue());
            }
        });
        return names;
    }

    /** Does that to each, over all connections. */
    static <T> void forEach(List<T> items, Consumer<T> work) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            List<Future<?>> done = new ArrayList<>();
            items.forEach(item -> done.add(threads.submit(() -> work.accept(item))));
            for (Future<?> future : done) {
                future.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a request failed", e);
        } finally {
            threads.shutdownNow();
        }
    }
}
