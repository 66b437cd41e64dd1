package dev.matview.core.internal.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.access.Access;
import dev.matview.core.access.Caller;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.json.Json;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.testkit.ManualScheduler;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A bookmark of an earlier generation never shows what may not be read now. */
class CurrentRightsTest {

    private static final Caller ALICE = new Caller("did:alice", "userdb-alice");
    private static final Caller BOB = new Caller("did:bob", "userdb-bob");
    private static final List<Caller> CALLERS = List.of(ALICE, BOB, Caller.anonymous());

    private static final FeedDefinition SHARED = FeedDefinition.builder("shared")
            .selector("{\"n\":{\"$exists\":true}}")
            .fields("n", "text")
            .sort("[\"n\"]")
            .access(Access.ACL)
            .build();

    /** A document: its key is {@code user/id}. */
    record Doc(int n, int text, Set<String> allow) {
        boolean mayRead(String user, Caller caller) {
            return allow.contains("*") || allow.contains(caller.did()) || user.equals(caller.database());
        }
    }

    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final ManualScheduler scheduler = new ManualScheduler();
    private final InMemoryFeedRegistry registry = new InMemoryFeedRegistry(SHARED);
    private final GlobalFeeds feeds = GlobalFeeds.builder()
            .registry(registry)
            .aggregator(databases)
            .scheduler(scheduler)
            .build();

    private static String json(String key, Doc doc) {
        return "{\"_id\":\"%s\",\"n\":%d,\"text\":%d,\"acl\":{\"read\":{\"allow\":%s}}}"
                .formatted(key.split("/")[1], doc.n(), doc.text(), Json.array(List.copyOf(doc.allow())));
    }

    @Provide
    Arbitrary<Map<String, Doc>> states() {
        Arbitrary<String> key = Combinators.combine(
                        Arbitraries.of("userdb-alice", "userdb-bob", "userdb-carol"),
                        Arbitraries.of("1", "2", "3", "4"))
                .as((user, id) -> user + "/" + id);
        Arbitrary<Doc> doc = Combinators.combine(
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.integers().between(0, 1),
                        Arbitraries.of("*", "did:alice", "did:bob").set().ofMaxSize(2))
                .as(Doc::new);
        return Arbitraries.maps(key, doc).ofMaxSize(10);
    }

    /** What is seen of {@code before}, in its order and with its contents, when {@code now} is served. */
    private static List<String> expected(Map<String, Doc> before, Map<String, Doc> now, Caller caller, boolean byText) {
        Comparator<Map.Entry<String, Doc>> order =
                Comparator.comparing(entry -> entry.getValue().n());
        order = order.thenComparing(entry -> entry.getKey().split("/")[1]).thenComparing(Map.Entry::getKey);
        if (byText) {
            Comparator<Map.Entry<String, Doc>> first =
                    Comparator.comparing(entry -> entry.getValue().text());
            order = first.thenComparing(order);
        }
        List<String> seen = new ArrayList<>();
        before.entrySet().stream().sorted(order).forEach(entry -> {
            String user = entry.getKey().split("/")[0];
            Doc current = now.get(entry.getKey());
            if (entry.getValue().mayRead(user, caller) && current != null && current.mayRead(user, caller)) {
                seen.add("{\"n\":%d,\"text\":%d}"
                        .formatted(entry.getValue().n(), entry.getValue().text()));
            }
        });
        return seen;
    }

    @Tag("slow")
    @Property(tries = 350)
    void whateverHappenedMeanwhileAndWhoeverAsks(
            @ForAll("states") Map<String, Doc> before,
            @ForAll("states") Map<String, Doc> other,
            @ForAll("states") Map<String, Doc> changes,
            @ForAll boolean byText,
            @ForAll boolean all) {
        Map<String, Doc> now = new TreeMap<>(all ? before : other);
        now.putAll(changes);
        InMemoryDatabases databases = new InMemoryDatabases();
        ManualScheduler scheduler = new ManualScheduler();
        try (GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(new InMemoryFeedRegistry(SHARED))
                .aggregator(databases)
                .scheduler(scheduler)
                .build()) {
            feeds.start();
            before.forEach((key, doc) -> databases.put(key.split("/")[0], json(key, doc)));
            scheduler.await(feeds.refresh("shared"));
            Query.Builder query = Query.builder();
            if (byText) {
                query.sort(SortOrder.compile(Json.parse("[\"text\"]")));
            }
            // Nothing was looked at for it: it stands at the start, and anybody may have it.
            String start = feeds.query("shared", query.limit(0).build()).bookmark();
            before.keySet().forEach(key -> databases.delete(key.split("/")[0], key.split("/")[1]));
            now.forEach((key, doc) -> databases.put(key.split("/")[0], json(key, doc)));
            scheduler.await(feeds.refresh("shared"));

            for (Caller caller : CALLERS) {
                List<String> expected = expected(before, now, caller, byText);
                Page page = feeds.query(
                        "shared", query.caller(caller).limit(2).bookmark(start).build());
                List<String> seen = new ArrayList<>();
                while (page.size() > 0) {
                    assertThat(page.view().rows()).as("rows in all").isEqualTo(expected.size());
                    page.documents().forEach(document -> seen.add(document.toString()));
                    assertThat(page.size())
                            .as("a page is full unless it is the last")
                            .isEqualTo(seen.size() == expected.size() ? page.size() : 2);
                    page = feeds.query("shared", query.bookmark(page.bookmark()).build());
                }
                assertThat(seen).isEqualTo(expected);
            }
        }
    }

    @Nested
    class InOneFeed {

        @BeforeEach
        void start() {
            feeds.start();
        }

        @AfterEach
        void close() {
            feeds.close();
        }

        private void put(String user, String id, int text, String... allow) {
            databases.put(user, json(user + "/" + id, new Doc(Integer.parseInt(id), text, Set.of(allow))));
        }

        private Page page(Query.Builder query) {
            return feeds.query("shared", query.caller(BOB).build());
        }

        private void refresh(String collection) {
            scheduler.await(feeds.refresh(collection));
        }

        /** What it held while it was closed was never for everybody. */
        @Test
        void aDocumentThatWasClosedAndIsOpenNowIsNotShownAsItWas() {
            put("userdb-alice", "1", 7);
            refresh("shared");
            String bookmark = page(Query.builder().limit(0)).bookmark();
            put("userdb-alice", "1", 8, "*");
            refresh("shared");

            assertThat(page(Query.builder().bookmark(bookmark)).size()).isZero();
        }

        @Test
        void theTagsNameBothGenerationsSoThatADenialChangesThem() {
            for (int i = 1; i < 4; i++) {
                put("userdb-alice", "" + i, i, "*");
            }
            refresh("shared");
            Page first = page(Query.builder().limit(1));
            assertThat(first.generationTag()).doesNotContain("+");
            put("userdb-alice", "9", 9, "*");
            refresh("shared");
            Page second = page(Query.builder().limit(1).bookmark(first.bookmark()));
            put("userdb-alice", "2", 2);
            refresh("shared");
            Page third = page(Query.builder().limit(1).bookmark(first.bookmark()));

            assertThat(second.generationTag()).startsWith(first.generationTag() + "+");
            assertThat(third.generationTag())
                    .startsWith(first.generationTag() + "+")
                    .isNotEqualTo(second.generationTag());
            assertThat(new String(second.json())).isEqualTo("[{\"n\":2,\"text\":2}]");
            assertThat(new String(third.json())).isEqualTo("[{\"n\":3,\"text\":3}]");
        }

        @Test
        void aFeedThatIsOpenedGoesOnHidingWhatWasClosedThen() {
            put("userdb-alice", "1", 7);
            put("userdb-alice", "2", 7, "*");
            refresh("shared");
            String bookmark = page(Query.builder().limit(0)).bookmark();
            registry.put(FeedDefinition.builder("shared")
                    .selector("{\"n\":{\"$exists\":true}}")
                    .fields("n", "text")
                    .sort("[\"n\"]")
                    .build());
            refresh("shared");

            assertThat(page(Query.builder()).size()).isEqualTo(2);
            assertThat(new String(page(Query.builder().bookmark(bookmark)).json()))
                    .isEqualTo("[{\"n\":2,\"text\":7}]");
        }

        private void profile(String name, String allow) {
            databases.put(
                    "userdb-carol",
                    "{\"_id\":\"me\",\"name\":\"%s\",\"acl\":{\"read\":{\"allow\":[\"%s\"]}}}".formatted(name, allow));
        }

        private String author(String collection, Query.Builder query) {
            return feeds.query(collection, query.caller(BOB).build())
                    .documents()
                    .get(0)
                    .path("author")
                    .toString();
        }

        @Test
        void aReferredDocumentThatIsClosedOrGoneSinceIsNotShownInAnyFeed() {
            for (Access access : Access.values()) {
                registry.put(FeedDefinition.builder("authored")
                        .selector("{\"author\":{\"$exists\":true}}")
                        .fields("author")
                        .expand(List.of("author"))
                        .access(access)
                        .build());
                databases.put(
                        "userdb-alice",
                        "{\"_id\":\"p\",\"author\":{\"did\":\"did:vibe:carol\",\"ref\":\"me\"},"
                                + "\"acl\":{\"read\":{\"allow\":[\"*\"]}}}");
                profile("Carol", "did:bob");
                refresh("authored");
                String bookmark = feeds.query(
                                "authored", Query.builder().limit(0).build())
                        .bookmark();
                assertThat(author("authored", Query.builder().bookmark(bookmark)))
                        .contains("Carol");
                profile("Caroline", "did:bob");
                refresh("authored");
                assertThat(author("authored", Query.builder().bookmark(bookmark)))
                        .as("it may still be read, as it was")
                        .contains("\"Carol\"");

                profile("Caroline", "did:alice");
                refresh("authored");

                assertThat(author("authored", Query.builder().bookmark(bookmark)))
                        .isEqualTo("{\"did\":\"did:vibe:carol\",\"ref\":\"me\"}");
                databases.delete("userdb-carol", "me");
                refresh("authored");
                assertThat(author("authored", Query.builder().bookmark(bookmark)))
                        .isEqualTo("{\"did\":\"did:vibe:carol\",\"ref\":\"me\"}");
            }
        }
    }
}
