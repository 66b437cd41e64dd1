package dev.matview.core.mango;

import static dev.matview.core.mango.Json.json;
import static org.assertj.core.api.Assertions.assertThat;

/** Whether a selector matches a document, both as JSON with single quotes. */
final class SelectorAssertions {

    private SelectorAssertions() {}

    static boolean matches(String selector, String document) {
        return Selector.compile(json(selector)).matches(json(document));
    }

    static void assertMatches(String selector, String document) {
        assertThat(matches(selector, document))
                .as("%s on %s", selector, document)
                .isTrue();
    }

    static void assertDoesNotMatch(String selector, String document) {
        assertThat(matches(selector, document))
                .as("%s on %s", selector, document)
                .isFalse();
    }
}
