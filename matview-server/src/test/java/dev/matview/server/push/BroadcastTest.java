package dev.matview.server.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.DatabaseUnavailableException;
import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.Page;
import dev.matview.core.QueryException;
import dev.matview.core.QueryTimeoutException;
import dev.matview.core.Settings;
import dev.matview.server.http.SomePage;
import dev.matview.server.share.Bench;
import dev.matview.server.share.FairShare;
import dev.matview.server.share.FairShare.Pushes;
import dev.matview.server.share.ShareLimits;
import dev.matview.testkit.ManualScheduler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who of those who ask the same works for the answer, and who is told that there is none. */
@Timeout(60)
class BroadcastTest {

    private static final int PUSHES = 3;

    private final ManualScheduler time = new ManualScheduler();
    private final FairShare share = FairShare.start(ShareLimits.defaults().withPushesPerCaller(PUSHES), time);
    private final Pushes mallory = share.pushes("mallory", Bench.SEARCHING);
    private final Pushes alice = share.pushes("alice", Bench.SEARCHING);
    private final CountDownLatch end = new CountDownLatch(1);
    private final Broadcast broadcast = new Broadcast();

    @AfterEach
    void stop() {
        end.countDown();
        share.close();
    }

    /** Takes what it is told, at once. */
    private static final class Taker implements Outlet {
        private final List<String> told = new ArrayList<>();

        @Override
        public void send(ByteBuffer message, Runnable sent) {
            told.add(StandardCharsets.UTF_8.decode(message).toString());
            sent.run();
        }

        @Override
        public void refuse(QueryException reason) {
            told.add(reason.error());
        }
    }

    private Outbox join(Taker taker, Pushes caller) {
        Outbox outbox = new Outbox(taker, false, null, time);
        broadcast.join(outbox, caller);
        broadcast.greet(outbox);
        return outbox;
    }

    /** One that runs until the end of the test, and as many that wait as may. */
    private void keepBusy(Pushes caller) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        caller.execute(() -> {
            begun.countDown();
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        begun.await();
        for (int i = 0; i < PUSHES; i++) {
            caller.execute(() -> {});
        }
    }

    private boolean isDoneSoon() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        broadcast.execute(done::countDown);
        return done.await(30, TimeUnit.SECONDS);
    }

    private static Page page(String... texts) {
        return SomePage.of(Settings.defaults(), texts);
    }

    /** One that has no room for all that was asked for. */
    private static Page part(String... texts) {
        Page page = SomePage.of(Settings.builder().answerBytes(1).build(), texts);
        assertThat(page.endsEarly()).isTrue();
        return page;
    }

    @Test
    void whoHasMuchToDoDoesNotHoldUpOthersWhoAskTheSame() throws InterruptedException {
        join(new Taker(), mallory);
        join(new Taker(), alice);
        keepBusy(mallory);

        assertThat(isDoneSoon()).isTrue();
        assertThat(isDoneSoon()).isTrue();
    }

    @Test
    void whoIsLeftWorksForTheAnswer() throws InterruptedException {
        Outbox first = join(new Taker(), mallory);
        join(new Taker(), mallory);
        join(new Taker(), alice);
        keepBusy(alice);
        assertThat(isDoneSoon()).as("by mallory, who asks twice").isTrue();

        broadcast.leave(first, mallory);
        assertThat(isDoneSoon()).as("by mallory, who still asks").isTrue();
    }

    @Test
    void whenNobodyHasRoomItIsToBeTriedAgain() throws InterruptedException {
        Outbox hers = join(new Taker(), alice);
        join(new Taker(), mallory);
        keepBusy(mallory);
        assertThat(isDoneSoon()).isTrue();

        broadcast.leave(hers, alice);

        assertThatThrownBy(() -> broadcast.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void aListThatDoesNotFitIsRefusedToAllAndToThoseWhoComeUntilItFitsAgain() {
        Taker first = new Taker();
        join(first, alice);
        broadcast.answer(page("1"));
        broadcast.answer(part("1", "2"));
        Taker second = new Taker();
        join(second, mallory);
        broadcast.answer(page("3"));
        Taker third = new Taker();
        join(third, mallory);

        assertThat(first.told).hasSize(2).last().isEqualTo("answer_too_large");
        assertThat(second.told).containsExactly("answer_too_large");
        assertThat(third.told).singleElement().asString().startsWith("{\"docs\":[{\"text\":\"3\"}],");
    }

    @Test
    void whoHasHadNoAnswerIsToldWhyAndWhoHasWaitsForTheNext() {
        Taker early = new Taker();
        join(early, alice);
        broadcast.refused(new QueryTimeoutException());
        Taker late = new Taker();
        join(late, alice);
        broadcast.answer(page("1"));
        Taker lucky = new Taker();
        join(lucky, alice);
        broadcast.refused(new QueryTimeoutException());
        broadcast.answer(page("2"));

        assertThat(early.told).containsExactly("query_timeout");
        assertThat(late.told).containsExactly("query_timeout");
        assertThat(lucky.told).hasSize(2).last().asString().startsWith("{\"docs\":[{\"text\":\"2\"}],");
    }

    @Test
    void theEndOfTheFeedIsToldToAllAndWhoComesThenAsksAnew() {
        Taker held = new Taker();
        join(held, alice);
        broadcast.answer(page("1"));
        assertThat(broadcast.isOver()).isFalse();

        broadcast.refused(new FeedNotRegisteredException("posts"));

        assertThat(held.told).hasSize(2).last().isEqualTo("feed_not_registered");
        assertThat(broadcast.isOver()).isTrue();
    }

    @Test
    void whatIsOnlyAMatterOfTimeIsWaitedFor() {
        Taker patient = new Taker();
        join(patient, alice);

        broadcast.refused(new DatabaseUnavailableException(new IOException("down")));
        assertThat(patient.told).isEmpty();
        broadcast.answer(page("1"));

        assertThat(patient.told).hasSize(1);
    }
}
