package dev.matview.server.http.connection;

import dev.matview.server.process.MemoryExhaustion;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.jspecify.annotations.Nullable;

/**
 * HTTP connections that answer a request for data whose headers are too large with 401, not 431, unless its token had
 * arrived by then: a token that does not fit is one more token that is not accepted, and nothing of it is kept. They tell
 * what they wait for.
 */
public final class TokenBoundConnections extends HttpConnectionFactory {

    private static final String DATA = "/data/";

    private final InstantSource clock;

    public TokenBoundConnections(HttpConfiguration configuration, InstantSource clock) {
        super(configuration);
        this.clock = clock;
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        return configure(new Client(getHttpConfiguration(), connector, endPoint, clock), connector, endPoint);
    }

    /** One client's. */
    static final class Client extends HttpConnection {

        private final InstantSource clock;
        private final @Nullable InetSocketAddress peer;
        private volatile @Nullable Instant idleSince;

        /** How many bytes had come when the last request was over: those that follow are of the next one's head. */
        private volatile long bytesBefore;

        private volatile @Nullable Instant headSeen;

        Client(HttpConfiguration configuration, Connector connector, EndPoint endPoint, InstantSource clock) {
            super(configuration, connector, endPoint);
            this.clock = clock;
            this.peer = endPoint.getRemoteSocketAddress() instanceof InetSocketAddress address ? address : null;
            this.idleSince = clock.instant();
        }

        /** Who has it, also when it is closed, and the system knows no longer. */
        @Nullable
        InetSocketAddress peer() {
            return peer;
        }

        /** Since when there has been no whole request; null while there is one. */
        @Nullable
        Instant idleSince() {
            return idleSince;
        }

        /** Since when the head of a request has been seen to come; null when there is none. Asked once a second. */
        @Nullable
        Instant headSince() {
            if (idleSince == null || getBytesIn() == bytesBefore) {
                headSeen = null;
            } else if (headSeen == null) {
                headSeen = clock.instant();
            }
            return headSeen;
        }

        @Override
        public void onClose(@Nullable Throwable cause) {
            MemoryExhaustion.atTop(cause);
            super.onClose(cause);
        }

        @Override
        protected RequestHandler newRequestHandler() {
            return new Heads();
        }

        @Override
        protected HttpStreamOverHTTP1 newHttpStream(String method, String uri, HttpVersion version) {
            return new Stream(method, uri, version);
        }

        /** From a request until its answer is out. */
        private final class Stream extends HttpStreamOverHTTP1 {

            Stream(String method, String uri, HttpVersion version) {
                super(method, uri, version);
            }

            @Override
            public void succeeded() {
                bytesBefore = getBytesIn();
                idleSince = clock.instant();
                super.succeeded();
            }
        }

        private final class Heads extends RequestHandler {

            private boolean asksForData;
            private boolean hasToken;

            @Override
            public void startRequest(String method, String uri, HttpVersion version) {
                asksForData = uri.startsWith(DATA);
                hasToken = false;
                super.startRequest(method, uri, version);
            }

            @Override
            public void parsedHeader(HttpField field) {
                hasToken |= field.getHeader() == HttpHeader.AUTHORIZATION;
                super.parsedHeader(field);
            }

            @Override
            public boolean headerComplete() {
                idleSince = null;
                return super.headerComplete();
            }

            @Override
            public void badMessage(HttpException failure) {
                boolean tooLarge = failure.getCode() == HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431;
                super.badMessage(
                        tooLarge && asksForData && !hasToken
                                ? new HttpException.RuntimeException(
                                        HttpStatus.UNAUTHORIZED_401, "the token does not fit")
                                : failure);
            }
        }
    }
}
