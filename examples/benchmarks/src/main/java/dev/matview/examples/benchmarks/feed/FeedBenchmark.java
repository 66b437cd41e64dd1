package dev.matview.examples.benchmarks.feed;

import dev.matview.examples.benchmarks.figures.Aim;
import dev.matview.examples.benchmarks.figures.Benchmark;
import dev.matview.examples.benchmarks.figures.Figure;
import dev.matview.examples.benchmarks.figures.Run;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The questions of a feed over a million posts, one after the other by one client: asked of matview's server by HTTP, of
 * PostgreSQL by its driver, and of CouchDB's {@code _find} by HTTP where {@code COUCHDB_URL} says where one is.
 */
public final class FeedBenchmark implements Benchmark {

    private static final Pattern ID = Pattern.compile("\"_id\": ?\"([^\"]+)\"");

    @Override
    public String name() {
        return "feed";
    }

    @Override
    public List<String> jvmOptions() {
        return List.of("-Xmx3g");
    }

    @Override
    public Duration deadline() {
        return Duration.ofMinutes(12);
    }

    @Override
    public List<Figure> run(Run run) throws Exception {
        int posts = run.size(1_000_000, 6_000);
        int authors = run.size(10_000, 30);
        List<Figure> figures = new ArrayList<>();
        try (Answering ours = new MatviewAnswers(posts, authors)) {
            run.say("matview has %,d posts, and indexes", posts);
            try (Answering postgres = new PostgresAnswers(run, posts, authors)) {
                for (Question question : Question.values()) {
                    requireTheSame(question, ours.ask(question, 1), postgres.ask(question, 1));
                    figures.add(compared(run, question, posts, ours, "PostgreSQL, jsonb, indexed", postgres, 200));
                }
            }
            figures.addAll(besideCouch(run, authors, posts, ours));
        }
        return figures;
    }

    /** Loading 100,000 posts and making three indexes of them takes CouchDB minutes: it has fewer. */
    private static List<Figure> besideCouch(Run run, int authors, int posts, Answering ours) throws Exception {
        String url = System.getenv("COUCHDB_URL");
        if (url == null) {
            run.leaveOut("The questions of a feed, of CouchDB", "COUCHDB_URL, with an admin's name and password in it");
            return List.of();
        }
        List<Figure> figures = new ArrayList<>();
        int theirs = run.size(50_000, 6_000);
        String database = "matview-figures-" + ProcessHandle.current().pid();
        try (Answering couch = new CouchAnswers(run, URI.create(url), database, theirs, authors)) {
            for (Question question : Question.values()) {
                String peer = "CouchDB `_find`, indexed, %,d documents".formatted(theirs);
                figures.add(compared(run, question, posts, ours, peer, couch, 20));
            }
        }
        return figures;
    }

    private static void requireTheSame(Question question, String ours, String theirs) {
        List<String> here = ids(ours);
        if (here.isEmpty() || !here.equals(ids(theirs))) {
            throw new IllegalStateException(question + ": " + here + ", the other says " + ids(theirs));
        }
    }

    private static List<String> ids(String answer) {
        return ID.matcher(answer).results().map(found -> found.group(1)).toList();
    }

    private static Figure compared(
            Run run, Question question, int posts, Answering ours, String peer, Answering theirs, int times)
            throws Exception {
        int rounds = run.size(7, 1);
        double[] here = new double[rounds];
        double[] there = new double[rounds];
        int asked = run.size(times, 2);
        for (int round = -1; round < rounds; round++) {
            int turn = (round + 2) * asked;
            // The first ones are for the compiler, as many again.
            double one = millis(ours, question, turn, run.size(round < 0 ? 3_000 : 200, 2));
            double other = millis(theirs, question, turn, round < 0 ? 3 * asked : asked);
            if (round >= 0) {
                here[round] = one;
                there[round] = other;
            }
        }
        return Figure.ofRounds(
                "%s of %,d by HTTP".formatted(question.text(), posts), "ms", here, peer, there, Aim.ratioAtMost(1));
    }

    private static double millis(Answering answering, Question question, int turn, int times) throws Exception {
        long began = System.nanoTime();
        int characters = 0;
        for (int i = 0; i < times; i++) {
            characters += answering.ask(question, turn + i).length();
        }
        if (characters < times * 100) {
            throw new IllegalStateException(question + ": hardly anything was answered");
        }
        return (System.nanoTime() - began) / 1e6 / times;
    }
}
