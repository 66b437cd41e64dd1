package dev.matview.core.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.spi.AggregationException;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.LeftOut.Example;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.testkit.SliceReader.Report;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines that are no documents, and documents that are beyond what is read. */
class BadLinesTest extends JsonLinesFixture {

    @Nested
    class AreNamed {

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                {"secret":1}               | the document has no _id
                {"_id":7,"secret":1}       | _id must be a string that is not empty
                {"_id":null}               | _id must be a string that is not empty
                {"_id":""}                 | _id must be a string that is not empty
                ["secret"]                 | a document must be a JSON object
                "secret"                   | a document must be a JSON object
                null                       | a document must be a JSON object
                secret                     | not valid JSON, at column 1
                {"_id":"x","a":secret}     | not valid JSON, at column 16
                {"_id":"x","secret"}       | not valid JSON, at column 20
                {"_id":"x",                | not valid JSON, at column 12
                {"_id":"x"} {"_id":"y"}    | not valid JSON, at column 13
                {"_id":"x"} secret         | not valid JSON, at column 13
                {"_id":"x","a":NaN}        | not valid JSON, at column 19
                {'_id':"x"}                | not valid JSON, at column 2
                {"_id":"secret"}           | the _id is that of line 1 too
                """)
        void aBadLineIsNamedWithoutItsContent(String line, String reason) throws Exception {
            write("userdb-a", "{\"_id\":\"secret\"}\n\n" + line + "\n{\"_id\":\"ok\"}\n");

            Exception failure = failure("userdb-a");

            assertThat(failure).hasMessage(file("userdb-a") + ":3: " + reason);
            assertThat(failure).isInstanceOfSatisfying(BadLineException.class, bad -> {
                assertThat(bad.path()).isEqualTo(file("userdb-a"));
                assertThat(bad.line()).isEqualTo(3);
                assertThat(bad.reason()).isEqualTo(reason).doesNotContain("secret");
            });
            assertThatThrownBy(() -> files.fetch("userdb-a", Set.of("ok")))
                    .isInstanceOf(AggregationException.class)
                    .hasMessage(failure.getMessage());
        }

        @Test
        void whatIsNotUtf8IsABadLine() throws Exception {
            Map<String, byte[]> bad = Map.of(
                    "latin1", new byte[] {(byte) 0xe9},
                    "overlong", new byte[] {(byte) 0xc0, (byte) 0xaf},
                    "surrogate", new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
                    "cut", new byte[] {(byte) 0xe2, (byte) 0x82});
            for (Map.Entry<String, byte[]> each : bad.entrySet()) {
                byte[] head = "{\"_id\":\"ok\"}\n{\"_id\":\"x\",\"t\":\"".getBytes(StandardCharsets.UTF_8);
                byte[] content = new byte[head.length + each.getValue().length + 2];
                System.arraycopy(head, 0, content, 0, head.length);
                System.arraycopy(each.getValue(), 0, content, head.length, each.getValue().length);
                content[content.length - 2] = '"';
                content[content.length - 1] = '}';
                write("userdb-" + each.getKey(), content, LONG_AGO);

                assertThat(failure("userdb-" + each.getKey()))
                        .hasMessage(file("userdb-" + each.getKey()) + ":2: not valid UTF-8");
            }
        }

        @Test
        void anotherEncodingIsNotGuessed() throws Exception {
            write("userdb-a", "{\"_id\":\"1\"}".getBytes(StandardCharsets.UTF_16BE), LONG_AGO);

            assertThat(failure("userdb-a")).hasMessageEndingWith(":1: not JSON in UTF-8: it has a zero byte");
        }

        @Test
        void aLineThatIsTooLongAndWhoseIdIsNotToBeSeenIsABadLine() throws Exception {
            write(
                    "userdb-a",
                    "{\"_id\":\"0\"}\n{\"t\":\"" + "x".repeat(JsonLinesParser.MAX_LINE) + "\",\"_id\":\"1\"}\n");

            assertThat(failure("userdb-a")).hasMessageEndingWith(":2: longer than 16000000 bytes");
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                {"_id":"1","a":%s     | not a JSON object
                {"a":%s}              | the document has no _id
                {"_id":7,"a":%s}      | the document has no _id
                {"_id":"x","a":%s}    | the _id is that of line 1 too
                """)
        void whatIsNoDocumentBesidesIsABadLine(String line, String reason) throws Exception {
            String deep = "[".repeat(1_500) + "]".repeat(1_500);
            write("userdb-a", "{\"_id\":\"x\"}\n" + line.formatted(deep));

            assertThat(failure("userdb-a")).hasMessageEndingWith(":2: " + reason);
        }
    }

    @Nested
    class LeaveTheFileAsItWas {

        @Test
        void aFileWithABadLineKeepsItsLastGoodState() throws Exception {
            write("userdb-a", "{\"_id\":\"1\"}\n");
            write("userdb-b", "{\"_id\":\"1\"}\n");
            reader.read(ALL);
            write("userdb-a", "{\"_id\":\"1\"}\n{\"_id\":\"2\"}\noops\n");
            Report report = reader.read(ALL);

            assertThat(report.failed).containsOnlyKeys("userdb-a");
            assertThat(report.unmoved).containsExactly("userdb-b");
            assertThat(reader.slices(ALL).get("userdb-a").rows())
                    .extracting(Row::id)
                    .containsExactly("1");

            write("userdb-a", "{\"_id\":\"1\"}\n{\"_id\":\"2\"}\n");
            reader.read(ALL);
            assertThat(reader.slices(ALL).get("userdb-a").rows())
                    .extracting(Row::id)
                    .containsExactly("1", "2");
        }

        @Test
        void aBadFileThatDidNotChangeIsNotReadAgain() throws Exception {
            write("userdb-a", "oops");
            Exception first = failure("userdb-a");

            assertThat(failure("userdb-a")).isSameAs(first);

            write("userdb-a", "oops!");
            assertThat(failure("userdb-a")).isNotSameAs(first);
        }

        @Test
        void whichBadFilesAreRememberedIsBounded() {
            BadFiles bad = new BadFiles();
            Position position = new Position("1", "0", "");
            BadLineException cause = new BadLineException(directory, 1, "bad");
            for (int i = 0; i <= BadFiles.MAX; i++) {
                bad.put("userdb-" + i, position, cause);
            }

            assertThat(bad.get("userdb-0", position)).isNull();
            assertThat(bad.get("userdb-1", position)).isSameAs(cause);
            assertThat(bad.get("userdb-" + BadFiles.MAX, position)).isSameAs(cause);
        }
    }

    /** Where there is no doubt which document it is. */
    @Nested
    class OrAreLeftOut {

        @Test
        void aLineThatIsTooLongIsLeftOut() throws Exception {
            String head = "{\"_id\":\"1\",\"t\":\"";
            write(
                    "userdb-max",
                    head + "x".repeat(JsonLinesParser.MAX_LINE - head.length() - 2) + "\"}\n{\"_id\":\"2\"}");
            for (int more : List.of(1, 70_000, 20_000_000)) {
                write(
                        "userdb-over" + more,
                        "{\"_id\":\"0\"}\n" + head + "x".repeat(JsonLinesParser.MAX_LINE - head.length() - 2 + more)
                                + "\"}\n{\"_id\":\"2\"}" + (more == 1 ? "\n" : ""));
            }

            Report report = reader.read(ALL);

            assertThat(report.failed).isEmpty();
            assertThat(report.moved.remove("userdb-max").rows()).hasSize(2);
            assertThat(report.moved).hasSize(3).allSatisfy((database, slice) -> {
                assertThat(slice.rows()).extracting(Row::id).containsExactlyInAnyOrder("0", "2");
                assertThat(slice.leftOut())
                        .isEqualTo(new LeftOut(1, List.of(new Example(database, "1", Reason.TOO_LARGE))));
            });
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                TOO_DEEP       | [                         | 100000 | ]
                LONG_NUMBER    | 1                         | 20000  |
                HALF_CHARACTER | {"\\ud83d":               | 1      | 1}
                """)
        void whatIsJsonAndBeyondWhatIsReadIsLeftOut(Reason reason, String open, int times, String close)
                throws Exception {
            String value = open.repeat(times) + (close == null ? "" : close.repeat(times));
            write(
                    "userdb-a",
                    "{\"_id\":\"1\",\"a\":" + value + "}\n{\"_id\":\"2\"}\n{\"_id\":\"3\",\"_deleted\":true,\"a\":"
                            + value + "}");

            reader.read(ALL);

            assertThat(reader.slices(ALL).get("userdb-a").rows())
                    .extracting(Row::id)
                    .containsExactly("2");
            assertThat(reader.slices(ALL).get("userdb-a").leftOut())
                    .isEqualTo(new LeftOut(1, List.of(new Example("userdb-a", "1", reason))));
        }
    }
}
