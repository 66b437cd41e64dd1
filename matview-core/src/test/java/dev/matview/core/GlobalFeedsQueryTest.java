package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.internal.json.Json;
import dev.matview.core.mango.Projection;
import dev.matview.core.mango.SortOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a query asks of a view: a page, a selector, other fields and another order. */
class GlobalFeedsQueryTest extends GlobalFeedsFixture {

    @Test
    void aPageIsAsLongAsAskedForButNeverLongerThanAllowed() {
        for (int i = 0; i < 10; i++) {
            post("userdb-a", "p" + i, i);
        }
        refresh();

        assertThat(texts(Query.all())).hasSize(3);
        assertThat(texts(with().limit(4).build())).hasSize(4);
        assertThat(texts(with().limit(1_000).build())).hasSize(5);
        assertThat(texts(with().limit(0).build())).isEmpty();
        assertThat(texts(with().limit(2).skip(1).build())).containsExactly("userdb-a-p8", "userdb-a-p7");
        assertThat(texts(with().skip(100).build())).isEmpty();
    }

    @Test
    void aFurtherSelectorFieldsAndSortWorkOnTheView() {
        for (int i = 0; i < 5; i++) {
            post("userdb-a", "p" + i, i);
        }
        refresh();

        Page page = feeds.query(
                "posts",
                with().selector("{\"at\":{\"$gte\":2}}")
                        .fields(Projection.compile(Json.array(List.of("at"))))
                        .sort(SortOrder.compile(Json.parse("[\"at\"]")))
                        .limit(2)
                        .build());

        assertThat(new String(page.json())).isEqualTo("[{\"at\":2},{\"at\":3}]");
        assertThat(page.view().rows()).isEqualTo(5);
    }

    @Test
    void aFieldThatTheFeedDoesNotListCannotBeGuessedThroughASelectorOrASort() {
        post("userdb-a", "1", 1);
        refresh();

        assertThat(texts(with().selector("{\"secret\":\"userdb-a\"}").build())).isEmpty();
        assertThat(texts(with().selector("{\"secret\":{\"$exists\":true}}").build()))
                .isEmpty();
        assertThat(texts(with().sort(SortOrder.compile(Json.parse("[\"secret\"]")))
                        .build()))
                .isEmpty();
    }

    @Nested
    class Bookmarks {

        @Test
        void pagesLinkedByBookmarksNeitherShiftNorRepeatWhileTheViewMovesOn() {
            for (int i = 0; i < 7; i++) {
                post("userdb-a", "p" + i, i);
            }
            refresh();
            List<String> seen = new ArrayList<>();
            Page page = feeds.query("posts", Query.all());
            for (int newer = 100; page.size() > 0; newer++) {
                seen.addAll(texts(page));
                post("userdb-b", "new" + newer, newer);
                refresh();
                page = feeds.query("posts", with().bookmark(page.bookmark()).build());
            }

            assertThat(seen)
                    .containsExactly(
                            "userdb-a-p6",
                            "userdb-a-p5",
                            "userdb-a-p4",
                            "userdb-a-p3",
                            "userdb-a-p2",
                            "userdb-a-p1",
                            "userdb-a-p0");
            assertThat(texts(Query.all())).first().isEqualTo("userdb-b-new102");
        }

        @Test
        void aBookmarkContinuesASelection() {
            for (int i = 0; i < 6; i++) {
                post("userdb-a", "p" + i, i);
            }
            refresh();
            Query.Builder even = with().selector("{\"at\":{\"$mod\":[2,0]}}").limit(2);
            Page first = feeds.query("posts", even.build());

            Page second = feeds.query("posts", even.bookmark(first.bookmark()).build());

            assertThat(texts(first)).containsExactly("userdb-a-p4", "userdb-a-p2");
            assertThat(texts(second)).containsExactly("userdb-a-p0");
        }

        @Test
        void aBookmarkExpiresAfterItsGracePeriodOnceTheViewHasMovedOn() {
            post("userdb-a", "1", 1);
            refresh();
            String bookmark = feeds.query("posts", Query.all()).bookmark();
            scheduler.advance(Duration.ofHours(1));
            assertThat(texts(with().bookmark(bookmark).build()))
                    .as("the generation is still the current one")
                    .isEmpty();
            post("userdb-a", "2", 2);
            refresh();
            scheduler.advance(Duration.ofMinutes(4));
            assertThat(texts(with().bookmark(bookmark).build())).isEmpty();

            scheduler.advance(Duration.ofMinutes(2));

            assertThatThrownBy(
                            () -> feeds.query("posts", with().bookmark(bookmark).build()))
                    .isInstanceOf(BookmarkExpiredException.class);
        }

        @Test
        void aBookmarkThatIsNoneOrOfAnotherQueryIsRefused() {
            post("userdb-a", "1", 1);
            refresh();
            String bookmark = feeds.query("posts", Query.all()).bookmark();

            for (String wrong : List.of("", "x", "nil", "%%%", "a.b.c", "A".repeat(10_000), bookmark + "AAAA")) {
                assertThatThrownBy(() ->
                                feeds.query("posts", with().bookmark(wrong).build()))
                        .as(wrong)
                        .isInstanceOf(InvalidBookmarkException.class)
                        .message()
                        .startsWith("Invalid bookmark value: \"")
                        .hasSizeLessThan(150);
            }
            assertThatThrownBy(() -> feeds.query(
                            "posts",
                            with().selector("{\"at\":1}").bookmark(bookmark).build()))
                    .isInstanceOf(InvalidBookmarkException.class);
        }
    }
}
