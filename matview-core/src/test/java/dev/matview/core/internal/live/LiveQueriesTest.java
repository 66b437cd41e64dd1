package dev.matview.core.internal.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.core.Page;
import dev.matview.core.PageListener;
import dev.matview.core.Query;
import dev.matview.core.QueryException;
import dev.matview.core.QueryTooLargeException;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.event.Subscription;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.read.AnswersOfTexts;
import dev.matview.core.internal.read.ServedPage;
import dev.matview.core.internal.search.HeldSelection;
import dev.matview.core.internal.search.Histories;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import dev.matview.testkit.ManualScheduler;
import dev.matview.testkit.Seed;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which queries are asked again when a feed goes on to another generation. */
@Timeout(60)
class LiveQueriesTest {

    private final Source source = new Source();
    private final LiveQueries live = new LiveQueries(
            source,
            new ManualScheduler(),
            CertificateRules.denied(),
            () -> Budget.hot(20_000),
            () -> Budget.ofSteps(1_000_000));

    private final AtomicInteger refusals = new AtomicInteger();

    private final PageListener listener = new PageListener() {
        @Override
        public void answer(Page page) {}

        @Override
        public void refused(QueryException reason) {
            refusals.incrementAndGet();
        }
    };

    /** Counts how often each selector was asked for. */
    private static final class Source implements LiveQueries.Feeds {
        private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
        private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
        private final AtomicInteger texts = new AtomicInteger();
        private volatile Served served = Histories.large(Seed.random());
        private volatile RuntimeException refusal;

        int asked(String selector) {
            return asked.computeIfAbsent(selector, name -> new AtomicInteger()).get();
        }

        @Override
        public Optional<Served> served(String collection) {
            return Optional.ofNullable(served);
        }

        @Override
        public Subscription listen(String collection, Runnable listener) {
            listeners.add(listener);
            return () -> listeners.remove(listener);
        }

        @Override
        public ServedPage read(String collection, Query query, HeldSelection held, Budget budget) {
            asked.computeIfAbsent(query.selector().toString(), name -> new AtomicInteger())
                    .incrementAndGet();
            if (refusal != null) {
                throw refusal;
            }
            return new AnswersOfTexts().answer("" + texts.incrementAndGet());
        }

        @Override
        public void refill(String collection, Query query, HeldSelection held, Budget budget) {}

        @Override
        public int limit(Query query) {
            return 20;
        }

        void publish(Served next) {
            served = next;
            listeners.forEach(Runnable::run);
        }
    }

    @AfterEach
    void close() {
        live.close();
    }

    private Subscription follow(String selector) {
        Subscription following = live.subscribe("posts", Histories.query(selector, "[]"), listener, Runnable::run);
        await().until(() -> source.asked(selector) == 1);
        return following;
    }

    /** A generation in which one row shows another number, or none. */
    private Served with(int place, int number) {
        Row row = source.served.generation().page(null, place, 1).get(0);
        return Histories.change(source.served, row, Json.object().put("n", number));
    }

    @Test
    void onlyThoseAreAskedAgainThatARowConcernsWhichCameOrLeft() {
        List<String> selectors = List.of("{\"n\":-1}", "{\"n\":-2}", "{\"n\":-3}", "{}");
        selectors.forEach(this::follow);

        source.publish(with(5, -1));
        await().until(() -> source.asked("{\"n\":-1}") == 2);
        source.publish(with(5, -2));
        await().until(() -> source.asked("{\"n\":-2}") == 2);
        await().until(() -> source.asked("{}") == 3);

        // It has left.
        await().until(() -> source.asked("{\"n\":-1}") == 3);
        assertThat(source.asked("{\"n\":-3}")).isEqualTo(1);
    }

    @Test
    void whoeverWasToldThatThereIsNoAnswerIsAskedAgainEachTime() {
        source.refusal = new QueryTooLargeException("sort_too_large", "too large");
        follow("{\"n\":-3}");
        await().until(() -> refusals.get() == 1);
        source.refusal = null;

        source.publish(with(5, -1));

        await().until(() -> source.asked("{\"n\":-3}") == 2);
    }

    @Test
    void allAreAskedAgainWhereGenerationsCannotBeToldApart() {
        follow("{\"n\":-3}");
        source.publish(null);
        await().until(() -> source.asked("{\"n\":-3}") == 2);
        source.publish(Histories.large(Seed.random(1)));
        await().until(() -> source.asked("{\"n\":-3}") == 3);
        source.publish(with(5, -1));
        follow("{\"n\":-1}");
        source.publish(with(5, -2));
        await().until(() -> source.asked("{\"n\":-1}") == 2);

        assertThat(source.asked("{\"n\":-3}")).isEqualTo(3);
    }

    @Test
    void noListenerStaysWhereNobodyFollows() {
        Subscription one = follow("{\"n\":-1}");
        Subscription other = follow("{\"n\":-2}");
        assertThat(source.listeners).hasSize(1);
        assertThat(live.size()).isEqualTo(2);

        one.close();
        one.close();
        assertThat(source.listeners).hasSize(1);
        other.close();

        assertThat(source.listeners).isEmpty();
        assertThat(live.size()).isZero();
    }

    /** Nothing of the feed is known until somebody follows it again. */
    @Test
    void whoComesBackIsAskedOfWhatIsServedThen() {
        follow("{\"n\":-1}").close();
        source.publish(with(5, -1));
        follow("{\"n\":-2}");
        source.publish(with(5, -2));

        await().until(() -> source.asked("{\"n\":-2}") == 2);
        assertThat(source.asked("{\"n\":-1}")).isEqualTo(1);
    }
}
