package dev.matview.server.http.exchange;

import dev.matview.core.ColdQueryException;
import dev.matview.core.FeedQueries;
import dev.matview.core.Query;
import dev.matview.core.QueryStoppedException;
import dev.matview.core.mango.Budget;
import dev.matview.server.share.Bench;
import dev.matview.server.share.FairShare;
import dev.matview.server.share.Work;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests that may cost: at once where an answer is ready or next to it, and otherwise when it is the caller's turn,
 * on threads that callers share fairly. Whose client leaves is computed no further, and waits no more. Thread-safe.
 */
public final class Turns {

    /** What a page takes that is kept ready. */
    private static final int READY_STEPS = 500;

    private final FeedQueries feeds;
    private final FairShare share;
    private final Departures departures;

    public Turns(FeedQueries feeds, FairShare share, Departures departures) {
        this.feeds = feeds;
        this.share = share;
        this.departures = departures;
    }

    /** A way to answer. It begins to send at its end, so that it can be begun anew when the budget does not suffice. */
    public interface Answering {
        void answer(Budget budget) throws IOException;
    }

    /**
     * Whose turn it is.
     *
     * @param caller who asks
     * @param bench which threads are to answer
     * @param bytes how much memory the request holds until then, about
     */
    public record Place(String caller, Bench bench, long bytes) {}

    /** Which threads answer a query that costs: where documents of users' databases are wanted, they wait for those. */
    public static Bench bench(Query query, boolean global) {
        return global && query.expand().isEmpty() ? Bench.SEARCHING : Bench.READING;
    }

    /** Answers at once if it costs little, or when it is the caller's turn. Takes no time, whatever it costs. */
    public void answer(Exchange exchange, Place place, Answering answering) throws IOException {
        // What is ready is answered by whatever thread there is, and without a look at who waits: that takes a lock
        // which
        // all callers share.
        if (!answers(answering, Budget.hot(READY_STEPS))) {
            exchange.handOver(() -> {
                if (!answersNearly(place, answering)) {
                    answerInTurn(exchange, place, answering);
                }
            });
        }
    }

    /** Who has too much waiting does not make the server find out time and again what is nearly ready. */
    private boolean answersNearly(Place place, Answering answering) throws IOException {
        return share.hasRoom(place.caller()) && answers(answering, feeds.hotBudget());
    }

    private static boolean answers(Answering answering, Budget little) throws IOException {
        try {
            answering.answer(little);
            return true;
        } catch (ColdQueryException cold) {
            return false;
        }
    }

    /** Answers when it is the caller's turn. */
    public void answerInTurn(Exchange exchange, Place place, Answering answering) {
        Turn turn = new Turn(exchange, feeds.budget());
        exchange.goOn(task -> turn.begin(place, task), () -> answering.answer(turn.budget));
        exchange.whenLeft(departures, turn::left);
    }

    /** One request that waits for its turn, or has it. */
    private final class Turn {
        private final Exchange exchange;
        private final Budget budget;
        private FairShare.@Nullable Ticket ticket;

        Turn(Exchange exchange, Budget budget) {
            this.exchange = exchange;
            this.budget = budget;
        }

        synchronized void begin(Place place, Runnable task) {
            ticket = share.submit(place.caller(), place.bench(), place.bytes(), new Work() {
                @Override
                public void run() {
                    task.run();
                }

                @Override
                public void dropped() {
                    exchange.send(HttpError.tooBusy("Others, or other requests of yours, take too long."));
                }
            });
        }

        /** Nobody waits for the answer any more. */
        synchronized void left() {
            budget.stop();
            if (ticket != null && ticket.withdraw()) {
                exchange.send(HttpError.of(new QueryStoppedException()));
            }
        }
    }
}
