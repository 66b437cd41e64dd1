package dev.matview.couch.internal.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ViewNamesTest {

    private static final List<String> ODD = List.of(
            "_global_posts",
            "_global_Posts",
            "_global$50osts",
            "_global_posts-1",
            "_global/posts",
            "_global$2fposts",
            "_global_p\u00f6sts",
            "_global_po\u0308sts",
            "\ud83d\ude00",
            "views",
            "1",
            "",
            "a(b)",
            "x".repeat(120),
            "x".repeat(121),
            "x".repeat(300),
            "x".repeat(299) + "y",
            "\u65e5".repeat(100),
            "\u65e5".repeat(99) + "\u672c");

    private final ViewNames names = new ViewNames("matview-");

    @Test
    void everyNameIsLegalForCouchDb() {
        assertThat(ODD)
                .allSatisfy(view -> assertThat(names.database(view, 999_999_999_999L))
                        .matches("[a-z][a-z0-9_$()+/-]*")
                        .hasSizeLessThanOrEqualTo(238));
    }

    @Test
    void noTwoViewsShareADatabase() {
        assertThat(ODD.stream().map(view -> names.database(view, 1))).doesNotHaveDuplicates();
    }

    @Test
    void aDatabaseIsRecognizedByItsViewAlone() {
        for (String view : ODD) {
            for (String other : ODD) {
                assertThat(names.attemptOf(other, names.database(view, 7)).isPresent())
                        .as("%s as a database of %s", names.database(view, 7), other)
                        .isEqualTo(view.equals(other));
            }
        }
        assertThat(names.attemptOf("a", names.database("a", 7))).hasValue(7);
        assertThat(names.attemptOf("a", names.database("a-7", 1))).isEmpty();
        assertThat(names.attemptOf("views", names.meta())).isEmpty();
        assertThat(names.attemptOf("", names.meta())).isEmpty();
    }

    @Test
    void aPlainNameStaysReadable() {
        assertThat(names.database("_global_posts", 17)).isEqualTo("matview-_global_posts-17");
        assertThat(names.database("Posts/\u00e9", 1)).isEqualTo("matview-$50osts$2f$c3$a9-1");
    }

    /** Views that are stored are found by these names: an escape that becomes another one loses them. */
    @Test
    void whatIsTooLongIsCutBetweenTwoBytes() {
        assertThat(names.begin("x".repeat(121))).startsWith("matview-" + "x".repeat(50) + "(");
        assertThat(names.begin("\u65e5".repeat(100))).startsWith("matview-" + "$e6$97$a5".repeat(5) + "$e6(");
        assertThat(names.begin("a" + "\u65e5".repeat(100))).startsWith("matview-a" + "$e6$97$a5".repeat(5) + "$e6(");
        assertThat(names.begin("ab" + "\u65e5".repeat(100)))
                .isEqualTo("matview-ab" + "$e6$97$a5".repeat(5) + "$e6"
                        + "(e81f1b7e85144b1060e4d96fc76231ac4a906095262e8919168531a7a37701bf)-");
    }

    @Test
    void anIdOfADocumentStaysReadableInOneLine() {
        assertThat(ViewNames.pointer("Posts/\u00e9 100%\n\ud83d\ude00$"))
                .isEqualTo("pointer/Posts%2F\u00e9 100%25%0A\ud83d\ude00$");
    }

    @Test
    void aPrefixThatNoDatabaseCanHaveIsRefused() {
        for (String prefix : List.of("", "_matview", "Matview-", "9", "a b", "x".repeat(41))) {
            assertThatThrownBy(() -> new ViewNames(prefix)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
