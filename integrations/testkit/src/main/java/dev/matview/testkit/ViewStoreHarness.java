package dev.matview.testkit;

import dev.matview.core.spi.ViewStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;

/**
 * What a backend gives so that the contract of view stores can be checked. There is one instance for each test method; it
 * has a place of its own that is empty at first, and all stores it opens are on that place.
 */
abstract class ViewStoreHarness {

    /** How long a signal may take. */
    static final Duration SIGNAL = Duration.ofSeconds(60);

    private final List<ViewStore> opened = new ArrayList<>();

    /** Opens a store on this test's place; a second one sees it as another process would, where there can be one. */
    protected abstract ViewStore open() throws Exception;

    /** Called when a test is over and its stores are closed: deletes its place. */
    protected void clean() throws Exception {}

    /** How many commits the random walk makes; less for a slow backend. */
    protected int steps() {
        return 60;
    }

    /** How many generations several committers race for; less for a slow backend. */
    protected int generations() {
        return 1_000;
    }

    final ViewStore store() {
        try {
            ViewStore store = open();
            opened.add(store);
            return store;
        } catch (Exception e) {
            throw new AssertionError("no store to test", e);
        }
    }

    @AfterEach
    final void closeStores() throws Exception {
        opened.forEach(ViewStore::close);
        clean();
    }

    static ViewModel read(ViewStore store, String view) {
        return ViewModel.of(store.read(view, 0).orElseThrow());
    }

    static Set<String> ids(ViewStore store, String view, String database) {
        return read(store, view).rows(database).keySet();
    }
}
