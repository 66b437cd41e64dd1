package dev.matview.server.http.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.feed.FeedDefinition;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What clients are told that asked for differences. */
class SocketDeltasTest extends SocketsFixture {

    @Test
    void withDeltaItGetsWhatIsRemovedAndPut() throws Exception {
        fill();
        SocketClient client = subscribe("{'collection':'posts','delta':true}");
        JsonNode first = client.next();
        assertThat(first.fieldNames()).toIterable().containsExactly("docs", "keys", "bookmark", "etag", "view");
        assertThat(first.at("/docs/0/n").intValue()).isEqualTo(1);

        post("userdb-bob", 2, "*");
        refresh();
        JsonNode added = client.next();
        databases.put("userdb-bob", "{\"_id\":\"2\",\"type\":\"post\",\"n\":3}");
        databases.delete("userdb-alice", "1");
        refresh();
        JsonNode later = client.next();

        assertThat(added.fieldNames()).toIterable().containsExactly("delta", "bookmark", "etag", "view");
        String bobs = added.at("/delta/put/0/key").textValue();
        assertThat(bobs).matches("[A-Za-z0-9_-]{22}");
        assertThat(added.get("delta").toString())
                .isEqualTo("{\"removed\":[],\"put\":[{\"key\":\"" + bobs
                        + "\",\"at\":0,\"doc\":{\"_id\":\"2\",\"n\":2}}]}");
        assertThat(later.get("delta").toString())
                .isEqualTo("{\"removed\":[\"" + first.at("/keys/0").textValue() + "\"],\"put\":[{\"key\":\"" + bobs
                        + "\",\"at\":0,\"doc\":{\"_id\":\"2\",\"n\":3}}]}");
        assertThat(later.get("etag").textValue())
                .startsWith("W/\"")
                .isNotEqualTo(added.get("etag").textValue());
    }

    @Test
    void aRowThatOnlyMovesIsToldWithoutItsDocument() throws Exception {
        registry.put(
                FeedDefinition.builder("moving").fields("text").sort("[\"n\"]").build());
        for (int n = 0; n < 10; n++) {
            databases.put("userdb-alice", "{\"_id\":\"%d\",\"text\":\"text-%d\",\"n\":%d}".formatted(n, n, n));
        }
        feeds.refresh("moving").join();
        SocketClient client = subscribe("{'collection':'moving','delta':true}");
        JsonNode first = client.next();
        int at = numbersOf(first, "text-3");

        databases.put("userdb-alice", "{\"_id\":\"3\",\"text\":\"text-3\",\"n\":99}");
        feeds.refresh("moving").join();

        assertThat(client.next().get("delta").toString())
                .isEqualTo("{\"removed\":[],\"put\":[{\"key\":\""
                        + first.get("keys").get(at).textValue() + "\",\"at\":"
                        + (first.get("docs").size() - 1) + "}]}");
    }

    private static int numbersOf(JsonNode message, String text) {
        for (int i = 0; i < message.get("docs").size(); i++) {
            if (message.get("docs").get(i).path("text").asText().equals(text)) {
                return i;
            }
        }
        throw new AssertionError(text);
    }

    @Test
    void aClientThatComesBackIsToldWhatChangedSinceTheAnswerItHolds() throws Exception {
        fill();
        SocketClient first = subscribe("{'collection':'posts','delta':true}");
        String etag = first.next().get("etag").textValue();
        first.close();
        await().until(() -> service.topics() == 0);
        post("userdb-bob", 2, "*");
        refresh();

        String since = "{'collection':'posts','delta':true,'since':'" + etag.replace("\"", "\\\"") + "'}";
        SocketClient again = subscribe(since);
        assertThat(put(again.next())).containsExactly(2);
        SocketClient whole = subscribe("{'collection':'posts','delta':true,'since':'no tag of ours'}");
        assertThat(docsWithKeys(whole)).startsWith(2, 1);
    }

    @Test
    void anAclFeedPushesEachCallerItsOwnRows() throws Exception {
        fill();
        SocketClient alice = subscribe("{'collection':'private','delta':true}");
        SocketClient bob =
                open("/data/global").authenticate(token("bob", null), "{'collection':'private','delta':true}");
        assertThat(docsWithKeys(alice)).startsWith(1).hasSize(31);
        assertThat(docsWithKeys(bob)).startsWith(1).hasSize(31);

        post("userdb-carol", 2, "did:example:bob");
        refresh();
        assertThat(put(bob.next())).containsExactly(2);
        post("userdb-carol", 3, "*");
        refresh();

        assertThat(put(bob.next())).containsExactly(3);
        JsonNode seen = alice.next();
        assertThat(put(seen)).containsExactly(3);
        assertThat(seen.at("/view/rows").intValue()).isEqualTo(32);
    }

    private static List<Integer> docsWithKeys(SocketClient client) throws InterruptedException {
        JsonNode message = client.next();
        assertThat(message.fieldNames()).toIterable().containsExactly("docs", "keys", "bookmark", "etag", "view");
        assertThat(message.get("keys")).hasSameSizeAs(message.get("docs"));
        return numbers(message.get("docs"));
    }

    /** The numbers of the rows that a difference puts, with their documents, and how many it removes. */
    private static List<Integer> put(JsonNode message) {
        assertThat(message.fieldNames()).toIterable().containsExactly("delta", "bookmark", "etag", "view");
        List<Integer> numbers = new ArrayList<>();
        message.at("/delta/put").forEach(row -> numbers.add(row.at("/doc/n").intValue()));
        return numbers;
    }

    /** Answers of some size: a difference that is no smaller is not sent. */
    private void fill() {
        for (int n = -30; n < 0; n++) {
            post("userdb-filler", n, "*");
        }
        refresh();
    }
}
