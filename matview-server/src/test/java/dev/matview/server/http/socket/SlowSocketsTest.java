package dev.matview.server.http.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.matview.server.auth.Tokens;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Clients that are silent, or slow to read. */
class SlowSocketsTest extends SocketsFixture {

    @Test
    void aClientThatAnswersPingsStays() throws Exception {
        SocketClient client = subscribe(POSTS);
        assertThat(docs(client)).containsExactly(1);

        for (int i = 0; i < 4; i++) {
            Instant before = time.instant();
            time.advance(LIMITS.pingInterval());
            await().until(() -> {
                time.advance(Duration.ofSeconds(1));
                return service.longestSilentSince().orElseThrow().isAfter(before);
            });
        }

        assertThat(service.sockets()).isEqualTo(1);
        post("userdb-bob", 2, "*");
        refresh();
        assertThat(docs(client)).containsExactly(2, 1);
    }

    @Test
    void aClientThatReadsNothingHoldsUpNobodyAndIsClosed() throws Exception {
        String large = "x".repeat(300_000);
        SocketClient asleep = SocketClient.openWithoutReading(service.port(), "/data/posts");
        open.add(0, asleep);
        asleep.authenticate(Tokens.alice(), "{}");
        SocketClient awake = open("/data/posts").authenticate(Tokens.alice(), "{}");
        awake.next();

        for (int i = 0; i < 60; i++) {
            databases.put(
                    "userdb-alice", "{\"_id\":\"1\",\"type\":\"post\",\"text\":\"" + large + "\",\"n\":" + i + "}");
            assertThat(numbers(awake.next().get("docs"))).containsExactly(i);
        }
        time.advance(LIMITS.sendTime().plusSeconds(2));
        assertThat(service.sockets()).as("they are told first").isEqualTo(2);
        time.advance(LIMITS.authTime().plusSeconds(2));

        await().until(() -> service.sockets() == 1);
        databases.put("userdb-alice", "{\"_id\":\"1\",\"type\":\"post\",\"n\":100}");
        assertThat(numbers(awake.next().get("docs"))).containsExactly(100);
    }

    @Test
    void aClientThatCatchesUpGetsTheNewestAnswer() throws Exception {
        String large = "x".repeat(300_000);
        SocketClient slow = SocketClient.openWithoutReading(service.port(), "/data/posts");
        open.add(0, slow);
        slow.authenticate(Tokens.alice(), "{}");
        SocketClient awake = open("/data/posts").authenticate(Tokens.alice(), "{}");
        awake.next();
        int last = 60;
        for (int i = 0; i <= last; i++) {
            databases.put(
                    "userdb-alice", "{\"_id\":\"1\",\"type\":\"post\",\"text\":\"" + large + "\",\"n\":" + i + "}");
            awake.next();
        }

        slow.read();

        int read = 1;
        while (slow.next().at("/docs/0/n").intValue() != last) {
            read++;
        }
        assertThat(read).as("answers in between are left out").isLessThan(last);
    }
}
