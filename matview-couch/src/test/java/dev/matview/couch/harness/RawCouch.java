package dev.matview.couch.harness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A plain client for tests, which shares nothing with the code under test. Thread-safe. */
public final class RawCouch {

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final Pattern REV = Pattern.compile("\"_rev\":\"([^\"]+)\"");

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final FoundServer server;
    private volatile int copies = 1;

    RawCouch(FoundServer server) {
        this.server = server;
    }

    /**
     * From now on documents are written once all copies have them: in a cluster half of them and one are enough by default,
     * and who reads right after that may read the copy that lags.
     */
    void writeToAll(int copies) {
        this.copies = copies;
    }

    /** The path of something in a database, encoded. */
    public String path(String database, String... segments) {
        StringBuilder path = new StringBuilder("/").append(encode(database));
        for (String segment : segments) {
            path.append('/').append(segment.startsWith("_") ? segment : encode(segment));
        }
        return path.toString();
    }

    private static String encode(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Sends a request, whatever the answer. */
    public HttpResponse<String> send(String method, String path, String body) {
        return send(method, path, body, server.user(), server.password());
    }

    /** As a user whom nobody knows: a few wrong passwords of one who is known, and CouchDB locks the account. */
    HttpResponse<String> asStranger(String method, String path) {
        return send(method, path, null, stranger(), "wrong");
    }

    /** Another name each time, for the same reason. */
    public static String stranger() {
        return "stranger-" + Long.toString(System.nanoTime(), 36);
    }

    private HttpResponse<String> send(String method, String path, String body, String user, String password) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + waiting(method, path)))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/json")
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!user.isEmpty()) {
            byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair));
        }
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The path, with how many copies the answer has to wait for if it is of a document that is written. */
    private String waiting(String method, String path) {
        boolean ofDocument = path.indexOf('/', 1) > 0 && !path.startsWith("/_node/");
        boolean written = (method.equals("PUT") || method.equals("DELETE")) && ofDocument
                || path.endsWith("/_bulk_docs")
                || path.endsWith("/_purge");
        return copies > 1 && written ? path + (path.contains("?") ? "&w=" : "?w=") + copies : path;
    }

    /** Sends a request that must succeed. */
    public JsonNode json(String method, String path, String body) {
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
    public List<String> names(String prefix) {
        List<String> names = new ArrayList<>();
        json("GET", "/_all_dbs", null).forEach(name -> {
            if (name.textValue().startsWith(prefix)) {
                names.add(name.textValue());
            }
        });
        return names;
    }

    public void create(String database) {
        json("PUT", path(database), null);
    }

    /** Deletes the database, if it is there. */
    public void drop(String database) {
        send("DELETE", path(database), null);
    }

    /** Writes a new document, or over one whose {@code _rev} the JSON holds; gives its revision. */
    public String put(String database, String id, String document) {
        return json("PUT", path(database, id), document).path("rev").textValue();
    }

    /** Writes many documents. */
    public void bulk(String database, List<String> documents) {
        JsonNode answers =
                json("POST", path(database, "_bulk_docs"), "{\"docs\":[" + String.join(",", documents) + "]}");
        for (JsonNode answer : answers) {
            if (answer.has("error")) {
                throw new IllegalStateException("cannot write to " + database + ": " + answer);
            }
        }
    }

    /** The document as it is. */
    public JsonNode get(String database, String id) {
        return json("GET", path(database, id), null);
    }

    /** Deletes a document's winning revision. */
    public void delete(String database, String id) {
        json("DELETE", path(database, id) + "?rev=" + rev(database, id), null);
    }

    /** The winning revision, also of a document that is nested too deep to be read. */
    private String rev(String database, String id) {
        Matcher rev = REV.matcher(send("GET", path(database, id), null).body());
        if (!rev.find()) {
            throw new IllegalStateException("there is no " + id + " in " + database);
        }
        return rev.group(1);
    }
}
