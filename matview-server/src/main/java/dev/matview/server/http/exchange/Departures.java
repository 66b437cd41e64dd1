package dev.matview.server.http.exchange;

import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.io.EndPoint;

/**
 * Notices clients that leave before they are answered, so that nothing is computed for nobody. Four times a second it looks
 * at the connections of those who wait, which costs a system call each. Thread-safe.
 */
public final class Departures {

    public static final Duration PERIOD = Duration.ofMillis(250);

    private final Scheduler scheduler;
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    /** Guarded by this. */
    private boolean looking;

    public Departures(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    private final class Watch implements Subscription {
        private final ClientEndPoint client;
        private final Runnable left;
        /** Guarded by this. */
        private boolean over;

        private Watch(ClientEndPoint client, Runnable left) {
            this.client = client;
            this.left = left;
        }

        private void look() {
            synchronized (this) {
                if (over || !client.hasLeft()) {
                    return;
                }
            }
            close();
            left.run();
        }

        @Override
        public void close() {
            watches.remove(this);
            synchronized (this) {
                // Once this is left no look is under way: Jetty may read again.
                over = true;
            }
        }
    }

    /**
     * Watches until the client leaves or the result is closed, which is to happen before the client is answered.
     *
     * @param left run once on the scheduler's thread, when the client has left; quick
     */
    Subscription watch(EndPoint connection, Runnable left) {
        if (!(connection instanceof ClientEndPoint client)) {
            throw new IllegalArgumentException("no connection of this server: " + connection);
        }
        Watch watch = new Watch(client, left);
        watches.add(watch);
        lookSoon();
        return watch;
    }

    private synchronized void lookSoon() {
        if (!looking && !watches.isEmpty()) {
            looking = true;
            scheduler.schedule(PERIOD, this::look);
        }
    }

    private void look() {
        try {
            watches.forEach(Watch::look);
        } finally {
            synchronized (this) {
                looking = false;
            }
            lookSoon();
        }
    }
}
