package dev.matview.examples.benchmarks.http;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Scheduler;
import dev.matview.server.MatviewServer;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.http.HttpSettings;
import dev.matview.server.http.socket.SocketLimits;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The JVM of matview for subscribers. Says its port; at each line on standard input it writes a post, and says when. */
final class SubscribedServer {

    private static final int USERS = 200;
    private static final int POSTS = 1_000;

    private SubscribedServer() {}

    /** @param args how many subscribers there may be */
    public static void main(String[] args) throws Exception {
        Posts posts = new Posts(USERS);
        for (int i = 0; i < POSTS; i++) {
            posts.write(SubscriberLoad.now());
        }
        int sockets = Integer.parseInt(args[0]);
        SocketLimits limits = new SocketLimits(
                        sockets,
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(90))
                .withMaxSocketsPerCaller(sockets);
        HttpSettings http = HttpSettings.of("127.0.0.1", 0).withSockets(limits);
        try (Scheduler scheduler = Scheduler.system();
                GlobalFeeds feeds = posts.feeds(scheduler);
                MatviewServer server = MatviewServer.start(feeds, Authenticator.none(), http, scheduler)) {
            server.buildViews();
            System.out.println("port " + server.port());
            BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
            while (commands.readLine() != null) {
                long at = SubscriberLoad.now();
                posts.write(at);
                System.out.println("posted " + at);
                feeds.refresh("posts").join();
            }
        }
        System.exit(0);
    }
}
