package dev.matview.server.http.exchange;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.servlet.AsyncContext;
import javax.servlet.AsyncEvent;
import javax.servlet.AsyncListener;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.ee8.nested.Request;

/**
 * The exchanges under way. What they hold for clients that send or read slowly has a bound in all: when it is reached, those
 * that have been waited for longest are cut off, so that there is room for those who come. Thread-safe.
 */
public final class Exchanges {

    /** Of the heap, as a divisor. */
    private static final int SHARE_OF_HEAP = 8;

    private final ServerThreads threads;
    private final InstantSource clock;
    private final long maxHeld;
    private final Set<Exchange> underWay = ConcurrentHashMap.newKeySet();
    private final AtomicLong held = new AtomicLong();

    /** How many send an array, as an object. Guarded by itself. */
    private final Map<byte[], Integer> senders = new IdentityHashMap<>();

    public Exchanges(ServerThreads threads, InstantSource clock) {
        this(threads, clock, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
    }

    /** @param maxHeld how many bytes are held for slow clients at most */
    Exchanges(ServerThreads threads, InstantSource clock, long maxHeld) {
        this.threads = threads;
        this.clock = clock;
        this.maxHeld = maxHeld;
    }

    /** A new one, which is under way until Jetty is done with the request. */
    public Exchange begin(Request request, HttpServletResponse response) {
        AsyncContext async = request.startAsync();
        // An exchange keeps its own times.
        async.setTimeout(0);
        async.addListener(new Gone());
        Exchange exchange = new Exchange(this, request.getCoreRequest(), request, response, async);
        underWay.add(exchange);
        // While it is being answered, nothing comes from the client and nothing goes to it: that is no reason to end
        // it.
        request.getCoreRequest().addIdleTimeoutListener(idle -> false);
        org.eclipse.jetty.server.Request.addCompletionListener(request.getCoreRequest(), failure -> {
            underWay.remove(exchange);
            exchange.end();
        });
        return exchange;
    }

    ServerThreads threads() {
        return threads;
    }

    Instant now() {
        return clock.instant();
    }

    /** Ends what has waited too long for its client. */
    public void sweep() {
        Instant now = now();
        underWay.forEach(exchange -> exchange.sweep(now));
    }

    /**
     * Counts what is held more, or less.
     *
     * @param before what an exchange was to send
     * @param answer what it is to send now: what many send alike is there once
     */
    void hold(long more, List<byte[]> before, List<byte[]> answer) {
        before.forEach(part -> add(part, -1));
        answer.forEach(part -> add(part, 1));
        if (held.addAndGet(more) > maxHeld && (more > 0 || !answer.isEmpty())) {
            makeRoom();
        }
    }

    private void add(byte[] part, int more) {
        synchronized (senders) {
            Integer now = senders.merge(part, more, (all, one) -> all + one == 0 ? null : all + one);
            if (more < 0 && now == null) {
                held.addAndGet(-part.length);
            } else if (more > 0 && now == 1) {
                held.addAndGet(part.length);
            }
        }
    }

    private synchronized void makeRoom() {
        List<Exchange> waiting = underWay.stream()
                .filter(Exchange::holdsForClient)
                .sorted(Comparator.comparing(Exchange::since))
                .toList();
        Iterator<Exchange> longest = waiting.iterator();
        while (held.get() > maxHeld && longest.hasNext()) {
            longest.next().cutOff();
        }
    }

    /** The client is gone: there is nobody left to answer. */
    private static final class Gone implements AsyncListener {

        @Override
        public void onError(AsyncEvent event) {
            event.getAsyncContext().complete();
        }

        @Override
        public void onComplete(AsyncEvent event) {
            // The exchange ends later, when Jetty is done with it.
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            event.getAsyncContext().complete();
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // It is begun once.
        }
    }
}
