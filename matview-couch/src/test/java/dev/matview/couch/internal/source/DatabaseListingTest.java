package dev.matview.couch.internal.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.couch.CouchCluster;
import dev.matview.couch.Inside;
import dev.matview.couch.harness.FaultProxy;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.TestCouch;
import dev.matview.couch.harness.TestDatabases;
import dev.matview.couch.harness.Tool;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("couchdb")
@Needs(Tool.COUCHDB)
class DatabaseListingTest {

    private static final TestCouch COUCH = TestCouch.get();

    private final TestDatabases databases = COUCH.databases();
    private final FaultProxy proxy = new FaultProxy(COUCH.url());
    private final CouchCluster cluster = COUCH.cluster(proxy.url()).build();

    @AfterEach
    void close() {
        cluster.close();
        proxy.close();
        databases.close();
    }

    private Scope scope(String... patterns) {
        return Scope.of(
                List.of(FeedDefinition.builder("all").databases(patterns).build()));
    }

    @Test
    void namesComeInPages() throws InterruptedException {
        for (String name : List.of("a", "b", "c", "d", "e")) {
            databases.create(name);
        }

        assertThat(new DatabaseListing(Inside.of(cluster), 2).names(scope(databases.pattern())))
                .containsExactly(
                        databases.name("a"),
                        databases.name("b"),
                        databases.name("c"),
                        databases.name("d"),
                        databases.name("e"));
        // The last name of a page begins the next: 5 names in steps of one. A server without ranges gives all at once.
        assertThat(proxy.count("_all_dbs")).isEqualTo(COUCH.capabilities().ranges() ? 5 : 1);
    }

    @Test
    void systemDatabasesAreInNoScope() throws InterruptedException {
        databases.create("a");

        assertThat(new DatabaseListing(Inside.of(cluster)).names(scope("*")))
                .contains(databases.name("a"))
                .noneMatch(name -> name.startsWith("_"));
        assertThat(new DatabaseListing(Inside.of(cluster)).names(scope("_users")))
                .isEmpty();
    }

    @Test
    void aScopeHasNoPrefixThatAnotherCovers() {
        Scope scope = scope("userdb-*", "userdb-a*", "team-*-x", "one");

        assertThat(scope.prefixes()).containsExactlyInAnyOrder("userdb-", "team-");
        assertThat(scope.names()).containsExactly("one");
        assertThat(scope.contains(scope("userdb-b*", "one"))).isTrue();
        assertThat(scope.contains(scope("user*"))).isFalse();
        assertThat(scope.union(scope("user*", "two"))).satisfies(union -> {
            assertThat(union.prefixes()).containsExactlyInAnyOrder("user", "team-");
            assertThat(union.names()).containsExactlyInAnyOrder("one", "two");
        });
    }
}
