package dev.matview.core.internal;

import dev.matview.core.internal.Answer.CachedPage;
import dev.matview.core.internal.Answer.RowId;
import dev.matview.core.internal.StoreKeys.Keys;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page as it was rendered, with what is worked out from it when somebody first asks, and then is the same for all who are
 * shown it. Thread-safe.
 */
final class KeptPage {

    private final String view;
    private final CachedPage page;
    private final Place end;
    private volatile @Nullable List<String> keys;
    private volatile @Nullable String rowsHash;
    private volatile @Nullable JsonArrayElements elements;

    /**
     * @param view what keys are made for
     * @param end the last row that was looked at for it
     */
    KeptPage(String view, CachedPage page, Place end) {
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

    Place end() {
        return end;
    }

    List<String> keys(Keys with) {
        List<String> known = keys;
        if (known == null) {
            known = with.rows().of(view, page.ids());
            keys = known;
        }
        return known;
    }

    String rowsHash(Keys with) {
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

    /** About how much memory it takes. */
    int bytes() {
        return page.json().length + 120 * page.ids().size();
    }
}
