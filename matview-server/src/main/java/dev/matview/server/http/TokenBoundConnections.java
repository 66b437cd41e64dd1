package dev.matview.server.http;

import org.eclipse.jetty.http.BadMessageException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpChannelOverHttp;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnection;
import org.eclipse.jetty.server.HttpConnectionFactory;

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
        HttpConnection connection =
                new HttpConnection(
                        getHttpConfiguration(),
                        connector,
                        endPoint,
                        getHttpCompliance(),
                        isRecordHttpComplianceViolations()) {
                    @Override
                    protected HttpChannelOverHttp newHttpChannel() {
                        return new Channel(this, getConnector(), getHttpConfiguration(), getEndPoint());
                    }
                };
        return configure(connection, connector, endPoint);
    }

    private static final class Channel extends HttpChannelOverHttp {

        private boolean asksForData;
        private boolean hasToken;

        Channel(HttpConnection connection, Connector connector, HttpConfiguration configuration, EndPoint endPoint) {
            super(connection, connector, configuration, endPoint, connection);
        }

        @Override
        public boolean startRequest(String method, String uri, HttpVersion version) {
            asksForData = uri.startsWith(DATA);
            hasToken = false;
            return super.startRequest(method, uri, version);
        }

        @Override
        public void parsedHeader(HttpField field) {
            hasToken |= field.getHeader() == HttpHeader.AUTHORIZATION;
            super.parsedHeader(field);
        }

        @Override
        public void badMessage(BadMessageException failure) {
            boolean tooLarge = failure.getCode() == HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431;
            super.badMessage(
                    tooLarge && asksForData && !hasToken
                            ? new BadMessageException(HttpStatus.UNAUTHORIZED_401, "the token does not fit", failure)
                            : failure);
        }
    }
}
