package dev.matview.couch;

import static dev.matview.couch.StoredViews.VIEW;
import static dev.matview.couch.StoredViews.read;
import static dev.matview.testkit.Views.delta;
import static dev.matview.testkit.Views.put;
import static dev.matview.testkit.Views.remove;
import static dev.matview.testkit.Views.row;
import static dev.matview.testkit.Views.slice;
import static dev.matview.testkit.Views.whole;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.access.Acl;
import dev.matview.core.spi.Expansion;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewStore;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.Tool;
import dev.matview.testkit.ViewModel;
import dev.matview.testkit.Views;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rows of all sorts are read from CouchDB as they were committed. */
@Tag("couchdb")
@Needs(Tool.COUCHDB)
class CouchStoredRowsTest extends CouchViewStoreFixture {

    @Test
    void aSliceOfManyRowsAndRemovalsReadsBack() {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            rows.add(row("userdb-a", "p" + i, "{\"n\":" + i + "}"));
        }
        Set<String> removed =
                Set.copyOf(rows.subList(0, 2_500).stream().map(Row::id).toList());
        ViewModel expected = ViewModel.of(whole(VIEW, 0, slice("userdb-a", 1, rows.toArray(Row[]::new))));
        ViewStore store = store();
        store.commit(whole(VIEW, 0, slice("userdb-a", 1, rows.toArray(Row[]::new))));
        store.commit(delta(VIEW, 1, remove("userdb-a", 2, removed.toArray(String[]::new))));

        read(store())
                .assertSameAs(expected.apply(delta(VIEW, 1, remove("userdb-a", 2, removed.toArray(String[]::new)))));
    }

    /** In one document, their names alone would be more than CouchDB takes. */
    @Test
    void manyRowsWithLongIdsCanLeaveAtOnce() {
        List<String> ids = IntStream.range(0, 1_000)
                .mapToObj(i -> String.format("%05d", i) + "x".repeat(9_000))
                .toList();
        Row[] rows = ids.stream().map(id -> Views.row("userdb-a", id, "{}")).toArray(Row[]::new);
        ViewStore store = store();
        assertThat(store.commit(Views.whole(VIEW, 0, Views.slice("userdb-a", 1, rows))))
                .isTrue();

        assertThat(store.commit(Views.delta(VIEW, 1, Views.remove("userdb-a", 2, ids.toArray(String[]::new)))))
                .isTrue();

        assertThat(ViewModel.of(store.read(VIEW, 0).orElseThrow()).rows().get("userdb-a"))
                .isEmpty();
    }

    /** Each document says of which database its rows are. */
    @Test
    void allRowsOfADatabaseHaveOneName() {
        ViewStore store = store();
        store.commit(whole(VIEW, 0, slice("userdb-a", 1, row("userdb-a", "p", "{}"))));
        store.commit(delta(VIEW, 1, put("userdb-a", 2, row("userdb-a", "q", "{}"))));

        SliceDelta slice = store().read(VIEW, 0).orElseThrow().slices().get(0);

        assertThat(slice.put())
                .hasSize(2)
                .allSatisfy(row -> assertThat(row.database()).isSameAs(slice.database()));
    }

    @Test
    void aLargeRowReadsBack() {
        String large = "{\"content\":\"" + "\u00e9x".repeat(1_700_000) + "\"}";
        Slice slice = slice(
                "userdb-a",
                1,
                row("userdb-a", "small", "{}"),
                row("userdb-a", "large/1", large),
                row("userdb-a", "z", "{}"));
        ViewStore store = store();

        store.commit(whole(VIEW, 0, slice));

        read(store()).assertSameAs(ViewModel.of(whole(VIEW, 0, slice)));
        assertThat(views.documents(views.current()))
                .anySatisfy(document -> assertThat(document.path("_attachments").has("row.json"))
                        .isTrue());
    }

    @Test
    void rowsWithLongAclsFitIntoDocumentsThatCouchDbTakes() {
        Row[] rows = IntStream.range(0, 40)
                .mapToObj(i -> new Row("userdb-a", "p" + i, new byte[] {1}, "{}".getBytes(UTF_8), readers(i, 20_000)))
                .toArray(Row[]::new);
        Row huge = new Row("userdb-b", "p", new byte[] {1}, "{}".getBytes(UTF_8), readers(40, 150_000));
        ViewDelta whole = whole(VIEW, 0, slice("userdb-a", 1, rows), slice("userdb-b", 1, huge));

        store().commit(whole);

        read(store()).assertSameAs(ViewModel.of(whole));
    }

    private static Acl readers(int salt, int count) {
        Set<String> dids =
                IntStream.range(0, count).mapToObj(i -> "did:" + salt + ":" + i).collect(Collectors.toSet());
        return new Acl(dids, Set.of(), Set.of(), Set.of());
    }

    @Test
    void aDeeplyNestedDocumentKeepsNobodyFromReadingTheView() {
        String deep = "{\"a\":".repeat(990) + "1" + "}".repeat(990);
        Slice slice = slice("userdb-a", 1, row("userdb-a", "deep", deep));

        store().commit(whole(VIEW, 0, slice));

        read(store()).assertSameAs(ViewModel.of(whole(VIEW, 0, slice)));
    }

    @Test
    void documentsReadBackToTheLetter() {
        List<String> delicate = List.of(
                "{\"n\":1.0}",
                "{\"n\":-0.0}",
                "{\"n\":1.0E10,\"m\":1e10}",
                "{\"n\":9007199254740993}",
                "{\"b\":1,\"1\":2}",
                "{\"__proto__\":1}",
                "{\"a\":0.1,\"b\":1.5}",
                "{ \"spaced\" : \"\\u00e9\" }");
        Row[] rows = delicate.stream()
                .map(json -> row("userdb-a", "p" + delicate.indexOf(json), json))
                .toArray(Row[]::new);

        store().commit(whole(VIEW, 0, slice("userdb-a", 1, rows)));

        read(store()).assertSameAs(ViewModel.of(whole(VIEW, 0, slice("userdb-a", 1, rows))));
    }

    @Test
    void referredDocumentsReadBackWithTheirRow() {
        byte[] document = "{\"author\":{\"did\":\"did:b\",\"ref\":\"profile\"}}".getBytes(StandardCharsets.UTF_8);
        byte[] profile = "{\"name\":\"B\",\"karma\":1.0}".getBytes(StandardCharsets.UTF_8);
        Row row = new Row(
                "userdb-a",
                "p",
                new byte[] {1},
                document,
                Acl.OPEN,
                List.of(
                        new Expansion("author", "did:b", "profile", profile, Acl.OWNER_ONLY),
                        new Expansion("editor", "did:c", "profile", null, null)));

        store().commit(whole(VIEW, 0, slice("userdb-a", 1, row)));

        assertThat(read(store()).rows().get("userdb-a").get("p")).isEqualTo(row);
    }
}
