package dev.matview.testkit;

import static dev.matview.testkit.Views.delta;
import static dev.matview.testkit.Views.dropping;
import static dev.matview.testkit.Views.position;
import static dev.matview.testkit.Views.put;
import static dev.matview.testkit.Views.remove;
import static dev.matview.testkit.Views.row;
import static dev.matview.testkit.Views.slice;
import static dev.matview.testkit.Views.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.access.Acl;
import dev.matview.core.spi.Expansion;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ViewStore} does. A backend extends this class and gives what {@link ViewStoreHarness} asks for;
 * nothing here depends on how fast it is. What several threads do to one view at a
 * time, its secret, and that views stay apart, are inherited.
 */
public abstract class ViewStoreContract extends ViewStoreViewsContract {

    private static final String VIEW = "_global_posts";

    @Test
    void anUnknownViewHasNoGeneration() {
        ViewStore store = store();
        assertThat(store.read(VIEW, 0)).isEmpty();
        assertThat(store.read(VIEW, 3)).isEmpty();
    }

    @Test
    void aCommittedGenerationReadsBackWhole() {
        ViewStore store = store();
        ViewDelta first = whole(
                VIEW, 0, slice("userdb-a", "1-x", row("userdb-a", "p1", "{\"n\":1}")), slice("userdb-empty", "0"));

        assertThat(store.commit(first)).isTrue();

        read(store, VIEW).assertSameAs(ViewModel.of(first));
        assertThat(store.read(VIEW, 0).orElseThrow().whole()).isTrue();
        read(store(), VIEW).assertSameAs(ViewModel.of(first));
    }

    @Test
    void aRowReadsBackAsItWas() {
        ViewStore store = store();
        String json = "{\"_id\":\"p1\",\"_rev\":\"3-abc\",\"_deleted\":false,\"_attachments\":{},\"n\":1.0,\"big\":"
                + "123456789012345678901234567890,\"e\":1.0E10,\"\":\"empty key\",\"u\":\"\u00e9 \ud83d\ude00 \\u0000\\n\","
                + "\"deep\":{\"a\":[1,[2,{\"b\":null}]]}}";
        byte[] key = {0, 1, -1, 127, -128, 10, 34};
        byte[] document = json.getBytes(StandardCharsets.UTF_8);
        Row open = new Row("userdb-a", "open", key, document, null);
        Row guarded = new Row(
                "userdb-a", "acl", key, document, new Acl(Set.of("did:a", "*"), Set.of(), Set.of("did:b"), Set.of()));
        Row owned = new Row("userdb-a", "owned", new byte[0], document, Acl.OWNER_ONLY);

        Row expanded = new Row(
                "userdb-a",
                "expanded",
                key,
                document,
                Acl.OPEN,
                List.of(
                        new Expansion("author", "did:b", "me", document, Acl.OWNER_ONLY),
                        new Expansion("editor", "did:c", "me")));
        byte[] halved = "{\"t\":\"half an emoji: \\uD83D\"}".getBytes(StandardCharsets.UTF_8);
        Row half = new Row(
                "userdb-a",
                "half",
                key,
                halved,
                null,
                List.of(new Expansion("author", "did:b", "me", halved, Acl.OWNER_ONLY)));
        List<Row> rows = List.of(open, guarded, owned, expanded, half);
        store.commit(whole(VIEW, 0, slice("userdb-a", 1, rows.toArray(Row[]::new))));

        assertThat(read(store(), VIEW).rows("userdb-a").values()).containsExactlyInAnyOrderElementsOf(rows);
    }

    @Test
    void rowsOfTwoDatabasesWithOneIdStayApart() {
        ViewStore store = store();
        store.commit(whole(
                VIEW,
                0,
                slice("userdb-a", 1, row("userdb-a", "p", "{\"of\":\"a\"}")),
                slice("userdb-b", 1, row("userdb-b", "p", "{\"of\":\"b\"}"))));
        store.commit(delta(VIEW, 1, remove("userdb-a", 2, "p")));

        assertThat(ids(store, VIEW, "userdb-a")).isEmpty();
        assertThat(read(store, VIEW).rows("userdb-b").get("p")).isEqualTo(row("userdb-b", "p", "{\"of\":\"b\"}"));
    }

    @Test
    void oddDatabaseNamesAndIdsStayApart() {
        ViewStore store = store();
        List<String> odd = List.of(
                "a",
                "A",
                "a/b",
                "a%2Fb",
                "a+b",
                "a b",
                "a$b",
                "a:b",
                "a_b",
                "_a",
                "_design/a",
                "\u00e9",
                "e\u0301",
                "\"",
                "\\",
                "\ud83d\ude00",
                "\u65e5\u672c",
                "x".repeat(200),
                "x".repeat(199) + "y",
                ".",
                "..",
                "\n");
        Slice[] slices = odd.stream()
                .map(database -> new Slice(
                        database,
                        position(database),
                        odd.stream().map(id -> row(database, id, "{}")).toList()))
                .toArray(Slice[]::new);
        store.commit(whole(VIEW, 0, slices));
        store.commit(delta(VIEW, 1, remove("a/b", 2, "a/b")));

        ViewModel expected = ViewModel.of(whole(VIEW, 0, slices)).apply(delta(VIEW, 1, remove("a/b", 2, "a/b")));
        read(store(), VIEW).assertSameAs(expected);
    }

    @Test
    void aDeltaChangesOnlyWhatItNames() {
        ViewStore store = store();
        ViewDelta first = whole(
                VIEW,
                0,
                slice("userdb-a", 1, row("userdb-a", "stays", "{}"), row("userdb-a", "edited", "{\"n\":1}")),
                slice("userdb-b", 1, row("userdb-b", "stays", "{}")));
        ViewDelta second = delta(
                VIEW,
                1,
                put("userdb-a", 2, row("userdb-a", "edited", "{\"n\":2}"), row("userdb-a", "new", "{}")),
                put("userdb-c", 1, row("userdb-c", "new", "{}")));
        store.commit(first);
        assertThat(store.commit(second)).isTrue();

        read(store, VIEW).assertSameAs(ViewModel.of(first).apply(second));
        read(store(), VIEW).assertSameAs(ViewModel.of(first).apply(second));
    }

    @Test
    void aPositionCanMoveWithoutAnyRow() {
        ViewStore store = store();
        store.commit(whole(VIEW, 0, slice("userdb-a", 1, row("userdb-a", "p", "{}"))));
        store.commit(delta(VIEW, 1, put("userdb-a", 2)));

        assertThat(read(store(), VIEW).positions().get("userdb-a")).isEqualTo(position(2));
        assertThat(ids(store, VIEW, "userdb-a")).containsExactly("p");
    }

    @Test
    void aHeadCanMoveWithoutAnySlice() {
        ViewStore store = store();
        store.commit(whole(VIEW, 0, slice("userdb-a", 1, row("userdb-a", "p", "{}"))));
        assertThat(store.commit(delta(VIEW, 1))).isTrue();

        assertThat(read(store, VIEW).head()).isEqualTo(Views.head(2));
        assertThat(ids(store, VIEW, "userdb-a")).containsExactly("p");
    }

    @Test
    void aDroppedSliceIsGoneWithItsPositionAndCanComeBack() {
        ViewStore store = store();
        store.commit(whole(
                VIEW,
                0,
                slice("userdb-a", 1, row("userdb-a", "old", "{}")),
                slice("userdb-b", 1, row("userdb-b", "p", "{}"))));
        store.commit(dropping(VIEW, 1, Set.of("userdb-a", "userdb-never")));

        assertThat(read(store, VIEW).positions()).containsOnlyKeys("userdb-b");
        assertThat(read(store, VIEW).rows()).containsOnlyKeys("userdb-b");

        store.commit(delta(VIEW, 2, put("userdb-a", 1, row("userdb-a", "new", "{}"))));
        assertThat(ids(store, VIEW, "userdb-a")).containsExactly("new");
    }

    @Test
    void wholeReplacesEverything() {
        ViewStore store = store();
        store.commit(whole(
                VIEW,
                0,
                slice("userdb-a", 1, row("userdb-a", "old", "{}")),
                slice("userdb-b", 1, row("userdb-b", "old", "{}"))));
        ViewDelta rebuilt = whole(VIEW, 1, slice("userdb-a", 9, row("userdb-a", "new", "{}")));
        assertThat(store.commit(rebuilt)).isTrue();

        read(store, VIEW).assertSameAs(ViewModel.of(rebuilt));
        read(store(), VIEW).assertSameAs(ViewModel.of(rebuilt));
    }

    @Test
    void aViewCanBecomeEmpty() {
        ViewStore store = store();
        store.commit(whole(VIEW, 0, slice("userdb-a", 1, row("userdb-a", "old", "{}"))));
        store.commit(whole(VIEW, 1));

        assertThat(read(store(), VIEW).positions()).isEmpty();
        assertThat(read(store, VIEW).generation()).isEqualTo(2);
    }

    @Test
    void aCommitFromAnotherBaseChangesNothing() {
        ViewStore store = store();
        ViewDelta first = whole(VIEW, 0, slice("userdb-a", 1, row("userdb-a", "p", "{}")));
        ViewDelta stranger = whole(VIEW, 0, slice("userdb-x", 1, row("userdb-x", "x", "{}")));
        assertThat(store.commit(delta(VIEW, 4, put("userdb-x", 1)))).isFalse();
        assertThat(store.read(VIEW, 0)).isEmpty();
        store.commit(first);

        assertThat(store().commit(stranger)).isFalse();
        assertThat(store.commit(first)).isFalse();
        assertThat(store.commit(whole(VIEW, 5, slice("userdb-x", 1)))).isFalse();

        read(store, VIEW).assertSameAs(ViewModel.of(first));
        read(store(), VIEW).assertSameAs(ViewModel.of(first));
    }

    @Test
    void theLoserOfARaceLeavesNothingForLaterGenerations() {
        ViewStore winner = store();
        ViewStore loser = store();
        winner.commit(whole(VIEW, 0, slice("userdb-a", 1, row("userdb-a", "p", "{}"))));
        winner.commit(delta(VIEW, 1, put("userdb-a", 2, row("userdb-a", "won", "{}"))));
        assertThat(loser.commit(delta(
                        VIEW,
                        1,
                        put("userdb-a", 3, row("userdb-a", "lost", "{}")),
                        put("userdb-c", 3, row("userdb-c", "lost", "{}")))))
                .isFalse();
        assertThat(loser.commit(delta(VIEW, 2, put("userdb-b", 1, row("userdb-b", "won", "{}")))))
                .isTrue();

        for (ViewStore store : List.of(winner, loser, store())) {
            assertThat(ids(store, VIEW, "userdb-a")).containsExactlyInAnyOrder("p", "won");
            assertThat(read(store, VIEW).positions()).containsOnlyKeys("userdb-a", "userdb-b");
        }
    }

    @Test
    void nothingDiffersFromTheCurrentGeneration() {
        ViewStore store = store();
        store.commit(whole(VIEW, 0, slice("userdb-a", 1, row("userdb-a", "p", "{}"))));

        ViewDelta same = store.read(VIEW, 1).orElseThrow();

        assertThat(same.isEmpty()).isTrue();
        assertThat(same.head()).isEqualTo(Views.head(1));
    }

    @Test
    void aGenerationThatNeverWasReadsWhole() {
        ViewStore store = store();
        ViewDelta first = whole(VIEW, 0, slice("userdb-a", 1, row("userdb-a", "p", "{}")));
        store.commit(first);

        ViewModel.of(store.read(VIEW, 99).orElseThrow()).assertSameAs(ViewModel.of(first));
    }

    /** The same walk each time, by the {@link Seed}. */
    @Test
    void whicheverGenerationAReaderHoldsTheDeltaLeadsToTheCurrentOne() {
        Random random = Seed.random();
        ViewStore store = store();
        // The model at each generation, from the first.
        List<ViewModel> history = new ArrayList<>();
        ViewModel model = new ViewModel();
        for (int step = 0; step < steps(); step++) {
            ViewDelta change = RandomDeltas.next(random, VIEW, model);
            assertThat(store.commit(change)).isTrue();
            model.apply(change);
            history.add(model.copy());
            assertThat(history).hasSize((int) model.generation());
            read(store, VIEW).assertSameAs(model);
            for (int reader = 0; reader < 3; reader++) {
                ViewModel held = history.get(random.nextInt(history.size())).copy();
                held.apply(store.read(VIEW, held.generation()).orElseThrow()).assertSameAs(model);
            }
        }
        read(store(), VIEW).assertSameAs(model);
    }

    @Test
    void aViewOfManySlicesReadsBackWhole() {
        ViewStore store = store();
        Slice[] slices = new Slice[300];
        for (int i = 0; i < slices.length; i++) {
            String database = "userdb-" + i;
            Row[] rows = new Row[10];
            for (int n = 0; n < rows.length; n++) {
                rows[n] = row(database, "post-" + n, "{\"content\":\"" + "x".repeat(100) + "\"}");
            }
            slices[i] = slice(database, i, rows);
        }
        store.commit(whole(VIEW, 0, slices));

        read(store(), VIEW).assertSameAs(ViewModel.of(whole(VIEW, 0, slices)));
    }

    @Test
    void aClosedStoreRefuses() {
        ViewStore store = store();
        store.commit(whole(VIEW, 0));
        store.close();

        assertThatThrownBy(() -> store.read(VIEW, 0)).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(store::secret).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> store.commit(delta(VIEW, 1))).isInstanceOf(RuntimeException.class);
    }
}
