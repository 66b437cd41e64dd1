package dev.matview.core.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailureKindTest {

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(FailureKind.AWAY, new ConnectException("refused")),
                Arguments.of(FailureKind.AWAY, new NoRouteToHostException("no route")),
                Arguments.of(FailureKind.AWAY, new SocketException("Connection reset")),
                Arguments.of(FailureKind.AWAY, new UnknownHostException("couch")),
                Arguments.of(FailureKind.AWAY, new EOFException()),
                Arguments.of(FailureKind.LATE, new SocketTimeoutException("read")),
                Arguments.of(FailureKind.LATE, new TimeoutException("over")),
                Arguments.of(FailureKind.UNREADABLE, new IOException("no JSON")),
                Arguments.of(FailureKind.OTHER, new IllegalStateException("?")));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void anExceptionOfTheJdkHasItsKindAlsoAsACause(FailureKind kind, Exception failure) {
        assertThat(FailureKind.of(failure)).isEqualTo(kind);
        assertThat(FailureKind.of(new IllegalStateException("wrapped", failure)))
                .isEqualTo(kind);
    }
}
