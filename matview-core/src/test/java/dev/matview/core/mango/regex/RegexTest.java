package dev.matview.core.mango.regex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.mango.Json;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** That {@code $regex} is PCRE 8 on bytes. */
class RegexTest {
    private static boolean find(String pattern, String text) {
        AtomicInteger left = new AtomicInteger(1_000_000);
        return Regex.compile(pattern)
                .find(text, steps -> assertThat(left.addAndGet(-steps)).isNotNegative());
    }

    private static String errorOf(String pattern) {
        RegexException refusal = catchThrowableOfType(RegexException.class, () -> Regex.compile(pattern));
        assertThat(refusal).as("refusal of %s", pattern).isNotNull();
        return refusal.error();
    }

    /** See README.md beside the resource. */
    @TestFactory
    Stream<DynamicTest> answersAsErlangDoes() {
        return Json.lines("regexes.jsonl").stream().map(given -> {
            String pattern = given.get("pattern").asText();
            return dynamicTest(pattern, () -> {
                if (given.has("error")) {
                    assertThat(errorOf(pattern)).as(pattern).isEqualTo("bad_arg");
                    return;
                }
                for (JsonNode text : given.get("matches")) {
                    assertThat(find(pattern, text.asText()))
                            .as("%s on %s", pattern, text)
                            .isTrue();
                }
                for (JsonNode text : given.get("doesNot")) {
                    assertThat(find(pattern, text.asText()))
                            .as("%s on %s", pattern, text)
                            .isFalse();
                }
            });
        });
    }

    @ParameterizedTest(name = "{0} on {1}: {2}")
    @CsvSource(
            delimiterString = " :: ",
            quoteCharacter = '`',
            value = {
                "^.$ :: é :: false",
                "^..$ :: é :: true",
                "^\\w\\W$ :: é :: true", // the bytes C3, a letter of Latin-1, and A9, none
                "[é] :: è :: true", // both begin with the byte C3
                "^é+$ :: éé :: false",
                "(?i)É :: é :: false", // the second bytes, 89 and A9, are no letters
                "(?i)ABC :: abc :: true",
                "^\\p{L}+$ :: abc :: true",
                "\\bfoo\\b :: a foo b :: true",
                "\\bfoo\\b :: food :: false",
                "[[:alpha:]]{3} :: abc :: true",
                "[[:^digit:]] :: 123 :: false",
                "[]a]{2} :: ]a :: true",
                "[^]a] :: ]a :: false",
                "[a&&b] :: & :: true", // in Java, an intersection
                "[a[b]c] :: bc] :: true", // in Java, a union
                "a{,3} :: a{,3} :: true", // in Java, an error
                "x{ :: x{ :: true",
                "a# b :: a# b :: true",
                "(?x) a b # c :: ab :: true",
                "\\Qa.b\\E :: a.b :: true",
                "\\Qa.b\\E :: axb :: false",
                "a++b :: aab :: true",
                "a++ab :: aab :: false",
                "(?>a|ab)c :: abc :: false",
                "(?<=a|bc)d :: bcd :: true",
                "(?<!a)b :: ab :: false",
                "(a|b)\\1 :: abb :: true",
                "\\1(a) :: aa :: false",
                "(?<x>a)\\k<x>(?P=x)\\g{x}\\g1 :: aaaaa :: true",
                "(?|(a)|(b))\\1 :: bb :: true",
                "(?J)(?:(?<n>a)|(?<n>b))\\k<n> :: bb :: true",
                "^(?(?=a)ab|cd) :: cd :: true",
                "^(a)?(?(1)b|c)$ :: ac :: false",
                "(?U)a+?b :: aab :: true",
                "a\\Kb :: ab :: true",
                "^\\R$ :: `\r\n` :: true",
                "\\h\\H :: ` x` :: true",
                "a.c :: `a\nc` :: false",
                "(?s)a.c :: `a\nc` :: true",
                "a\\Nc :: `a\rc` :: true",
                "b$ :: `b\n` :: true",
                "b\\z :: `b\n` :: false",
                "b$ :: `b\n\n` :: false",
                "(?m)^b$ :: `a\nb\nc` :: true",
                "^b$ :: `a\nb\nc` :: false",
                "(?m)\\n^ :: `a\n` :: false",
                "\\x41\\x{42}\\103\\o{104}\\cA :: `ABCD\u0001` :: true",
                "\\y :: y :: true",
                "(*FAIL)|a :: a :: true",
                "(a?)*b :: b :: true",
                "(a|b?)*c :: abac :: true",
                "^(a?){3}$ :: aa :: true",
                "^(?:a|ab){2,3}?$ :: aaba :: true",
                "(?i:a)b :: Ab :: true",
                "(?i:a)b :: AB :: false",
                "((?i)a|b)c :: Bc :: true",
                "x* :: `` :: true"
            })
    void meansWhatPcreMeans(String pattern, String text, boolean found) {
        assertThat(find(pattern, text)).isEqualTo(found);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(",
                ")",
                "[",
                "[a",
                "[]",
                "*",
                "a**",
                "^*",
                "a|*",
                "(?",
                "(?<",
                "(?<n",
                "(?P",
                "(?z)",
                "(?<n>a)(?<n>b)",
                "\\",
                "\\1",
                "\\g",
                "\\g{}",
                "\\g{-1}",
                "\\k",
                "\\k<n>",
                "(?P=n)",
                "[b-a]",
                "[a-\\d]",
                "[[:bogus:]]",
                "[[.a.]]",
                "[:alpha:]",
                "a{3,1}",
                "a{65536}",
                "\\x{100}",
                "\\x{",
                "\\400",
                "\\p{Bogus}",
                "\\p{L",
                "\\p",
                "\\L",
                "\\N{x}",
                "\\c",
                "\\cé",
                "(?<=a+)b",
                "(?<=(a|bc))",
                "(?<!\\R)",
                "(?(1)a|b)",
                "(?(z)a)",
                "(?(0)a)",
                "(?(?a)b)",
                "()(?(1)a|b|c)",
                "(?#",
                "(?C256)",
                "\\o",
                "\\o{9}",
                "[\\N]",
                "\\Qa\\E(",
                "(?<1a>x)"
            })
    void whatPcreRefusesIsABadArgument(String pattern) {
        assertThat(errorOf(pattern)).isEqualTo("bad_arg");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(?R)",
                "(a)(?1)",
                "(?+1)(a)",
                "(a)(?-1)",
                "(?<n>a)(?&n)",
                "(?<n>a)(?P>n)",
                "(a)\\g<1>",
                "(a)\\g'1'",
                "(*UTF8)a",
                "(*ACCEPT)",
                "a(*COMMIT)b",
                "(?(R&n)a)"
            })
    void whatIsNotSupportedIsRefusedUnderANameOfItsOwn(String pattern) {
        assertThat(errorOf(pattern)).isEqualTo("unsupported_regex");
    }

    @Test
    void thePatternEndsAtAZeroByte() {
        assertThat(find("a\u0000)", "a")).isTrue();
    }

    @Test
    void parenthesesMayNestAsDeepAsInPcre() {
        assertThat(find("(".repeat(250) + "a" + ")".repeat(250), "a")).isTrue();
        assertThat(errorOf("(".repeat(251) + "a" + ")".repeat(251))).isEqualTo("bad_arg");
    }

    @Test
    void aPatternThatIsTooLongIsRefused() {
        assertThat(find("a?".repeat(4_000), "a")).isTrue();
        assertThat(errorOf("a".repeat(100_000))).isEqualTo("selector_too_large");
    }

    @Test
    void nestingDoesNotMakeCompilingSlow() {
        String nested = "(?:a|".repeat(200) + "b" + ")".repeat(200);
        assertThat(errorOf("(?<=(?:" + nested + "|bc))x")).isEqualTo("bad_arg");
        String counted = "(?:".repeat(240) + "a" + "{1,65535})".repeat(240);
        assertThat(find(counted, "a")).isTrue();
    }

    @Test
    void aLongSubjectIsNoProblem() {
        String text = "lorem ipsum dolor sit amet, ".repeat(2_000) + "the end";
        assertThat(find("(?i)THE END$", text)).isTrue();
        assertThat(find("^(?:[a-z]+[ ,]*)+end$", text)).isTrue();
        assertThat(find(".*never", text)).isFalse();
        assertThat(find("^.*?the (end|start)", text)).isTrue();
    }
}
