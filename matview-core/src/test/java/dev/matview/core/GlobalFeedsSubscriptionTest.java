package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.event.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What subscribers to a feed are told. */
class GlobalFeedsSubscriptionTest extends GlobalFeedsFixture {

    @Test
    void aSubscriberGetsTheAnswerNowAndWheneverItChanges() throws InterruptedException {
        post("userdb-a", "1", 1);
        refresh();
        BlockingQueue<List<String>> answers = new LinkedBlockingQueue<>();
        Query tens = with().selector("{\"at\":{\"$lt\":10}}").build();
        try (Subscription subscription = feeds.subscribe("posts", tens, page -> answers.add(texts(page)))) {
            assertThat(answers.poll(10, TimeUnit.SECONDS)).containsExactly("userdb-a-1");
            post("userdb-a", "other", 11);
            refresh();
            post("userdb-a", "2", 2);
            refresh();
            assertThat(answers.poll(10, TimeUnit.SECONDS))
                    .as("the generation in between does not change the answer")
                    .containsExactly("userdb-a-2", "userdb-a-1");
        }
        assertThatThrownBy(() -> feeds.subscribe("notes", Query.all(), page -> {}))
                .isInstanceOf(FeedNotRegisteredException.class);
    }

    @Test
    void whatChangedSinceAnyAnswerThatAListenerHoldsIsKnown() throws InterruptedException {
        BlockingQueue<Page> pages = new LinkedBlockingQueue<>();
        post("userdb-a", "1", 1);
        refresh();
        try (Subscription subscription = feeds.subscribe("posts", Query.all(), pages::add)) {
            Page held = pages.poll(10, TimeUnit.SECONDS);
            for (int n = 2; n <= 4; n++) {
                post("userdb-a", Integer.toString(n), n);
                refresh();
                Page left = pages.poll(10, TimeUnit.SECONDS);
                assertThat(left.since(held).put()).hasSize(n - 1);
            }
        }
    }

    @Test
    void asLongAsAViewHasNoGenerationItsSubscribersAreToldSo() throws InterruptedException {
        Heard heard = new Heard();
        try (Subscription subscription = feeds.subscribe("posts", Query.all(), heard)) {
            assertThat(heard.refusals.poll(10, TimeUnit.SECONDS)).isInstanceOf(ViewNotReadyException.class);
            post("userdb-b", "1", 1);
            refresh();
            assertThat(heard.answers.poll(10, TimeUnit.SECONDS)).containsExactly("userdb-b-1");
        }
    }

    @Test
    void aSubscriptionGoesOnWhenAFeedThatWasRemovedComesBack() throws InterruptedException {
        post("userdb-a", "1", 1);
        refresh();
        Heard heard = new Heard();
        try (Subscription subscription = feeds.subscribe("posts", Query.all(), heard)) {
            assertThat(heard.answers.poll(10, TimeUnit.SECONDS)).containsExactly("userdb-a-1");
            registry.remove("posts");
            assertThat(heard.refusals.poll(10, TimeUnit.SECONDS)).isInstanceOf(FeedNotRegisteredException.class);
            assertThat(heard.answers).isEmpty();
            post("userdb-a", "2", 2);
            // Generations of a view that was dropped and made again differ by their time.
            scheduler.advance(Duration.ofSeconds(1));
            registry.put(POSTS);
            // The removed view is dropped meanwhile, which may cost the feed its first refreshes; or it is served once
            // more.
            List<String> all = List.of("userdb-a-2", "userdb-a-1");
            List<String> answer = null;
            for (int i = 0; i < 10 && !all.equals(answer); i++) {
                refresh();
                answer = heard.answers.poll(1, TimeUnit.SECONDS);
                scheduler.advance(Duration.ofSeconds(1));
            }
            assertThat(answer).isEqualTo(all);
        }
    }
}
