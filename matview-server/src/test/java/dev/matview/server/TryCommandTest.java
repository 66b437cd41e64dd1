package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dry run, over the sample and over files. */
class TryCommandTest {

    @TempDir
    Path directory;

    private String registry(String feeds) throws IOException {
        return Files.writeString(directory.resolve("feeds.json"), feeds).toString();
    }

    private Path data(String... lines) throws IOException {
        Path data = Files.createDirectories(directory.resolve("data"));
        for (int i = 0; i < lines.length; i++) {
            Files.writeString(data.resolve("userdb-" + i + ".jsonl"), lines[i]);
        }
        return data;
    }

    private static String feed(String query) {
        return """
                [{"collectionName": "ideas", "materializedViewName": "ideas", "aggregationInterval": "1h", %s}]
                """.formatted(query);
    }

    @Test
    void theSampleIsTold() {
        Started started = Started.with(Map.of(), "try", "--rows", "1", "--query", "{\"author.did\": \"x\"}");

        assertThat(started.exitCode()).isZero();
        assertThat(started.err()).isEmpty();
        assertThat(started.out())
                .contains("events: 32 rows of 16 databases, ", "posts: 64 rows of 16 databases, ")
                .contains("  {\"_id\":\"hello\",\"content\":\"Hello, I am Ada.\"")
                .contains("which looked at 64 rows; the index [\"author.did\"] would help");
        assertThat(started.out().lines()).hasSize(6);
    }

    @Test
    void fieldsThatNoDocumentHasAreTold() throws IOException {
        Path data = data(
                "{\"_id\": \"1\", \"kind\": \"idea\", \"at\": 1, \"by\": {\"did\": \"a\"}}\n",
                "{\"_id\": \"1\", \"kind\": \"note\", \"text\": \"not an idea's\"}\n");

        Started right = Started.with(Map.of(), "try", "--data=" + data, "--registry=" + registry(feed("""
                "query": {"selector": {"kind": "idea", "$or": [{"knd": 1}, {"at": {"$gt": 0}}], "no": {"$exists": false}},
                  "fields": ["_id", "text", "at", "by.did", "by.name"], "sort": [{"at": "desc"}]},
                "indexes": [["by.name"]]
                """)));
        assertThat(right.out())
                .contains("ideas: 1 row of 2 databases")
                .contains("  no document has: \"knd\" (selector), \"text\" (fields), \"by.name\" (fields),"
                        + " \"by.name\" (indexes)\n");

        Started unsorted = Started.with(Map.of(), "try", "--data=" + data, "--registry=" + registry(feed("""
                "query": {"selector": {"kind": "idea"}, "sort": ["when"]}
                """)));
        assertThat(unsorted.out())
                .contains("ideas: 0 rows of 2 databases")
                .contains("  no document has: \"when\" (sort)\n");

        Started nothing = Started.with(Map.of(), "try", "--data=" + data, "--registry=" + registry(feed("""
                "query": {"selector": {"kynd": "idea"}, "sort": ["at"]}
                """)));
        assertThat(nothing.out())
                .contains("  no document matches the selector\n", "  no document has: \"kynd\" (selector)\n");
    }

    @Test
    void whatCannotBeReadIsTold() throws IOException {
        Path data = data("{\"_id\": \"1\\ud800\", \"kind\": \"idea\"}\n{\"_id\": \"2\", \"kind\": \"idea\"}\n", "{\n");

        Started started = Started.with(
                Map.of(), "try", "--data=" + data, "--registry=" + registry(feed("\"query\": {\"selector\": {}}")));

        assertThat(started.exitCode()).isEqualTo(1);
        assertThat(started.out())
                .contains("ideas: 1 row of ")
                .contains("  left out: 1 document\n    userdb-0/1\ufffd: it holds half of a character")
                .contains("  cannot be read: 1 database\n    userdb-1: ");
    }

    @Test
    void ofDatabasesThatCouldNotBeReadNothingIsSaid() throws IOException {
        Path data = data("{\"_id\": \"1\", \"kind\": \"idea\"}\n", "{\n");

        Started started = Started.with(Map.of(), "try", "--data=" + data, "--registry=" + registry(feed("""
                "query": {"selector": {"kind": "idea"}, "sort": ["when"]}
                """)));

        assertThat(started.out()).contains("  of the databases that were read, no document has: \"when\" (sort)\n");
    }

    @Test
    void aFeedThatDoesNotFitIsTold() throws IOException {
        Path data = data("{\"_id\": \"1\", \"text\": \"" + "x".repeat(5_000) + "\"}\n");

        Started started = Started.with(
                Map.of(),
                "try",
                "--max-view-bytes=1k",
                "--data=" + data,
                "--registry=" + registry(feed("\"query\": {\"selector\": {}}")));

        assertThat(started.exitCode()).isEqualTo(1);
        assertThat(started.out()).contains("ideas: could not be built: ");
    }

    @Test
    void indexesThatWouldHelpAreToldOfALargeFeed() throws IOException {
        Path data = data(IntStream.range(0, 1_200)
                .mapToObj(i -> "{\"_id\": \"%d\", \"tag\": \"t%d\", \"by\": {\"did\": \"d\"}}\n".formatted(i, i % 7))
                .collect(Collectors.joining()));

        Started started = Started.with(
                Map.of(), "try", "--data=" + data, "--registry=" + registry(feed("\"query\": {\"selector\": {}}")));

        assertThat(started.out())
                .contains("who filters by a field has up to 1,200 rows searched; indexes that would help:"
                        + " [\"by.did\"], [\"tag\"]");
    }

    @Test
    void aWrongRegistryAndAWrongQueryAreTold() throws IOException {
        Started wrong = Started.with(Map.of(), "try", "--registry=" + registry(feed("\"query\": {}, \"colour\": 1")));
        assertThat(wrong.exitCode()).isEqualTo(1);
        assertThat(wrong.err()).contains("feeds.json: feed ideas: colour: ");

        Started query = Started.with(Map.of(), "try", "--query", "{\"a\": {\"$foo\": 1}}");
        assertThat(query.exitCode()).isEqualTo(2);
        assertThat(query.err()).contains("--query: ", "$foo");
    }
}
