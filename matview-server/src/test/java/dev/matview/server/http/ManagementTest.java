package dev.matview.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.matview.core.event.Scheduler;
import dev.matview.server.auth.ClaimRules;
import dev.matview.server.auth.SharedSecretTokens;
import dev.matview.server.auth.Tokens;
import dev.matview.server.http.HttpSettings.Management;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The address for those who look after the server, and the token for those who scrape it. */
class ManagementTest {

    @AutoClose
    private final Scheduler scheduler = Scheduler.system();

    private static final String SCRAPER = "a-token-of-more-than-16-characters";
    private static final HttpSettings SETTINGS = HttpSettings.of("127.0.0.1", 0);

    private HttpService service;

    @AfterEach
    void stop() {
        if (service != null) {
            service.close();
        }
    }

    private void serve(HttpSettings settings) throws IOException {
        ClaimRules rules = new ClaimRules(
                null, null, ClaimRules.LEEWAY, "sub", "instanceId", new ClaimRules.Required("role", "admin"));
        service = HttpService.start(
                settings,
                StubFeeds.answering((collection, query) -> SomePage.empty()),
                new SharedSecretTokens(Tokens.SECRET, rules, scheduler),
                scheduler);
    }

    private Http management() {
        return new Http(service.managementPort().orElseThrow());
    }

    private static String bearer(String token) {
        return "Bearer " + token;
    }

    private static String administrator() {
        return bearer(Tokens.signed(new JWTClaimsSet.Builder()
                .subject("did:example:root")
                .claim("role", "admin")
                .build()));
    }

    @Test
    void onThisMachineTheMetricsNeedNoToken() throws IOException {
        serve(SETTINGS.withManagement(Management.onLoopback(0)));

        HttpResponse<String> metrics = management().send("GET", "/metrics", "");

        assertThat(metrics.statusCode()).isEqualTo(200);
        assertThat(metrics.body()).contains("\nmatview_websockets 0.0\n");
        for (String path : List.of("/health", "/health/", "/health/live", "/health/ready", "/metrics/")) {
            assertThat(management().send("GET", path, "").statusCode()).as(path).isEqualTo(200);
        }
        assertThat(management().send("GET", "/", "").statusCode()).isEqualTo(200);
        assertThat(new Http(service.port()).send("GET", "/metrics", "").statusCode())
                .as("at the other address")
                .isEqualTo(401);
    }

    @Test
    void allElseThatAdministratorsDoNeedsOne() throws IOException {
        serve(SETTINGS.withManagement(Management.onLoopback(0)));

        assertThat(management().send("GET", "/feeds", "").statusCode()).isEqualTo(401);
        assertThat(management().send("POST", "/feeds/posts/refresh", "").statusCode())
                .isEqualTo(401);
        assertThat(management()
                        .send("GET", "/feeds", "", "Authorization", bearer(Tokens.alice()))
                        .statusCode())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/data/posts/query?global=true", "/data/expand?did=a&ref=b", "/nothing", "/metrics/x"})
    void thereIsNoData(String path) throws IOException {
        serve(SETTINGS.withManagement(Management.onLoopback(0)));

        assertThat(management()
                        .send("POST", path, "{}", "Authorization", administrator())
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void aPageInABrowserOnThisMachineReadsNoMetrics() throws IOException {
        serve(SETTINGS.withManagement(Management.onLoopback(0)));
        int port = service.managementPort().orElseThrow();

        for (String header : new String[] {"Host: evil.example", "Host: localhost\r\nSec-Fetch-Site: cross-site"}) {
            try (RawClient client = RawClient.connect(port)) {
                assertThat(client.send("GET /metrics HTTP/1.1\r\n" + header + "\r\n\r\n")
                                .statusLine())
                        .isEqualTo("HTTP/1.1 403 Forbidden");
            }
        }
    }

    @Test
    void whereOthersCanConnectTheMetricsNeedAToken() throws IOException {
        serve(SETTINGS.withManagement(new Management("0.0.0.0", 0)).withMetricsToken(MetricsToken.of(SCRAPER)));

        assertThat(management().send("GET", "/metrics", "").statusCode()).isEqualTo(401);
        assertThat(management()
                        .send("GET", "/metrics", "", "Authorization", bearer(SCRAPER))
                        .statusCode())
                .isEqualTo(200);
        assertThat(management().send("GET", "/health", "").statusCode()).isEqualTo(200);
    }

    @Test
    void theTokenForScrapersIsForTheMetricsAlone() throws IOException {
        serve(SETTINGS.withMetricsToken(MetricsToken.of(SCRAPER)));
        Http http = new Http(service.port());

        assertThat(http.send("GET", "/metrics", "", "Authorization", bearer(SCRAPER))
                        .statusCode())
                .isEqualTo(200);
        assertThat(http.send("GET", "/feeds", "", "Authorization", bearer(SCRAPER))
                        .statusCode())
                .isEqualTo(401);
        assertThat(http.send("GET", "/metrics", "", "Authorization", bearer(SCRAPER + "x"))
                        .statusCode())
                .isEqualTo(401);
        assertThat(http.send("GET", "/metrics", "", "Authorization", "Basic " + SCRAPER)
                        .statusCode())
                .isEqualTo(401);
        assertThat(http.send("GET", "/metrics", "", "Authorization", administrator())
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"short", "sixteen letters and blanks", "sixteen-and-more-ü"})
    void aTokenThatIsNoneIsRefusedAndNotToldOn(String secret) {
        assertThatThrownBy(() -> MetricsToken.of(secret))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain(secret);
        assertThat(SETTINGS.withMetricsToken(MetricsToken.of(SCRAPER)).toString())
                .doesNotContain(SCRAPER);
    }

    @Test
    void aPortThatIsTakenIsToldAsThisOne() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> serve(SETTINGS.withManagement(Management.onLoopback(other.getLocalPort()))))
                    .isInstanceOf(ManagementBindException.class);
        }
    }
}
