package dev.matview.server.http.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.matview.core.event.Scheduler;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.http.HttpService;
import dev.matview.server.http.HttpSettings;
import dev.matview.server.http.RawClient;
import dev.matview.server.http.SomePage;
import dev.matview.server.http.StubFeeds;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who asks, when proxies pass on requests. */
class TrustedProxiesTest {

    @AutoClose
    private static final Scheduler scheduler = Scheduler.system();

    private static final String POSTS = "/data/posts/query?global=true";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                // Nobody is trusted, or not the one that is there.
                "-|10.0.0.1|203.0.113.9|10.0.0.1",
                "10.0.0.0/8|192.0.2.1|203.0.113.9|192.0.2.1",
                // The last one that no proxy of ours has.
                "10.0.0.0/8|10.0.0.1|203.0.113.9|203.0.113.9",
                "10.0.0.0/8|10.0.0.1|203.0.113.9, 10.0.0.2|203.0.113.9",
                "10.0.0.0/8|10.0.0.1|1.2.3.4, 203.0.113.9, 10.0.0.2|203.0.113.9",
                "10.0.0.0/8|10.0.0.1|10.0.0.3, 10.0.0.2|10.0.0.3",
                "10.0.0.0/8|10.0.0.1|-|10.0.0.1",
                // What is no address ends what can be believed.
                "10.0.0.0/8|10.0.0.1|unknown|10.0.0.1",
                "10.0.0.0/8|10.0.0.1|203.0.113.9, _hidden, 10.0.0.2|10.0.0.2",
                "10.0.0.0/8|10.0.0.1|203.0.113.999|10.0.0.1",
                "10.0.0.0/8|10.0.0.1|localhost|10.0.0.1",
                // With ports and in brackets.
                "10.0.0.0/8|10.0.0.1|203.0.113.9:4711|203.0.113.9",
                "10.0.0.0/8|10.0.0.1|[2001:db8::1]:4711|2001:db8:0:0:0:0:0:1",
                "10.0.0.0/8|10.0.0.1|2001:db8::1|2001:db8:0:0:0:0:0:1",
                "10.0.0.0/8|10.0.0.1|::ffff:203.0.113.9|203.0.113.9",
                // Blocks end where they end.
                "10.128.0.0/9|10.128.0.1|203.0.113.9|203.0.113.9",
                "10.128.0.0/9|10.127.0.1|203.0.113.9|10.127.0.1",
                "192.0.2.7|192.0.2.7|203.0.113.9|203.0.113.9",
                "192.0.2.7|192.0.2.8|203.0.113.9|192.0.2.8",
                "0.0.0.0/0|192.0.2.8|203.0.113.9|203.0.113.9",
                "2001:db8::/33|2001:db8:7fff::1|203.0.113.9|203.0.113.9",
                "2001:db8::/33|2001:db8:8000::1|203.0.113.9|2001:db8:8000:0:0:0:0:1",
                "'10.0.0.1, ::1/128'|::1|203.0.113.9|203.0.113.9",
            })
    void theLastAddressThatNoTrustedProxyHasIsTheCallers(String trusted, String peer, String forwarded, String caller)
            throws IOException {
        TrustedProxies proxies = trusted == null ? TrustedProxies.none() : TrustedProxies.of(trusted);

        InetAddress address =
                proxies.caller(InetAddress.getByName(peer), forwarded == null ? List.of() : List.of(forwarded));

        assertThat(address.getHostAddress()).isEqualTo(caller);
    }

    @Test
    void severalHeadersReadAsOne() throws IOException {
        InetAddress caller = TrustedProxies.of("10.0.0.0/8")
                .caller(InetAddress.getByName("10.0.0.1"), List.of("1.2.3.4, 203.0.113.9", "10.0.0.2"));

        assertThat(caller.getHostAddress()).isEqualTo("203.0.113.9");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0/8", "::1/129", "proxy.example", "1/2/3"})
    void whatIsNoBlockOfAddressesIsRefused(String list) {
        assertThatThrownBy(() -> TrustedProxies.of(list))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(list);
    }

    @Test
    void neighboursInIpv6AreCountedAsOne() throws IOException {
        assertThat(group("2001:db8::1")).isEqualTo(group("2001:db8::ffff:1")).isNotEqualTo(group("2001:db8:0:1::1"));
        assertThat(group("192.0.2.1")).isEqualTo("192.0.2.1").isNotEqualTo(group("192.0.2.2"));
    }

    private static String group(String address) throws IOException {
        return CallerAddress.group(InetAddress.getByName(address));
    }

    @Test
    void requestsAreCountedForWhoeverAsksThroughATrustedProxy() throws IOException {
        HttpSettings settings = HttpSettings.of("127.0.0.1", 0).withMaxRequestsPerCaller(1);
        try (HttpService service = serve(settings.withTrustedProxies(TrustedProxies.of("127.0.0.2")));
                RawClient first = ask(service, "127.0.0.2", "203.0.113.9", "")) {
            await().until(() -> service.requestsUnderWay() == 1);

            assertThat(status(service, "127.0.0.2", "203.0.113.9")).isEqualTo("HTTP/1.1 429 Too Many Requests");
            assertThat(status(service, "127.0.0.2", "1.2.3.4, 203.0.113.9"))
                    .as("what the caller wrote itself")
                    .isEqualTo("HTTP/1.1 429 Too Many Requests");
            assertThat(status(service, "127.0.0.2", "203.0.113.10")).isEqualTo("HTTP/1.1 200 OK");
            assertThat(status(service, "127.0.0.1", "203.0.113.9"))
                    .as("no proxy")
                    .isEqualTo("HTTP/1.1 200 OK");
            first.send("{}");
            assertThat(first.statusLine()).isEqualTo("HTTP/1.1 200 OK");
        }
    }

    private static HttpService serve(HttpSettings settings) throws IOException {
        return HttpService.start(
                settings,
                StubFeeds.answering((collection, query) -> SomePage.empty()),
                Authenticator.none(),
                scheduler);
    }

    private static RawClient ask(HttpService service, String from, String forwarded, String body) throws IOException {
        return RawClient.connect(from, "127.0.0.1", service.port())
                .send("POST " + POSTS + " HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: " + forwarded
                        + "\r\nContent-Length: 2\r\n\r\n" + body);
    }

    private static String status(HttpService service, String from, String forwarded) throws IOException {
        try (RawClient client = ask(service, from, forwarded, "{}")) {
            return client.statusLine();
        }
    }
}
