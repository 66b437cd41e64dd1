package dev.matview.testkit;

import static dev.matview.testkit.Views.delta;
import static dev.matview.testkit.Views.put;
import static dev.matview.testkit.Views.row;
import static dev.matview.testkit.Views.slice;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.ViewNotReadyException;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.LeftOut.Example;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewEntry;
import dev.matview.core.spi.ViewFormatException;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The part of {@link ViewStoreContract} about heads: formats of other versions, what is left out, and the list of views. */
abstract class ViewStoreFormatContract extends ViewStoreHarness {

    /** Opaque to the store. */
    private static final String CHECKPOINT = "[\"http://127.0.0.1:5984\", \"23-g1AAA\", \"\u00e9\"]";

    private static final String VIEW = "_global_posts";
    private static final FeedDefinition POSTS = FeedDefinition.builder("posts")
            .selector("{\"type\":\"post\"}")
            .interval(Duration.ofHours(1))
            .build();

    private static ViewHead head(long generation, int format) {
        return new ViewHead(generation, "fingerprint", Instant.EPOCH, 1, 0, 3, 4_000_000_000L, format, CHECKPOINT);
    }

    private static ViewDelta whole(long base, int format) {
        Slice slice = slice("userdb-a", base, row("userdb-a", "p" + base, "{}"));
        return ViewDelta.whole(VIEW, base, head(base + 1, format), List.of(slice));
    }

    @Test
    void aHeadIsReadAsItWasCommitted() {
        ViewStore store = store();
        assertThat(store.head(VIEW)).isEmpty();
        store.commit(whole(0, ViewHead.FORMAT));

        assertThat(store.head(VIEW)).contains(head(1, ViewHead.FORMAT));
        assertThat(store().head(VIEW)).contains(head(1, ViewHead.FORMAT));
        assertThat(store().read(VIEW, 0).orElseThrow().head()).isEqualTo(head(1, ViewHead.FORMAT));
        store.drop(VIEW);
        assertThat(store.head(VIEW)).isEmpty();
    }

    @Test
    void theViewsThatThereAreAreListed() {
        ViewStore store = store();
        assertThat(store.views()).isEmpty();
        store.commit(Views.whole("b", 0, slice("userdb-a", 1, row("userdb-a", "p", "{}"), row("userdb-a", "q", "{}"))));
        store.commit(Views.whole("_global/é \"a\"", 0, slice("userdb-a", 1, row("userdb-a", "p", "{}"))));
        store.commit(Views.whole("empty", 0));
        store.commit(Views.whole("dropped", 0));
        store.commit(Views.delta("b", 1, Views.remove("userdb-a", 2, "q")));
        store.drop("dropped");

        assertThat(store().views())
                .containsExactly(
                        new ViewEntry("_global/é \"a\"", Views.head(1), 1),
                        new ViewEntry("b", Views.head(2), 1),
                        new ViewEntry("empty", Views.head(1), 0));
    }

    @Test
    void whatIsLeftOutOfASliceIsKeptWithIt() {
        ViewStore store = store();
        LeftOut leftOut = new LeftOut(
                150,
                List.of(
                        new Example("userdb-a", "deep", Reason.TOO_DEEP),
                        new Example("userdb-a", "x/\u0000\"" + "y".repeat(300), Reason.LONG_KEY)));
        Slice slice = new Slice("userdb-a", Views.position(1), List.of(row("userdb-a", "p", "{}")), leftOut);
        store.commit(ViewDelta.whole(VIEW, 0, Views.head(1), List.of(slice)));
        store.commit(delta(VIEW, 1, put("userdb-b", 1, row("userdb-b", "p", "{}"))));

        assertThat(ViewModel.of(store().read(VIEW, 0).orElseThrow()).leftOut())
                .containsEntry("userdb-a", leftOut)
                .containsEntry("userdb-b", LeftOut.NOTHING);

        store.commit(delta(VIEW, 2, put("userdb-a", 2)));
        assertThat(ViewModel.of(store().read(VIEW, 0).orElseThrow()).leftOut())
                .containsEntry("userdb-a", LeftOut.NOTHING);
    }

    @Test
    void aViewOfALaterVersionIsLeftAlone() {
        ViewStore store = store();
        int later = ViewHead.FORMAT + 1;
        store.commit(whole(0, later));

        for (ViewStore each : List.of(store, store())) {
            assertThatThrownBy(() -> each.read(VIEW, 0)).isInstanceOf(ViewFormatException.class);
            assertThatThrownBy(() -> each.read(VIEW, 1)).isInstanceOf(ViewFormatException.class);
            assertThatThrownBy(() -> each.commit(whole(1, ViewHead.FORMAT))).isInstanceOf(ViewFormatException.class);
            assertThatThrownBy(() -> each.commit(whole(0, ViewHead.FORMAT))).isInstanceOf(ViewFormatException.class);
            assertThatThrownBy(() -> each.drop(VIEW))
                    .isInstanceOf(ViewFormatException.class)
                    .hasMessageContaining(VIEW)
                    .hasMessageContaining("format " + later)
                    .hasMessageContaining("Upgrade this server");
            assertThat(each.head(VIEW)).contains(head(1, later));
            assertThat(each.views()).containsExactly(new ViewEntry(VIEW, head(1, later), 1));
        }
    }

    @Test
    void aViewIsNotWrittenOverInAnOlderFormat() {
        ViewStore store = store();
        store.commit(whole(0, ViewHead.FORMAT));

        assertThatThrownBy(() -> store.commit(whole(1, ViewHead.FORMAT - 1))).isInstanceOf(ViewFormatException.class);

        assertThat(store.head(VIEW)).contains(head(1, ViewHead.FORMAT));
    }

    @Test
    void aViewOfAnOlderFormatIsReplacedAsAWhole() {
        ViewStore store = store();
        store.commit(whole(0, ViewHead.FORMAT - 1));
        assertThat(store.commit(whole(1, ViewHead.FORMAT))).isTrue();

        ViewModel.of(store().read(VIEW, 0).orElseThrow()).assertSameAs(ViewModel.of(whole(1, ViewHead.FORMAT)));
    }

    private static String posts(GlobalFeeds node) {
        return new String(node.query("posts", Query.all()).json());
    }

    /** A server that is behind the present one by so many formats; over one post. */
    private static GlobalFeeds node(int behind, FeedRegistry registry, ViewStore store) {
        InMemoryDatabases databases = new InMemoryDatabases();
        databases.put("userdb-a", "{\"_id\":\"p1\",\"type\":\"post\"}");
        GlobalFeeds node = GlobalFeeds.builder()
                .registry(registry)
                .aggregator(databases)
                .viewStore(new StoreOfVersion(store, behind))
                .build();
        node.start();
        return node;
    }

    private static GlobalFeeds present(ViewStore store) {
        return node(0, new InMemoryFeedRegistry(POSTS), store);
    }

    private static GlobalFeeds older(ViewStore store) {
        return node(1, new InMemoryFeedRegistry(POSTS), store);
    }

    private static void assertLeavesAlone(GlobalFeeds older) {
        await().atMost(SIGNAL)
                .untilAsserted(() -> assertThatThrownBy(() -> posts(older)).isInstanceOf(ViewNotReadyException.class));
        await().atMost(SIGNAL)
                .untilAsserted(() -> assertThat(older.status("posts").lastFailure())
                        .contains("a later version of matview")
                        .contains("Upgrade this server"));
        assertThat(older.status("posts").view()).isNull();
        assertThat(older.refresh("posts"))
                .failsWithin(SIGNAL)
                .withThrowableThat()
                .withMessageContaining("later version");
    }

    /** A rolling upgrade: the new server comes while the old one still serves. */
    @Test
    void aNewServerBuildsTheViewAnewOnceAndTheOldOneLeavesItAlone() {
        ViewStore shared = store();
        try (GlobalFeeds old = older(shared)) {
            old.refresh("posts").join();
            assertThat(posts(old)).contains("p1");
            try (GlobalFeeds upgraded = present(store())) {
                upgraded.refresh("posts").join();
                assertThat(posts(upgraded)).contains("p1");
                assertThat(shared.head(VIEW).orElseThrow().format()).isEqualTo(ViewHead.FORMAT);
                long generation = shared.head(VIEW).orElseThrow().generation();

                assertLeavesAlone(old);

                upgraded.refresh("posts").join();
                assertThat(shared.head(VIEW).orElseThrow().generation()).isEqualTo(generation);
                assertThat(posts(upgraded)).contains("p1");
            }
        }
    }

    @Test
    void anOldServerThatStartsAfterTheNewOneLeavesTheViewAloneAndDoesNotDropIt() {
        ViewStore shared = store();
        InMemoryFeedRegistry registry = new InMemoryFeedRegistry(POSTS);
        try (GlobalFeeds upgraded = present(shared)) {
            upgraded.refresh("posts").join();
            ViewHead before = shared.head(VIEW).orElseThrow();
            try (GlobalFeeds old = node(1, registry, store())) {
                assertLeavesAlone(old);
                registry.remove("posts");
                registry.put(FeedDefinition.builder("other").build());
                await().atMost(SIGNAL).until(() -> old.status().stream().allMatch(status -> status.view() != null));
            }
            assertThat(shared.head(VIEW)).contains(before);
            assertThat(shared.views()).extracting(ViewEntry::view).contains(VIEW, "_global_other");
            assertThat(posts(upgraded)).contains("p1");
        }
    }

    @Test
    void anOldServerServesAgainWhatItBuildsOnceTheNewViewIsDropped() {
        ViewStore shared = store();
        shared.commit(whole(0, ViewHead.FORMAT));
        try (GlobalFeeds old = older(store())) {
            assertLeavesAlone(old);
            shared.drop(VIEW);

            old.refresh("posts").join();

            assertThat(posts(old)).contains("p1");
            assertThat(old.status("posts").lastFailure()).isNull();
            assertThat(Set.of(shared.head(VIEW).orElseThrow().format())).containsExactly(ViewHead.FORMAT - 1);
        }
    }
}
