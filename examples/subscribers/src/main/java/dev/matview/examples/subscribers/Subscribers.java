package dev.matview.examples.subscribers;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Query;
import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.server.MatviewServer;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.http.HttpSettings;
import dev.matview.server.http.socket.SocketLimits;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Measures how long a new post takes from the moment it is written until every subscriber has the feed that shows it:
 * refresh, one computation, one message to each. First all subscribers read; then some stop reading.
 *
 * <p>Options: {@code --subscribers 5000 --asleep 50 --rounds 20}. The limit of open files must be above the number of
 * subscribers.
 */
public final class Subscribers {

    private static final int USERS = 200;
    private static final int POSTS = 5;

    /** By when one whose messages are not taken is gone: the limit, the time for a farewell, and some more. */
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final int subscribers;
    private final int asleep;
    private final int rounds;
    private final Duration patience;
    private final PrintStream out;
    private final InMemoryDatabases databases = new InMemoryDatabases();
    private int written;

    /** @param patience how long those who do not read are waited for, until they are closed; a few take nothing off the others */
    Subscribers(int subscribers, int asleep, int rounds, Duration patience, PrintStream out) {
        this.subscribers = subscribers;
        this.asleep = asleep;
        this.rounds = rounds;
        this.patience = patience;
        this.out = out;
    }

    /** What was measured in one phase. */
    record Phase(List<Long> millis, long worst) {}

    /** All that was measured. */
    record Figures(Phase allRead, Phase someSleep, int socketsAtEnd) {}

    public static void main(String[] args) throws Exception {
        new Subscribers(
                        option(args, "--subscribers", 5_000),
                        option(args, "--asleep", 50),
                        option(args, "--rounds", 20),
                        PATIENCE,
                        System.out)
                .run();
        System.exit(0);
    }

    private static int option(String[] args, String name, int otherwise) {
        int place = Arrays.asList(args).indexOf(name);
        return place < 0 ? otherwise : Integer.parseInt(args[place + 1]);
    }

    Figures run() throws IOException, InterruptedException {
        for (int i = 0; i < USERS * POSTS; i++) {
            post();
        }
        // All of one address; 10 seconds for a message, so that the end of those who sleep is seen soon.
        SocketLimits limits = new SocketLimits(
                        subscribers + asleep,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(90))
                .withMaxSocketsPerCaller(subscribers + asleep);
        FeedDefinition feed = FeedDefinition.builder("posts")
                .selector("{\"type\": \"post\"}")
                .fields("_id", "at", "content")
                .sort("[{\"at\": \"desc\"}]")
                .build();
        HttpSettings http = HttpSettings.of("127.0.0.1", 0).withSockets(limits);
        try (Scheduler scheduler = Scheduler.system();
                GlobalFeeds feeds = GlobalFeeds.builder()
                        .registry(FeedRegistry.of(feed))
                        .aggregator(databases)
                        .scheduler(scheduler)
                        .build();
                MatviewServer server = MatviewServer.start(feeds, Authenticator.none(), http, scheduler)) {
            server.buildViews();
            int bytes = feeds.query("posts", Query.all()).json().length;
            out.printf("%d users, %d posts; a page has 100 posts and %d bytes%n", USERS, written, bytes);
            return measure(feeds, server);
        }
    }

    private Figures measure(GlobalFeeds feeds, MatviewServer server) throws IOException, InterruptedException {
        Process process = clients(server.port());
        try (BufferedReader answers = process.inputReader(StandardCharsets.UTF_8);
                PrintWriter commands = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true)) {
            expect(answers, "ready");
            out.printf("%d subscribers, all reading; server heap %d MB%n", subscribers, heap());
            Phase allRead = phase(feeds, answers, commands);
            commands.println("sleep " + asleep);
            expect(answers, "asleep");
            out.printf("%d subscribers more, who do not read%n", asleep);
            Phase someSleep = phase(feeds, answers, commands);
            out.printf("server heap %d MB, %d sockets%n", heap(), server.sockets());
            Instant end = Instant.now().plus(patience);
            while (server.sockets() > subscribers && Instant.now().isBefore(end)) {
                Thread.sleep(500);
            }
            out.printf("%d sockets after those who do not read were closed%n", server.sockets());
            return new Figures(allRead, someSleep, server.sockets());
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    private Process clients(int port) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g", "-cp"));
        command.add(System.getProperty("subscribers.classpath", System.getProperty("java.class.path")));
        command.addAll(List.of(Clients.class.getName(), Integer.toString(port), Integer.toString(subscribers)));
        return new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
    }

    private Phase phase(GlobalFeeds feeds, BufferedReader answers, PrintWriter commands) throws IOException {
        List<Long> worst = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            long at = post();
            commands.println("await " + at);
            feeds.refresh("posts").join();
            String line = String.valueOf(answers.readLine());
            String[] figures = line.split(" ");
            if (figures.length != 4 || !figures[0].equals("received")) {
                throw new IOException("the clients said: " + line);
            }
            worst.add(Long.parseLong(figures[3]));
            out.printf("  new post at all: p50 %s ms, p99 %s ms, last %s ms%n", figures[1], figures[2], figures[3]);
        }
        return new Phase(worst, worst.stream().mapToLong(Long::longValue).max().orElse(0));
    }

    /** Writes a post, and says when. */
    private long post() {
        long at = Math.max(now(), last + 1);
        last = at;
        String user = "userdb-" + written % USERS;
        databases.put(
                user,
                "{\"_id\":\"post-%d\",\"type\":\"post\",\"at\":%d,\"content\":\"%s\"}"
                        .formatted(written, at, "A post as long as most of them are. ".repeat(3)));
        written++;
        return at;
    }

    private long last;

    /** Microseconds, on the clock that both JVMs share. */
    static long now() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20;
    }

    private static void expect(BufferedReader answers, String word) throws IOException {
        String line = answers.readLine();
        if (!word.equals(line)) {
            throw new IOException("the clients said " + line + ", not " + word);
        }
    }
}
