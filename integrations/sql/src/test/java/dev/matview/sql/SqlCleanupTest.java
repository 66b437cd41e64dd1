package dev.matview.sql;

import static dev.matview.testkit.Views.delta;
import static dev.matview.testkit.Views.dropping;
import static dev.matview.testkit.Views.head;
import static dev.matview.testkit.Views.put;
import static dev.matview.testkit.Views.remove;
import static dev.matview.testkit.Views.row;
import static dev.matview.testkit.Views.slice;
import static dev.matview.testkit.Views.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.matview.core.spi.PagedGeneration;
import dev.matview.core.spi.PagedGeneration.Range;
import dev.matview.core.spi.PagedViewStage;
import dev.matview.core.spi.PagedViewStore.IndexKey;
import dev.matview.core.spi.PagedViewStore.Indexing;
import dev.matview.core.spi.PastGenerationException;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewHead;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What no generation has any more that is kept goes, in the background; what one has stays. */
class SqlCleanupTest extends SqlFixture {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Indexing BY_ID = row -> List.of(new IndexKey("id", row.sortKey()));

    private void awaitRows(int rows) {
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(ask("select count(*) from @.rows")).containsExactly(Integer.toString(rows));
            assertThat(ask("select count(*) from @.entries")).containsExactly(Integer.toString(rows));
        });
    }

    @Test
    void supersededRowsGoWithTheirEntriesAndTheirGenerations() throws SQLException {
        SqlViewStore store = open(Duration.ofMillis(50));
        Row p = row("userdb-a", "p", "{}");
        store.commit(
                whole("posts", 0, slice("userdb-a", 1, p), slice("userdb-b", 1, row("userdb-b", "p", "{}"))), BY_ID);
        PagedGeneration first = store.current("posts").orElseThrow();
        for (int base = 1; base < 20; base++) {
            store.commit(
                    delta("posts", base, put("userdb-a", base + 1, row("userdb-a", "p", "{\"n\":" + base + "}"))),
                    BY_ID);
        }
        store.commit(dropping("posts", 20, Set.of("userdb-b")), BY_ID);

        awaitRows(1);
        await().atMost(SOON).until(() -> ask("select number from @.generations").equals(List.of("21")));
        await().atMost(SOON).until(() -> ask("select 1 from @.slices").size() == 1);
        assertThat(store.current("posts").orElseThrow().page(null, 0, 10)).hasSize(1);
        assertThat(store.current("posts")
                        .orElseThrow()
                        .entries(Range.beginningWith("id", new byte[0]), null, false, 10))
                .hasSize(1);
        assertThatThrownBy(() -> first.page(null, 0, 10)).isInstanceOf(PastGenerationException.class);
        assertThat(store.generation("posts", 1)).isEmpty();
        assertThat(store.read("posts", 1).orElseThrow().whole()).isTrue();
    }

    @Test
    void whatOneServerKeepsForLongNoOtherTakesAway() throws SQLException {
        SqlViewStore patient = open(Duration.ofMillis(1));
        patient.keepFor(Duration.ofMinutes(10));
        patient.commit(whole("posts", 0, slice("userdb-a", 1, row("userdb-a", "p", "{}"))));
        PagedGeneration first = patient.current("posts").orElseThrow();
        SqlViewStore hasty = open(Duration.ofMillis(1));
        for (int base = 1; base < 5; base++) {
            hasty.commit(delta("posts", base, put("userdb-a", base + 1, row("userdb-a", "p", "{\"n\":" + base + "}"))));
        }
        hasty.commit(whole("other", 0, slice("userdb-a", 1, row("userdb-a", "x", "{}"))));
        hasty.drop("other");

        await().atMost(SOON).until(() -> ask("select 1 from @.builds").size() == 1);
        assertThat(first.page(null, 0, 10)).containsExactly(row("userdb-a", "p", "{}"));
        assertThat(ask("select number from @.generations order by number")).containsExactly("1", "2", "3", "4", "5");
    }

    @Test
    void theBuildBeforeGoesAndWhatIsAsideStays() throws SQLException {
        SqlViewStore store = open(Duration.ofMillis(50));
        store.commit(whole("posts", 0, slice("userdb-a", 1, row("userdb-a", "p", "{}"))), BY_ID);
        PagedViewStage stage =
                store.pagedStage("other", 0, head(1).fingerprint()).orElseThrow();
        stage.add(whole("other", 0, slice("userdb-a", 1, row("userdb-a", "q", "{}"))), BY_ID);
        store.commit(whole("posts", 1, slice("userdb-a", 2, row("userdb-a", "r", "{}"))), BY_ID);

        awaitRows(2);
        assertThat(stage.page(null, 10)).containsExactly(row("userdb-a", "q", "{}"));
        store.commit(whole("other", 0), BY_ID);
        awaitRows(1);
        assertThatThrownBy(() -> stage.page(null, 10)).isInstanceOf(PastGenerationException.class);
    }

    @Test
    void aStageThatNobodyWentOnWithForADayIsForgotten() throws SQLException {
        SqlViewStore store = open(Duration.ofMillis(50));
        PagedViewStage stage = store.pagedStage("posts", 0, "f").orElseThrow();
        stage.add(whole("posts", 0, slice("userdb-a", 1, row("userdb-a", "q", "{}"))), BY_ID);
        ask("update @.stages set touched_at = now() - interval '25 hours'");
        store.commit(whole("other", 0), BY_ID);

        awaitRows(0);
        assertThat(stage.add(whole("posts", 0))).isFalse();
    }

    @Test
    void viewsOfALaterFormatAreLeftAlone() throws SQLException {
        SqlViewStore store = open(Duration.ofMillis(50));
        for (int base = 0; base < 3; base++) {
            ViewHead later = new ViewHead(base + 1, "f", Instant.EPOCH, 1, 0, 0, 0, ViewHead.FORMAT + 1, null);
            Slice slice = slice("userdb-a", base, row("userdb-a", "p", "{\"n\":" + base + "}"));
            store.commit(
                    new ViewDelta("later", base, base == 0, later, List.of(ViewDelta.SliceDelta.of(slice)), Set.of()),
                    BY_ID);
        }
        store.commit(whole("gone", 0, slice("userdb-a", 1, row("userdb-a", "p", "{}"))), BY_ID);
        store.drop("gone");

        awaitRows(3);
        assertThat(ask("select number from @.generations order by number")).containsExactly("1", "2", "3");
    }

    @Test
    void aRowThatWasRemovedAndCameBackIsThereOnce() throws SQLException {
        SqlViewStore store = open(Duration.ofMillis(50));
        store.commit(whole("posts", 0, slice("userdb-a", 1, row("userdb-a", "p", "{}"))), BY_ID);
        store.commit(delta("posts", 1, remove("userdb-a", 2, "p")), BY_ID);
        store.commit(delta("posts", 2, put("userdb-a", 3, row("userdb-a", "p", "{}"))), BY_ID);

        awaitRows(1);
        assertThat(store.current("posts").orElseThrow().rows()).isEqualTo(1);
    }
}
