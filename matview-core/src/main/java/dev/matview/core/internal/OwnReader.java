package dev.matview.core.internal;

import dev.matview.core.Aggregator;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.Row;
import dev.matview.core.Settings;
import dev.matview.core.Subscription;
import dev.matview.core.internal.Answer.CachedPage;
import dev.matview.core.internal.Place.AtKey;
import dev.matview.core.internal.StoreKeys.Keys;
import dev.matview.core.mango.Selector;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Answers queries of callers' own databases, live. Thread-safe. */
final class OwnReader {

    /** Stands for the generation: there is none. */
    private static final String OWN = "own";

    private final Aggregator aggregator;
    private final Settings settings;
    private final InstantSource clock;
    private final StoreKeys keys;
    private final PageRenderer renderer;

    OwnReader(Aggregator aggregator, Settings settings, InstantSource clock, StoreKeys keys, PageRenderer renderer) {
        this.aggregator = aggregator;
        this.settings = settings;
        this.clock = clock;
        this.keys = keys;
        this.renderer = renderer;
    }

    /** @param feed what the collection selects */
    Answer query(String collection, String database, Selector feed, Query query) throws InterruptedException {
        Keys known = keys.get();
        // A place compares with the keys of the database it was given for, and must not with another's.
        String source = "own database " + database + ", " + collection;
        AtKey place = query.bookmark() == null ? null : place(query.bookmark(), source, query);
        List<Row> rows = OwnDatabase.read(aggregator, database, feed.and(query.selector()), query);
        int from = OwnPlaces.after(rows, place);
        int begin = (int) Math.min(rows.size(), (long) from + query.skip());
        int end = (int) Math.min(rows.size(), (long) begin + FeedReader.limit(settings, query));
        Query rendered = Query.builder().caller(query.caller()).build();
        CachedPage page = renderer.render(rows.subList(begin, end), rendered, query.expand());
        end = begin + page.ids().size();
        Place next = end > from ? OwnPlaces.at(rows.subList(from, end), place) : orStart(place);
        return new Answer(
                new Asked(source, query, known),
                new KeptPage(RowKeys.OWN_VIEW, page, next),
                OWN,
                Bookmark.of(RowKeys.OWN_VIEW, OWN, source, query, next).text(known),
                Warnings.ofLimit(settings, query),
                new Page.View(0, clock.instant(), rows.size(), 1, 0));
    }

    private @Nullable AtKey place(String bookmark, String source, Query query) {
        Place place = Bookmark.parse(bookmark, source, query, keys).place();
        return place instanceof AtKey key ? key : null;
    }

    private static Place orStart(@Nullable AtKey place) {
        return place == null ? Place.START : place;
    }

    /** A query of an own database. */
    private record Asked(String source, Query query, Keys keys) implements Answer.Origin {

        @Override
        public AnswerTag tag(KeptPage page, String generations) {
            return AnswerTag.of(source, generations, query, page.rowsHash(keys));
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
