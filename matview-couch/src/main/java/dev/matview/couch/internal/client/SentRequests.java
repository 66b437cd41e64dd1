package dev.matview.couch.internal.client;

import dev.matview.core.event.Listeners;
import dev.matview.core.event.Subscription;
import dev.matview.couch.event.CouchRequestListener;
import dev.matview.couch.event.CouchRequestListener.Operation;
import dev.matview.couch.event.CouchRequestListener.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells listeners of the requests that were sent. Thread-safe. */
final class SentRequests {

    private final InstantSource clock;
    private final Listeners<Consumer<CouchRequestListener>> listeners = new Listeners<>();

    /** Sends a request, and takes its answer. */
    @FunctionalInterface
    interface Sending<T extends @Nullable Object> {
        T send() throws InterruptedException;
    }

    SentRequests(InstantSource clock) {
        this.clock = clock;
    }

    Subscription tell(CouchRequestListener listener) {
        Objects.requireNonNull(listener, "listener");
        return listeners.add(event -> event.accept(listener));
    }

    void retrying(Operation operation) {
        listeners.tell(listener -> listener.retrying(operation));
    }

    <T extends @Nullable Object> T counted(CouchRequest request, Sending<T> sending) throws InterruptedException {
        if (listeners.isEmpty()) {
            return sending.send();
        }
        Instant begun = clock.instant();
        // Unless something else is known: whoever took the answer broke off.
        Outcome outcome = Outcome.ABANDONED;
        try {
            T answer = sending.send();
            outcome = Outcome.OK;
            return answer;
        } catch (CouchFailure e) {
            outcome = e.outcome();
            throw e;
        } finally {
            ended(request, outcome, Duration.between(begun, clock.instant()));
        }
    }

    private void ended(CouchRequest request, Outcome outcome, Duration took) {
        CouchRequestListener.Request ended = new CouchRequestListener.Request(operation(request), outcome, took);
        listeners.tell(listener -> listener.ended(ended));
    }

    static Operation operation(CouchRequest request) {
        if (request.share() == CouchRequest.Share.NONE) {
            return Operation.WAIT;
        }
        String endpoint = request.path().endpoint();
        if (request.path().database() == null) {
            return switch (endpoint) {
                case "_all_dbs", "_dbs_info", "_db_updates" -> Operation.DATABASES;
                default -> Operation.SERVER;
            };
        }
        return switch (endpoint) {
            case "" -> Operation.DATABASE;
            case "_changes" -> Operation.CHANGES;
            case "_all_docs" -> Operation.ALL_DOCS;
            case "_bulk_docs" -> Operation.BULK_DOCS;
            default -> Operation.DOCUMENT;
        };
    }
}
