package dev.matview.couch.internal.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.couch.internal.client.AllDocs.Asked;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which answers of {@code _all_docs} are believed. */
class AllDocsTest {

    private final Map<String, Object> found = new LinkedHashMap<>();
    private final AllDocs.Documents documents = new AllDocs.Documents() {
        @Override
        public void document(String id, ObjectNode document) {
            found.put(id, document);
        }

        @Override
        public void unreadable(String id, Reason reason) {
            found.put(id, reason);
        }
    };

    private static InputStream body(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Ids with an apostrophe for each quotation mark. */
    private static String row(String id) {
        return row(id, "{'_id':'" + id + "','_rev':'1-x'}");
    }

    private static String row(String id, String document) {
        return "{'id':'" + id + "','key':'" + id + "','value':{'rev':'1-x'},'doc':" + document + "}";
    }

    private static String answer(int total, String... rows) {
        return quoted("{'total_rows':" + total + ",'update_seq':'9-x','offset':0,'rows':[\r\n"
                + String.join(",\r\n", rows) + "\r\n]}\n");
    }

    private static String quoted(String text) {
        return text.replace('\'', '"');
    }

    private AllDocs.Page range(String answer, String from) throws Exception {
        return AllDocs.range(body(answer), new Asked(from, 5, 0), documents);
    }

    @Test
    void aRangeIsReadWithWhatItIsAPartOf() throws Exception {
        AllDocs.Page page = range(answer(3, row("a"), row("b"), row("ü")), null);

        assertThat(page).isEqualTo(new AllDocs.Page(3, "9-x"));
        assertThat(found).containsOnlyKeys("a", "b", "ü");
    }

    @Test
    void theOrderIsThatOfBytes() throws Exception {
        range(answer(5, row("Z"), row("a"), row("a\uffee"), row("a\ud83d\ude00"), row("b")), null);

        assertThat(found).hasSize(5);
    }

    @Test
    void aServerMayCountSequencesAndTellThemAtTheEnd() throws Exception {
        assertThat(range(quoted("{'rows':[" + row("a") + "],'offset':0,'total_rows':1,'update_seq':7}"), null))
                .isEqualTo(new AllDocs.Page(1, "7"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {'total_rows':0,'offset':0,'rows':[]}                            | without the update_seq asked for
            {'total_rows':0,'update_seq':null,'offset':0,'rows':[]}          | without the update_seq asked for
            {'total_rows':3,'update_seq':'9-x','offset':0,'rows':[]}         | ends after 0 of 3 rows
            {'total_rows':3,'update_seq':'9-x','offset':0}                   | without rows
            {'total_rows':3,'update_seq':'9-x','offset':0,'rows':{}}         | broke off or is not JSON
            {'total_rows':1,'update_seq':'9-x','rows':[$a,$a]}               | doubled, or not in their order
            {'total_rows':2,'update_seq':'9-x','rows':[$a,$a,$b,$b]}         | doubled, or not in their order
            {'total_rows':2,'update_seq':'9-x','rows':[$b,$a]}               | doubled, or not in their order
            {'total_rows':1,'update_seq':'9-x','rows':[{'id':'a','key':'a','value':{'rev':'1-x'}}]}             | a row that has no document
            {'total_rows':1,'update_seq':'9-x','rows':[{'id':'a','key':'a','value':{'rev':'1-x'},'doc':null}]}  | a row that has no document
            {'total_rows':1,'update_seq':'9-x','rows':[{'id':'a','key':'b','doc':{'_id':'a'}}]}                 | a row that has no id
            {'total_rows':1,'update_seq':'9-x','rows':[{'key':'a','error':'not_found'}]}                        | a row that has no id
            {'total_rows':1,'update_seq':'9-x','rows':[{'id':'a','key':'a','doc':{'_id':'b'}}]}                 | another document in the place of one
            {'total_rows':1,'update_seq':'9-x','rows':[{'id':'a','key':'a','doc':{'n':1}}]}                     | another document in the place of one
            {'total_rows':1,'update_seq':'9-x','rows':[{'id':'a','key':'a','doc':{'_id':'a','n':}}]}            | a document that is not JSON
            {'total_rows':9,'update_seq':'9-x','rows':[$a,$b,$c,$d,$e,$f]}   | more rows than were asked for
            {'total_rows':1,'update_seq':'9-x','rows':[$a],'error':'timeout'} | ends in an error
            {'total_rows':1,'update_seq':'9-x','rows':[$a],'rows':[]}        | two rows
            {'total_rows':1,'update_seq':'9-x','rows':['a']}                 | a row that is no object
            {'total_rows':1,'update_seq':'9-x','rows':[$a]                   | broke off
            {'total_rows':1,'update_seq':'9-x','rows':[{'id':'a','key        | broke off
            []                                                               | broke off or is not JSON
            <html>                                                           | broke off or is not JSON
            """)
    void aRangeThatIsNotWhatWasAskedForIsRefused(String answer, String reason) {
        String text = quoted(answer);
        for (String id : new String[] {"a", "b", "c", "d", "e", "f"}) {
            text = text.replace("$" + id, quoted(row(id)));
        }
        String whole = text;

        assertThatThrownBy(() -> range(whole, null))
                .isInstanceOf(WrongAnswerException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aPageBeginsWhereItWasAskedToBegin() throws Exception {
        range(answer(9, row("m"), row("n"), row("o"), row("p"), row("q")), "m");
        range(answer(9, row("n"), row("o"), row("p"), row("q"), row("r")), "m");

        assertThatThrownBy(() -> range(answer(9, row("a"), row("n")), "m")).isInstanceOf(WrongAnswerException.class);
        assertThatThrownBy(() -> range(answer(9, row("n"), row("n")), "m")).isInstanceOf(WrongAnswerException.class);
    }

    @Test
    void aLastPageEndsWhereItSays() throws Exception {
        String last = answer(9, row("m"), row("n")).replace("\"offset\":0", "\"offset\":7");
        range(last, "m");

        assertThatThrownBy(() -> range(last.replace("\"offset\":7", "\"offset\":4"), "m"))
                .hasMessageContaining("ends after 6 of 9 rows");
    }

    @Test
    void moreRowsOnAllPagesThanThereCanBeAreRefused() {
        Asked asked = new Asked("m", 5, 24);

        assertThatThrownBy(() -> AllDocs.range(body(answer(9, row("n"), row("o"), row("p"))), asked, documents))
                .hasMessageContaining("can be there");
    }

    @Test
    void aDocumentThatCannotBeReadIsToldAndThoseAfterItAreRead() throws Exception {
        String deep = "{'_id':'b','a':" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        String key = "{'_id':'c','" + "k".repeat(60_000) + "':1}";
        String number = "{'_id':'d','n':" + "1".repeat(20_000) + "}";
        range(answer(5, row("a"), row("b", deep), row("c", key), row("d", number), row("e")), null);

        assertThat(found)
                .containsEntry("b", Reason.TOO_DEEP)
                .containsEntry("c", Reason.LONG_KEY)
                .containsEntry("d", Reason.LONG_NUMBER)
                .containsKeys("a", "e")
                .hasSize(5);
    }

    @Test
    void whatIsNotUtf8IsToldToo() throws Exception {
        byte[] text =
                answer(3, row("a"), row("b", "{'_id':'b','t':'?'}"), row("c")).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < text.length; i++) {
            text[i] = text[i] == '?' ? (byte) 0xff : text[i];
        }
        AllDocs.range(new ByteArrayInputStream(text), new Asked(null, 5, 0), documents);

        assertThat(found).containsEntry("b", Reason.NOT_UTF8).containsKeys("a", "c");
    }

    @Test
    void aDocumentThatIsTooLargeIsToldByItsBeginning() throws Exception {
        String large = "{\"_id\":\"b\",\"t\":\"" + "x".repeat(3_000_000) + "\"}";
        Map<String, Boolean> wholes = new LinkedHashMap<>();
        AnswerRows.read(
                body(answer(3, row("a"), row("b", large), row("c"))),
                "rows",
                (text, offset, length, whole) -> {
                    String start = new String(text, offset, Math.min(length, 8), StandardCharsets.UTF_8);
                    wholes.put(start, whole);
                },
                1 << 20);

        assertThat(wholes)
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("{\"id\":\"a", true, "{\"id\":\"b", false, "{\"id\":\"c", true));
    }

    @Test
    void bracketsAndQuotesInTextAreText() throws Exception {
        String odd = "{'_id':'a','t':'}]{[\\\" \\\\','u':{'\\\"}':[]}}";
        range(answer(2, row("a", odd), row("b")), null);

        assertThat(found).containsOnlyKeys("a", "b");
    }

    @Test
    void anAnswerArrivesInAnyPieces() throws Exception {
        String answer = answer(3, row("a"), row("ü"), row("\ud83d\ude00"));
        for (int size : new int[] {1, 2, 3, 7, 100}) {
            found.clear();
            byte[] text = answer.getBytes(StandardCharsets.UTF_8);
            InputStream pieces = new ByteArrayInputStream(text) {
                @Override
                public synchronized int read(byte[] bytes, int offset, int length) {
                    return super.read(bytes, offset, Math.min(length, size));
                }
            };
            AllDocs.range(pieces, new Asked(null, 5, 0), documents);
            assertThat(found).hasSize(3);
        }
    }

    private void keys(String answer, String... ids) throws Exception {
        AllDocs.keys(body(quoted(answer)), Set.of(ids), documents);
    }

    @Test
    void keysAreAnsweredEachForItself() throws Exception {
        keys(
                "{'total_rows':2,'rows':[" + row("b") + ",{'key':'x','error':'not_found'},"
                        + "{'id':'d','key':'d','value':{'rev':'2-x','deleted':true},'doc':null}," + row("a") + "]}",
                "a",
                "b",
                "d",
                "x");

        assertThat(found).containsOnlyKeys("a", "b");
    }

    @Test
    void answersForOtherKeysAreRefused() {
        String rows = Stream.of("a", "b").map(AllDocsTest::row).collect(Collectors.joining(","));

        assertThatThrownBy(() -> keys("{'rows':[" + rows + "]}", "a", "c")).hasMessageContaining("other ids");
        assertThatThrownBy(() -> keys("{'rows':[" + rows + "]}", "a")).hasMessageContaining("other ids");
        assertThatThrownBy(() -> keys("{'rows':[" + row("a") + "," + row("a") + "]}", "a"))
                .hasMessageContaining("other ids");
        assertThatThrownBy(() -> keys("{'rows':[" + row("a") + "]}", "a", "b")).hasMessageContaining("lacks some");
        assertThatThrownBy(() -> keys("{'rows':[{'key':'a','error':'timeout'}]}", "a"))
                .hasMessageContaining("without a document");
        assertThatThrownBy(() -> keys("{'rows':[" + row("a", "{'_id':'b'}") + "]}", "a"))
                .hasMessageContaining("another document");
        assertThatThrownBy(() -> keys("{}", "a")).hasMessageContaining("without rows");
    }

    @Test
    void whatStandsBesideTheRowsIsShort() {
        String spaces = IntStream.range(0, 300_000).mapToObj(i -> " ").collect(Collectors.joining());

        assertThatThrownBy(() -> range(answer(1, spaces + row("a")), null))
                .hasMessageContaining("long beside its rows");
    }
}
