package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.access.UserDatabases;
import dev.matview.testkit.ManualScheduler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is opened for the options, and closed again when not all of it can be. */
class SourcesTest {

    private static final String COUCH = "http://127.0.0.1:1";

    private final ManualScheduler scheduler = new ManualScheduler();
    private final SourceOptions options = new SourceOptions();

    @TempDir
    Path directory;

    @Test
    void aRegistryIsWatchedNoMoreWhenTheDatabasesCannotBeOpened() throws Exception {
        Path registry = Files.writeString(directory.resolve("feeds.json"), "[]");
        options.registry = registry.toString();
        options.data = directory.resolve("nothing");

        assertThatThrownBy(() -> Sources.open(options, UserDatabases.standard(), Map.of(), scheduler))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("there is no such directory");

        assertThat(scheduler.nextDue()).as("of the next look at the file").isEmpty();
    }

    @ParameterizedTest
    @CsvSource({COUCH + ",1", COUCH + "/,1", COUCH + "//,1", COUCH + "/couch,2", "memory:,1"})
    void aCouchDbIsOpenedOnceHoweverItIsWritten(String views, int clusters) throws Exception {
        options.urls = List.of(COUCH);
        options.viewStore = views;

        List<NamedCluster> opened = options.clustersWithViews(Map.of(), scheduler);

        opened.forEach(NamedCluster::close);
        assertThat(opened).hasSize(clusters);
        assertThat(opened.get(0)).hasToString("--couchdb-url " + COUCH);
        if (clusters > 1) {
            assertThat(opened.get(1)).hasToString("--view-store " + views);
        }
    }
}
