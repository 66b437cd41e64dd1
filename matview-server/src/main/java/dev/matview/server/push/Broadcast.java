package dev.matview.server.push;

import dev.matview.core.FeedNotRegisteredException;
import dev.matview.core.Page;
import dev.matview.core.PageListener;
import dev.matview.core.QueryException;
import dev.matview.core.QueryTooLargeException;
import dev.matview.core.UnavailableException;
import dev.matview.core.event.Subscription;
import dev.matview.server.share.FairShare.Pushes;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The subscribers of one topic. What their answers cost is done in the turn of one of the callers who ask, of those with the
 * least to do: so a topic that somebody with much to do has joined is no slower for the others. Thread-safe.
 */
final class Broadcast implements PageListener, Executor {

    /** How many callers are looked at for each answer; the next time, it is others. */
    private static final int LOOKED_AT = 8;

    private final Set<Outbox> outboxes = ConcurrentHashMap.newKeySet();
    private final AtomicLong answers = new AtomicLong();
    private volatile @Nullable Message latest;
    private volatile @Nullable QueryException failure;

    /** Whether there is no feed any more. */
    private volatile boolean over;

    private Subscription source = () -> {};

    /** How many outboxes each caller has here. Guarded by itself. */
    private final Map<Pushes, Integer> callers = new LinkedHashMap<>();

    /** Takes the next answer; calls follow one another. */
    @Override
    public void answer(Page page) {
        if (page.endsEarly()) {
            refuse(new QueryTooLargeException(
                    "answer_too_large",
                    "The list is larger than one message may be, and part of it cannot be followed: ask for less."));
            return;
        }
        Message answer = new Message(answers.incrementAndGet(), page);
        latest = answer;
        failure = null;
        outboxes.forEach(outbox -> outbox.offer(answer));
    }

    /**
     * All are told of the end of the feed. Of anything else, those who have had no answer are: the others will get the next
     * there is, as will all when it is only a matter of time.
     */
    @Override
    public void refused(QueryException reason) {
        if (reason instanceof FeedNotRegisteredException) {
            over = true;
            refuse(reason);
        } else if (latest == null && !(reason instanceof UnavailableException)) {
            refuse(reason);
        }
    }

    /** Whether its feed was removed: who comes now is to ask anew. */
    boolean isOver() {
        return over;
    }

    private void refuse(QueryException reason) {
        failure = reason;
        outboxes.forEach(outbox -> outbox.refuse(reason));
    }

    @Override
    public void execute(Runnable work) {
        for (Pushes caller : leastBusy()) {
            try {
                caller.execute(work);
                return;
            } catch (RejectedExecutionException full) {
                // Another one may have room.
            }
        }
        throw new RejectedExecutionException("none of those who ask has room");
    }

    private List<Pushes> leastBusy() {
        record Load(Pushes caller, int load) {}
        return some().stream()
                .map(caller -> new Load(caller, caller.load()))
                .sorted(Comparator.comparingInt(Load::load))
                .map(Load::caller)
                .toList();
    }

    /** The first callers, which go to the end. */
    private List<Pushes> some() {
        synchronized (callers) {
            List<Pushes> some = callers.keySet().stream().limit(LOOKED_AT).toList();
            some.forEach(caller -> callers.put(caller, callers.remove(caller)));
            return some;
        }
    }

    /** The outbox gets all answers that come. */
    void join(Outbox outbox, Pushes caller) {
        outboxes.add(outbox);
        synchronized (callers) {
            callers.merge(caller, 1, Integer::sum);
        }
    }

    /** Gives the outbox the latest answer, if there is one. Should a newer one have come to it before, it is ignored. */
    void greet(Outbox outbox) {
        Message answer = latest;
        QueryException reason = failure;
        if (reason != null) {
            outbox.refuse(reason);
        } else if (answer != null) {
            outbox.offer(answer);
        }
    }

    /** Says whether somebody is left. */
    boolean leave(Outbox outbox, Pushes caller) {
        outboxes.remove(outbox);
        synchronized (callers) {
            callers.computeIfPresent(caller, (name, boxes) -> boxes == 1 ? null : boxes - 1);
        }
        return !outboxes.isEmpty();
    }

    void feedFrom(Subscription subscription) {
        source = subscription;
    }

    void close() {
        source.close();
    }
}
