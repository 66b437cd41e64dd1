package dev.matview.couch.internal.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.couch.CouchCluster;
import dev.matview.couch.Inside;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which pages of changes are asked for, and what is made of them, with a server that answers as it is told. */
class ChangesReaderTest {

    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Map<String, Object> found = new TreeMap<>();
    private HttpServer server;
    private CouchCluster cluster;

    /** @param missing how many bytes of the text do not arrive */
    private record Answer(int status, String text, int missing) {}

    private final ChangesReader.Documents documents = new ChangesReader.Documents() {
        @Override
        public void document(String id, ObjectNode document) {
            found.put(id, document.path("n").asText());
        }

        @Override
        public void unreadable(String id, Reason reason) {
            found.put(id, reason);
        }

        @Override
        public void deleted(String id) {
            found.put(id, "deleted");
        }

        @Override
        public void forget() {
            found.clear();
        }
    };

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 16);
        server.createContext("/", exchange -> {
            String query = exchange.getRequestURI().getQuery();
            Answer answer = new Answer(200, "{\"couchdb\":\"Welcome\"}", 0);
            if (query != null) {
                asked.add(query.replace("include_docs=true&", ""));
                answer = answers.size() > 1 ? answers.remove() : answers.element();
            }
            byte[] body = answer.text().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body, 0, body.length - answer.missing());
            exchange.getResponseBody().flush();
            exchange.close();
        });
        server.start();
        cluster = CouchCluster.builder("http://127.0.0.1:" + server.getAddress().getPort())
                .backoff(Duration.ofMillis(1), Duration.ofMillis(2))
                .build();
    }

    @AfterEach
    void close() {
        cluster.close();
        server.stop(0);
    }

    private static String change(String id, int seq) {
        return "{'seq':'" + seq + "-x','id':'" + id + "','changes':[{'rev':'1-x'}],'doc':{'_id':'" + id + "','n':" + seq
                + "}}";
    }

    private static String deletion(String id, int seq) {
        return "{'seq':'" + seq + "-x','id':'" + id + "','changes':[{'rev':'2-x'}],'deleted':true,'doc':{'_id':'" + id
                + "','_deleted':true}}";
    }

    private static String answer(int lastSeq, int pending, String... changes) {
        return ("{'results':[\n" + String.join(",\n", changes) + "\n],\n'last_seq':'" + lastSeq + "-x','pending':"
                        + pending + "}\n")
                .replace('\'', '"');
    }

    private ChangesReaderTest answering(String text) {
        answers.add(new Answer(200, text, 0));
        return this;
    }

    private ChangesReader reader(int documents) {
        return new ChangesReader(Inside.of(cluster), "db", documents, this.documents).firstPage(3);
    }

    @Test
    void aPageThatHasAllIsTheOnlyOne() throws Exception {
        answering(answer(9, 0, change("a", 7), deletion("b", 8), change("c", 9)));

        ChangesReader reader = reader(100);

        assertThat(reader.read(List.of("5-x"))).isEqualTo("9-x");
        assertThat(found).isEqualTo(Map.of("a", "7", "b", "deleted", "c", "9"));
        assertThat(asked).containsExactly("limit=3&since=5-x");
        assertThat(reader.changes()).isEqualTo(3);
        assertThat(reader.requests()).isEqualTo(1);
    }

    @Test
    void pagesFollowEachOtherUntilNothingIsLeft() throws Exception {
        answering(answer(8, 2, change("a", 6), change("b", 7), change("c", 8)))
                .answering(answer(10, 0, change("d", 9), change("e", 10)));

        assertThat(reader(100).read(List.of("5-x"))).isEqualTo("10-x");
        assertThat(found).containsOnlyKeys("a", "b", "c", "d", "e");
        assertThat(asked).containsExactly("limit=3&since=5-x", "limit=15&since=8-x");
    }

    @Test
    void aServerNeedNotSayHowManyAreLeft() throws Exception {
        answering(answer(8, 0, change("a", 6), change("b", 7), change("c", 8)).replace(",\"pending\":0", ""))
                .answering(answer(8, 0).replace(",\"pending\":0", ""));

        assertThat(reader(100).read(List.of("5-x"))).isEqualTo("8-x");
        assertThat(asked).containsExactly("limit=3&since=5-x", "limit=15&since=8-x");
    }

    @Test
    void numbersAreSequencesToo() throws Exception {
        String page =
                answer(8, 1, change("a", 6), change("b", 7), change("c", 8)).replaceAll("\"(\\d+)-x\"", "$1");
        answers.add(new Answer(200, page, 20));
        answering(answer(9, 0, change("d", 9)).replaceAll("\"(\\d+)-x\"", "$1"));

        assertThat(reader(100).read(List.of("5"))).isEqualTo("9");
        assertThat(asked).containsExactly("limit=3&since=5", "limit=3&since=8");
    }

    @Test
    void aPageThatBreaksOffIsContinuedBehindTheLastChangeThatCame() throws Exception {
        String page = answer(8, 0, change("a", 6), change("b", 7), change("c", 8));
        answers.add(new Answer(200, page, page.length() - page.indexOf("\"c\"")));
        answering(answer(8, 0, change("c", 8)));

        assertThat(reader(100).read(List.of("5-x"))).isEqualTo("8-x");
        assertThat(found).isEqualTo(Map.of("a", "6", "b", "7", "c", "8"));
        assertThat(asked).containsExactly("limit=3&since=5-x", "limit=3&since=7-x");
    }

    @Test
    void whereMoreThanHalfIsLeftTheDatabaseIsBetterReadWhole() throws Exception {
        answering(answer(8, 51, change("a", 6), change("b", 7), change("c", 8)));

        assertThat(reader(100).read(List.of("5-x"))).isNull();
        assertThat(asked).hasSize(1);
    }

    @Test
    void aPageThatHasNothingAndLeavesSomethingIsNotBelieved() throws Exception {
        answering(answer(8, 2));

        assertThat(reader(100).read(List.of("5-x"))).isNull();
        assertThat(asked).hasSize(cluster().attempts());
    }

    @Test
    void halfOfItIsStillRead() throws Exception {
        answering(answer(8, 50, change("a", 6), change("b", 7), change("c", 8)))
                .answering(answer(9, 0, change("d", 9)));

        assertThat(reader(100).read(List.of("5-x"))).isEqualTo("9-x");
    }

    @Test
    void asManyChangesAsDocumentsMayBeAnotherDatabase() throws Exception {
        answering(answer(8, 0, change("a", 6), change("b", 7), deletion("c", 8)));

        assertThat(reader(3).read(List.of("5-x"))).isNull();
        assertThat(reader(4).read(List.of("5-x"))).isEqualTo("8-x");
    }

    @Test
    void aDocumentThatChangesMeanwhileIsTakenAsItIsInTheEnd() throws Exception {
        answering(answer(8, 1, change("a", 6), change("b", 7), change("c", 8)))
                .answering(answer(9, 0, change("a", 9)))
                .answering(answer(9, 0, change("b", 7), change("c", 8), change("a", 9)));

        assertThat(reader(100).read(List.of("5-x"))).isEqualTo("9-x");
        assertThat(found).isEqualTo(Map.of("a", "9", "b", "7", "c", "8"));
        assertThat(asked).last().isEqualTo("limit=15&since=5-x");
    }

    @Test
    void aDatabaseThatDoesNotComeToRestIsBetterReadWhole() throws Exception {
        answering(answer(9, 0, change("a", 8), change("a", 9)));

        assertThat(reader(100).read(List.of("5-x"))).isNull();
        assertThat(asked).hasSize(cluster().attempts());
    }

    private CouchClient cluster() {
        return Inside.of(cluster);
    }

    /** One of the replicas whose files are told apart by the first sequence only. */
    @Test
    void whatTheLastSequenceDoesNotKnowOfTheOthersTell() throws Exception {
        answering(answer(8, 0, change("a", 7), change("b", 8)))
                .answering(answer(20, 0, change("b", 19), change("c", 20)));

        ChangesReader reader = reader(100);

        assertThat(reader.read(List.of("4-x", "5-x"))).isEqualTo("8-x");
        assertThat(asked).containsExactly("limit=3&since=5-x", "limit=3&since=4-x");
        assertThat(found).isEqualTo(Map.of("a", "7", "b", "8", "c", "20"));
        assertThat(reader.changes()).isEqualTo(3);
    }

    @Test
    void aSequenceThatTellsAllThereIsMayBeOfAnotherDatabase() throws Exception {
        answering(answer(8, 0)).answering(answer(8, 3, change("a", 6), change("b", 7), change("c", 8)));

        assertThat(reader(6).read(List.of("4-x", "5-x"))).isNull();
    }

    @Test
    void documentsThatCannotBeReadAreNamed() throws Exception {
        String deep = change("a", 6).replace("'n':6", "'n':" + "[".repeat(1_100) + "]".repeat(1_100));
        answering(answer(
                8, 0, deep, change("b", 7).replace("'n':7", "'n':" + "7".repeat(2_000_000)), deletion("c", 8)));

        assertThat(reader(100).read(List.of("5-x"))).isEqualTo("8-x");
        assertThat(found).isEqualTo(Map.of("a", Reason.TOO_DEEP, "b", Reason.LONG_NUMBER, "c", "deleted"));
    }

    /** Whose content nobody needs. */
    @Test
    void aDeletedDocumentIsDeletedThoughItCannotBeRead() throws Exception {
        String deep =
                deletion("a", 6).replace("'_deleted'", "'n':" + "[".repeat(1_100) + "]".repeat(1_100) + ",'_deleted'");
        answering(answer(6, 0, deep));

        assertThat(reader(100).read(List.of("5-x"))).isEqualTo("6-x");
        assertThat(found).isEqualTo(Map.of("a", "deleted"));
    }

    @Test
    void refusalsAreOfTheQuestionAndOthersOfTheServer() throws Exception {
        for (int status : List.of(400, 403, 404, 500)) {
            answers.clear();
            answers.add(new Answer(status, "{\"error\":\"e\",\"reason\":\"r\"}", 0));
            assertThat(reader(100).read(List.of("5-x"))).as("after " + status).isNull();
        }
        for (int status : List.of(429, 503)) {
            answers.clear();
            answers.add(new Answer(status, "{\"error\":\"e\",\"reason\":\"r\"}", 0));
            assertThatThrownBy(() -> reader(100).read(List.of("5-x")))
                    .as("after " + status)
                    .isInstanceOf(CouchFailure.class);
        }
    }

    @Test
    void whatGoesOnWithoutEndIsGivenUp() throws Exception {
        List<String> pages = new ArrayList<>();
        IntStream.range(0, 100)
                .forEach(i -> pages.add(answer(i, 3, change("a" + i, i), change("b" + i, i), change("c" + i, i))));
        pages.forEach(this::answering);

        ChangesReader reader = reader(20);

        assertThat(reader.read(List.of("5-x"))).isNull();
        assertThat(asked).hasSizeLessThan(10);
    }
}
