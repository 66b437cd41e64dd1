package dev.matview.server.siege;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.server.http.socket.SocketClient;
import java.io.IOException;
import java.io.PrintStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Measures what mallory can do to alice: the jar is started with {@code -Xmx512m} on 500,000 rows, mallory asks for what
 * costs most, as fast as answers come, and alice's requests are timed.
 *
 * <p>Run by hand, after {@code mvn -DskipTests package}: <pre>
 * java -Xmx256m -cp matview-server/target/test-classes:matview-server/target/matview-server.jar \
 *     dev.matview.server.siege.Siege matview-server/target/matview-server.jar queries sockets own leaving
 * </pre>
 */
public final class Siege {

    private static final Duration LONGEST = Duration.ofSeconds(90);

    private final Besieged server;
    private final PrintStream out;
    private final AtomicInteger numbers = new AtomicInteger();

    private Siege(Besieged server, PrintStream out) {
        this.server = server;
        this.out = out;
    }

    public static void main(String[] args) throws Exception {
        List<String> wanted = List.of(args).subList(1, args.length);
        boolean own = wanted.contains("own");
        try (Besieged server = Besieged.start(Path.of(args[0]), Besieged.ROWS, own ? 284 : 1)) {
            Siege siege = new Siege(server, System.out);
            siege.probe("nobody disturbs", 200, 20);
            for (String attack : wanted) {
                siege.attack(attack);
            }
            System.out.println(server.isAlive() ? "the server lives" : "THE SERVER IS GONE\n" + server.log());
        }
        System.exit(0);
    }

    private void attack(String name) throws Exception {
        switch (name) {
            case "queries" -> {
                queries(20);
                queries(80);
            }
            case "sockets" -> {
                sockets(60);
                sockets(240);
            }
            case "own" -> own(8);
            case "leaving" -> leaving();
            default -> throw new IllegalArgumentException(name);
        }
    }

    /** What alice asks: pages that are ready, a search of her own, and whether the server lives. */
    private void probe(String name, int count, int searches) throws InterruptedException {
        out.println("== " + name);
        out.println(Probes.of("plain page", count, LONGEST, server, i -> page("alice", "{\"limit\":25}")));
        out.println(Probes.of("/health", count, LONGEST, server, i -> server.health()));
        out.println(
                Probes.of("search of 100,000 rows", searches, LONGEST, server, i -> page("alice", search(100_000))));
    }

    private HttpRequest page(String user, String body) {
        return server.query(user, "/data/posts/query?global=true", body);
    }

    /** A query that nobody has asked, which finds its rows after so many others. */
    private String search(int rows) {
        int salt = numbers.incrementAndGet();
        return "{\"selector\":{\"n\":{\"$lt\":%d},\"text\":{\"$ne\":\"%d\"}},\"limit\":5}"
                .formatted(Besieged.ROWS - rows, salt);
    }

    /** A query that nobody has asked and that no row answers. */
    private String endless() {
        return "{\"selector\":{\"text\":{\"$regex\":\"no%d$\"}},\"limit\":5}".formatted(numbers.incrementAndGet());
    }

    private void queries(int parallel) throws Exception {
        Probes attack = new Probes("mallory's searches");
        whileAttacking(
                parallel,
                () -> attack.send(server, page("mallory", endless())),
                () -> probe(parallel + " parallel searches of mallory", 200, 200));
        out.println(attack);
    }

    private void own(int parallel) throws Exception {
        out.println(Probes.of("eve's first page", 3, LONGEST, server, i -> notes("{\"limit\":1}")));
        Probes attack = new Probes("eve's pages");
        whileAttacking(
                parallel,
                () -> attack.send(server, notes("{\"limit\":1,\"skip\":%d}".formatted(numbers.incrementAndGet()))),
                () -> probe(parallel + " parallel queries of eve's own database of 284 MB", 200, 200));
        out.println(attack);
    }

    private HttpRequest notes(String body) {
        return server.query("eve", "/data/notes/query", body);
    }

    private interface Step {
        void run() throws Exception;
    }

    private void whileAttacking(int parallel, Step attack, Step measure) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Duration before = server.processorTime();
        long begin = System.nanoTime();
        ExecutorService attackers = Executors.newFixedThreadPool(parallel);
        for (int i = 0; i < parallel; i++) {
            attackers.submit(() -> {
                while (!over.get()) {
                    attack.run();
                }
                return null;
            });
        }
        TimeUnit.SECONDS.sleep(3);
        measure.run();
        over.set(true);
        out.printf(
                "processor time of the server: %d ms in %d ms%n",
                server.processorTime().minus(before).toMillis(), (System.nanoTime() - begin) / 1_000_000);
        attackers.shutdown();
        attackers.awaitTermination(2, TimeUnit.MINUTES);
    }

    /** Alice's plain page and her search are pushed to her while mallory has sockets whose queries cost. */
    private void sockets(int count) throws Exception {
        pushes("pushes, nobody disturbs", 10);
        List<SocketClient> open = new ArrayList<>();
        int refused = 0;
        for (int i = 0; i < count; i++) {
            try {
                open.add(SocketClient.open(server.port(), "/data/global")
                        .authenticate(Besieged.token("mallory"), global(endless())));
            } catch (CompletionException e) {
                refused++;
            }
        }
        out.printf("%d sockets of mallory, %d of them refused%n", count, refused);
        TimeUnit.SECONDS.sleep(3);
        pushes("pushes, %d sockets of mallory".formatted(count), 20);
        probe(count + " sockets of mallory with searches", 200, 50);
        int closed = 0;
        for (SocketClient client : open) {
            closed += client.isClosed() ? 1 : 0;
            client.close();
        }
        out.printf("%d of mallory's sockets were closed by the server%n", closed);
    }

    private static String global(String query) {
        return "{\"collection\":\"posts\"," + query.substring(1);
    }

    private void pushes(String name, int rounds) throws Exception {
        Probes plain = new Probes(name + ": page");
        Probes searched = new Probes(name + ": search");
        try (SocketClient page = subscribe("{\"limit\":3}");
                SocketClient search = subscribe("{\"selector\":{\"text\":{\"$ne\":\"%d\"}},\"limit\":3}"
                        .formatted(numbers.incrementAndGet()))) {
            page.next();
            search.next();
            for (int i = 0; i < rounds; i++) {
                int number = numbers.incrementAndGet();
                long begin = System.nanoTime();
                server.post(number, "userdb-pushed");
                CompletableFuture<Void> both = CompletableFuture.allOf(
                        shows(page, number, plain, begin), shows(search, number, searched, begin));
                try {
                    both.get(60, TimeUnit.SECONDS);
                } catch (ExecutionException | TimeoutException e) {
                    out.println(name + ": a push did not come: " + e);
                }
            }
        }
        out.println(plain);
        out.println(searched);
    }

    private SocketClient subscribe(String query) {
        return SocketClient.open(server.port(), "/data/global").authenticate(Besieged.token("alice"), global(query));
    }

    private static CompletableFuture<Void> shows(SocketClient client, int number, Probes probes, long begin) {
        return CompletableFuture.runAsync(() -> {
            try {
                JsonNode message = client.next();
                while (message.at("/docs/0/n").intValue() != 10_000_000 + number) {
                    message = client.next();
                }
                probes.took(begin, "pushed");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** How much is computed for clients that have left. */
    private void leaving() throws IOException, InterruptedException {
        out.println("== clients that leave");
        for (int round = 0; round < 5; round++) {
            String body = endless();
            Duration before = server.processorTime();
            try (Socket socket = new Socket("127.0.0.1", server.port())) {
                String head = "POST /data/posts/query?global=true HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                        + Besieged.token("mallory") + "\r\nContent-Length: " + body.length() + "\r\n\r\n";
                socket.getOutputStream().write((head + body).getBytes(StandardCharsets.UTF_8));
                TimeUnit.MILLISECONDS.sleep(300);
            }
            Duration atLeaving = server.processorTime();
            TimeUnit.MILLISECONDS.sleep(1_000);
            Duration second = server.processorTime();
            TimeUnit.MILLISECONDS.sleep(2_000);
            out.printf(
                    "left after %d ms; processor time %d ms until then, %d ms in the second after, %d ms in the next two%n",
                    300,
                    atLeaving.minus(before).toMillis(),
                    second.minus(atLeaving).toMillis(),
                    server.processorTime().minus(second).toMillis());
        }
    }
}
