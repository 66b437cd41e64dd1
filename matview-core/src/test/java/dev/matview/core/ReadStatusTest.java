package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.access.Access;
import dev.matview.core.access.Caller;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedDefinition;
import org.junit.jupiter.api.Test;

/** What is kept for readers, and of what use it is. */
class ReadStatusTest extends GlobalFeedsFixture {

    private static final Query OLD = with().selector("{\"at\": {\"$lt\": 3}}").build();

    private ReadStatus.Cache cache(String name) {
        return feeds.reads().caches().stream()
                .filter(cache -> cache.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void eachCacheHasAName() {
        assertThat(feeds.reads().caches())
                .extracting(ReadStatus.Cache::name)
                .containsExactlyInAnyOrder("pages", "selections", "rights", "rules", "referrals");
    }

    @Test
    void aPageIsLookedForOnceHoweverManyPlacesItMayBeIn() {
        post("userdb-a", "1", 1);
        refresh();
        for (int i = 0; i < 3; i++) {
            feeds.query("posts", Query.all());
        }

        assertThat(cache("pages")).satisfies(pages -> {
            assertThat(pages.misses()).isEqualTo(1);
            assertThat(pages.hits()).isEqualTo(2);
            assertThat(pages.entries()).isEqualTo(1);
            assertThat(pages.bytes()).isGreaterThan(100);
            assertThat(pages.evictions()).isZero();
        });
    }

    @Test
    void aSelectionIsOfUseToTheNextPageAndIsGivenUpInTime() {
        for (int i = 0; i < 9; i++) {
            post("userdb-a", Integer.toString(i), i % 3);
        }
        refresh();
        Page first = feeds.query("posts", OLD);
        feeds.query("posts", OLD.toBuilder().bookmark(first.bookmark()).build());

        assertThat(cache("selections")).satisfies(selections -> {
            assertThat(selections.misses()).isEqualTo(1);
            assertThat(selections.hits()).isEqualTo(1);
            assertThat(selections.bytes()).isPositive();
        });
        scheduler.advance(feeds.settings().bookmarkGrace().plusSeconds(1));
        feeds.query("posts", with().selector("{\"at\": 7}").build());
        assertThat(cache("selections").evictions()).isEqualTo(1);
    }

    @Test
    void generationsAreCountedAsLongAsTheyArePinned() {
        post("userdb-a", "1", 1);
        refresh();
        assertThat(feeds.reads().pinned()).isZero();
        post("userdb-a", "2", 2);
        refresh();

        assertThat(feeds.reads().pinned()).isEqualTo(1);
        assertThat(feeds.reads().pinnedRows()).isPositive();
        scheduler.advance(feeds.settings().bookmarkGrace().plusSeconds(1));
        assertThat(feeds.reads().pinned()).isZero();
        assertThat(feeds.reads().pinnedRows()).isZero();
    }

    @Test
    void whatALiveQueryHasFoundIsCountedAsLongAsItLives() {
        post("userdb-a", "1", 1);
        refresh();
        Heard heard = new Heard();

        Subscription live = feeds.subscribe("posts", OLD, heard);

        await().until(() -> !heard.answers.isEmpty());
        assertThat(feeds.reads().liveBytes()).isPositive();
        live.close();
        assertThat(feeds.reads().liveBytes()).isZero();
    }

    @Test
    void theIndexOverAclsIsMeasured() {
        registry.put(FeedDefinition.builder("notes").access(Access.ACL).build());
        scheduler.await(feeds.refresh("notes"));
        assertThat(feeds.status("notes").aclBytes()).isZero();
        for (int i = 0; i < 10; i++) {
            databases.put("userdb-a", "{\"_id\":\"" + i + "\",\"acl\":{\"read\":{\"allow\":[\"did:b\",\"did:c\"]}}}");
        }
        refresh("notes");

        assertThat(feeds.status("notes").aclBytes()).isBetween(200L, 5_000L);
        assertThat(feeds.query(
                                "notes",
                                with().caller(new Caller("did:b", "userdb-b")).build())
                        .view()
                        .rows())
                .isEqualTo(10);
        assertThat(feeds.status("posts").aclBytes()).as("all may read it").isZero();
    }
}
