package dev.matview.examples.benchmarks.http;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.event.Scheduler;
import dev.matview.server.MatviewServer;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.http.HttpSettings;

/** The JVM of matview, without tokens. Says its port, and serves until its standard input ends. */
final class PageServer {

    /** All clients are of one address: it is not to be refused. */
    private static final int REQUESTS = 1_000;

    private PageServer() {}

    /** @param args how many user databases, and how many rows in all of them */
    public static void main(String[] args) throws Exception {
        Posts posts = new Posts(Integer.parseInt(args[0]));
        int rows = Integer.parseInt(args[1]);
        for (int i = 0; i < rows; i++) {
            posts.write(i);
        }
        HttpSettings http = HttpSettings.of("127.0.0.1", 0).withMaxRequestsPerCaller(REQUESTS);
        try (Scheduler scheduler = Scheduler.system();
                GlobalFeeds feeds = posts.feeds(scheduler);
                MatviewServer server = MatviewServer.start(feeds, Authenticator.none(), http, scheduler)) {
            server.buildViews();
            System.out.println("port " + server.port());
            Child.awaitEnd();
        }
        System.exit(0);
    }
}
