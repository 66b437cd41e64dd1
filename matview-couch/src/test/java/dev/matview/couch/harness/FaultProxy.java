package dev.matview.couch.harness;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Stands between the code under test and a CouchDB, counts what goes by and breaks what it is told to break. A request is
 * seen as {@code METHOD /path?query}, as it was encoded; the first rule whose pattern is found in it applies.
 */
public final class FaultProxy implements AutoCloseable {

    private final URI target;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "fault-proxy");
        thread.setDaemon(true);
        return thread;
    });
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final int port;
    private HttpServer server;

    private record Rule(Pattern pattern, Fault fault, AtomicInteger left) {}

    /** What happens to a request. */
    @FunctionalInterface
    public interface Fault {
        void happen(FaultProxy proxy, HttpExchange exchange) throws IOException, InterruptedException;

        /** An answer of the proxy's own; headers as {@code Name: value}. */
        static Fault status(int status, String body, String... headers) {
            return (proxy, exchange) -> {
                for (String header : headers) {
                    String[] pair = header.split(": ", 2);
                    exchange.getResponseHeaders().set(pair[0], pair[1]);
                }
                proxy.answer(exchange, status, body.getBytes(StandardCharsets.UTF_8), -1);
            };
        }

        /** No answer, until the proxy is closed. */
        static Fault hang() {
            return (proxy, exchange) -> {
                proxy.closed.await();
                exchange.close();
            };
        }

        /**
         * An answer that never ends: it begins so, and goes on with what is made for 0, 1, 2 and so on, after a pause each.
         */
        static Fault endless(int status, String begin, IntFunction<String> more, Duration pause) {
            return (proxy, exchange) -> {
                exchange.sendResponseHeaders(status, 0);
                OutputStream to = exchange.getResponseBody();
                to.write(begin.getBytes(StandardCharsets.UTF_8));
                for (int i = 0; !proxy.closed.await(pause.toMillis(), TimeUnit.MILLISECONDS); i++) {
                    to.write(more.apply(i).getBytes(StandardCharsets.UTF_8));
                    to.flush();
                }
            };
        }

        /** The true answer, and then spaces without end. */
        static Fault unending(Duration pause) {
            return (proxy, exchange) -> {
                HttpResponse<byte[]> response = proxy.ask(exchange);
                String body = new String(response.body(), StandardCharsets.UTF_8);
                endless(response.statusCode(), body, i -> " ", pause).happen(proxy, exchange);
            };
        }

        /** The true answer, of which only the first bytes arrive before the connection breaks. */
        static Fault cut(int bytes) {
            return (proxy, exchange) -> {
                HttpResponse<byte[]> response = proxy.ask(exchange);
                proxy.answer(exchange, response.statusCode(), response.body(), bytes);
            };
        }

        /** The true answer, changed. */
        static Fault rewrite(UnaryOperator<String> change) {
            return (proxy, exchange) -> {
                HttpResponse<byte[]> response = proxy.ask(exchange);
                String changed = change.apply(new String(response.body(), StandardCharsets.UTF_8));
                proxy.answer(exchange, response.statusCode(), changed.getBytes(StandardCharsets.UTF_8), -1);
            };
        }

        /** The true answer, to a request that arrives only after something has happened. */
        static Fault after(Runnable event) {
            return (proxy, exchange) -> {
                event.run();
                proxy.forward(exchange);
            };
        }
    }

    /** A proxy in front of the CouchDB, on 127.0.0.1 and a free port. */
    public FaultProxy(URI target) {
        this.target = target;
        this.server = listen(0);
        this.port = server.getAddress().getPort();
    }

    private HttpServer listen(int wanted) {
        try {
            HttpServer listening =
                    HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), wanted), 64);
            listening.setExecutor(threads);
            listening.createContext("/", this::handle);
            listening.start();
            return listening;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Breaks every request that the pattern is found in. */
    public void on(String pattern, Fault fault) {
        on(pattern, fault, Integer.MAX_VALUE);
    }

    /** Breaks the first requests that the pattern is found in. */
    public void on(String pattern, Fault fault, int times) {
        rules.add(new Rule(Pattern.compile(pattern), fault, new AtomicInteger(times)));
    }

    /** Answers as if the databases, whose names need no encoding, were not there. */
    public void hide(String... databases) {
        Set<String> hidden =
                Arrays.stream(databases).map(name -> '"' + name + '"').collect(Collectors.toSet());
        on(
                "_all_dbs",
                Fault.rewrite(body -> "["
                        + Arrays.stream(body.strip().replaceAll("^\\[|]$", "").split(","))
                                .filter(name -> !hidden.contains(name))
                                .collect(Collectors.joining(","))
                        + "]"));
        for (String database : databases) {
            on("/" + Pattern.quote(database), Fault.status(404, "{\"error\":\"not_found\",\"reason\":\"missing\"}"));
        }
    }

    /** Breaks nothing any more. */
    public void heal() {
        rules.clear();
    }

    /** What was asked so far. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /** How many requests so far the pattern is found in. */
    public int count(String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        return (int) requests.stream()
                .filter(request -> compiled.matcher(request).find())
                .count();
    }

    public void forget() {
        requests.clear();
    }

    /** Breaks all connections and accepts no more, as a server that is down. */
    public synchronized void down() {
        server.stop(0);
    }

    /** Accepts connections again, on the same port. */
    public synchronized void up() {
        server = listen(port);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        requests.add(request);
        try {
            for (Rule rule : rules) {
                if (rule.pattern().matcher(request).find() && rule.left().getAndDecrement() > 0) {
                    rule.fault().happen(this, exchange);
                    return;
                }
            }
            forward(exchange);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            exchange.close();
        }
    }

    private void forward(HttpExchange exchange) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = client.send(request(exchange), BodyHandlers.ofInputStream());
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(response.statusCode(), 0);
        try (InputStream from = response.body();
                OutputStream to = exchange.getResponseBody()) {
            byte[] buffer = new byte[8192];
            for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                to.write(buffer, 0, n);
                to.flush();
            }
        }
    }

    private HttpResponse<byte[]> ask(HttpExchange exchange) throws IOException, InterruptedException {
        return client.send(request(exchange), BodyHandlers.ofByteArray());
    }

    private HttpRequest request(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(target.toString() + exchange.getRequestURI()))
                .method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body));
        for (String header : List.of("Authorization", "Content-Type")) {
            String value = exchange.getRequestHeaders().getFirst(header);
            if (value != null) {
                request.header(header, value);
            }
        }
        return request.build();
    }

    /** @param sent how many bytes arrive before the connection breaks; negative for all */
    private void answer(HttpExchange exchange, int status, byte[] body, int sent) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body, 0, sent < 0 ? body.length : Math.min(sent, body.length - 1));
            exchange.getResponseBody().flush();
        }
    }

    @Override
    public synchronized void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
