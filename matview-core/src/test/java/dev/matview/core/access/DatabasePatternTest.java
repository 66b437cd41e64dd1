package dev.matview.core.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.regex.Pattern;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabasePatternTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "userdb-*, userdb-alice, true",
                "userdb-*, userdb-, true",
                "userdb-*, userdb-a/b+c$(d), true",
                "userdb-*, userdb, false",
                "userdb-*, xuserdb-alice, false",
                "userdb-*, USERDB-alice, false",
                "userdb-alice, userdb-alice, true",
                "userdb-alice, userdb-alicex, false",
                "*-db, a-db, true",
                "*-db, a-db-b, false",
                "*, anything, true",
                "a*b*c, abc, true",
                "a*b*c, axxbxxbxxc, true",
                "a*b*c, acb, false",
                "a*a, a, false",
                "a*a, aa, true",
                "*ab*ab, ab, false",
                "*ab*ab, xabyab, true",
                "a.c, abc, false",
                "a[bc], ab, false",
                "a?, ab, false",
                "a\\E.*\\Q, ab, false",
                "a\\E.*\\Q, a\\E.xx\\Q, true",
                "$(x)+/*, $(x)+/y, true",
            })
    void aStarStandsForAnyRunAndTheRestForItself(String pattern, String name, boolean matches) {
        assertThat(DatabasePattern.of(pattern).matches(name)).isEqualTo(matches);
    }

    @Test
    void aStarStandsForLineBreaksToo() {
        assertThat(DatabasePattern.of("a*b").matches("a\n\u2028b")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a**", "a*b*c*d*e*f*g*h*i*"})
    void aPatternThatMakesNoSenseIsRefused(String pattern) {
        assertThatThrownBy(() -> DatabasePattern.of(pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + pattern + "\"");
    }

    @Test
    void thePrefixIsWhatEveryMatchBeginsWith() {
        assertThat(DatabasePattern.of("userdb-*").prefix()).isEqualTo("userdb-");
        assertThat(DatabasePattern.of("a*b*c").prefix()).isEqualTo("a");
        assertThat(DatabasePattern.of("*").prefix()).isEmpty();
        assertThat(DatabasePattern.of("exact").prefix()).isEqualTo("exact");
    }

    @Test
    void aPatternWithoutStarsNamesOneDatabase() {
        assertThat(DatabasePattern.of("userdb-alice").isExact()).isTrue();
        assertThat(DatabasePattern.of("userdb-*").isExact()).isFalse();
    }

    @Test
    void patternsAreEqualByTheirText() {
        assertThat(DatabasePattern.of("a*"))
                .isEqualTo(DatabasePattern.of("a*"))
                .hasSameHashCodeAs(DatabasePattern.of("a*"));
        assertThat(DatabasePattern.of("a*")).isNotEqualTo(DatabasePattern.of("b*"));
        assertThat(DatabasePattern.of("a*")).hasToString("a*");
    }

    /** Users choose names: none may keep a refresh busy. A backtracking matcher needs hours here. */
    @Test
    void noNameIsCostlyToMatch() {
        DatabasePattern pattern = DatabasePattern.of("*a*a*a*a*a*a*ab");
        String name = "a".repeat(2_000);

        Assertions.assertTimeoutPreemptively(
                Duration.ofMinutes(1), () -> assertThat(pattern.matches(name)).isFalse());
    }

    @Property
    void agreesWithARegularExpression(
            @ForAll @NotEmpty @StringLength(max = 7) @CharRange(from = 'a', to = 'b') String letters,
            @ForAll @StringLength(max = 12) @CharRange(from = 'a', to = 'b') String name,
            @ForAll int stars) {
        StringBuilder glob = new StringBuilder();
        for (int i = 0; i < letters.length(); i++) {
            glob.append((stars >> i & 1) == 1 ? "*" : "").append(letters.charAt(i));
        }
        glob.append((stars >> letters.length() & 1) == 1 ? "*" : "");
        Assume.that(!glob.isEmpty());

        assertThat(DatabasePattern.of(glob.toString()).matches(name))
                .isEqualTo(Pattern.matches(glob.toString().replace("*", ".*"), name));
    }
}
