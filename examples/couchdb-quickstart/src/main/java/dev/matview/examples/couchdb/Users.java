package dev.matview.examples.couchdb;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

/** The users' side: writes documents into their databases by plain HTTP, as an app or PouchDB would. */
final class Users {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int CONFLICT = 409;
    private static final int EXISTS = 412;

    private final HttpClient http = HttpClient.newHttpClient();
    private final String url;
    private final HttpRequest.Builder template;
    private final String prefix;

    Users(String url, String user, String password, String prefix) {
        this.url = url;
        this.template = HttpRequest.newBuilder().timeout(TIMEOUT).header("Content-Type", "application/json");
        if (!user.isEmpty()) {
            String pair = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
            template.header("Authorization", "Basic " + pair);
        }
        this.prefix = prefix;
    }

    /** Writes a post, unless there is one of that id, and makes the user's database where it is not there. */
    void write(String user, String id, String content, String createdAt) throws IOException, InterruptedException {
        put("/" + prefix + user, "", EXISTS);
        put(
                "/" + prefix + user + "/" + id,
                "{\"type\": \"post\", \"content\": \"%s\", \"createdAt\": \"%s\"}".formatted(content, createdAt),
                CONFLICT);
    }

    private void put(String path, String body, int there) throws IOException, InterruptedException {
        HttpRequest request = template.copy()
                .uri(URI.create(url + path))
                .PUT(BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
        if (answer.statusCode() >= 300 && answer.statusCode() != there) {
            throw new IOException("CouchDB answered " + answer.statusCode() + " to PUT " + path + ": " + answer.body());
        }
    }
}
