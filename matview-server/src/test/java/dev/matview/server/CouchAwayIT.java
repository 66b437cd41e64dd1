package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.FaultProxy.Fault;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import dev.matview.server.http.Http;
import java.io.IOException;
import java.net.http.HttpResponse;
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

/** The jar that users run, while a CouchDB is away: two views of one server, of which each shows one user's database. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchAwayIT {

    private static final String POSTS = "/data/posts/query?global=true";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final TestCouch couch = TestCouch.get();
    private final TestDatabases databases = couch.databases();
    private final FaultProxy east = new FaultProxy(couch.url());
    private final FaultProxy west = new FaultProxy(couch.url());

    @TempDir
    Path directory;

    private ServerJar jar;

    @BeforeEach
    void fill() {
        jar = new ServerJar(directory, couch.user());
        for (String user : List.of("ann", "ben")) {
            String database = databases.create("user-" + user);
            couch.raw().put(database, "post", "{\"type\":\"post\",\"text\":\"" + user + "'s\"}");
        }
        east.hide(databases.name("user-ben"));
        west.hide(databases.name("user-ann"));
    }

    @AfterEach
    void stop() throws InterruptedException {
        jar.close();
        east.close();
        west.close();
        couch.raw().names("matview-" + databases.prefix()).forEach(couch.raw()::drop);
        databases.close();
    }

    private Process run(String urls, String refresh) throws IOException {
        Path registry = Files.writeString(
                directory.resolve("feeds.json"), """
                [{"collectionName": "posts", "materializedViewName": "%sposts", "aggregationInterval": "1h",
                  "databases": "%suser-*", "refresh": "%s", "query": {"selector": {"type": "post"}, "fields": ["text"]}}]
                """.formatted(databases.prefix(), databases.prefix(), refresh));
        return jar.start(urls, couch.password(), "--registry", registry.toString(), "--no-auth", "--port", "0");
    }

    private String both() {
        return east.url() + "," + west.url();
    }

    private static JsonNode answer(Http http) throws IOException {
        HttpResponse<String> answer = http.query(POSTS, "{}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new ObjectMapper().readTree(answer.body());
    }

    private static List<String> texts(Http http) throws IOException {
        List<String> texts = new ArrayList<>();
        answer(http).path("docs").forEach(post -> texts.add(post.path("text").textValue()));
        return texts;
    }

    @Test
    void aCouchThatBreaksWhileTheFirstViewIsWrittenIsWaitedFor() throws IOException {
        east.on("POST /matview-" + databases.prefix() + "posts.*_bulk_docs", Fault.after(east::down), 1);

        Process server = run(east.url().toString(), "interval");
        Http http = new Http(jar.port(server));

        HttpResponse<String> early = http.query(POSTS, "{}");
        assertThat(early.statusCode()).isEqualTo(503);
        assertThat(early.body()).contains("view_not_ready");
        assertThat(early.headers().firstValue("Retry-After")).isPresent();
        assertThat(jar.log(server))
                .contains("posts: has no generation to serve yet")
                .doesNotContain("\tat ");

        east.up();
        await().atMost(PATIENCE).until(() -> http.query(POSTS, "{}").statusCode() == 200);
        assertThat(texts(http)).containsExactly("ann's");
        assertThat(server.isAlive()).isTrue();
    }

    @Test
    void aServerStartsWhileTheSecondCouchIsDownAndFollowsItWhenItIsUp() throws IOException {
        west.down();

        Process server = run(both(), "interval");
        Http http = new Http(jar.port(server));

        assertThat(texts(http)).containsExactly("ann's");
        assertThat(answer(http).at("/view/behind").intValue()).isEqualTo(1);
        assertThat(jar.log(server))
                .containsOnlyOnce("CouchDB at " + west.url() + " is away: ")
                .doesNotContain("does not answer");
        if (!couch.user().isEmpty()) {
            assertThat(jar.log(server)).doesNotContain(couch.password());
        }

        west.up();
        await().atMost(PATIENCE).until(() -> texts(http).size() == 2);
        assertThat(texts(http)).containsExactlyInAnyOrder("ann's", "ben's");
        assertThat(answer(http).at("/view/behind").intValue()).isZero();
    }

    @Test
    void aServerStartsWhileItsOnlyCouchIsDownAndReadsTheRegistryWhenItIsUp() throws IOException {
        String registry = databases.create("feeds");
        couch.raw().put(registry, "posts", """
                {"collectionName": "posts", "materializedViewName": "%sposts", "aggregationInterval": "1h",
                 "databases": "%suser-*", "query": {"selector": {"type": "post"}, "fields": ["text"]}}
                """.formatted(databases.prefix(), databases.prefix()));
        east.down();

        Process server = jar.start(
                east.url().toString(),
                couch.password(),
                "--registry",
                "couchdb:" + registry,
                "--no-auth",
                "--port",
                "0");
        Http http = new Http(jar.port(server));

        HttpResponse<String> early = http.query(POSTS, "{}");
        assertThat(early.statusCode()).isEqualTo(503);
        assertThat(early.body()).contains("registry_not_ready");
        assertThat(early.headers().firstValue("Retry-After")).isPresent();

        east.up();
        await().atMost(PATIENCE).until(() -> http.query(POSTS, "{}").statusCode() == 200);
        assertThat(texts(http)).containsExactly("ann's");
        assertThat(jar.log(server))
                .doesNotContain("\tat ")
                .containsOnlyOnce("CouchDB at " + east.url() + " is away: ")
                .containsOnlyOnce("CouchDB at " + east.url() + " is back, after ");
    }

    @Test
    void aServerThatIsEndedDuringItsFirstBuildClosesInOrder() throws Exception {
        east.on("GET /[^/]*user-ann/_(all_docs|changes).*", Fault.hang());
        Process server = run(east.url().toString(), "interval");
        await().atMost(PATIENCE).until(() -> east.count("GET /[^/]*user-ann/_(all_docs|changes).*") > 0);

        server.destroy();

        String log = jar.ended(server);
        assertThat(server.exitValue()).as("128 and SIGTERM").isEqualTo(143);
        assertThat(log)
                .contains("Ending; under way: the refresh of posts")
                .contains("Ended after ")
                .doesNotContain("matview ready", "\tat ");
    }

    @Test
    void aServerWhoseCouchComesBackAndRefusesThePasswordEnds() throws Exception {
        east.down();
        Process server = run(east.url().toString(), "interval");
        jar.port(server);

        east.on("", Fault.status(401, "{\"error\":\"unauthorized\",\"reason\":\"Name or password is incorrect.\"}"));
        east.up();

        assertThat(jar.ended(server)).contains("matview: --couchdb-url " + east.url() + " cannot be used: ");
        assertThat(server.exitValue()).isEqualTo(1);
    }

    @Test
    void aRestartWhileTheSecondCouchIsDownServesTheLastGeneration() throws Exception {
        Process first = run(both(), "continuous");
        Http before = new Http(jar.port(first));
        await().atMost(PATIENCE).until(() -> texts(before).size() == 2);
        first.destroyForcibly().waitFor();
        west.down();

        Process again = run(both(), "continuous");

        assertThat(texts(new Http(jar.port(again)))).containsExactlyInAnyOrder("ann's", "ben's");
    }
}
