package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.access.Caller;
import dev.matview.core.event.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What callers see of their own databases through the front door. */
class GlobalFeedsOwnDatabaseTest extends GlobalFeedsFixture {

    @Test
    void aCallersOwnDatabaseThatCannotBeReadIsARefusalAndNamesNothing() throws InterruptedException {
        post("userdb-a", "1", 1);
        databases.fail("userdb-a", new IllegalStateException("down"));
        Query own = with().caller(new Caller("did:example:a", "userdb-a")).build();

        assertThatThrownBy(() -> feeds.queryOwn("posts", own))
                .isInstanceOfSatisfying(DatabaseUnavailableException.class, refusal -> {
                    assertThat(refusal.error()).isEqualTo("database_unavailable");
                    assertThat(refusal.reason()).doesNotContain("userdb", "down");
                    assertThat(refusal.retryAfter()).isPositive();
                });
        Heard heard = new Heard();
        try (Subscription subscription = feeds.subscribeOwn("posts", own, heard)) {
            assertThat(heard.refusals.poll(10, TimeUnit.SECONDS)).isInstanceOf(DatabaseUnavailableException.class);
            databases.recover("userdb-a");
            scheduler.advance(Duration.ofSeconds(10));
            assertThat(heard.answers.poll(10, TimeUnit.SECONDS)).containsExactly("userdb-a-1");
        }
    }

    @Test
    void whoeverIsInterruptedInTheMiddleOfAnOwnQueryStaysInterrupted() {
        post("userdb-a", "1", 1);
        Query own = with().caller(new Caller("did:example:a", "userdb-a")).build();
        feeds.queryOwn("posts", own);
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> feeds.queryOwn("posts", own)).isInstanceOf(QueryStoppedException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void aSubscriberToItsOwnDatabaseIsToldWhenItsAnswerChanges() throws InterruptedException {
        post("userdb-a", "1", 1);
        BlockingQueue<List<String>> answers = new LinkedBlockingQueue<>();
        Query own = with().caller(new Caller("did:example:a", "userdb-a")).build();
        try (Subscription subscription = feeds.subscribeOwn("posts", own, page -> answers.add(texts(page)))) {
            assertThat(answers.poll(10, TimeUnit.SECONDS)).containsExactly("userdb-a-1");
            post("userdb-b", "2", 2);
            databases.put("userdb-a", "{\"_id\":\"note\",\"type\":\"note\"}");
            scheduler.advance(Duration.ofSeconds(1));
            databases.fail("userdb-a", new IllegalStateException("down"));
            post("userdb-a", "3", 3);
            scheduler.advance(Duration.ofSeconds(1));
            databases.recover("userdb-a");
            scheduler.advance(Duration.ofSeconds(10));
            assertThat(answers.poll(10, TimeUnit.SECONDS))
                    .as("what changed elsewhere, or is not selected, changes no answer")
                    .containsExactly("userdb-a-1", "userdb-a-3");
        }
        post("userdb-a", "4", 4);
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(answers).isEmpty();
        assertThatThrownBy(() -> feeds.subscribeOwn("posts", Query.all(), page -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
