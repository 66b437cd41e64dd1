package dev.matview.examples.benchmarks.http;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import javax.servlet.Filter;
import javax.servlet.ServletException;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.ee8.nested.AbstractHandler;
import org.eclipse.jetty.ee8.nested.ContextHandler;
import org.eclipse.jetty.ee8.nested.Request;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import spark.Service;
import spark.embeddedserver.EmbeddedServer;
import spark.embeddedserver.EmbeddedServers;
import spark.embeddedserver.jetty.HttpRequestWrapper;
import spark.embeddedserver.jetty.websocket.WebSocketHandlerWrapper;
import spark.http.matching.MatcherFilter;
import spark.ssl.SslStores;

/**
 * The JVM of the other: a Spark route that writes bytes it has at hand, on the same Jetty with the same connector, and
 * nothing that Spark does not have. Says its port, and serves until its standard input ends.
 */
final class SparkServer {

    private SparkServer() {}

    /** @param args the port of a matview whose answer it is to give; none for a short one */
    public static void main(String[] args) throws Exception {
        byte[] answer = args.length == 0 ? "{}".getBytes(StandardCharsets.US_ASCII) : page(Integer.parseInt(args[0]));
        Object embedding = new Object();
        EmbeddedServers.initialize();
        EmbeddedServers.add(
                embedding,
                (routes, staticFiles, exceptions, others) ->
                        new OnJetty(new MatcherFilter(routes, staticFiles, exceptions, false, others)));
        Service spark = Service.ignite();
        spark.embeddedServerIdentifier(embedding);
        spark.ipAddress("127.0.0.1");
        spark.port(0);
        spark.post("/data/:collection/query", (request, response) -> {
            HttpServletResponse raw = response.raw();
            raw.setContentType("application/json");
            raw.setContentLength(answer.length);
            raw.getOutputStream().write(answer);
            return "";
        });
        spark.awaitInitialization();
        System.out.println("port " + spark.port());
        Child.awaitEnd();
        System.exit(0);
    }

    private static byte[] page(int port) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/data/posts/query?global=true"))
                .POST(BodyPublishers.ofString("{}"))
                .build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.ofByteArray())
                .body();
    }

    private static final class OnJetty implements EmbeddedServer {
        private final Filter routes;
        private @Nullable Server server;

        OnJetty(Filter routes) {
            this.routes = routes;
        }

        @Override
        public int ignite(
                String host, int port, @Nullable SslStores ssl, int maxThreads, int minThreads, int threadIdleMillis)
                throws Exception {
            Server jetty = new Server(new QueuedThreadPool());
            HttpConfiguration configuration = new HttpConfiguration();
            configuration.setSendServerVersion(false);
            ServerConnector connector = new ServerConnector(jetty, new HttpConnectionFactory(configuration));
            connector.setHost(host);
            connector.setPort(port);
            connector.setAcceptedSendBufferSize(64 * 1024);
            jetty.addConnector(connector);
            ContextHandler context = new ContextHandler("/");
            context.setHandler(new Routes(routes));
            jetty.setHandler(context.getCoreContextHandler());
            jetty.start();
            server = jetty;
            return connector.getLocalPort();
        }

        @Override
        public void configureWebSockets(
                @Nullable Map<String, WebSocketHandlerWrapper> handlers, Optional<Long> idleTimeoutMillis) {}

        @Override
        public void join() {}

        @Override
        public void extinguish() {}

        @Override
        public int activeThreadCount() {
            return 0;
        }
    }

    /** As Spark's own for Jetty 9 does it. */
    private static final class Routes extends AbstractHandler {
        private final Filter routes;

        Routes(Filter routes) {
            this.routes = routes;
        }

        @Override
        public void handle(String target, Request baseRequest, HttpServletRequest request, HttpServletResponse response)
                throws IOException, ServletException {
            HttpRequestWrapper wrapped = new HttpRequestWrapper(request);
            routes.doFilter(wrapped, response, null);
            baseRequest.setHandled(!wrapped.notConsumed());
        }
    }
}
