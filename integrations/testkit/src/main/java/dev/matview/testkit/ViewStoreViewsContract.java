package dev.matview.testkit;

import static dev.matview.testkit.Views.delta;
import static dev.matview.testkit.Views.put;
import static dev.matview.testkit.Views.row;
import static dev.matview.testkit.Views.slice;
import static dev.matview.testkit.Views.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.event.Subscription;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The views of one store stay apart; each is forgotten and watched by itself. */
abstract class ViewStoreViewsContract extends ViewStoreStagingContract {

    private static final String VIEW = "_global_posts";

    @Test
    void twoViewsDoNotMix() {
        ViewStore store = store();
        List<String> names = List.of(
                "_global_posts",
                "_global_Posts",
                "_GLOBAL_POSTS",
                "global_posts",
                "__global_posts",
                "_global-posts",
                "_global_posts_",
                "_global/posts",
                "_global%2Fposts",
                "_global%2fposts",
                "_global(2f)posts",
                "_global$2fposts",
                "_global.posts",
                "_global+posts",
                "_global posts",
                "_global_p\u00f6sts",
                "_global_po\u0308sts",
                "_global_posts\u0000",
                "\u65e5\u672c\u8a9e",
                "\ud83d\ude00",
                "1",
                "..",
                "_design/posts",
                "_local/posts",
                "x".repeat(300),
                "x".repeat(299) + "y",
                "X" + "x".repeat(299));
        for (String name : names) {
            assertThat(store.commit(whole(name, 0, slice("userdb-a", name, row("userdb-a", name, "{}")))))
                    .as("the first commit of view %s", name)
                    .isTrue();
        }
        for (String name : names) {
            read(store(), name)
                    .assertSameAs(ViewModel.of(whole(name, 0, slice("userdb-a", name, row("userdb-a", name, "{}")))));
        }
    }

    @Test
    void aDroppedViewIsForgottenAndCanBeMadeAgain() {
        ViewStore store = store();
        String other = "_global_events";
        store.commit(whole(VIEW, 0, slice("userdb-a", 1, row("userdb-a", "old", "{}"))));
        store.commit(delta(VIEW, 1, put("userdb-b", 1, row("userdb-b", "old", "{}"))));
        store.commit(whole(other, 0, slice("userdb-a", 1, row("userdb-a", "other", "{}"))));

        store.drop(VIEW);
        store.drop("_global_never");

        assertThat(store.read(VIEW, 0)).isEmpty();
        assertThat(store().read(VIEW, 0)).isEmpty();
        assertThat(ids(store, other, "userdb-a")).containsExactly("other");
        ViewDelta again = whole(VIEW, 0, slice("userdb-a", 1, row("userdb-a", "new", "{}")));
        assertThat(store.commit(again)).isTrue();
        read(store, VIEW).assertSameAs(ViewModel.of(again));
    }

    @Test
    void aWatcherIsToldTheLastGenerationWhoeverCommitsIt() {
        ViewStore watched = store();
        ViewStore other = store();
        List<Long> told = new CopyOnWriteArrayList<>();
        watched.commit(whole(VIEW, 0));
        Subscription watch = watched.watch(VIEW, told::add);
        for (long base = 1; base < 12; base++) {
            assertThat((base % 2 == 0 ? watched : other).commit(delta(VIEW, base)))
                    .isTrue();
        }
        await().atMost(SIGNAL).until(() -> !told.isEmpty() && told.get(told.size() - 1) == 12);
        watch.close();
        assertThat(told).as("generations told").isSorted().doesNotContain(1L);
    }

    @Test
    void aWatcherIsToldTheFirstGenerationOfAView() {
        ViewStore watched = store();
        List<Long> told = new CopyOnWriteArrayList<>();
        Subscription watch = watched.watch(VIEW, told::add);
        store().commit(whole(VIEW, 0));
        await().atMost(SIGNAL).until(() -> told.contains(1L));
        watch.close();
    }

    @Test
    void aWatcherIsNotToldOfOtherViewsNorAfterItLeft() {
        ViewStore store = store();
        List<Long> leaving = new CopyOnWriteArrayList<>();
        List<Long> staying = new CopyOnWriteArrayList<>();
        Subscription left = store.watch(VIEW, leaving::add);
        Subscription stays = store.watch(VIEW, staying::add);
        store.commit(whole("_global_events", 0));
        store.commit(delta("_global_events", 1));
        store.commit(whole(VIEW, 0));
        await().atMost(SIGNAL).until(() -> staying.contains(1L) && leaving.contains(1L));

        left.close();
        left.close();
        store.commit(delta(VIEW, 1));
        store.commit(delta(VIEW, 2));
        await().atMost(SIGNAL).until(() -> staying.contains(3L));

        assertThat(leaving).doesNotContain(2L, 3L);
        stays.close();
    }
}
