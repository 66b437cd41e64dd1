package dev.matview.server.http;

import dev.matview.core.Page;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An answer. The feeds give all who see one page the same array: it is compared as an object, at no cost. */
final class AnswerKey {
    private final byte[] json;
    private final String bookmark;
    private final Optional<String> warning;
    private final Page.View view;

    AnswerKey(Page page) {
        this.json = page.json();
        this.bookmark = page.bookmark();
        this.warning = page.warning();
        this.view = page.view();
    }

    byte[] json() {
        return json;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AnswerKey key
                && key.json == json
                && key.bookmark.equals(bookmark)
                && key.warning.equals(warning)
                && key.view.equals(view);
    }

    @Override
    public int hashCode() {
        return 31 * System.identityHashCode(json) + view.hashCode();
    }
}
