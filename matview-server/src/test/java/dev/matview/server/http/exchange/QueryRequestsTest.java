package dev.matview.server.http.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.core.access.Caller;
import dev.matview.core.mango.MangoException;
import dev.matview.core.mango.MangoLimits;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** What was asked before is not read again, whoever asks; and is asked as whoever asks it now. */
class QueryRequestsTest {

    private static final Caller ADA = new Caller("did:example:ada", "userdb-ada");
    private static final Caller BELA = new Caller("did:example:bela", "userdb-bela");

    private final QueryRequests requests =
            new QueryRequests(new RequestBody(InstantSource.system()), MangoLimits.defaults());
    private final LongSupplier hits = () -> requests.cache().stats().hitCount();

    private QueryRequest read(String body, String parameters, Caller caller) {
        return requests.read(body.getBytes(StandardCharsets.UTF_8), parameters, QueryString.of(parameters), caller);
    }

    @Test
    void theSelectorIsCompiledOnceForAllWhoAskIt() {
        QueryRequest first = read("{\"selector\": {\"a\": 1}}", "global=true", ADA);
        QueryRequest again = read("{\"selector\": {\"a\": 1}}", "global=true", BELA);

        assertThat(again.query().selector()).isSameAs(first.query().selector());
        assertThat(hits.getAsLong()).isEqualTo(1);
        assertThat(first.query().caller()).isEqualTo(ADA);
        assertThat(again.query().caller()).isEqualTo(BELA);
        assertThat(again.global()).isTrue();
    }

    @Test
    void anotherBodyAndOtherParametersAreAnotherRequest() {
        assertThat(read("{\"a\": 1}", "global=true", ADA).global()).isTrue();
        assertThat(read("{\"a\": 1}", "global=false", ADA).global()).isFalse();
        assertThat(read("{\"a\": 2}", "global=true", ADA).query().selector())
                .isNotEqualTo(read("{\"a\": 1}", "global=true", ADA).query().selector());

        assertThat(hits.getAsLong()).as("the first, once more").isEqualTo(1);
    }

    @Test
    void whatIsAskedOnceOrIsLongIsNotKept() {
        String further = "{\"selector\": {}, \"bookmark\": \"next\"}";
        String large = "{\"selector\": {\"a\": \"" + "x".repeat(5_000) + "\"}}";
        for (String body : new String[] {further, further, large, large}) {
            read(body, "global=true", ADA);
        }

        assertThat(hits.getAsLong()).isZero();
        assertThat(requests.cache().estimatedSize()).isZero();
    }

    @Test
    void aMistakeIsAMistakeEachTime() {
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> read("{\"selector\": {\"a\": {\"$almost\": 1}}}", "global=true", ADA))
                    .isInstanceOf(MangoException.class);
        }
    }
}
