package dev.matview.core.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.FeedStatus.Behind;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.RefreshResult;
import dev.matview.core.access.Caller;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.memory.InMemoryFeedRegistry;
import dev.matview.testkit.ManualScheduler;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** References {@code {"did": …, "ref": …}} to documents of other users, and the caller's own database. */
class ExpansionTest {

    private static final String OPEN = "{\"read\":{\"allow\":[\"*\"]}}";
    private static final Caller ALICE = new Caller("did:vibe:alice", "userdb-alice");
    private static final Caller BOB = new Caller("did:vibe:bob", "userdb-bob");

    private final ManualScheduler scheduler = new ManualScheduler();
    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final InMemoryFeedRegistry registry = new InMemoryFeedRegistry();
    private final GlobalFeeds feeds = GlobalFeeds.builder()
            .registry(registry)
            .aggregator(databases)
            .scheduler(scheduler)
            .build();

    private static FeedDefinition.Builder feed(String collection) {
        return FeedDefinition.builder(collection)
                .selector("{\"type\":\"post\"}")
                .fields("_id", "author");
    }

    @BeforeEach
    void start() {
        registry.put(feed("listed").expand(List.of("author")).build());
        registry.put(feed("unlisted").build());
        feeds.start();
        post("userdb-alice", "p1", "did:vibe:bob");
    }

    @AfterEach
    void close() {
        feeds.close();
    }

    private void post(String user, String id, String author) {
        databases.put(
                user,
                "{\"_id\":\"%s\",\"type\":\"post\",\"author\":{\"did\":\"%s\",\"ref\":\"me\"}}".formatted(id, author));
    }

    private void profile(String user, String name, String acl) {
        databases.put(user, "{\"_id\":\"me\",\"name\":\"%s\",\"acl\":%s}".formatted(name, acl));
    }

    private RefreshResult refresh() {
        var listed = feeds.refresh("listed");
        scheduler.await(feeds.refresh("unlisted"));
        return scheduler.await(listed);
    }

    private JsonNode author(String collection, Caller caller) {
        Query query = Query.builder().caller(caller).expand(List.of("author")).build();
        return feeds.query(collection, query).documents().get(0).path("author");
    }

    private String name(String collection, Caller caller) {
        return author(collection, caller).path("name").textValue();
    }

    @Test
    void aRowOfAFeedThatListsTheFieldCarriesTheReferredDocumentWithoutBeingAsked() {
        profile("userdb-bob", "Bob", OPEN);
        refresh();

        JsonNode author = feeds.query("listed", Query.all()).documents().get(0).path("author");
        assertThat(author.path("name").textValue()).isEqualTo("Bob");
        assertThat(author.path("_id").textValue()).isEqualTo("me");
    }

    @Test
    void aChangeOfTheReferredDocumentReachesTheRowsThatShowItWithoutReadingTheirDatabases() {
        profile("userdb-bob", "Bob", OPEN);
        refresh();
        profile("userdb-bob", "Robert", OPEN);

        RefreshResult result = refresh();

        assertThat(name("listed", ALICE)).isEqualTo("Robert");
        assertThat(result.moved()).isEqualTo(1);
        databases.drop("userdb-bob");
        refresh();
        assertThat(author("listed", ALICE).path("ref").textValue()).isEqualTo("me");
    }

    @Test
    void aDocumentThatAppearsLaterIsShownFromThenOn() {
        refresh();
        assertThat(author("listed", ALICE).path("ref").textValue()).isEqualTo("me");
        profile("userdb-bob", "Bob", OPEN);
        refresh();

        assertThat(name("listed", ALICE)).isEqualTo("Bob");
    }

    @Test
    void aDocumentThatTheCallerMayNotReadLeavesTheReferenceAsItIs() {
        profile("userdb-bob", "Bob", "{\"read\":{\"allow\":[\"did:vibe:alice\"]}}");
        refresh();

        for (String collection : List.of("listed", "unlisted")) {
            assertThat(name(collection, ALICE)).isEqualTo("Bob");
            assertThat(name(collection, BOB)).as("the owner").isEqualTo("Bob");
            assertThat(author(collection, Caller.anonymous()).toString())
                    .isEqualTo("{\"did\":\"did:vibe:bob\",\"ref\":\"me\"}");
        }
    }

    @Test
    void aFieldThatOnlyTheQueryAsksForIsExpandedAtReadAndKeptForAMoment() {
        profile("userdb-bob", "Bob", OPEN);
        refresh();
        assertThat(name("unlisted", ALICE)).isEqualTo("Bob");
        profile("userdb-bob", "Robert", OPEN);
        assertThat(name("unlisted", ALICE)).isEqualTo("Bob");

        scheduler.advance(Duration.ofSeconds(6));

        assertThat(name("unlisted", ALICE)).isEqualTo("Robert");
    }

    @Test
    void aReferredDatabaseThatFailsPutsTheSlicesThatReferToItBehindUntilItRecovers() {
        profile("userdb-bob", "Bob", OPEN);
        refresh();
        profile("userdb-bob", "Robert", OPEN);
        post("userdb-alice", "p0", "did:vibe:bob");
        databases.fail("userdb-bob", new IllegalStateException("500"));

        RefreshResult result = refresh();

        assertThat(result.behind()).extracting(Behind::database).containsExactly("userdb-alice", "userdb-bob");
        assertThat(name("listed", ALICE)).isEqualTo("Bob");
        assertThat(feeds.query("unlisted", Query.all()).size())
                .as("a feed without references")
                .isEqualTo(2);
        databases.recover("userdb-bob");
        assertThat(refresh().behindCount()).isZero();
        assertThat(feeds.query("listed", Query.all()).documents())
                .allMatch(row -> row.path("author").path("name").textValue().equals("Robert"))
                .hasSize(2);
    }

    @Test
    void aReferenceThatIsMalformedOrLeadsNowhereIsLeftAsItIs() {
        databases.put("userdb-alice", "{\"_id\":\"p1\",\"type\":\"post\",\"author\":\"bob\"}");
        databases.put("userdb-alice", "{\"_id\":\"p2\",\"type\":\"post\",\"author\":{\"did\":1,\"ref\":\"me\"}}");
        post("userdb-alice", "p3", "did:vibe:Ünknown/../x y");
        refresh();

        for (String collection : List.of("listed", "unlisted")) {
            Query query = Query.builder().expand(List.of("author", "nothing")).build();
            assertThat(feeds.query(collection, query).documents())
                    .extracting(row -> row.path("author").toString())
                    .containsExactly(
                            "\"bob\"",
                            "{\"did\":1,\"ref\":\"me\"}",
                            "{\"did\":\"did:vibe:Ünknown/../x y\",\"ref\":\"me\"}");
        }
    }

    @Test
    void oneDocumentIsGivenToThoseWhoMayReadIt() {
        profile("userdb-bob", "Bob", "{\"read\":{\"allow\":[\"did:vibe:alice\"]}}");

        assertThat(feeds.document("did:vibe:bob", "me", ALICE)).isPresent();
        assertThat(feeds.document("did:vibe:bob", "me", BOB)).isPresent();
        assertThat(feeds.document("did:vibe:bob", "me", Caller.anonymous())).isEmpty();
        assertThat(feeds.document("did:vibe:bob", "other", ALICE)).isEmpty();
        assertThat(feeds.document("did:vibe:nobody", "me", ALICE)).isEmpty();
    }

    @Test
    void theCallersOwnDatabaseIsReadLiveWithTheFeedsSelectorAndTheQuerysTogether() throws InterruptedException {
        databases.put("userdb-alice", "{\"_id\":\"p2\",\"type\":\"post\",\"secret\":1}");
        databases.put("userdb-alice", "{\"_id\":\"n1\",\"type\":\"note\",\"secret\":1}");
        databases.put("userdb-alice", "{\"_id\":\"n2\",\"collection\":\"notes\"}");

        Query mine = Query.builder().caller(ALICE).build();
        assertThat(feeds.queryOwn("listed", mine).documents())
                .extracting(document -> document.path("_id").textValue())
                .containsExactly("p1", "p2");
        Query narrowed =
                Query.builder().caller(ALICE).selector("{\"secret\":1}").build();
        assertThat(feeds.queryOwn("listed", narrowed).documents()).hasSize(1).allMatch(d -> d.has("_rev"));
        assertThat(feeds.queryOwn("notes", mine).documents())
                .extracting(document -> document.path("_id").textValue())
                .containsExactly("n2");
        Page first =
                feeds.queryOwn("listed", Query.builder().caller(ALICE).limit(1).build());
        Page second = feeds.queryOwn(
                "listed",
                Query.builder()
                        .caller(ALICE)
                        .limit(1)
                        .bookmark(first.bookmark())
                        .build());
        assertThat(second.documents().get(0).path("_id").textValue()).isEqualTo("p2");
        Query nobody = Query.builder().caller(new Caller("x", "userdb-none")).build();
        assertThat(feeds.queryOwn("listed", nobody).size()).isZero();
        assertThatThrownBy(() -> feeds.queryOwn("listed", Query.all())).isInstanceOf(IllegalArgumentException.class);
    }
}
