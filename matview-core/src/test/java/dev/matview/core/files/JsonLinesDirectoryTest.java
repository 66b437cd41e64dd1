package dev.matview.core.files;

import dev.matview.core.spi.Aggregator;
import dev.matview.testkit.AggregatorContract;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** The contract of aggregators, over files. */
class JsonLinesDirectoryTest extends AggregatorContract {

    @TempDir
    private Path directory;

    private JsonLinesWriter writer;

    private JsonLinesWriter writer() {
        if (writer == null) {
            writer = new JsonLinesWriter(directory);
        }
        return writer;
    }

    @Override
    protected Aggregator open() {
        return JsonLinesDirectory.builder(directory)
                .pollInterval(Duration.ofMillis(20))
                .build();
    }

    @Override
    protected String prefix() {
        return "userdb-";
    }

    @Override
    protected void create(String name) throws Exception {
        writer().create(db(name));
    }

    @Override
    protected void put(String name, String json) throws Exception {
        writer().put(db(name), List.of(json));
    }

    @Override
    protected void putAll(String name, List<String> documents) throws Exception {
        writer().put(db(name), documents);
    }

    @Override
    protected void delete(String name, String id) throws Exception {
        writer().delete(db(name), id);
    }

    @Override
    protected void purge(String name, String id) throws Exception {
        writer().delete(db(name), id);
    }

    @Override
    protected void drop(String name) throws Exception {
        writer().drop(db(name));
    }

    @Override
    protected void fail(String name) throws Exception {
        writer().fail(db(name), true);
    }

    @Override
    protected void recover(String name) throws Exception {
        writer().fail(db(name), false);
    }

    /** What every file system and locale takes. */
    @Override
    protected List<String> oddNames() {
        return List.of("a+b", "a$b", "a(b)", "a-b", "a_b", "ab", "a2fb", "a%2Fb", "a b", "a.jsonl", "..");
    }
}
