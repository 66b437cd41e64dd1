package dev.matview.core.internal.live;

import dev.matview.core.PageListener;
import dev.matview.core.Query;
import dev.matview.core.QueryException;
import dev.matview.core.access.Access;
import dev.matview.core.access.Acl;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.live.LiveFeed.View;
import dev.matview.core.internal.live.LiveQueries.Feeds;
import dev.matview.core.internal.live.Subscriber.Effort;
import dev.matview.core.internal.read.ServedPage;
import dev.matview.core.internal.search.HeldSelection;
import dev.matview.core.internal.search.ParsedChanges;
import dev.matview.core.internal.search.ParsedRow;
import dev.matview.core.internal.view.Generation;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import dev.matview.core.mango.MangoException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One query whose answer is told when it changes, and what it has found of the view. Thread-safe. */
final class LiveQuery {

    private static final Logger log = LoggerFactory.getLogger(LiveQuery.class);

    private final String collection;
    private final Query query;
    private final Feeds source;
    private final CertificateRules rules;
    private final Effort effort;
    private final HeldSelection held;
    private final Subscriber subscriber;
    private final Runnable refilled;
    private final AtomicBoolean refilling = new AtomicBoolean();

    /** The tag of the generation that it was last answered from, or of a later one that answers it the same. Guarded by this. */
    private @Nullable String answeredFrom;

    /** Whether it is being asked, of a generation that is not known here. Guarded by this. */
    private boolean asked;

    /** @param refilled is told each time that rows are looked for behind the page */
    LiveQuery(
            String collection,
            Query query,
            Feeds source,
            CertificateRules rules,
            PageListener listener,
            Effort effort,
            Scheduler scheduler,
            Runnable refilled) {
        this.collection = collection;
        this.query = query;
        this.source = source;
        this.rules = rules;
        this.effort = effort;
        this.refilled = refilled;
        this.held = new HeldSelection(query.skip(), source.limit(query));
        this.subscriber = new Subscriber(this::answer, listener, effort, scheduler);
    }

    /** How much memory what it has found takes, about. */
    long bytes() {
        return held.bytes();
    }

    /** There may be another answer. */
    void ask() {
        subscriber.run();
    }

    void close() {
        subscriber.close();
    }

    /**
     * The feed has gone on to another generation: if that may concern this query, it is asked again. So it is where it was
     * last asked of another one than where the feed comes from: what has changed since that is not known.
     */
    void changed(ParsedChanges changes, View before, Served now) {
        if (isConcernedBy(changes, before, now) || !goOn(before.generation(), now.generation())) {
            subscriber.run();
        }
    }

    private synchronized boolean goOn(Generation before, Generation now) {
        String tag = now.tag();
        if (asked || answeredFrom == null) {
            return false;
        }
        if (answeredFrom.equals(before.tag()) && held.unchanged(before, now)) {
            answeredFrom = tag;
        }
        return answeredFrom.equals(tag);
    }

    private boolean isConcernedBy(ParsedChanges changes, View before, Served now) {
        FeedDefinition feed = now.feed();
        // What the query alone expands changes without a generation.
        boolean expandsMore = !feed.expand().containsAll(query.expand());
        if (subscriber.isRefused() || expandsMore || mayRulesDecide(before, now)) {
            return true;
        }
        try {
            Budget little = effort.hotBudget().get();
            return hasMatch(changes.leaving(), feed, little) || hasMatch(changes.coming(), feed, little);
        } catch (BudgetSpentException | MangoException costly) {
            return true;
        }
    }

    /** Whether rules that may say something else now decide on rows, or on documents that they refer to. */
    private boolean mayRulesDecide(View before, Served now) {
        return rules.mayChange()
                && (before.hasRuledRows()
                        || now.hasRuledRows()
                        || !now.feed().expand().isEmpty());
    }

    private boolean hasMatch(List<ParsedRow> rows, FeedDefinition feed, Budget little) {
        for (ParsedRow row : rows) {
            if (query.selector().matches(row.document(little), little) && mayRead(row, feed)) {
                return true;
            }
        }
        return false;
    }

    private boolean mayRead(ParsedRow row, FeedDefinition feed) {
        Acl acl = row.row().acl();
        return feed.access() == Access.PUBLIC
                || acl != null && acl.allows(query.caller(), row.row().database(), rules);
    }

    private @Nullable ServedPage answer(Budget budget) {
        asked(true, null);
        ServedPage answer = null;
        try {
            answer = source.read(collection, query, held, budget);
        } finally {
            asked(false, answer);
        }
        if (answer != null) {
            held.trim();
            if (held.isShort()) {
                refillLater();
            }
        }
        return answer;
    }

    private synchronized void asked(boolean now, @Nullable ServedPage answer) {
        asked = now;
        answeredFrom = answer == null ? answeredFrom : answer.generationTag();
    }

    private void refillLater() {
        if (!refilling.compareAndSet(false, true)) {
            return;
        }
        try {
            effort.cold().execute(this::refill);
        } catch (RejectedExecutionException busy) {
            refilling.set(false);
        }
    }

    /** It is tried again when the query is next asked. */
    private void refill() {
        refilled.run();
        try {
            source.refill(collection, query, held, effort.budget().get());
        } catch (QueryException | MangoException e) {
            log.debug("A subscriber's page was not filled behind its end: {}", e.getMessage());
        } finally {
            refilling.set(false);
        }
    }
}
