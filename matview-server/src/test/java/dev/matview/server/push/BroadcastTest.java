package dev.matview.server.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.Page;
import dev.matview.core.QueryException;
import dev.matview.core.QueryTimeoutException;
import dev.matview.server.share.Bench;
import dev.matview.server.share.FairShare;
import dev.matview.server.share.FairShare.Pushes;
import dev.matview.server.share.ShareLimits;
import dev.matview.testkit.ManualScheduler;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
        public void refuse(RuntimeException reason) {
            told.add(((QueryException) reason).error());
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

    private static Page page(String json, boolean endsEarly) {
        return (Page) Proxy.newProxyInstance(
                Page.class.getClassLoader(),
                new Class<?>[] {Page.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "json" -> json.getBytes(StandardCharsets.UTF_8);
                    case "endsEarly" -> endsEarly;
                    case "tag", "bookmark" -> json;
                    case "warning" -> Optional.empty();
                    case "view" -> new Page.View(1, Instant.EPOCH, 1, 1, 0);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
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
        broadcast.page(page("[1]", false));
        broadcast.page(page("[1,2]", true));
        Taker second = new Taker();
        join(second, mallory);
        broadcast.page(page("[3]", false));
        Taker third = new Taker();
        join(third, mallory);

        assertThat(first.told).hasSize(2).last().isEqualTo("answer_too_large");
        assertThat(second.told).containsExactly("answer_too_large");
        assertThat(third.told).singleElement().asString().startsWith("{\"docs\":[3],");
    }

    @Test
    void whoHasHadNoAnswerIsToldWhyAndWhoHasWaitsForTheNext() {
        Taker early = new Taker();
        join(early, alice);
        broadcast.failed(new QueryTimeoutException());
        Taker late = new Taker();
        join(late, alice);
        broadcast.page(page("[1]", false));
        Taker lucky = new Taker();
        join(lucky, alice);
        broadcast.failed(new QueryTimeoutException());
        broadcast.page(page("[2]", false));

        assertThat(early.told).containsExactly("query_timeout");
        assertThat(late.told).containsExactly("query_timeout");
        assertThat(lucky.told).hasSize(2).last().asString().startsWith("{\"docs\":[2],");
    }
}
