package dev.matview.core.internal;

import dev.matview.core.BookmarkExpiredException;
import dev.matview.core.DatabaseUnavailableException;
import dev.matview.core.Explanation;
import dev.matview.core.Query;
import dev.matview.core.QueryException;
import dev.matview.core.Settings;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.event.Subscription;
import dev.matview.core.internal.keep.StoredGeneration;
import dev.matview.core.internal.plan.Trace;
import dev.matview.core.internal.read.AnswerTag;
import dev.matview.core.internal.read.Bookmark;
import dev.matview.core.internal.read.CurrentRights;
import dev.matview.core.internal.read.KeptPage;
import dev.matview.core.internal.read.PageReader;
import dev.matview.core.internal.read.PageRequest;
import dev.matview.core.internal.read.Place;
import dev.matview.core.internal.read.QueryLimits;
import dev.matview.core.internal.read.ServedPage;
import dev.matview.core.internal.read.StoreKeys;
import dev.matview.core.internal.read.StoreKeys.Keys;
import dev.matview.core.internal.read.Warnings;
import dev.matview.core.internal.refresh.FeedTask;
import dev.matview.core.internal.search.HeldSelection;
import dev.matview.core.internal.view.Generation;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.BudgetSpentException;
import dev.matview.core.mango.MangoException;
import dev.matview.core.spi.PastGenerationException;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewStoreException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers queries of feeds: from the generation that is served, or from the one that a bookmark names. Thread-safe. */
final class FeedReader {

    private static final Logger log = LoggerFactory.getLogger(FeedReader.class);

    /** Between the tags of two generations; no tag contains it. */
    private static final char AND = '+';

    private final Settings settings;
    private final StoreKeys keys;
    private final PageReader pages;
    private final CertificateRules rules;
    private final UserDatabases users;

    FeedReader(Settings settings, StoreKeys keys, PageReader pages, CertificateRules rules, UserDatabases users) {
        this.settings = settings;
        this.keys = keys;
        this.pages = pages;
        this.rules = rules;
        this.users = users;
    }

    /**
     * Reads a page.
     *
     * @param served the generation that is served now, and decides on rights
     * @param warning what is to be said with the answer
     * @throws BudgetSpentException when the budget does not suffice
     */
    ServedPage query(FeedTask task, Served served, Query query, @Nullable String warning, Budget budget) {
        return query(task, served, query, warning, null, null, budget);
    }

    /** The same, and what it takes. */
    Explanation explain(FeedTask task, Served served, Query query, @Nullable String warning, Budget budget) {
        Trace trace = new Trace(true);
        return trace.of(query(task, served, query, warning, null, trace, budget));
    }

    /** The same, where what the query finds is kept for it alone. */
    ServedPage follow(FeedTask task, Served served, Query query, HeldSelection held, Budget budget) {
        return query(task, served, query, null, held, null, budget);
    }

    /** The same; what a store that serves pages cannot do now may be possible a little later. */
    private ServedPage query(
            FeedTask task,
            Served served,
            Query query,
            @Nullable String warning,
            @Nullable HeldSelection held,
            @Nullable Trace trace,
            Budget budget) {
        if (served.generation().isInHeap()) {
            return answer(task, served, query, warning, held, trace, budget);
        }
        try {
            return answer(task, served, query, warning, held, trace, budget);
        } catch (PastGenerationException e) {
            if (query.bookmark() != null) {
                throw new BookmarkExpiredException();
            }
            task.lookAgain();
            throw new DatabaseUnavailableException(e);
        } catch (ViewStoreException e) {
            throw new DatabaseUnavailableException(e);
        }
    }

    private ServedPage answer(
            FeedTask task,
            Served served,
            Query query,
            @Nullable String warning,
            @Nullable HeldSelection held,
            @Nullable Trace trace,
            Budget budget) {
        if (!budget.mayWait() && !keys.areKnown()) {
            // The store has to be asked for them: more than a budget without waiting has.
            budget.spend(Integer.MAX_VALUE);
        }
        Keys known = keys.get();
        String collection = task.feed().collection();
        Served read = served;
        Row after = null;
        if (query.bookmark() != null) {
            Bookmark bookmark = Bookmark.parse(query.bookmark(), collection, query, keys);
            read = generation(task, served, bookmark.tag(), budget)
                    .filter(past -> bookmark.isOf(past.generation().view()))
                    .orElseThrow(BookmarkExpiredException::new);
            after = row(bookmark.place(), read.generation(), budget);
        }
        boolean decides = read.generation() == served.generation() || CurrentRights.isFixed(read);
        CurrentRights rights = decides ? null : new CurrentRights(read, served, query.caller(), rules, users);
        PageRequest request = new PageRequest(read, rights, query, after, limit(query));
        if (trace != null) {
            pages.trace(request, trace, budget);
        }
        KeptPage page = pages.page(request, held, budget);
        Generation generation = read.generation();
        String next = page.bookmark(
                collection, known, end -> Bookmark.of(generation.view(), generation.tag(), collection, query, end));
        return new ServedPage(
                new Asked(task, collection, query, AnswerTag.Asked.of(collection, query), known),
                page,
                rights == null ? generation.tag() : generation.tag() + AND + rights.tag(),
                next,
                Warnings.all(warning, Warnings.ofLimit(settings, query)),
                read.view(pages.visibleRows(read, rights, query.caller(), budget)));
    }

    /** The generation of that tag, wherever it is kept. */
    private static Optional<Served> generation(FeedTask task, Served served, String tag, Budget budget) {
        Optional<Served> here = task.generation(tag);
        return here.isPresent() || served.generation().isInHeap()
                ? here
                : StoredGeneration.ask(budget, () -> task.storedGeneration(tag));
    }

    /** Finds more rows than the query's page has, where few are left behind it. */
    void refill(Served served, Query query, HeldSelection held, Budget budget) {
        pages.refill(served, query, held, budget);
    }

    int limit(Query query) {
        return QueryLimits.limit(settings, query);
    }

    /** The row of the place, which a generation has as long as it is kept; null for the start. */
    private static @Nullable Row row(Place place, Generation generation, Budget budget) {
        if (place instanceof Place.Start) {
            return null;
        }
        Row row = null;
        if (place instanceof Place.AtRow at) {
            row = generation.find(at.database(), at.id(), budget);
        } else if (place instanceof Place.AtNumber at) {
            row = generation.page(null, at.number(), 1, budget).stream()
                    .filter(there -> Arrays.equals(Place.hash(there), at.hash()))
                    .findFirst()
                    .orElse(null);
        }
        if (row == null) {
            throw new BookmarkExpiredException();
        }
        return row;
    }

    /** A query of a feed. */
    private final class Asked implements ServedPage.Origin {

        private final FeedTask task;
        private final String collection;
        private final Query query;
        private final AnswerTag.Asked asked;
        private final Keys keys;

        Asked(FeedTask task, String collection, Query query, AnswerTag.Asked asked, Keys keys) {
            this.task = task;
            this.collection = collection;
            this.query = query;
            this.asked = asked;
            this.keys = keys;
        }

        @Override
        public String collection() {
            return collection;
        }

        @Override
        public AnswerTag tag(KeptPage page, String generations) {
            return page.tag(asked, generations, keys);
        }

        @Override
        public List<String> keys(KeptPage page) {
            return page.keys(keys);
        }

        /** As it was then: what may not be read any more is taken away from whoever holds it, not left out. */
        @Override
        public Optional<KeptPage> earlier(String generations) {
            if (query.bookmark() != null) {
                return Optional.empty();
            }
            // Whoever is to be told of a difference can as well be told the whole: what is not ready is not searched
            // for.
            Budget little = Budget.hot(settings.hotSteps());
            try {
                return task.generation(generations)
                        .map(read -> pages.page(new PageRequest(read, null, query, null, limit(query)), null, little));
            } catch (QueryException | MangoException | BudgetSpentException e) {
                log.debug("An earlier answer is not read again: {}", e.getMessage());
                return Optional.empty();
            }
        }

        @Override
        public Subscription hold(String generations) {
            return task.hold(generations);
        }
    }
}
