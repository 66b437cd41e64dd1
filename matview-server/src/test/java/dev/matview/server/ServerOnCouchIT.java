package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jwt.JWTClaimsSet;
import com.sun.net.httpserver.HttpServer;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import dev.matview.server.auth.Tokens;
import dev.matview.server.http.Http;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar that users run, on a CouchDB: user databases, views and registry in it. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class ServerOnCouchIT {

    private final TestCouch couch = TestCouch.get();
    private final TestDatabases databases = couch.databases();
    private final String registry = databases.name("registry");

    @TempDir
    Path directory;

    private ServerJar jar;

    @BeforeEach
    void fill() {
        jar = new ServerJar(directory, couch.user());
        for (String user : List.of("ann", "ben")) {
            String database = databases.create("user-" + user);
            couch.raw().put(database, "post", post(user, "one", 1));
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        jar.close();
        couch.raw().names("matview-" + databases.prefix()).forEach(couch.raw()::drop);
        databases.close();
    }

    private static String post(String user, String text, int at) {
        return "{\"type\":\"post\",\"text\":\"%s of %s\",\"at\":%d}".formatted(text, user, at);
    }

    private String feed(String refresh) {
        return """
                [{"collectionName": "posts", "materializedViewName": "%sposts", "aggregationInterval": "1h",
                  "databases": "%suser-*", "refresh": "%s",
                  "query": {"selector": {"type": "post"}, "fields": ["text"], "sort": [{"at": "desc"}]}}]
                """.formatted(databases.prefix(), databases.prefix(), refresh);
    }

    @Test
    void aFeedInCouchIsImportedServedFollowedKeptAcrossRestartsAndExported() throws Exception {
        assertThat(jar.ended(run("import", "--registry", "couchdb:" + registry, file("interval"))))
                .contains("1 feed written");
        Process server = run("--registry", "couchdb:" + registry, "--no-auth", "--port", "0");
        Http http = new Http(jar.port(server));
        assertThat(posts(http)).isEqualTo("one of ann, one of ben");

        String database = databases.name("user-ben");
        couch.raw().put(database, "second", post("ben", "two", 2));
        assertThat(jar.ended(run("import", "--registry", "couchdb:" + registry, file("continuous"))))
                .contains("1 feed written");
        await().atMost(Duration.ofSeconds(30)).until(() -> couchChangeIsServed(http, database));

        server.destroyForcibly().waitFor();
        couch.raw().drop(database);
        Process again = run("--registry", "couchdb:" + registry, "--no-auth", "--port", "0");
        assertThat(again.pid()).isPositive();
        assertThat(jar.port(again)).isPositive();
        assertThat(jar.log(again)).doesNotContain("generation 1,");
        assertThat(jar.ended(run("export", "--registry", "couchdb:" + registry)))
                .contains("\"collectionName\" : \"posts\"", "\"continuous\"");
    }

    @Test
    void aRegistryInCouchIsCheckedAndTriedAndNothingIsWritten() throws Exception {
        jar.ended(run("import", "--registry", "couchdb:" + registry, file("continuous")));
        List<String> before = couch.raw().names("matview-" + databases.prefix());

        Process check = run("check", "--registry", "couchdb:" + registry, "--no-auth");
        assertThat(jar.ended(check)).contains("1 feed is right: posts", "nothing is wrong");
        assertThat(check.exitValue()).isZero();

        Process trial = run("try", "--registry", "couchdb:" + registry, "--query", "{\"text\": \"x\"}");
        assertThat(jar.ended(trial))
                .contains("posts: 2 rows of 2 databases, ", "{\"text\":\"one of ann\"}")
                .contains("the index [\"text\"] would help");
        assertThat(trial.exitValue()).isZero();
        assertThat(couch.raw().names("matview-" + databases.prefix())).isEqualTo(before);

        couch.raw().put(registry, "bad", "{\"collectionName\":\"events\",\"colour\":\"red\"}");
        Process wrong = run("check", "--registry", "couchdb:" + registry, "--no-auth");
        assertThat(jar.ended(wrong)).contains(registry + "/bad: feed events: colour: ");
        assertThat(wrong.exitValue()).isEqualTo(1);
    }

    @Test
    void aBadDocumentIsInTheLogAndTheStatusUntilItIsMended() throws Exception {
        jar.ended(run("import", "--registry", "couchdb:" + registry, file("interval")));
        Process server = run("--registry", "couchdb:" + registry, "--no-auth", "--port", "0");
        Http http = new Http(jar.port(server));
        assertThat(http.send("GET", "/feeds", "").body()).endsWith("\"problems\":[]}\n");

        couch.raw().put(registry, "bad", "{\"collectionName\":\"events\",\"token\":\"hunter2\"}");

        String place = registry + "/bad";
        await().atMost(Duration.ofSeconds(30))
                .until(() -> http.send("GET", "/feeds", "")
                        .body()
                        .contains("{\"source\":\"" + place + "\",\"feed\":\"events\""));
        assertThat(http.send("GET", "/feeds", "").body())
                .contains("\"collection\":\"posts\"", "\"key\":\"token\"")
                .doesNotContain("hunter2");
        assertThat(jar.log(server)).contains(place + ": feed events: token: ").doesNotContain("hunter2");
        couch.raw().delete(registry, "bad");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> http.send("GET", "/feeds", "").body().endsWith("\"problems\":[]}\n"));
    }

    private boolean couchChangeIsServed(Http http, String database) throws IOException {
        couch.raw().put(database, "n" + System.nanoTime(), post("ben", "more", 3));
        return posts(http).startsWith("more of ben");
    }

    @Test
    void aCallersOwnDatabaseAndReferencesAreReadFromCouch() throws Exception {
        String ann = databases.name("ann");
        String ben = databases.name("ben");
        try {
            couch.raw().create("userdb-" + ann);
            couch.raw().create("userdb-" + ben);
            couch.raw().put("userdb-" + ann, "mine", """
                    {"type":"post","text":"hello","at":1,"author":{"did":"did:example:%s","ref":"me"}}""".formatted(ben));
            couch.raw().put("userdb-" + ben, "me", "{\"name\":\"Ben\",\"acl\":{\"read\":{\"allow\":[\"*\"]}}}");
            String feed = """
                    [{"collectionName": "posts", "materializedViewName": "%sposts", "aggregationInterval": "1h",
                      "databases": "userdb-%s*", "query": {"selector": {"type": "post"}, "fields": ["text", "author"]}}]
                    """.formatted(databases.prefix(), databases.prefix());
            Path registryFile = Files.writeString(directory.resolve("feeds.json"), feed);
            Path secret = Files.write(directory.resolve("secret"), Tokens.SECRET);
            Http http = new Http(jar.port(
                    run("--registry", registryFile.toString(), "--jwt-secret-file", secret.toString(), "--port", "0")));

            assertThat(http.query("/data/posts/query?global=true&expand=author", "{}", bearer(ann))
                            .body())
                    .contains("\"text\":\"hello\"", "\"name\":\"Ben\"");
            assertThat(http.query("/data/posts/query", "{}", bearer(ann)).body())
                    .contains("\"_id\":\"mine\"");
            assertThat(http.query("/data/posts/query", "{}", bearer(ben)).body())
                    .startsWith("{\"docs\":[]");
            String document = "/data/expand?did=did:example:" + ben + "&ref=me";
            assertThat(http.send("GET", document, "", bearer(ann)).body()).contains("\"name\":\"Ben\"");
        } finally {
            couch.raw().drop("userdb-" + ann);
            couch.raw().drop("userdb-" + ben);
        }
    }

    private static String[] bearer(String instance) {
        String token = Tokens.signed(new JWTClaimsSet.Builder()
                .subject("did:example:" + instance)
                .claim("instanceId", instance)
                .build());
        return new String[] {"Authorization", "Bearer " + token};
    }

    @Test
    void aWrongPasswordIsToldInOneMessage() throws Exception {
        HttpServer refusing = refusing();
        try {
            // PouchDB Server asks for no password here.
            String url = couch.user().isEmpty()
                    ? "http://127.0.0.1:" + refusing.getAddress().getPort()
                    : couch.url().toString();
            assertThatAWrongPasswordIsTold(url);
        } finally {
            refusing.stop(0);
        }
    }

    /** Refuses whoever asks, as a CouchDB does. */
    private static HttpServer refusing() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        byte[] body = "{\"error\":\"unauthorized\",\"reason\":\"Name or password is incorrect.\"}\n"
                .getBytes(StandardCharsets.UTF_8);
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(401, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }

    private void assertThatAWrongPasswordIsTold(String url) throws Exception {
        String out = jar.ended(jar.start(url, "not the password", "--no-auth", "--port", "0"));
        assertThat(out)
                .contains("cannot be used", "401", "Check the user and the password")
                .doesNotContain("not the password", "\tat ");
        assertThat(out.lines()).hasSize(1);
    }

    private String file(String refresh) throws IOException {
        return Files.writeString(directory.resolve(refresh + ".json"), feed(refresh))
                .toString();
    }

    private Process run(String... args) throws IOException {
        return jar.start(couch.url().toString(), couch.password(), args);
    }

    private static String posts(Http http) throws IOException {
        String body = http.query("/data/posts/query?global=true", "{}").body();
        List<String> texts = new ArrayList<>();
        for (JsonNode post : new ObjectMapper().readTree(body).path("docs")) {
            texts.add(post.path("text").textValue());
        }
        return String.join(", ", texts);
    }
}
