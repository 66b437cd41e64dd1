package dev.matview.core.internal.own;

import dev.matview.core.DatabaseUnavailableException;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.Settings;
import dev.matview.core.event.Repeats;
import dev.matview.core.event.Subscription;
import dev.matview.core.internal.read.AnswerTag;
import dev.matview.core.internal.read.Bookmark;
import dev.matview.core.internal.read.KeptPage;
import dev.matview.core.internal.read.PageRenderer;
import dev.matview.core.internal.read.Place;
import dev.matview.core.internal.read.Place.AtKey;
import dev.matview.core.internal.read.QueryLimits;
import dev.matview.core.internal.read.RowKeys;
import dev.matview.core.internal.read.ServedPage;
import dev.matview.core.internal.read.ServedPage.CachedPage;
import dev.matview.core.internal.read.StoreKeys;
import dev.matview.core.internal.read.StoreKeys.Keys;
import dev.matview.core.internal.read.Warnings;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.Selector;
import dev.matview.core.spi.ViewStoreException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Answers queries of callers' own databases, live. Thread-safe. */
public final class OwnReader {

    /** Stands for the generation: there is none. */
    private static final String OWN = "own";

    private final OwnDatabase databases;
    private final Settings settings;
    private final InstantSource clock;
    private final Repeats unanswered;
    private final StoreKeys keys;
    private final PageRenderer renderer;

    public OwnReader(
            OwnDatabase databases, Settings settings, InstantSource clock, StoreKeys keys, PageRenderer renderer) {
        this.databases = databases;
        this.settings = settings;
        this.clock = clock;
        this.unanswered = new Repeats(OwnReader.class, clock);
        this.keys = keys;
        this.renderer = renderer;
    }

    /**
     * Reads a page.
     *
     * @param feed what the collection selects
     * @throws DatabaseUnavailableException when the database cannot be read
     * @throws dev.matview.core.mango.BudgetSpentException when the budget does not suffice
     */
    public ServedPage query(String collection, String database, Selector feed, Query query, Budget budget)
            throws InterruptedException {
        Keys known = keys();
        // A place compares with the keys of the database it was given for, and must not with another's.
        String source = "own database " + database + ", " + collection;
        AtKey after = query.bookmark() == null ? null : place(query.bookmark(), source, query);
        OwnDatabase.Found found = databases.read(
                database,
                feed.and(query.selector()),
                query,
                after,
                query.skip(),
                QueryLimits.limit(settings, query),
                budget);
        Query rendered = Query.builder().caller(query.caller()).build();
        CachedPage page = renderer.render(found.rows(), rendered, query.expand(), budget);
        Place next = next(found, page.ids().size(), after);
        KeptPage kept = new KeptPage(RowKeys.OWN_VIEW, page, next);
        return new ServedPage(
                new Asked(collection, AnswerTag.Asked.of(source, query), known),
                kept,
                OWN,
                kept.bookmark(source, known, end -> Bookmark.of(RowKeys.OWN_VIEW, OWN, source, query, end)),
                Warnings.ofLimit(settings, query),
                new Page.View(0, clock.instant(), found.total(), 1, 0));
    }

    /** What bookmarks are sealed with is in the view store, though nothing else of an own database is. */
    private Keys keys() {
        try {
            return keys.get();
        } catch (ViewStoreException e) {
            unanswered.happened("A user is not answered: {}", e.getMessage());
            throw new DatabaseUnavailableException(e);
        }
    }

    /** The place of the last row that was looked at, of which so many are shown. */
    private static Place next(OwnDatabase.Found found, int shown, @Nullable AtKey after) {
        AtKey last = shown > 0 ? found.places().get(shown - 1) : found.passed();
        last = last == null ? after : last;
        return last == null ? Place.START : last;
    }

    private @Nullable AtKey place(String bookmark, String source, Query query) {
        Place place = Bookmark.parse(bookmark, source, query, keys).place();
        return place instanceof AtKey key ? key : null;
    }

    /** A query of an own database. */
    private record Asked(String collection, AnswerTag.Asked asked, Keys keys) implements ServedPage.Origin {

        @Override
        public AnswerTag tag(KeptPage page, String generations) {
            return page.tag(asked, generations, keys);
        }

        @Override
        public List<String> keys(KeptPage page) {
            return page.keys(keys);
        }

        /** There is nothing to look it up in. */
        @Override
        public Optional<KeptPage> earlier(String generations) {
            return Optional.empty();
        }

        @Override
        public Subscription hold(String generations) {
            return () -> {};
        }
    }
}
