package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.access.Access;
import dev.matview.core.access.Caller;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.internal.json.Json;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.paged.PagedInMemoryStore;
import dev.matview.core.spi.LeftOut;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is otherwise over a store that serves pages: what is refused, and what is better. */
class PagedFeedsOverStoreTest extends GlobalFeedsFixture {

    private PagedInMemoryStore store;

    @Override
    GlobalFeeds over(GlobalFeeds.Builder builder) {
        store = new PagedInMemoryStore(scheduler);
        return builder.viewStore(store).build();
    }

    private GlobalFeeds.Builder another(FeedDefinition... feeds) {
        return GlobalFeeds.builder()
                .registry(FeedRegistry.of(feeds))
                .aggregator(databases)
                .viewStore(store)
                .scheduler(scheduler)
                .settings(Settings.builder().pageSize(3).maxPageSize(5).build());
    }

    private static Query sorted(String sort) {
        return with().sort(SortOrder.compile(Json.parse(sort))).build();
    }

    @Test
    void aSortWithoutAnIndexIsRefusedAndTheIndexNamed() {
        post("userdb-a", "1", 1);
        refresh();

        assertThatThrownBy(() -> feeds.query("posts", sorted("[\"text\"]")))
                .isInstanceOfSatisfying(InvalidQueryException.class, refused -> {
                    assertThat(refused.error()).isEqualTo("no_usable_index");
                    assertThat(refused.reason()).contains("[\"text\"]");
                });
        assertThat(texts(sorted("[{\"at\":\"desc\"}]")))
                .as("the order that the feed has")
                .containsExactly("userdb-a-1");
    }

    @Test
    void aSearchWhoseBudgetEndsIsRefusedAndTheIndexNamed() {
        for (int i = 0; i < 300; i++) {
            post("userdb-a", "p" + i, i);
        }
        refresh();
        Query rare = with().selector("{\"text\":\"none\"}").build();

        assertThatThrownBy(() -> feeds.query("posts", rare, feeds.hotBudget())).isInstanceOf(ColdQueryException.class);
        assertThatThrownBy(() -> feeds.query("posts", rare, Budget.ofSteps(400)))
                .isInstanceOfSatisfying(InvalidQueryException.class, refused -> {
                    assertThat(refused.error()).isEqualTo("no_usable_index");
                    assertThat(refused.reason()).contains("[\"text\"]");
                });
        assertThat(texts(rare)).as("with a budget that suffices").isEmpty();
    }

    @Test
    void whatAnAnswerTookIsExplained() {
        post("userdb-a", "1", 1);
        refresh();
        Query searched = with().selector("{\"text\":\"userdb-a-1\"}").build();

        Explanation explained = feeds.explain("posts", searched, feeds.budget());

        assertThat(explained.source()).isEqualTo(Explanation.Source.SEARCH);
        assertThat(explained.looked()).isPositive();
        assertThat(explained.isKept()).isFalse();
        assertThat(explained.helpful()).hasToString("Optional[[\"text\"]]");
        assertThat(feeds.explain("posts", Query.all(), feeds.budget()).source()).isEqualTo(Explanation.Source.VIEW);
    }

    @Test
    void whoPassesOverTooManyRowsIsRefused() {
        post("userdb-a", "1", 1);
        refresh();

        assertThat(texts(with().skip(10_000).build())).isEmpty();
        assertThatThrownBy(() -> feeds.query("posts", with().skip(10_001).build()))
                .isInstanceOfSatisfying(
                        InvalidQueryException.class,
                        refused -> assertThat(refused.error()).isEqualTo("no_usable_index"));
    }

    @Test
    void aPageThatIsKeptIsAnsweredWithoutAskingTheStore() {
        post("userdb-a", "1", 1);
        refresh();
        assertThatThrownBy(() -> feeds.query("posts", Query.all(), feeds.hotBudget()))
                .isInstanceOf(ColdQueryException.class);
        Page cold = feeds.query("posts", Query.all());
        store.asked();

        assertThat(feeds.query("posts", Query.all(), feeds.hotBudget()).json()).isEqualTo(cold.json());
        assertThat(store.asked()).isZero();
    }

    @Test
    void nothingMovedAndNoRowIsAskedFor() {
        for (int i = 0; i < 10; i++) {
            post("userdb-" + i, "1", 1);
        }
        refresh();
        refresh();
        store.asked();

        assertThat(refresh().changed()).isFalse();
        assertThat(store.asked()).isZero();
        post("userdb-3", "1", 7);
        assertThat(refresh().rowChanges().changed()).isEqualTo(1);
        assertThat(store.asked())
                .as("the rows that changed, and where the slices stand")
                .isLessThanOrEqualTo(4);
    }

    @Test
    void aBookmarkLeadsOnAtAServerThatNeverHadItsGeneration() {
        for (int i = 0; i < 7; i++) {
            post("userdb-a", "p" + i, i);
        }
        refresh();
        String bookmark = feeds.query("posts", Query.all()).bookmark();
        post("userdb-a", "p9", 9);
        refresh();

        try (GlobalFeeds other = another(POSTS).build()) {
            other.start();
            scheduler.advance(Duration.ZERO);
            scheduler.await(other.refresh("posts"));

            assertThat(texts(other.query("posts", with().bookmark(bookmark).build())))
                    .containsExactly("userdb-a-p3", "userdb-a-p2", "userdb-a-p1");
            scheduler.advance(Settings.defaults().bookmarkGrace().plusMinutes(1));
            assertThatThrownBy(
                            () -> other.query("posts", with().bookmark(bookmark).build()))
                    .isInstanceOf(BookmarkExpiredException.class);
        }
    }

    @Test
    void aFeedThatListsOtherIndexesIsBuiltAnew() {
        post("userdb-a", "1", 2);
        post("userdb-b", "2", 1);
        refresh();
        FeedDefinition indexed = FeedDefinition.builder("posts")
                .selector("{\"type\": \"post\"}")
                .fields("_id", "text", "at")
                .sort("[{\"at\": \"desc\"}]")
                .indexes("[[\"text\"]]")
                .build();

        registry.put(indexed);
        refresh();

        assertThat(texts(sorted("[\"text\"]"))).containsExactly("userdb-a-1", "userdb-b-2");
        assertThat(texts(sorted("[{\"text\":\"desc\"}]"))).containsExactly("userdb-b-2", "userdb-a-1");
    }

    @Test
    void aDocumentWhoseKeyIsTooLongIsLeftOutAndNamed() {
        post("userdb-a", "1", 1);
        databases.put(
                "userdb-a", "{\"_id\":\"2\",\"type\":\"post\",\"text\":\"t\",\"at\":\"" + "long".repeat(1_000) + "\"}");
        refresh();

        assertThat(texts(Query.all())).containsExactly("userdb-a-1");
        LeftOut leftOut = feeds.status("posts").leftOut();
        assertThat(leftOut.documents()).isEqualTo(1);
        assertThat(leftOut.examples()).extracting(LeftOut.Example::reason).containsExactly(LeftOut.Reason.LONG_SORT);
    }

    @Test
    void anAclFeedIsRefusedWhereThereAreCertificateRules() {
        FeedDefinition closed =
                FeedDefinition.builder("closed").access(Access.ACL).build();
        CertificateRules rules = new CertificateRules() {
            @Override
            public boolean allows(com.fasterxml.jackson.databind.JsonNode rule, Caller caller) {
                return true;
            }

            @Override
            public boolean denies(com.fasterxml.jackson.databind.JsonNode rule, Caller caller) {
                return false;
            }
        };
        try (GlobalFeeds other = another(closed, POSTS).certificateRules(rules).build()) {
            other.start();

            assertThat(other.registryProblems())
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.feed()).isEqualTo("closed"));
            assertThatThrownBy(() -> other.query("closed", Query.all())).isInstanceOf(FeedNotRegisteredException.class);
            assertThat(other.status()).hasSize(1);
        }
    }

    @Test
    void howManyRowsACallerMayReadIsCounted() {
        FeedDefinition closed = FeedDefinition.builder("closed")
                .access(Access.ACL)
                .sort("[\"at\"]")
                .build();
        try (GlobalFeeds other = another(closed).build()) {
            for (int i = 0; i < 4; i++) {
                databases.put("userdb-a", "{\"_id\":\"" + i + "\",\"at\":" + i + "}");
                databases.put(
                        "userdb-b",
                        "{\"_id\":\"" + i + "\",\"at\":" + i
                                + ",\"acl\":{\"read\":{\"allow\":[\"x:a\",\"*\"],\"deny\":[" + (i == 1 ? "\"x:a\"" : "")
                                + "]}}}");
            }
            other.start();
            scheduler.await(other.refresh("closed"));
            Caller owner = new Caller("x:a", "userdb-a");

            Page page = other.query("closed", with().caller(owner).limit(5).build());

            assertThat(page.view().rows()).isEqualTo(7);
            assertThat(page.documents())
                    .extracting(one -> one.get("at").intValue())
                    .isEqualTo(List.of(0, 0, 1, 2, 2));
            assertThat(other.query("closed", Query.all()).view().rows()).isEqualTo(4);
        }
    }
}
