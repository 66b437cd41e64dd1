package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.matview.server.http.Http;
import dev.matview.sql.harness.NeedsPostgres;
import dev.matview.sql.harness.TestPostgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar that users run, over files, with its views in a PostgreSQL that two servers share. */
@NeedsPostgres
class ServerOnPostgresIT {

    private static final Duration SOON = Duration.ofSeconds(60);

    private final String schema = TestPostgres.newSchema();

    @TempDir
    Path directory;

    private ServerJar jar;
    private Path data;

    @BeforeEach
    void fill() throws Exception {
        jar = new ServerJar(directory, "");
        data = Files.createDirectory(directory.resolve("data"));
        write("ann", "one");
        write("ben", "one");
        Files.writeString(directory.resolve("feeds.json"), """
                [{"collectionName": "posts", "materializedViewName": "_global_posts", "aggregationInterval": "1h",
                  "refresh": "continuous", "query": {"selector": {"type": "post"}, "fields": ["text"], "sort": ["text"]}}]
                """);
        Files.writeString(directory.resolve("password"), "wrong or not, it is not asked for\n");
    }

    @AfterEach
    void stop() throws Exception {
        jar.close();
        TestPostgres.drop(schema);
    }

    private void write(String user, String... texts) throws Exception {
        List<String> lines = new ArrayList<>();
        for (String text : texts) {
            lines.add("{\"_id\":\"%s\",\"type\":\"post\",\"text\":\"%s of %s\"}".formatted(text, text, user));
        }
        Files.write(data.resolve("userdb-" + user + ".jsonl"), lines, StandardCharsets.UTF_8);
    }

    private Process run(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(more));
        arguments.addAll(List.of(
                "--view-store",
                TestPostgres.url(schema).toString(),
                "--view-store-password-file",
                directory.resolve("password").toString()));
        return jar.start("", "", arguments.toArray(new String[0]));
    }

    private Http serve() throws Exception {
        Process server = run(
                "--data",
                data.toString(),
                "--registry",
                directory.resolve("feeds.json").toString(),
                "--no-auth",
                "--port",
                "0");
        return new Http(jar.port(server));
    }

    private static String posts(Http http) throws Exception {
        JsonNode answer = new ObjectMapper()
                .readTree(http.query("/data/posts/query?global=true", "{}").body());
        List<String> texts = new ArrayList<>();
        answer.path("docs").forEach(doc -> texts.add(doc.path("text").asText()));
        return String.join(", ", texts);
    }

    @Test
    void twoServersServeOneViewThatIsListedAndKeptAndAskedInSql() throws Exception {
        Http one = serve();
        await().atMost(SOON).until(() -> posts(one).equals("one of ann, one of ben"));
        Http other = serve();
        await().atMost(SOON).until(() -> posts(other).equals("one of ann, one of ben"));

        write("ben", "one", "two");
        for (Http each : List.of(one, other)) {
            await().atMost(SOON).until(() -> posts(each).equals("one of ann, one of ben, two of ben"));
        }

        assertThat(jar.ended(run("views", "list"))).containsPattern("_global_posts\\t\\d+\\t3\\t2\\t");
        assertThat(inSql()).containsExactly("one of ann", "one of ben", "two of ben");
    }

    private List<String> inSql() throws SQLException {
        List<String> texts = new ArrayList<>();
        try (var connection = TestPostgres.connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(
                        "select document->>'text' from " + schema + "._global_posts order by key")) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        }
        return texts;
    }
}
