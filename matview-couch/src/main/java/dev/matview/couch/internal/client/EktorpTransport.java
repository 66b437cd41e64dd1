package dev.matview.couch.internal.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.http.Header;
import org.apache.http.HttpHost;
import org.apache.http.HttpRequest;
import org.apache.http.client.HttpClient;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.client.methods.HttpUriRequest;
import org.apache.http.config.SocketConfig;
import org.apache.http.impl.client.HttpClientBuilder;
import org.apache.http.impl.conn.PoolingHttpClientConnectionManager;
import org.apache.http.protocol.HttpContext;
import org.ektorp.http.HttpResponse;
import org.ektorp.http.StdHttpClient;
import org.ektorp.http.StdHttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * Ektorp's client, on an HttpClient of our own making: without cookies, redirects, caches or retries of its own, and
 * with a way to abort what a thread has under way. Thread-safe.
 */
public final class EktorpTransport extends StdHttpClient {

    /** A connection that idled longer is tried before it is used: CouchDB may have been restarted meanwhile. */
    private static final int IDLE_MILLIS = 1_000;

    private final HttpHost host;
    private final Map<Thread, HttpUriRequest> underWay = new ConcurrentHashMap<>();

    private EktorpTransport(HttpClient client, HttpHost host) {
        super(client);
        this.host = host;
    }

    /** @param authorization the header that says who asks; null for nobody */
    public static EktorpTransport create(
            URI url, @Nullable String authorization, Duration connectTimeout, Duration socketTimeout, int connections) {
        int connectMillis = Math.toIntExact(connectTimeout.toMillis());
        int socketMillis = Math.toIntExact(socketTimeout.toMillis());
        PoolingHttpClientConnectionManager pool = new PoolingHttpClientConnectionManager();
        pool.setMaxTotal(connections);
        pool.setDefaultMaxPerRoute(connections);
        pool.setValidateAfterInactivity(IDLE_MILLIS);
        pool.setDefaultSocketConfig(SocketConfig.custom()
                .setSoTimeout(socketMillis)
                .setTcpNoDelay(true)
                .build());
        HttpClientBuilder client = HttpClientBuilder.create()
                .setConnectionManager(pool)
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectTimeout(connectMillis)
                        .setConnectionRequestTimeout(socketMillis)
                        .setSocketTimeout(socketMillis)
                        .setNormalizeUri(false)
                        .build())
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .setUserAgent("matview");
        client.addInterceptorFirst((HttpRequest request, HttpContext context) -> {
            request.setHeader("Accept", "application/json");
            if (authorization != null) {
                request.setHeader("Authorization", authorization);
            }
        });
        return new EktorpTransport(client.build(), new HttpHost(url.getHost(), url.getPort(), url.getScheme()));
    }

    @Override
    protected HttpHost getHttpHost() {
        return host;
    }

    /** Nothing is cached, so that it does not matter which of Ektorp's two clients is meant. */
    @Override
    protected HttpResponse executeRequest(HttpUriRequest request, boolean uncached) {
        underWay.put(Thread.currentThread(), request);
        try {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted before the request");
            }
            return createHttpResponse(getClient().execute(host, request), request);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected HttpResponse createHttpResponse(org.apache.http.HttpResponse response, HttpUriRequest request) {
        return new Response(response, request);
    }

    /** Aborts what the thread has under way, if anything; its read or write fails. */
    public void abort(Thread thread) {
        HttpUriRequest request = underWay.get(thread);
        if (request != null) {
            request.abort();
        }
    }

    /** Says that the calling thread has nothing under way any more. */
    public void done() {
        underWay.remove(Thread.currentThread());
    }

    /** Aborts everything and releases all connections. */
    @Override
    public void shutdown() {
        underWay.values().forEach(HttpUriRequest::abort);
        super.shutdown();
    }

    /** Ektorp's response, with one more header. */
    public static final class Response extends StdHttpResponse {

        private final @Nullable String retryAfter;

        private Response(org.apache.http.HttpResponse response, HttpUriRequest request) {
            super(response.getEntity(), response.getStatusLine(), request, response.getFirstHeader("ETag"));
            Header header = response.getFirstHeader("Retry-After");
            this.retryAfter = header == null ? null : header.getValue();
        }

        /** The server's wish, where it is a number of seconds; null for none. */
        public @Nullable Duration retryAfter() {
            if (retryAfter == null || !retryAfter.matches("\\d{1,6}")) {
                return null;
            }
            return Duration.ofSeconds(Long.parseLong(retryAfter));
        }
    }
}
