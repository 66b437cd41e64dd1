package dev.matview.server.push;

import dev.matview.core.Page;
import dev.matview.core.Subscription;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The subscribers of one topic. Thread-safe. */
final class Broadcast {

    private final Set<Outbox> outboxes = ConcurrentHashMap.newKeySet();
    private final AtomicLong answers = new AtomicLong();
    private volatile @Nullable Answer latest;
    private Subscription source = () -> {};

    /** Takes the next answer; calls follow one another. */
    void page(Page page) {
        Answer answer = new Answer(answers.incrementAndGet(), page);
        latest = answer;
        outboxes.forEach(outbox -> outbox.offer(answer));
    }

    /** The outbox gets all answers that come. */
    void join(Outbox outbox) {
        outboxes.add(outbox);
    }

    /** Gives the outbox the latest answer, if there is one. Should a newer one have come to it before, it is ignored. */
    void greet(Outbox outbox) {
        Answer answer = latest;
        if (answer != null) {
            outbox.offer(answer);
        }
    }

    /** Says whether somebody is left. */
    boolean leave(Outbox outbox) {
        outboxes.remove(outbox);
        return !outboxes.isEmpty();
    }

    void feedFrom(Subscription subscription) {
        source = subscription;
    }

    void close() {
        source.close();
    }
}
