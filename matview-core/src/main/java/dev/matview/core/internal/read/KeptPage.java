package dev.matview.core.internal.read;

import dev.matview.core.internal.json.JsonArrayElements;
import dev.matview.core.internal.read.ServedPage.CachedPage;
import dev.matview.core.internal.read.ServedPage.RowId;
import dev.matview.core.internal.read.StoreKeys.Keys;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A page as it was rendered, with what is worked out from it when somebody first asks, and then is the same for all who are
 * shown it. Thread-safe.
 */
public final class KeptPage {

    private final String view;
    private final CachedPage page;
    private final Place end;
    private volatile @Nullable Marked marked;
    private volatile @Nullable Named named;
    private volatile @Nullable List<String> keys;
    private volatile @Nullable String rowsHash;
    private volatile @Nullable JsonArrayElements elements;

    /**
     * @param view what keys are made for
     * @param end the last row that was looked at for it
     */
    public KeptPage(String view, CachedPage page, Place end) {
        this.view = view;
        this.page = page;
        this.end = end;
    }

    byte[] json() {
        return page.json();
    }

    List<RowId> ids() {
        return page.ids();
    }

    boolean sameForAll() {
        return page.sameForAll();
    }

    boolean endsEarly() {
        return page.endsEarly();
    }

    @Nullable
    String warning() {
        return page.warning();
    }

    /** The page's bookmark, for whom it is and what it was sealed with. */
    private record Marked(String source, Keys keys, String bookmark) {}

    /** What the answer to a query that led to the page is named. */
    private record Named(AnswerTag.Asked asked, String generations, AnswerTag tag) {}

    /** The bookmark of its end, which the function makes; sealed anew when seals have changed. */
    public String bookmark(String source, Keys with, Function<Place, Bookmark> bookmark) {
        Marked known = marked;
        if (known == null || known.keys() != with || !known.source().equals(source)) {
            known = new Marked(source, with, bookmark.apply(end).text(with));
            marked = known;
        }
        return known.bookmark();
    }

    /** Names the answer to the query, which nearly all ask in the same words. */
    public AnswerTag tag(AnswerTag.Asked asked, String generations, Keys with) {
        Named known = named;
        if (known == null
                || !known.generations().equals(generations)
                || !known.asked().equals(asked)) {
            known = new Named(asked, generations, AnswerTag.of(asked, generations, rowsHash(with)));
            named = known;
        }
        return known.tag();
    }

    public List<String> keys(Keys with) {
        List<String> known = keys;
        if (known == null) {
            known = with.rows().of(view, page.ids());
            keys = known;
        }
        return known;
    }

    private String rowsHash(Keys with) {
        String known = rowsHash;
        if (known == null) {
            known = with.answers().rows(page);
            rowsHash = known;
        }
        return known;
    }

    JsonArrayElements elements() {
        JsonArrayElements known = elements;
        if (known == null) {
            known = new JsonArrayElements(page.json(), page.ids().size());
            elements = known;
        }
        return known;
    }

    boolean shows(KeptPage other) {
        return view.equals(other.view)
                && Arrays.equals(page.json(), other.page.json())
                && page.ids().equals(other.page.ids());
    }

    /** About how much memory it takes, with what is made of it later: its bookmark, and the one that the query has. */
    int bytes() {
        return page.json().length + 120 * page.ids().size() + 2 * Bookmark.LONGEST;
    }
}
