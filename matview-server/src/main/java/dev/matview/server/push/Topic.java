package dev.matview.server.push;

import dev.matview.core.Query;
import dev.matview.core.access.Caller;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What many subscribers may ask for alike: two with equal topics get the same answers.
 *
 * @param caller who asks; null where all callers are answered the same
 */
record Topic(
        boolean global,
        String collection,
        String shape,
        OptionalInt limit,
        int skip,
        List<String> expand,
        @Nullable Caller caller) {

    /** The caller's own database. */
    static Topic own(String collection, Query query) {
        return of(false, collection, query, query.caller());
    }

    /** @param sameForAll whether all callers are answered the same */
    static Topic of(String collection, Query query, boolean sameForAll) {
        return of(true, collection, query, sameForAll ? null : query.caller());
    }

    private static Topic of(boolean global, String collection, Query query, @Nullable Caller caller) {
        return new Topic(global, collection, query.shape(), query.limit(), query.skip(), query.expand(), caller);
    }

    /**
     * The query that answers all of the topic's subscribers. Where they are answered the same it has no caller, so that
     * nobody is shown another's rows should the feed's access be changed under it.
     */
    Query query(Query asked) {
        Query.Builder query = Query.builder()
                .selector(asked.selector())
                .fields(asked.fields())
                .sort(asked.sort())
                .skip(skip)
                .expand(expand)
                .caller(caller == null ? Caller.anonymous() : caller);
        limit.ifPresent(query::limit);
        return query.build();
    }
}
