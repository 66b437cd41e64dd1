package dev.matview.core.registry;

import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.testkit.FeedRegistryContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class JsonFileRegistryContractTest extends FeedRegistryContract {

    private final Map<String, FeedDefinition> feeds = new LinkedHashMap<>();
    private final Scheduler scheduler = Scheduler.system();

    @TempDir
    Path directory;

    @BeforeEach
    void writeAnEmptyRegistry() throws IOException {
        write();
    }

    @Override
    protected FeedRegistry open() {
        return JsonFileRegistry.open(file(), scheduler, Duration.ofMillis(20));
    }

    @Override
    protected void put(FeedDefinition feed) throws IOException {
        feeds.put(feed.collection(), feed);
        write();
    }

    @Override
    protected void remove(String collection) throws IOException {
        feeds.remove(collection);
        write();
    }

    @Override
    protected void clean() {
        scheduler.close();
    }

    private Path file() {
        return directory.resolve("feeds.json");
    }

    private void write() throws IOException {
        Path written = directory.resolve("feeds.json.new");
        Files.writeString(written, FeedDefinitionWriter.writeAll(feeds.values()).toPrettyString());
        Files.move(written, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
