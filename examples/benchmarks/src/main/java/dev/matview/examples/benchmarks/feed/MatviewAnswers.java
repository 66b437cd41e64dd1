package dev.matview.examples.benchmarks.feed;

import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.examples.benchmarks.inprocess.Posts;
import dev.matview.examples.benchmarks.inprocess.PostsView;
import dev.matview.server.MatviewServer;
import dev.matview.server.auth.Authenticator;
import dev.matview.server.http.HttpSettings;
import java.net.URI;

/** matview's server, with a view of the posts in memory and an index for each question that a sort alone does not answer. */
final class MatviewAnswers implements Answering {

    private static final String PATH = "/data/posts/query?global=true";

    private final int authors;
    private final PostsView view;
    private final Scheduler scheduler = Scheduler.system();
    private final MatviewServer server;
    private final HttpConnection connection;

    MatviewAnswers(int posts, int authors) throws Exception {
        this.authors = authors;
        FeedDefinition feed = Posts.feed()
                .indexes("[[\"author.did\", {\"at\": \"desc\"}], [\"tag\", {\"likes\": \"desc\"}]]")
                .build();
        view = new PostsView(feed, posts, authors, number -> null);
        server = MatviewServer.start(view.feeds(), Authenticator.none(), HttpSettings.of("127.0.0.1", 0), scheduler);
        view.awaitReady();
        connection = new HttpConnection(URI.create("http://127.0.0.1:" + server.port()));
    }

    @Override
    public String ask(Question question, int turn) throws Exception {
        return connection.send("POST", PATH, body(question, Question.about(question, turn, authors)));
    }

    private static String body(Question question, String about) {
        return switch (question) {
            case NEWEST -> "{\"limit\":100}";
            case PAGE_50 -> "{\"limit\":100,\"skip\":" + Question.BEFORE + "}";
            case AUTHOR -> "{\"author.did\":\"" + about + "\",\"limit\":100}";
            case TAG -> "{\"tag\":\"" + about + "\",\"sort\":[{\"likes\":\"desc\"}],\"limit\":100}";
        };
    }

    @Override
    public void close() throws Exception {
        connection.close();
        server.close();
        view.close();
        scheduler.close();
    }
}
