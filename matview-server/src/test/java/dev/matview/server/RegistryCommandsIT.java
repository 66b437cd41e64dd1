package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands {@code import} and {@code export}, on a CouchDB. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class RegistryCommandsIT {

    private final TestCouch couch = TestCouch.get();
    private final TestDatabases databases = couch.databases();
    private final String registry = databases.name("feeds");

    @TempDir
    Path directory;

    @AfterEach
    void drop() {
        databases.close();
    }

    private Started run(String command, String... file) {
        String[] args = new String[3 + file.length];
        args[0] = command;
        args[1] = "--registry";
        args[2] = "couchdb:" + registry;
        System.arraycopy(file, 0, args, 3, file.length);
        return Started.with(
                Map.of(
                        "COUCHDB_URL", couch.url().toString(),
                        "COUCHDB_USER", couch.user(),
                        "COUCHDB_PASSWORD", couch.user().isEmpty() ? "" : couch.password()),
                args);
    }

    private static String feed(String collection, String view) {
        return """
                {"collectionName": "%s", "materializedViewName": "%s", "aggregationInterval": "5m",
                 "query": {"selector": {"type": "post"}}}""".formatted(collection, view);
    }

    private String file(String... feeds) throws IOException {
        return Files.writeString(directory.resolve("feeds.json"), "[" + String.join(",", feeds) + "]")
                .toString();
    }

    @Test
    void whatIsImportedIsExported() throws IOException {
        assertThat(run("import", file(feed("posts", "a"), feed("events", "b"))))
                .isEqualTo(new Started(0, "2 feeds written\n", ""));

        Started exported = run("export");

        assertThat(exported.exitCode()).isZero();
        assertThat(exported.err()).isEmpty();
        assertThat(exported.out()).startsWith("[").contains("\"posts\"", "\"events\"");
    }

    @Test
    void anExportWithoutABadDocumentPrintsTheOthersNamesItAndFails() throws IOException {
        run("import", file(feed("posts", "a")));
        couch.raw().put(registry, "broken", feed("events", "b").replace("5m", "soon"));

        Started exported = run("export");

        assertThat(exported.out()).startsWith("[").contains("\"posts\"").doesNotContain("events");
        assertThat(exported.err())
                .startsWith("matview: ")
                .contains(registry + "/broken: feed events: aggregationInterval: \"soon\" is no interval");
        assertThat(exported.exitCode()).isEqualTo(1);
    }

    @Test
    void anExportOfARegistryThatIsNotThereFailsAndMakesNoDatabase() {
        Started exported = run("export");

        assertThat(exported.err())
                .startsWith("matview: " + registry)
                .contains("there is no database of that name at " + couch.url());
        assertThat(exported.out()).isEmpty();
        assertThat(exported.exitCode()).isEqualTo(1);
        assertThat(couch.raw().names(registry)).isEmpty();
    }

    @Test
    void anImportThatWouldNotBeInForceWritesNothingAndNamesBothDocuments() throws IOException {
        run("import", file(feed("posts", "a")));

        Started imported = run("import", file(feed("notes", "n"), feed("events", "a")));

        assertThat(imported.err())
                .startsWith("matview: ")
                .contains("feed events: materializedViewName: \"a\"", registry + "/posts", registry + "/events");
        assertThat(imported.out()).isEmpty();
        assertThat(imported.exitCode()).isEqualTo(1);
        assertThat(run("export").out()).contains("\"posts\"").doesNotContain("notes", "events");
    }
}
