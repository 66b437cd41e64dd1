package dev.matview.server.http.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.auth.SharedSecretTokens;
import dev.matview.server.auth.Tokens;
import dev.matview.server.http.HttpService;
import dev.matview.server.http.HttpSettings;
import dev.matview.server.http.StubFeeds;
import dev.matview.testkit.ManualScheduler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** WebSockets in bad hands. */
@Timeout(60)
class SocketAttacksTest {

    private static final SocketLimits LIMITS = SocketLimits.defaults().withMaxSockets(30);
    private static final String POSTS = "{\"collection\":\"posts\"}";

    private final InMemoryDatabases databases = new InMemoryDatabases();
    private final ManualScheduler time = new ManualScheduler();
    private final List<AutoCloseable> open = new ArrayList<>();
    private GlobalFeeds feeds;
    private HttpService service;

    @BeforeEach
    void start() throws IOException {
        databases.put("userdb-alice", "{\"_id\":\"1\",\"type\":\"post\"}");
        feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(FeedDefinition.builder("posts")
                        .selector("{\"type\":\"post\"}")
                        .build()))
                .aggregator(databases)
                .build();
        feeds.start();
        feeds.refresh("posts").join();
        service = serve(new SharedSecretTokens(Tokens.SECRET, time), LIMITS);
    }

    private HttpService serve(Authenticator authenticator, SocketLimits limits) throws IOException {
        HttpService started =
                HttpService.start(HttpSettings.of("127.0.0.1", 0).withSockets(limits), feeds, authenticator, time);
        open.add(0, started);
        return started;
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
        feeds.close();
    }

    private RawSocket open() throws IOException {
        return open("127.0.0.1");
    }

    private RawSocket open(String from) throws IOException {
        RawSocket socket = RawSocket.open(from, service.port(), "/data/global");
        open.add(0, socket);
        return socket;
    }

    private static byte[] authentication(String token) {
        return RawSocket.text("{\"type\":\"auth\",\"token\":\"" + token + "\",\"query\":" + POSTS + "}");
    }

    private static String token(String user) {
        return Tokens.signed(new JWTClaimsSet.Builder()
                .subject("did:example:" + user)
                .claim("instanceId", user)
                .build());
    }

    private void othersAreServed() throws IOException {
        RawSocket other = open().send(authentication(token("another")));
        assertThat(other.next().text()).startsWith("{\"docs\":[{\"_id\":\"1\"");
    }

    @Test
    void aFloodOfPingsIsAnsweredAsFarAsItIsReadAndThenClosed() throws IOException {
        RawSocket socket = open();
        byte[] ping = RawSocket.frame(RawSocket.FIN | RawSocket.PING, new byte[125]);
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        for (int i = 0; i < 2_000; i++) {
            many.writeBytes(ping);
        }

        socket.send(many.toByteArray());

        othersAreServed();
        assertThat(service.sockets()).isEqualTo(2);
        int pongs = 0;
        RawSocket.Received frame = socket.next();
        while (frame.opcode() != RawSocket.CLOSE) {
            pongs++;
            frame = socket.next();
        }
        assertThat(frame.closeCode()).isEqualTo(4029);
        assertThat(frame.closeReason()).isEqualTo("too_many_frames");
        assertThat(pongs).isLessThanOrEqualTo(256);
    }

    @Test
    void aClientThatPingsNowAndThenIsAnswered() throws IOException {
        RawSocket socket = open().send(authentication(Tokens.alice()));
        assertThat(socket.next().opcode()).isEqualTo(RawSocket.TEXT);

        for (int i = 0; i < 600; i++) {
            time.advance(Duration.ofSeconds(1));
            socket.send(RawSocket.frame(RawSocket.FIN | RawSocket.PING, new byte[] {(byte) i}));
            RawSocket.Received pong = socket.next();
            while (pong.opcode() == RawSocket.PING) {
                pong = socket.next();
            }
            assertThat(pong.payload()).containsExactly((byte) i);
        }
    }

    @Test
    void aFrameThatClaimsToBeLargeTakesNoRoom() throws IOException {
        for (int i = 0; i < 20; i++) {
            open().send(RawSocket.frame(RawSocket.TEXT, "{".getBytes()))
                    .send(RawSocket.frame(RawSocket.CONTINUATION, 100_000_000, new byte[200]));
        }

        othersAreServed();
        assertThat(service.sockets()).isEqualTo(21);
    }

    @Test
    void whatFollowsTheFirstMessageIsNotReadForLong() throws IOException {
        RawSocket socket = open().send(authentication(Tokens.alice()));
        assertThat(socket.next().opcode()).isEqualTo(RawSocket.TEXT);
        byte[] renewal = RawSocket.text("{\"type\":\"auth\",\"token\":\"" + Tokens.alice() + "\"}");

        for (int i = 0; i < 400; i++) {
            socket.send(renewal);
        }

        assertThat(socket.farewell().closeCode()).isEqualTo(4029);
        time.advance(LIMITS.authTime().plusSeconds(2));
        await().until(() -> service.sockets() == 0);
    }

    @Test
    void aMessageInManyPiecesIsRead() throws IOException {
        byte[] message =
                ("{\"type\":\"auth\",\"token\":\"" + Tokens.alice() + "\",\"query\":" + POSTS + "}").getBytes();
        int pieces = 100;
        RawSocket socket = open();
        for (int i = 0; i < pieces; i++) {
            int from = message.length * i / pieces;
            int to = message.length * (i + 1) / pieces;
            socket.send(RawSocket.frame(
                    (i == 0 ? RawSocket.TEXT : RawSocket.CONTINUATION) | (i == pieces - 1 ? RawSocket.FIN : 0),
                    java.util.Arrays.copyOfRange(message, from, to)));
        }

        assertThat(socket.next().text()).startsWith("{\"docs\":[");
    }

    @ParameterizedTest
    @CsvSource({
        // Without a mask; with bits that no extension uses; of kinds that there are not.
        "810568656c6c6f,1002,a frame is not well-formed",
        "c18001020304,1002,a frame is not well-formed",
        "838001020304,1002,a frame is not well-formed",
        "8f8001020304,1002,a frame is not well-formed",
        // Control frames in pieces, and too long.
        "098001020304,1002,a frame is not well-formed",
        "89fe007e0102030400,1002,a frame is not well-formed",
        // A piece of nothing, and a message within a message.
        "808001020304,1002,a frame is not well-formed",
        "018001020304818001020304,1002,a frame is not well-formed",
        // Longer than anything.
        "81ff7fffffffffffffff01020304,1009,the message is too large",
        "81ffffffffffffffffff01020304,1009,the message is too large",
        // Text and a reason that are no UTF-8; codes that nobody sends.
        "818201020304fefd,1007,text must be UTF-8",
        "888401020304 02eafcf9,1007,text must be UTF-8",
        "88820102030401ef,1002,a frame is not well-formed",
        "88810102030402,1002,a frame is not well-formed",
        "828001020304,1003,text only",
    })
    void whyItIsClosedIsSaidInWordsOfOurs(String bytes, int code, String reason) throws IOException {
        RawSocket socket = open().send(HexFormat.of().parseHex(bytes.replace(" ", "")));

        RawSocket.Received close = socket.farewell();

        assertThat(close.closeReason()).isEqualTo(reason);
        assertThat(close.closeCode()).isEqualTo(code);
        othersAreServed();
    }

    @Test
    void whatGoesWrongInTheServerIsNotTold() throws IOException {
        HttpService broken = HttpService.start(
                HttpSettings.of("127.0.0.1", 0),
                StubFeeds.answering((collection, query) -> {
                    throw new IllegalStateException("a value of somebody's document");
                }),
                Authenticator.none(),
                time);
        open.add(0, broken);
        RawSocket socket = RawSocket.open(broken.port(), "/data/global");
        open.add(0, socket);

        socket.send(authentication(""));

        assertThat(socket.next().text())
                .startsWith("{\"error\":\"internal_error\",")
                .doesNotContain("somebody");
        RawSocket.Received close = socket.farewell();
        assertThat(close.closeCode()).isEqualTo(1011);
        assertThat(close.closeReason()).isEqualTo("internal_error");
    }

    @Test
    void oneCallerHasOnlySoManySockets() throws IOException {
        service = serve(new SharedSecretTokens(Tokens.SECRET, time), LIMITS.withMaxSocketsPerCaller(3));
        List<RawSocket> hers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            hers.add(open().send(authentication(token("alice"))));
            assertThat(hers.get(i).next().text()).startsWith("{\"docs\":[");
        }

        RawSocket oneMore = open().send(authentication(token("alice")));

        assertThat(oneMore.next().text())
                .isEqualTo("{\"error\":\"too_many_sockets\",\"reason\":"
                        + "\"You have 3 WebSockets open, and may have no more.\"}\n");
        RawSocket.Received close = oneMore.farewell();
        assertThat(close.closeCode()).isEqualTo(4029);
        assertThat(close.closeReason()).isEqualTo("too_many_sockets");
        othersAreServed();
        hers.get(0).close();
        await().until(() -> service.sockets() <= 4);
        assertThat(open().send(authentication(token("alice"))).next().text()).startsWith("{\"docs\":[");
    }

    @Test
    void whoHasNoNameIsCountedByAddress() throws IOException {
        service = serve(Authenticator.none(), LIMITS.withMaxSocketsPerCaller(2));
        for (int i = 0; i < 2; i++) {
            assertThat(open().send(authentication("")).next().text()).startsWith("{\"docs\":[");
        }

        assertThat(open().send(authentication("")).farewell().closeCode()).isEqualTo(4029);
        assertThat(open("127.0.0.2").send(authentication("")).next().text()).startsWith("{\"docs\":[");
    }

    @Test
    void thoseWhoSayNothingMakeRoomForOneOfAnotherAddress() throws IOException {
        List<RawSocket> silent = new ArrayList<>();
        for (int i = 0; i < LIMITS.maxSockets(); i++) {
            silent.add(open());
            time.advance(Duration.ofMillis(1));
        }
        assertThatThrownBy(this::open).hasMessageContaining("503");

        RawSocket other = open("127.0.0.2").send(authentication(Tokens.alice()));

        assertThat(other.next().text()).startsWith("{\"docs\":[");
        assertThat(silent.get(0).isClosedByServer()).isTrue();
        assertThat(service.sockets()).isEqualTo(LIMITS.maxSockets());
    }
}
