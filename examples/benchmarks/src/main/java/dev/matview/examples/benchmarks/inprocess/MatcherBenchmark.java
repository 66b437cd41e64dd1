package dev.matview.examples.benchmarks.inprocess;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.matview.core.mango.Selector;
import dev.matview.examples.benchmarks.figures.Aim;
import dev.matview.examples.benchmarks.figures.Benchmark;
import dev.matview.examples.benchmarks.figures.Figure;
import dev.matview.examples.benchmarks.figures.Program;
import dev.matview.examples.benchmarks.figures.Run;
import dev.matview.examples.benchmarks.figures.Spread;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Selectors on the 400 documents of which CouchDB's answers are recorded, by one core. CouchDB's own matcher is measured
 * where {@code COUCHDB_HOME} has a release and escript is in the path, PouchDB's where npm is.
 */
public final class MatcherBenchmark implements Benchmark {

    private static final int DOCUMENTS = 400;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final Path WORK = Path.of("target", "matcher");
    private static final String POUCHDB = "9.0.0";

    private static final List<String> SELECTORS = List.of("equality", "list and range", "or", "negation and elements");

    /** What CouchDB 3.5.0 was measured at before, in documents a second. */
    private static final List<Integer> BEFORE = List.of(409_000, 374_000, 316_000, 251_000);

    /** What a program said of one selector. */
    private record Measured(int matching, Spread rate) {

        static Measured of(String line) {
            String[] words = line.split(" ");
            return new Measured(
                    Integer.parseInt(words[0]),
                    Spread.of(Stream.of(words)
                            .skip(1)
                            .mapToDouble(Double::parseDouble)
                            .toArray()));
        }
    }

    @Override
    public String name() {
        return "matcher";
    }

    @Override
    public List<Figure> run(Run run) throws Exception {
        Scores scores = new Jmh(run, 2, "-Xmx1g").measure(Matching.class, 0);
        List<Measured> couch = couch(run);
        List<Measured> pouch = pouch(run);
        List<Figure> figures = new ArrayList<>();
        for (int i = 0; i < SELECTORS.size(); i++) {
            Spread theirs = couch == null
                    ? Spread.of(BEFORE.get(i) / 1e6)
                    : couch.get(i).rate().times(1e-6);
            Figure figure = Figure.of(
                    "Mango matcher: " + SELECTORS.get(i),
                    "million documents/s",
                    scores.of("ours:" + i).times(1e-6),
                    couch == null ? "CouchDB's, measured before" : "CouchDB's `mango_selector`",
                    theirs,
                    Aim.ratioAtLeast(40));
            figures.add(pouch == null ? figure : figure.because(beside(pouch.get(i))));
        }
        return figures;
    }

    private static String beside(Measured pouch) {
        return "PouchDB's matcher: %.2f million documents/s"
                .formatted(pouch.rate().median() / 1e6);
    }

    private static @Nullable List<Measured> couch(Run run) throws Exception {
        String home = System.getenv("COUCHDB_HOME");
        if (home == null || !Program.isThere("escript")) {
            run.leaveOut("CouchDB's own matcher", "escript, and COUCHDB_HOME with a release of CouchDB");
            return null;
        }
        Path script = Program.unpacked(MatcherBenchmark.class, "couchdb-matcher.escript", WORK);
        List<Measured> measured = program(
                run, List.of("escript", script.toString(), Path.of(home, "lib").toString()));
        run.version("CouchDB's matcher", couchVersion(Path.of(home, "lib")));
        // What is measured is to be the same: the recorded answers are CouchDB's.
        for (int i = 0; i < SELECTORS.size(); i++) {
            int ours = Matching.matching(i);
            if (ours != measured.get(i).matching()) {
                throw new IllegalStateException(SELECTORS.get(i) + ": " + ours + " documents match, CouchDB says "
                        + measured.get(i).matching());
            }
        }
        return measured;
    }

    private static String couchVersion(Path lib) throws IOException {
        try (Stream<Path> applications = Files.list(lib)) {
            return applications
                    .map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith("mango-"))
                    .findFirst()
                    .map(name -> name.substring("mango-".length()))
                    .orElseThrow(() -> new IOException("no mango in " + lib));
        }
    }

    private static @Nullable List<Measured> pouch(Run run) throws Exception {
        if (!Program.isThere("node") || !Program.isThere("npm")) {
            run.leaveOut("PouchDB's matcher", "node and npm");
            return null;
        }
        if (run.isSmall()) {
            return null;
        }
        Path script = Program.unpacked(MatcherBenchmark.class, "pouchdb-matcher.js", WORK);
        Program.lines(
                WORK,
                DEADLINE,
                List.of("npm", "install", "--silent", "--no-audit", "pouchdb-selector-core@" + POUCHDB));
        run.version("pouchdb-selector-core", POUCHDB);
        return program(run, List.of("node", script.toString()));
    }

    private static List<Measured> program(Run run, List<String> program) throws Exception {
        List<String> command = new ArrayList<>(program);
        command.add(Program.unpacked(MatcherBenchmark.class, "docs.jsonl", WORK).toString());
        command.add(
                Program.unpacked(MatcherBenchmark.class, "selectors.json", WORK).toString());
        command.add(Integer.toString(run.size(7, 1)));
        command.add(Integer.toString(run.size(500, 10)));
        return Program.lines(WORK, DEADLINE, command).stream().map(Measured::of).toList();
    }

    /** The documents, parsed, and one of the selectors. */
    @State(Scope.Benchmark)
    @BenchmarkMode(Mode.Throughput)
    public static class Matching {

        /** Which selector. */
        @Param({"0", "1", "2", "3"})
        public int which;

        private JsonNode[] documents = {};
        private Selector selector = Selector.all();

        @Setup
        public void read() throws IOException {
            documents = documents();
            selector = selector(which);
        }

        @org.openjdk.jmh.annotations.Benchmark
        @OperationsPerInvocation(DOCUMENTS)
        public int ours() {
            int matching = 0;
            for (JsonNode document : documents) {
                if (selector.matches(document)) {
                    matching++;
                }
            }
            return matching;
        }

        private static JsonNode[] documents() throws IOException {
            List<JsonNode> documents = new ArrayList<>();
            for (String line : text("docs.jsonl").split("\n")) {
                documents.add(JSON.readTree(line));
            }
            if (documents.size() != DOCUMENTS) {
                throw new IllegalStateException(documents.size() + " documents");
            }
            return documents.toArray(JsonNode[]::new);
        }

        private static Selector selector(int which) throws IOException {
            return Selector.compile(JSON.readTree(text("selectors.json")).get(which));
        }

        private static String text(String name) throws IOException {
            try (InputStream in = MatcherBenchmark.class.getResourceAsStream(name)) {
                return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
            }
        }

        static int matching(int which) throws IOException {
            Selector selector = selector(which);
            return (int) Stream.of(documents()).filter(selector::matches).count();
        }
    }
}
