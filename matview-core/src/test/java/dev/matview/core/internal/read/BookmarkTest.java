package dev.matview.core.internal.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.BookmarkExpiredException;
import dev.matview.core.InvalidBookmarkException;
import dev.matview.core.Query;
import dev.matview.core.access.Caller;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.read.Place.AtKey;
import dev.matview.core.internal.read.Place.AtNumber;
import dev.matview.core.internal.read.Place.AtRow;
import dev.matview.core.internal.view.Snapshot;
import dev.matview.core.mango.Projection;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.memory.InMemoryViewStore;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.Slice;
import dev.matview.core.spi.StoreSecret;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.testkit.DelegatingViewStore;
import dev.matview.testkit.ManualScheduler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class BookmarkTest {

    private static final String VIEW = "_global_posts";
    private static final Query QUERY = Query.all();

    private final ManualScheduler clock = new ManualScheduler();
    private final InMemoryViewStore store = new InMemoryViewStore();
    private final StoreKeys keys = new StoreKeys(store, clock, Duration.ofSeconds(1));

    private String text(Place place) {
        return Bookmark.of(VIEW, "2a-kqz1", "posts", QUERY, place).text(keys.get());
    }

    private Bookmark parse(String text) {
        return Bookmark.parse(text, "posts", QUERY, keys);
    }

    @Test
    void aBookmarkComesBackAsItWas() {
        for (Place place : List.of(
                Place.START,
                new AtRow("userdb-a", "p1"),
                new AtRow("", "\ud800\u0000é😀"),
                new AtKey(new byte[] {0, -1, 7}, -1),
                new AtKey(new byte[300], 17))) {
            Bookmark back = parse(text(place));

            assertThat(back.tag()).isEqualTo("2a-kqz1");
            assertThat(back.isOf(VIEW)).isTrue();
            assertThat(back.isOf("_global_notes")).isFalse();
            assertThat(back.place()).usingRecursiveComparison().isEqualTo(place);
        }
    }

    @Test
    void nothingOfItCanBeReadAndItsLengthTellsLittle() {
        String one = text(new AtRow("userdb-alice", "secret-id"));
        String other = text(new AtRow("userdb-alice", "id"));

        assertThat(new String(Base64.getUrlDecoder().decode(one), StandardCharsets.ISO_8859_1))
                .doesNotContain("alice", "secret", "posts", "2a-kqz1");
        assertThat(one).hasSameSizeAs(other).matches("[A-Za-z0-9_-]+");
    }

    @Test
    void whateverTheNamesABookmarkIsAtMostTwoKilobytes() {
        for (int length : List.of(1, 400, 660, 1_000, 20_000, 70_000)) {
            Row row = row("userdb-a", "i".repeat(length), 1);
            Snapshot generation = generation(row("userdb-a", "h", 0), row);

            Place place = Place.at(row, generation);
            String text = text(place);

            assertThat(text.length()).isLessThanOrEqualTo(2_048);
            assertThat(place)
                    .isInstanceOf(length < 1_000 ? AtRow.class : length > 2_000 ? AtNumber.class : AtRow.class);
            assertThat(parse(text).place()).usingRecursiveComparison().isEqualTo(place);
        }
    }

    private static Row row(String database, String id, int key) {
        byte[] sortKey = key > 100 ? new byte[key] : new byte[] {(byte) key};
        return new Row(database, id, sortKey, "{}".getBytes(StandardCharsets.UTF_8), null);
    }

    private static Snapshot generation(Row... rows) {
        Slice slice = new Slice("userdb-a", new dev.matview.core.spi.Position("1", "0", "i"), List.of(rows));
        return Snapshot.of(ViewDelta.whole(VIEW, 0, new ViewHead(1, "f", Instant.EPOCH, 1, 0), List.of(slice)));
    }

    @Test
    void fieldsAndCallersMayChangeSelectorSortAndCollectionMayNot() {
        String text = text(new AtRow("userdb-a", "p1"));
        Supplier<Query.Builder> same = Query::builder;

        for (Query query : List.of(
                same.get().limit(7).skip(3).build(),
                same.get().caller(new Caller("did:b", "userdb-b")).build(),
                same.get().expand(List.of("author")).build(),
                same.get().fields(Projection.compile(Json.parse("[\"n\"]"))).build())) {
            assertThat(Bookmark.parse(text, "posts", query, keys).tag()).isEqualTo("2a-kqz1");
        }
        for (Query query : List.of(
                same.get().selector("{\"n\":1}").build(),
                same.get().sort(SortOrder.compile(Json.parse("[\"n\"]"))).build())) {
            assertThatThrownBy(() -> Bookmark.parse(text, "posts", query, keys))
                    .isInstanceOf(InvalidBookmarkException.class);
        }
        assertThatThrownBy(() -> Bookmark.parse(text, "notes", QUERY, keys))
                .isInstanceOf(InvalidBookmarkException.class);
    }

    @Test
    void whatIsNoBookmarkOrWasChangedIsRefusedAlike() {
        String text = text(new AtRow("userdb-a", "p1"));
        String changed = text.substring(0, 40) + (text.charAt(40) == 'A' ? 'B' : 'A') + text.substring(41);

        for (String wrong : List.of(
                "",
                "x",
                "nil",
                "%%%",
                "A".repeat(10_000),
                text + "AAAA",
                text.substring(4),
                text.substring(0, 80),
                changed)) {
            assertThatThrownBy(() -> parse(wrong))
                    .as(wrong)
                    .isInstanceOfSatisfying(InvalidBookmarkException.class, refusal -> {
                        assertThat(refusal.error()).isEqualTo("invalid_bookmark");
                        assertThat(refusal.reason())
                                .startsWith("Invalid bookmark value: \"")
                                .hasSizeLessThan(140);
                    });
        }
    }

    @Test
    void everyChangedCharacterIsNoticed() {
        String text = text(new AtRow("userdb-a", "p1"));
        for (int i = 0; i < text.length(); i++) {
            String changed = text.substring(0, i) + (text.charAt(i) == 'A' ? 'B' : 'A') + text.substring(i + 1);
            assertThatThrownBy(() -> parse(changed))
                    .as("character " + i)
                    .isInstanceOfAny(InvalidBookmarkException.class, BookmarkExpiredException.class);
        }
    }

    @Test
    void aBookmarkOfTheTimeBeforeOfAnotherVersionOrOfAnUnknownSecretHasExpired() {
        String version = Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[] {'m', 'v', 2, 3, 4});
        StoreKeys others = new StoreKeys(new RotatedTwice(store), clock, Duration.ofSeconds(1));
        String foreign = Bookmark.of(VIEW, "1-1", "posts", QUERY, Place.START).text(others.get());

        for (String old : List.of(unsealed("1-kq2x.40.1z141z3"), unsealed("own.2.-3f"), version, foreign)) {
            assertThatThrownBy(() -> parse(old)).as(old).isInstanceOf(BookmarkExpiredException.class);
        }
    }

    private static String unsealed(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** A store that gives its own secret, rotated until no bookmark of before is accepted. */
    private static final class RotatedTwice extends DelegatingViewStore {
        RotatedTwice(InMemoryViewStore store) {
            super(store);
        }

        @Override
        public StoreSecret secret() {
            return super.secret().rotated().rotated();
        }
    }

    @Test
    void oneRotationLetsBookmarksGoOnAndTheSecondEndsThem() {
        String text = text(new AtRow("userdb-a", "p1"));
        List<String> rows = keys.get().rows().of(VIEW, List.of(new ServedPage.RowId("userdb-a", "p1")));

        store.rotateSecret();
        keys.read();
        assertThat(parse(text).tag()).isEqualTo("2a-kqz1");
        assertThat(text(new AtRow("userdb-a", "p1"))).isNotEqualTo(text);
        store.rotateSecret();
        keys.read();

        assertThatThrownBy(() -> parse(text)).isInstanceOf(BookmarkExpiredException.class);
        assertThat(keys.get().rows().of(VIEW, List.of(new ServedPage.RowId("userdb-a", "p1"))))
                .as("keys of rows last")
                .isEqualTo(rows);
    }

    @Test
    void aServerThatDoesNotKnowOfARotationLearnsOfItByTheFirstBookmark() {
        StoreKeys others = new StoreKeys(store, clock, Duration.ofSeconds(1));
        keys.get();
        store.rotateSecret();
        String text = Bookmark.of(VIEW, "1-1", "posts", QUERY, Place.START).text(others.get());
        assertThatThrownBy(() -> parse(text)).as("it asked a moment ago").isInstanceOf(BookmarkExpiredException.class);

        clock.advance(StoreKeys.SOONEST);

        assertThat(parse(text).tag()).isEqualTo("1-1");
    }
}
