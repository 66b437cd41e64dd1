package dev.matview.core.internal.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.RefreshResult;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.internal.json.Json;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Slice;
import dev.matview.testkit.ManualScheduler;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of databases that are read again although they did not move. */
class RereadTest {

    private static final FeedDefinition POSTS = FeedDefinition.builder("posts")
            .selector("{\"type\":\"post\"}")
            .expand(List.of("author"))
            .build();

    private final ManualScheduler scheduler = new ManualScheduler();
    private final Rereading databases = new Rereading();
    private final GlobalFeeds feeds = GlobalFeeds.builder()
            .registry(FeedRegistry.of(POSTS))
            .aggregator(databases)
            .scheduler(scheduler)
            .build();

    @BeforeEach
    void start() {
        databases.put("{\"_id\":\"me\",\"name\":\"Alice\",\"acl\":{\"read\":{\"allow\":[\"*\"]}}}");
        databases.put("{\"_id\":\"p1\",\"type\":\"post\",\"author\":{\"did\":\"did:x:alice\",\"ref\":\"me\"}}");
        feeds.start();
        refresh();
    }

    @AfterEach
    void close() {
        feeds.close();
    }

    private RefreshResult refresh() {
        return scheduler.await(feeds.refresh("posts"));
    }

    private String json() {
        return new String(feeds.query("posts", Query.all()).json());
    }

    @Test
    void whatIsAsItWasWritesNothingAndCountsAsUnmoved() {
        RefreshResult again = refresh();

        assertThat(again.changed()).isFalse();
        assertThat(again.generation()).isEqualTo(1);
        assertThat(again.moved()).isZero();
        assertThat(json()).contains("\"name\":\"Alice\"");
    }

    @Test
    void aDifferenceThatNobodyNoticedIsMended() {
        databases.putUnnoticed("{\"_id\":\"p2\",\"type\":\"post\"}");

        RefreshResult mended = refresh();

        assertThat(mended.changed()).isTrue();
        assertThat(mended.generation()).isEqualTo(2);
        assertThat(json()).contains("\"p2\"").contains("\"name\":\"Alice\"");
        assertThat(refresh().changed()).isFalse();
    }

    @Test
    void aRowThatShouldBeGoneIsGone() {
        databases.removeUnnoticed("p1");

        assertThat(refresh().rows()).isZero();
        assertThat(json()).isEqualTo("[]");
    }

    @Test
    void aDocumentThatIsLeftOutNowIsCounted() {
        databases.unreadable = true;

        RefreshResult refreshed = refresh();

        assertThat(refreshed.changed()).isTrue();
        assertThat(refreshed.documentsLeftOut()).isEqualTo(1);
        assertThat(feeds.status("posts").leftOut().examples()).hasSize(1);
        databases.unreadable = false;
        assertThat(refresh().documentsLeftOut()).isZero();
    }

    @Test
    void theAggregatorIsToldSinceWhenSlicesAreHeld() {
        assertThat(databases.heldSince).isNull();
        Instant first = scheduler.instant();
        refresh();

        assertThat(databases.heldSince).isEqualTo(first);
    }

    /** One database, which is read at every visit. */
    private static final class Rereading implements Aggregator {
        private static final String ALICE = "userdb-alice";

        private final Map<String, ObjectNode> documents = new LinkedHashMap<>();
        private int updateSeq;
        private volatile boolean unreadable;
        private volatile Instant heldSince;

        void put(String json) {
            putUnnoticed(json);
            updateSeq++;
        }

        void putUnnoticed(String json) {
            ObjectNode document = (ObjectNode) Json.parse(json);
            documents.put(document.path("_id").textValue(), document);
        }

        void removeUnnoticed(String id) {
            documents.remove(id);
        }

        @Override
        public void aggregate(List<Demand> demands, Sink sink) {
            for (Demand demand : demands) {
                heldSince = demand.heldSince();
                Position position = new Position("" + updateSeq, "0", "0");
                Slice.Builder slice = Slice.builder(demand.feed(), ALICE);
                new ArrayList<>(documents.values()).forEach(slice::add);
                if (unreadable) {
                    slice.leaveOut("deep", Reason.TOO_DEEP);
                }
                sink.covers(demand.feed(), 1);
                if (position.equals(demand.held().get(ALICE))) {
                    sink.reread(demand.feed(), slice.build(position));
                } else {
                    sink.moved(demand.feed(), slice.build(position));
                }
            }
        }

        @Override
        public void fetch(String database, Set<String> ids, Predicate<ObjectNode> taking) {
            ids.stream().filter(documents::containsKey).map(documents::get).allMatch(taking);
        }

        @Override
        public void read(String database, Predicate<ObjectNode> taking) {
            documents.values().stream().allMatch(taking);
        }

        @Override
        public boolean readsInOrder() {
            return false;
        }

        @Override
        public Subscription watch(Consumer<String> listener) {
            return () -> {};
        }

        @Override
        public void close() {}
    }
}
