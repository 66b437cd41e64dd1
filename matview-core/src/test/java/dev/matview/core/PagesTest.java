package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.testkit.ManualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pages as a stream. */
class PagesTest {

    private static final int POSTS = 25;

    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final ManualScheduler scheduler = new ManualScheduler();
    private final Settings settings =
            Settings.builder().bookmarkGrace(Duration.ofMinutes(5)).build();
    private final GlobalFeeds feeds = GlobalFeeds.builder()
            .registry(FeedRegistry.of(FeedDefinition.builder("posts")
                    .fields("n")
                    .sort("[\"n\"]")
                    .interval(Duration.ofDays(1))
                    .build()))
            .aggregator(databases)
            .scheduler(scheduler)
            .settings(settings)
            .build();

    @BeforeEach
    void start() {
        feeds.start();
        for (int i = 0; i < POSTS; i++) {
            post(i);
        }
        refresh();
    }

    @AfterEach
    void close() {
        feeds.close();
        databases.close();
    }

    private void post(int n) {
        databases.put("userdb-" + n % 3, "{\"_id\":\"%d\",\"n\":%d}".formatted(n, n));
    }

    private void refresh() {
        scheduler.await(feeds.refresh("posts"));
    }

    private static Query.Builder tenAtATime() {
        return Query.builder().limit(10);
    }

    private static List<Integer> numbers(Page page) {
        return page.documents().stream().map(row -> row.path("n").intValue()).toList();
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    @Test
    void pagesFollowEachOtherUntilTheEmptyOne() {
        assertThat(feeds.pages("posts", tenAtATime().build()).map(PagesTest::numbers))
                .containsExactly(range(0, 10), range(10, 20), range(20, 25));
    }

    @Test
    void rowsAreSkippedOnceAndABookmarkIsWhereItBegins() {
        assertThat(feeds.pages("posts", tenAtATime().skip(7).build()).map(PagesTest::numbers))
                .containsExactly(range(7, 17), range(17, 25));

        String bookmark = feeds.query("posts", tenAtATime().build()).bookmark();
        assertThat(feeds.pages("posts", tenAtATime().bookmark(bookmark).build()).map(PagesTest::numbers))
                .containsExactly(range(10, 20), range(20, 25));
    }

    @Test
    void whereNothingIsFoundThereIsNoPage() {
        assertThat(feeds.pages("posts", tenAtATime().selector("{\"n\":99}").build()))
                .isEmpty();
    }

    @Test
    void aPageIsReadWhenItIsAskedFor() {
        List<Query> asked = new ArrayList<>();
        Pages pages = new Pages(
                query -> {
                    asked.add(query);
                    return feeds.query("posts", query);
                },
                tenAtATime().build());

        Iterator<Page> stream = StreamSupport.stream(pages, false).iterator();
        assertThat(asked).isEmpty();
        stream.next();
        assertThat(asked).hasSize(1);
        assertThat(feeds.pages("posts", tenAtATime().build()).limit(2)).hasSize(2);
        stream.next();
        assertThat(asked).hasSize(2);
        assertThat(asked.get(1).bookmark()).isNotNull();
    }

    @Test
    void allPagesAreOfOneGenerationWhateverIsRefreshedMeanwhile() {
        Iterator<Page> pages = feeds.pages("posts", tenAtATime().build()).iterator();
        pages.next();

        post(-1);
        post(99);
        refresh();

        assertThat(numbers(pages.next())).isEqualTo(range(10, 20));
        assertThat(numbers(pages.next())).isEqualTo(range(20, 25));
        assertThat(pages.hasNext()).isFalse();
    }

    @Test
    void aStreamThatComesTooLateIsToldThatItsGenerationIsGone() {
        Iterator<Page> pages = feeds.pages("posts", tenAtATime().build()).iterator();
        pages.next();

        post(-1);
        refresh();
        scheduler.advance(settings.bookmarkGrace().plusSeconds(1));

        assertThatThrownBy(pages::next).isInstanceOf(BookmarkExpiredException.class);
    }

    @Test
    void whatAQueryRefusesTheStreamDoes() {
        var pages = feeds.pages("unknown", Query.all());

        assertThatThrownBy(pages::toList).isInstanceOf(FeedNotRegisteredException.class);
    }
}
