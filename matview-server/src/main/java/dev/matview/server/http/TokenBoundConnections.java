package dev.matview.server.http;

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

/**
 * HTTP connections that answer a request for data whose headers are too large with 401, not 431, unless its token had
 * arrived by then: a token that does not fit is one more token that is not accepted, and nothing of it is kept.
 */
final class TokenBoundConnections extends HttpConnectionFactory {

    private static final String DATA = "/data/";

    TokenBoundConnections(HttpConfiguration configuration) {
        super(configuration);
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        return configure(new TokenBound(getHttpConfiguration(), connector, endPoint), connector, endPoint);
    }

    private static final class TokenBound extends HttpConnection {

        TokenBound(HttpConfiguration configuration, Connector connector, EndPoint endPoint) {
            super(configuration, connector, endPoint);
        }

        @Override
        protected RequestHandler newRequestHandler() {
            return new Heads();
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
