package dev.matview.couch.internal.client;

import dev.matview.core.event.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests pass once CouchDB has accepted the credentials, which one request tries while all others wait. When it
 * refuses them, nothing passes for a while: CouchDB locks an account after a few wrong passwords (five in five minutes),
 * and all who use it. A later 401 may be a matter of permission only, or the password was changed: the next request tries
 * them again. Thread-safe.
 */
public final class CredentialGate {

    private final Scheduler scheduler;
    private final Duration pause;
    private final ReentrantLock trying = new ReentrantLock();
    private volatile boolean accepted;
    private @Nullable CouchFailure refusal;
    private Instant closedUntil = Instant.MIN;

    public CredentialGate(Scheduler scheduler, Duration pause) {
        this.scheduler = scheduler;
        this.pause = pause;
    }

    /** Asks for something that everybody may see. */
    @FunctionalInterface
    public interface Trial {
        void send() throws InterruptedException;
    }

    /** @throws CouchFailure when CouchDB refuses the credentials, or did so a short while ago, or does not answer */
    public void pass(Trial trial) throws InterruptedException {
        if (accepted) {
            return;
        }
        trying.lockInterruptibly();
        try {
            if (refusal != null && scheduler.instant().isBefore(closedUntil)) {
                throw refusal;
            }
            refusal = null;
            if (!accepted) {
                trial.send();
                accepted = true;
            }
        } catch (CouchFailure e) {
            if (e.status() == 401 && refusal == null) {
                refusal = e;
                closedUntil = scheduler.instant().plus(pause);
            }
            throw e;
        } finally {
            trying.unlock();
        }
    }

    /** Says that CouchDB answered 401. */
    public void doubt() {
        accepted = false;
    }
}
