package dev.matview.core.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.core.registry.FeedDefinitionWriter;
import dev.matview.testkit.ManualScheduler;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UserDatabasesTest {

    private static final String COUCHDB_TAKES = "[a-z][a-z0-9_$()+/-]{0,237}";

    private final UserDatabases byInstance = UserDatabases.standard();
    private final UserDatabases byHex = UserDatabases.of("userdb-{hex(sub)}");

    @ParameterizedTest
    @CsvSource({
        "did:vibe:4711, userdb-4711",
        "4711, userdb-4711",
        "did:web:example.org:alice, userdb-alice",
        "a_b-c$(1)+2, userdb-a_b-c$(1)+2"
    })
    void theLastPartOfADidIsItsInstanceId(String did, String database) {
        assertThat(byInstance.database(did)).contains(database);
    }

    /** What couch_peruser calls the databases of these users. */
    @ParameterizedTest
    @CsvSource({
        "alice, userdb-616c696365",
        "did:vibe:alice, userdb-6469643a766962653a616c696365",
        "Zoë, userdb-5a6fc3ab",
        "😀, userdb-f09f9880"
    })
    void theHexOfTheWholeSubIsCouchPerUsersName(String sub, String database) {
        assertThat(byHex.database(sub)).contains(database);
        assertThat(byHex.database(sub, "ignored")).contains(database);
        assertThat(byHex.needsInstanceId()).isFalse();
    }

    @Test
    void aCallersDatabaseIsNamedByItsInstanceIdAndThereIsNoneWithoutIt() {
        assertThat(byInstance.database("did:vibe:alice", "4711")).contains("userdb-4711");
        assertThat(byInstance.database("did:vibe:alice", null)).isEmpty();
        assertThat(byInstance.caller("did:vibe:alice", "alice"))
                .isEqualTo(new Caller("did:vibe:alice", "userdb-alice"));
        assertThat(byInstance.caller("did:vibe:alice", null)).isEqualTo(new Caller("did:vibe:alice", null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "a/b", "../views", "..", "a.b", "*", "Alice", "ä", "a\n", "a b", "%2F", "a\u0000", "#a"
            })
    void whatCannotStandInANameHasNoDatabase(String id) {
        assertThat(byInstance.database("did:vibe:alice", id)).isEmpty();
        assertThat(byInstance.database("did:vibe:" + id)).isEmpty();
        assertThat(byInstance.database(id)).isEmpty();
    }

    @Test
    void aNameIsAsLongAsCouchDbTakesAtMost() {
        assertThat(byInstance.database("a".repeat(231))).isPresent();
        assertThat(byInstance.database("a".repeat(232))).isEmpty();
        assertThat(byHex.database("a".repeat(115))).isPresent();
        assertThat(byHex.database("a".repeat(116))).isEmpty();
    }

    /** couch_peruser would call the databases of these two alike. */
    @Test
    void aControlCharacterThatCouchPerUserWritesWithOneDigitIsNobody() {
        assertThat(byHex.database("\u0012\u0003")).isEmpty();
        assertThat(byHex.database("\u0001#")).isEmpty();
        assertThat(byHex.database("\u0012#")).contains("userdb-1223");
    }

    @Test
    void halfASurrogatePairIsNobody() {
        assertThat(byHex.database("\ud83d")).isEmpty();
        assertThat(byHex.database("a\ude00")).isEmpty();
        assertThat(byHex.database("")).isEmpty();
    }

    @Property
    void whateverAUserIsCalledTheNameIsOneThatCouchDbTakesAndThatThePatternCovers(@ForAll("names") String name) {
        for (UserDatabases users : List.of(byInstance, byHex, UserDatabases.of("app/{instanceId}/db"))) {
            for (Optional<String> database : List.of(users.database(name), users.database(name, name))) {
                database.ifPresent(found -> {
                    assertThat(found).matches(COUCHDB_TAKES);
                    assertThat(users.pattern().matches(found)).isTrue();
                });
            }
        }
    }

    @Property
    void noTwoUsersShareADatabase(@ForAll("names") String one, @ForAll("names") String other) {
        for (UserDatabases users : List.of(byInstance, byHex)) {
            Optional<String> database = users.database(one, one);
            if (database.isPresent() && !one.equals(other)) {
                assertThat(users.database(other, other)).isNotEqualTo(database);
            }
        }
    }

    @Property
    void aCallerWhoseInstanceIdIsTheLastPartOfItsDidOwnsWhatReferencesToItLeadTo(@ForAll("names") String id) {
        for (UserDatabases users : List.of(byInstance, byHex)) {
            String did = "did:vibe:" + id;
            String instanceId = did.substring(did.lastIndexOf(':') + 1);

            assertThat(Optional.ofNullable(users.caller(did, instanceId).database()))
                    .isEqualTo(users.database(did));
        }
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.oneOf(
                Arbitraries.strings()
                        .withChars("ab1_$()+-/.:*AB %\u0000\n\u00e4\ud83d\ude00")
                        .ofMaxLength(6),
                Arbitraries.strings().ofMaxLength(130),
                Arbitraries.strings().withCharRange('a', 'z').ofMaxLength(250));
    }

    @ParameterizedTest
    @CsvSource({
        "userdb-{instanceId}, userdb-*",
        "userdb-{hex(sub)}, userdb-*",
        "app/{instanceId}-data, app/*-data",
        "u{hex(sub)}, u*"
    })
    void theDatabasesOfAllUsersAreThoseOfTheTemplate(String template, String pattern) {
        UserDatabases users = UserDatabases.of(template);

        assertThat(users.pattern()).isEqualTo(DatabasePattern.of(pattern));
        assertThat(users.rule()).isEqualTo(template);
        assertThat(users).isEqualTo(UserDatabases.of(template)).hasSameHashCodeAs(UserDatabases.of(template));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "userdb-",
                "userdb-*",
                "userdb-{sub}",
                "userdb-{}",
                "userdb-{instanceid}",
                "userdb-{ instanceId }",
                "userdb-{instanceId}{instanceId}",
                "userdb-{instanceId}-{hex(sub)}",
                "userdb-{{instanceId}}",
                "userdb-{instanceId"
            })
    void aTemplateHasOnePlaceForTheUser(String template) {
        assertThatThrownBy(() -> UserDatabases.of(template))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("{instanceId}")
                .hasMessageContaining("{hex(sub)}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{instanceId}",
                "_users{instanceId}",
                "1{instanceId}",
                "Userdb-{instanceId}",
                "userdb*{instanceId}",
                "userdb-{instanceId}.x",
                "userdb-{instanceId} ",
                "userdb\n{instanceId}",
            })
    void aTemplateGivesNamesThatCouchDbTakes(String template) {
        assertThatThrownBy(() -> UserDatabases.of(template)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTemplateLeavesRoomForTheUser() {
        assertThatThrownBy(() -> UserDatabases.of("a".repeat(238) + "{instanceId}"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFeedThatNamesNoDatabasesCoversThoseOfTheRule() {
        FeedDefinition feed = FeedDefinition.builder("posts").build();
        UserDatabases people = UserDatabases.of("people-{hex(sub)}");

        assertThat(feed.namesDatabases()).isFalse();
        assertThat(feed.databases()).containsExactly(DatabasePattern.of("userdb-*"));
        assertThat(feed.over(people).databases()).containsExactly(DatabasePattern.of("people-*"));
        assertThat(feed.over(people).over(UserDatabases.standard())).isEqualTo(feed);
        assertThat(FeedDefinitionWriter.write(feed.over(people)).has("databases"))
                .as("it is read as one that names none, wherever")
                .isFalse();
    }

    @Test
    void aFeedThatNamesDatabasesKeepsThem() {
        FeedDefinition feed =
                FeedDefinition.builder("posts").databases("userdb-*").build();
        UserDatabases people = UserDatabases.of("people-{instanceId}");

        assertThat(feed.over(people)).isEqualTo(feed);
        assertThat(FeedDefinitionWriter.write(feed).path("databases").path(0).textValue())
                .isEqualTo("userdb-*");
    }

    @Test
    void whatARuleChangesInAViewChangesItsFingerprintAndNothingElseDoes() {
        FeedDefinition plain = FeedDefinition.builder("posts").build();
        FeedDefinition expanded = FeedDefinition.builder("posts")
                .databases("team-*")
                .expand(List.of("author"))
                .build();

        assertThat(plain.over(byHex).fingerprint()).isEqualTo(plain.fingerprint());
        assertThat(expanded.over(byHex).fingerprint()).isNotEqualTo(expanded.fingerprint());
        assertThat(expanded.over(byInstance).fingerprint()).isEqualTo(expanded.fingerprint());
    }

    /** Own queries, the feed, references in answers, references in views, and single documents. */
    @Test
    void everythingThatLooksForAUsersDatabaseUsesTheOneRule() throws InterruptedException {
        UserDatabases users = UserDatabases.of("person-{hex(sub)}");
        String alice = users.database("did:vibe:alice").orElseThrow();
        String bob = users.database("did:vibe:bob").orElseThrow();
        InMemoryDatabases databases = new InMemoryDatabases();
        databases.put(alice, "{\"_id\":\"p\",\"author\":{\"did\":\"did:vibe:bob\",\"ref\":\"me\"}}");
        databases.put(bob, "{\"_id\":\"me\",\"name\":\"Bob\",\"acl\":{\"read\":{\"allow\":[\"did:vibe:alice\"]}}}");
        databases.put("userdb-alice", "{\"_id\":\"stranger\"}");
        ManualScheduler scheduler = new ManualScheduler();
        FeedDefinition listed = FeedDefinition.builder("listed")
                .selector("{\"author\":{\"$exists\":true}}")
                .expand(List.of("author"))
                .build();
        FeedDefinition unlisted = FeedDefinition.builder("unlisted")
                .selector("{\"author\":{\"$exists\":true}}")
                .build();
        Query query = Query.builder()
                .caller(users.caller("did:vibe:alice", "not used"))
                .expand(List.of("author"))
                .build();
        try (GlobalFeeds feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(listed, unlisted))
                .aggregator(databases)
                .scheduler(scheduler)
                .userDatabases(users)
                .build()) {
            feeds.start();
            scheduler.await(feeds.refresh("listed"));
            scheduler.await(feeds.refresh("unlisted"));

            for (String collection : List.of("listed", "unlisted")) {
                Page page = feeds.query(collection, query);
                assertThat(page.documents()).hasSize(1);
                assertThat(page.documents().get(0).at("/author/name").textValue())
                        .as(collection)
                        .isEqualTo("Bob");
            }
            Page own = feeds.queryOwn("listed", query);
            assertThat(own.documents())
                    .extracting(row -> row.path("_id").textValue())
                    .containsExactly("p");
            Optional<? extends JsonNode> document = feeds.document("did:vibe:bob", "me", query.caller());
            assertThat(document.map(found -> found.path("name").textValue())).contains("Bob");
        }
    }
}
