package dev.matview.server.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import spark.Request;

class RoutePathTest {

    /** What Spark has found in a path. */
    private static final class Found extends Request {
        private final String segment;

        Found(String segment) {
            this.segment = segment;
        }

        @Override
        public String params(String name) {
            return segment;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "posts, posts",
        "a%2Fb, a/b",
        "50%2541, 50%41",
        "%EF%B7%901, \ufdd01",
        "\ufdd0, \ufdd0",
        "\ufdd01, \ufdd01",
        "\ufdd0%2F, \ufdd0/"
    })
    void aSegmentIsTakenAsItWasWritten(String written, String decoded) {
        String path = RoutePath.of("/feeds/" + written);

        assertThat(path).startsWith("/feeds/");
        assertThat(RoutePath.parameter(new Found(path.substring("/feeds/".length())), "collection"))
                .isEqualTo(decoded);
    }

    @ParameterizedTest
    @CsvSource({"/feeds/\ufdd0/x%20y, \ufdd0"})
    void aSegmentBesideOneThatIsEncodedIsToo(String uri, String decoded) {
        String segment = RoutePath.of(uri).split("/")[2];

        assertThat(RoutePath.parameter(new Found(segment), "collection")).isEqualTo(decoded);
    }
}
