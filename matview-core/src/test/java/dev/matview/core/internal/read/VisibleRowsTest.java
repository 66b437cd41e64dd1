package dev.matview.core.internal.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.access.Access;
import dev.matview.core.access.Acl;
import dev.matview.core.access.Caller;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.internal.json.Json;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.testkit.ManualScheduler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** ACLs against a reference that says in ten lines who may read what, over rows, totals, bookmarks and deltas. */
class VisibleRowsTest {

    private static final CertificateRules ADULTS = new CertificateRules() {
        @Override
        public boolean allows(JsonNode rule, Caller caller) {
            return rule.path("adult").asBoolean() && "did:a".equals(caller.did());
        }

        @Override
        public boolean denies(JsonNode rule, Caller caller) {
            return allows(rule, caller);
        }
    };

    private static final List<Caller> CALLERS = Stream.of("did:a", "did:b", "did:x", null)
            .flatMap(did -> Stream.of("userdb-a", "userdb-b", null).map(database -> new Caller(did, database)))
            .toList();

    record Shared(
            String user,
            @Nullable List<String> allow,
            @Nullable List<String> deny) {}

    private static boolean mayRead(Shared document, Caller caller) {
        if (names(document.deny(), caller)) {
            return false;
        }
        return document.user().equals(caller.database()) || names(document.allow(), caller);
    }

    private static boolean names(@Nullable List<String> entries, Caller caller) {
        return entries != null
                && (entries.contains("*")
                        || entries.contains(String.valueOf(caller.did()))
                        || (entries.contains("adult") && "did:a".equals(caller.did())));
    }

    @Provide
    Arbitrary<Shared> documents() {
        Arbitrary<List<String>> entries = Arbitraries.of("*", "did:a", "did:b", "did:c", "adult")
                .list()
                .ofMaxSize(2)
                .injectNull(0.3);
        return Combinators.combine(Arbitraries.of("userdb-a", "userdb-b", "userdb-c"), entries, entries)
                .as(Shared::new);
    }

    @Provide
    Arbitrary<List<Shared>> states() {
        return documents().list().ofMaxSize(12);
    }

    @Provide
    Arbitrary<Caller> callers() {
        return Combinators.combine(
                        Arbitraries.of("did:a", "did:b", "did:x").injectNull(0.2),
                        Arbitraries.of("userdb-a", "userdb-b", "userdb-x").injectNull(0.2))
                .as(Caller::new);
    }

    private static ObjectNode json(int number, Shared document) {
        ObjectNode json = Json.object().put("_id", "d%02d".formatted(number));
        if (document.allow() != null || document.deny() != null) {
            ObjectNode read = json.putObject("acl").putObject("read");
            entries(document.allow(), read, "allow");
            entries(document.deny(), read, "deny");
        }
        return json;
    }

    private static void entries(@Nullable List<String> entries, ObjectNode read, String key) {
        if (entries != null) {
            ArrayNode list = read.putArray(key);
            for (String entry : entries) {
                if (entry.equals("adult")) {
                    list.addObject().put("adult", true);
                } else {
                    list.add(entry);
                }
            }
        }
    }

    @Property(tries = 10_000)
    void anAclAgreesWithTheReference(@ForAll("documents") Shared document, @ForAll("callers") Caller caller) {
        assertThat(Acl.of(json(0, document)).allows(caller, document.user(), ADULTS))
                .isEqualTo(mayRead(document, caller));
        assertThat(Acl.ofRead(Acl.of(json(0, document)).json())).isEqualTo(Acl.of(json(0, document)));
    }

    /** Each try looks at two states through the eyes of twelve callers: more than 10,000 cases. */
    @Tag("slow")
    @Property(tries = 300)
    void rowsTotalsBookmarksAndDeltasAgreeWithTheReference(
            @ForAll("states") List<Shared> before, @ForAll("states") List<Shared> after) {
        InMemoryDatabases databases = new InMemoryDatabases();
        ManualScheduler scheduler = new ManualScheduler();
        FeedDefinition feed = FeedDefinition.builder("shared")
                .fields("_id")
                .access(Access.ACL)
                .build();
        try (GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(feed))
                .aggregator(databases)
                .scheduler(scheduler)
                .certificateRules(ADULTS)
                .build()) {
            feeds.start();
            put(databases, before, List.of());
            scheduler.await(feeds.refresh("shared"));
            Map<Caller, Page> first = new HashMap<>();
            for (Caller caller : CALLERS) {
                Page page = feeds.query("shared", Query.builder().caller(caller).build());
                assertThat(ids(page)).isEqualTo(allowed(before, caller));
                assertThat(page.view().rows()).isEqualTo(page.size());
                first.put(caller, page);
            }
            put(databases, after, before);
            scheduler.await(feeds.refresh("shared"));
            for (Caller caller : CALLERS) {
                assertThat(pages(feeds, caller)).isEqualTo(allowed(after, caller));
                Page now = feeds.query("shared", Query.builder().caller(caller).build());
                Held held = Held.of(first.get(caller));
                held.apply(now.since(first.get(caller)));
                assertThat(held).isEqualTo(Held.of(now));
            }
        }
    }

    @Property(tries = 100)
    void whatAFurtherSelectorAndSortLeaveIsWhatACallerMayReadAfterEachChange(
            @ForAll("states") List<Shared> before, @ForAll("states") List<Shared> after, @ForAll boolean rules) {
        InMemoryDatabases databases = new InMemoryDatabases();
        ManualScheduler scheduler = new ManualScheduler();
        FeedDefinition feed =
                FeedDefinition.builder("shared").access(Access.ACL).build();
        try (GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(feed))
                .aggregator(databases)
                .scheduler(scheduler)
                .certificateRules(ADULTS)
                .build()) {
            feeds.start();
            List<Shared> last = List.of();
            for (List<Shared> state : Stream.of(before, after, before)
                    .map(one -> rules ? one : withoutRules(one))
                    .toList()) {
                put(databases, state, last);
                scheduler.await(feeds.refresh("shared"));
                last = state;
                for (Caller caller : CALLERS) {
                    List<String> expected = new ArrayList<>(allowed(state, caller));
                    expected.removeIf(id -> id.compareTo("d02") < 0);
                    Query.Builder query = Query.builder().caller(caller).selector("{\"_id\":{\"$gte\":\"d02\"}}");
                    assertThat(ids(feeds.query("shared", query.build()))).isEqualTo(expected);
                    Collections.reverse(expected);
                    query.sort(SortOrder.compile(Json.parse("[{\"_id\":\"desc\"}]")));
                    assertThat(ids(feeds.query("shared", query.build()))).isEqualTo(expected);
                }
            }
        }
    }

    private static List<Shared> withoutRules(List<Shared> state) {
        return state.stream()
                .map(shared -> new Shared(shared.user(), onlyNames(shared.allow()), onlyNames(shared.deny())))
                .toList();
    }

    private static @Nullable List<String> onlyNames(@Nullable List<String> entries) {
        return entries == null
                ? null
                : entries.stream().filter(entry -> !entry.equals("adult")).toList();
    }

    /** They may say something else another time. */
    @Test
    void certificateRulesAreAskedOnceForEachGenerationAndCaller() {
        AtomicInteger asked = new AtomicInteger();
        CertificateRules counted = new CertificateRules() {
            @Override
            public boolean allows(JsonNode rule, Caller caller) {
                asked.incrementAndGet();
                return ADULTS.allows(rule, caller);
            }

            @Override
            public boolean denies(JsonNode rule, Caller caller) {
                return ADULTS.denies(rule, caller);
            }
        };
        InMemoryDatabases databases = new InMemoryDatabases();
        ManualScheduler scheduler = new ManualScheduler();
        FeedDefinition feed =
                FeedDefinition.builder("shared").access(Access.ACL).build();
        List<Shared> state = Stream.generate(() -> new Shared("userdb-b", List.of("adult"), null))
                .limit(10)
                .toList();
        try (GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(feed))
                .aggregator(databases)
                .scheduler(scheduler)
                .certificateRules(counted)
                .build()) {
            feeds.start();
            put(databases, state, List.of());
            scheduler.await(feeds.refresh("shared"));
            assertThat(pages(feeds, new Caller("did:a", null))).hasSize(10);
            assertThat(pages(feeds, new Caller("did:a", null))).hasSize(10);
            assertThat(asked).hasValue(10);
            assertThat(pages(feeds, new Caller("did:x", null))).isEmpty();
            assertThat(asked).hasValue(20);
            databases.put("userdb-a", json(10, new Shared("userdb-a", List.of("*"), null)));
            scheduler.await(feeds.refresh("shared"));
            assertThat(pages(feeds, new Caller("did:a", null))).hasSize(11);
            assertThat(asked).hasValue(30);
        }
    }

    private static List<String> allowed(List<Shared> state, Caller caller) {
        return IntStream.range(0, state.size())
                .filter(i -> mayRead(state.get(i), caller))
                .mapToObj("d%02d"::formatted)
                .toList();
    }

    private static void put(InMemoryDatabases databases, List<Shared> state, List<Shared> before) {
        for (int i = 0; i < before.size(); i++) {
            databases.delete(before.get(i).user(), "d%02d".formatted(i));
        }
        for (int i = 0; i < state.size(); i++) {
            databases.put(state.get(i).user(), json(i, state.get(i)));
        }
    }

    private static List<String> pages(GlobalFeeds feeds, Caller caller) {
        List<String> all = new ArrayList<>();
        Query.Builder query = Query.builder().caller(caller).limit(2);
        for (Page page = feeds.query("shared", query.build());
                page.size() > 0;
                page = feeds.query("shared", query.bookmark(page.bookmark()).build())) {
            all.addAll(ids(page));
        }
        return all;
    }

    private static List<String> ids(Page page) {
        return page.documents().stream()
                .map(document -> document.path("_id").textValue())
                .toList();
    }
}
