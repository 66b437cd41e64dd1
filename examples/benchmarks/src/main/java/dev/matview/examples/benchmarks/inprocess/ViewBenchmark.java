package dev.matview.examples.benchmarks.inprocess;

import dev.matview.core.GlobalFeeds;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.access.Access;
import dev.matview.core.access.Acl;
import dev.matview.core.access.Caller;
import dev.matview.core.mango.SortOrder;
import dev.matview.examples.benchmarks.figures.Aim;
import dev.matview.examples.benchmarks.figures.Benchmark;
import dev.matview.examples.benchmarks.figures.Figure;
import dev.matview.examples.benchmarks.figures.Run;
import dev.matview.examples.benchmarks.figures.Spread;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A view of a million rows in memory: its next generation, queries by an index, queries that are carried on, and pages by
 * ACL; beside an array of the same rows as plain objects, copied and looked through.
 */
public final class ViewBenchmark implements Benchmark {

    private static final int AUTHORS = 10_000;
    private static final int PAGE = 100;
    private static final String LOOP = "a loop over all rows as objects";
    private static final String HEAP = "-Xmx4g";

    @Override
    public String name() {
        return "view";
    }

    @Override
    public Duration deadline() {
        return Duration.ofMinutes(10);
    }

    @Override
    public List<Figure> run(Run run) throws Exception {
        int rows = run.size(1_000_000, 2_000);
        Jmh jmh = new Jmh(run, 1, HEAP);
        Scores array = jmh.measure(Array.class, rows);
        Scores step = jmh.measure(Step.class, rows);
        Scores queries = jmh.measure(Queries.class, rows);
        Scores carriedOn = jmh.measure(CarriedOn.class, rows);
        Scores acl = jmh.measure(Permitted.class, rows);
        String of = " of %,d rows".formatted(rows);
        return List.of(
                row(
                        "the next generation" + of + ", one changed",
                        step.of("commit"),
                        "a copy of their array",
                        array.of("copy")),
                row("a query by an index" + of, queries.of("author"), LOOP, array.of("author")),
                row(
                        "a query without one" + of + ", in the next generation",
                        carriedOn.of("tag"),
                        LOOP,
                        array.of("tag")),
                row("a page and total by ACL" + of, acl.of("page"), LOOP, array.of("permitted")));
    }

    private static Figure row(String what, Spread ours, String peer, Spread theirs) {
        return Figure.of(what, "µs", ours, peer, theirs, Aim.atMost(1_000));
    }

    private static Acl acl(int number) {
        return switch (number % 10) {
            case 0, 1, 2, 3 -> Acl.OPEN;
            case 4 -> new Acl(Set.of("*"), Set.of(), Set.of(someone(number), someone(number + 1)), Set.of());
            case 5, 6, 7 -> new Acl(Set.of(someone(number), someone(number + 1)), Set.of(), Set.of(), Set.of());
            default -> Acl.OWNER_ONLY;
        };
    }

    private static String someone(int number) {
        return Posts.did((number * 7_919 >>> 4) % AUTHORS);
    }

    private static Caller caller(int number) {
        return new Caller(Posts.did(number % AUTHORS), Posts.database(number % AUTHORS));
    }

    /** The rows as a program of one's own would hold them. */
    @State(Scope.Benchmark)
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public static class Array {

        private record Post(String id, String did, String database, String tag, int at, int likes, Acl acl) {

            static Post of(int number) {
                return new Post(
                        Posts.id(number),
                        Posts.did(number % AUTHORS),
                        Posts.database(number % AUTHORS),
                        Posts.tag(number / 7),
                        Posts.at(number),
                        Posts.likes(number),
                        ViewBenchmark.acl(number));
            }
        }

        /** What a page shows, and of how many. */
        public record Answer(List<?> page, long total) {}

        @Param("0")
        public int rows;

        private Post[] posts = {};
        private int turn;

        @Setup
        public void fill() {
            posts = new Post[rows];
            Arrays.setAll(posts, Post::of);
        }

        @org.openjdk.jmh.annotations.Benchmark
        public Object copy() {
            Post[] next = posts.clone();
            next[turn++ % rows] = posts[0];
            return next;
        }

        @org.openjdk.jmh.annotations.Benchmark
        public Answer author() {
            String did = Posts.did(turn++ % AUTHORS);
            return answer(post -> post.did.equals(did), Comparator.comparingInt(Post::at));
        }

        @org.openjdk.jmh.annotations.Benchmark
        public Answer tag() {
            String tag = Posts.tag(turn++);
            return answer(post -> post.tag.equals(tag), Comparator.comparingInt(Post::likes));
        }

        @org.openjdk.jmh.annotations.Benchmark
        public Answer permitted() {
            Caller caller = caller(turn++);
            return answer(post -> permits(post, caller), Comparator.comparingInt(Post::at));
        }

        private static boolean permits(Post post, Caller caller) {
            String did = Objects.requireNonNull(caller.did());
            if (post.acl.deny().contains(did)) {
                return false;
            }
            return post.acl.allow().contains("*")
                    || post.acl.allow().contains(did)
                    || post.database.equals(caller.database());
        }

        private Answer answer(Predicate<Post> selector, Comparator<Post> order) {
            List<Post> all = Arrays.stream(posts).filter(selector).toList();
            return new Answer(all.stream().sorted(order.reversed()).limit(PAGE).toList(), all.size());
        }
    }

    /** A store in memory that nobody reads. */
    @State(Scope.Benchmark)
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public static class Step {

        @Param("0")
        public int rows;

        private @Nullable PostsView view;

        @Setup
        public void fill() {
            view = new PostsView(Posts.feed().build(), rows, AUTHORS, number -> null);
        }

        @TearDown
        public void close() {
            Objects.requireNonNull(view).close();
        }

        @org.openjdk.jmh.annotations.Benchmark
        public void commit() {
            Objects.requireNonNull(view).change();
        }
    }

    /** Posts in a view that is served, and closed in the end. */
    @State(Scope.Benchmark)
    public abstract static class OfServed {

        @Param("0")
        public int rows;

        private @Nullable PostsView view;
        private @Nullable GlobalFeeds feeds;

        final void serve(PostsView posts) throws InterruptedException {
            view = posts;
            feeds = posts.serve();
        }

        final PostsView view() {
            return Objects.requireNonNull(view);
        }

        final Page query(Query query) {
            return Objects.requireNonNull(feeds).query("posts", query);
        }

        @TearDown
        public void close() {
            view().close();
        }
    }

    /** Served; each query is another. */
    @State(Scope.Benchmark)
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public static class Queries extends OfServed {

        private int turn;

        @Setup
        public void fill() throws InterruptedException {
            serve(new PostsView(
                    Posts.feed()
                            .indexes("[[\"author.did\", {\"at\": \"desc\"}]]")
                            .build(),
                    rows,
                    AUTHORS,
                    number -> null));
        }

        @org.openjdk.jmh.annotations.Benchmark
        public Page author() {
            return query(Query.builder()
                    .selector("{\"author.did\":\"" + Posts.did(turn++ % AUTHORS) + "\"}")
                    .limit(PAGE)
                    .build());
        }
    }

    /** Served; the next generation is there before each query, which is always the same. */
    @State(Scope.Benchmark)
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public static class CarriedOn extends OfServed {

        private final Query query = Query.builder()
                .selector("{\"tag\":\"" + Posts.tag(7) + "\"}")
                .sort(SortOrder.compile(Posts.parsed("[{\"likes\":\"desc\"}]")))
                .limit(PAGE)
                .build();

        @Setup
        public void fill() throws InterruptedException {
            serve(new PostsView(Posts.feed().build(), rows, AUTHORS, number -> null));
            query(query);
        }

        @Setup(Level.Invocation)
        public void change() {
            view().change();
            view().awaitServed();
        }

        @org.openjdk.jmh.annotations.Benchmark
        public Page tag() {
            return query(query);
        }
    }

    /** Served by ACL; each caller is another. */
    @State(Scope.Benchmark)
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public static class Permitted extends OfServed {

        private int turn;

        @Setup
        public void fill() throws InterruptedException {
            serve(new PostsView(Posts.feed().access(Access.ACL).build(), rows, AUTHORS, ViewBenchmark::acl));
        }

        @org.openjdk.jmh.annotations.Benchmark
        public Page page() {
            return query(Query.builder().caller(caller(turn++)).limit(PAGE).build());
        }
    }
}
