package dev.matview.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.paged.PagedInMemoryStore;
import org.junit.jupiter.api.Test;

/** The same over a store that serves pages, but for sorts without an index. */
class PagedGlobalFeedsQueryTest extends GlobalFeedsQueryTest {

    @Override
    GlobalFeeds over(GlobalFeeds.Builder builder) {
        return builder.viewStore(new PagedInMemoryStore(scheduler)).build();
    }

    @Test
    @Override
    void aFurtherSelectorFieldsAndSortWorkOnTheView() {
        assertThatThrownBy(super::aFurtherSelectorFieldsAndSortWorkOnTheView)
                .isInstanceOf(InvalidQueryException.class)
                .hasMessageContaining("[\"at\"]");
    }

    @Test
    @Override
    void aFieldThatTheFeedDoesNotListCannotBeGuessedThroughASelectorOrASort() {
        post("userdb-a", "1", 1);
        refresh();

        assertThat(texts(with().selector("{\"secret\":\"userdb-a\"}").build())).isEmpty();
        assertThat(texts(with().selector("{\"secret\":{\"$exists\":true}}").build()))
                .isEmpty();
    }
}
