package dev.matview.examples.benchmarks.figures;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** docs/performance.md: what stands between its two marks is written here, of docs/figures.json, and docs/performance.svg with it. */
public final class PerformancePage {

    private static final String BEGIN = "<!-- figures: written by examples/benchmarks -->";
    private static final String END = "<!-- end of the figures -->";

    private final Path docs;

    /** @param docs the directory of the page */
    public PerformancePage(Path docs) {
        this.docs = docs;
    }

    /** That of the checkout that this process was started in. */
    public static PerformancePage ofThisCheckout() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("docs/performance.md"))) {
            directory = directory.getParent();
            if (directory == null) {
                throw new IllegalStateException("start it within a checkout: there is no docs/performance.md above "
                        + Path.of("").toAbsolutePath());
            }
        }
        return new PerformancePage(directory.resolve("docs"));
    }

    /** Puts these in place of what the same benchmarks gave before. */
    public void replace(List<Result> newer, List<String> names) throws IOException {
        Path kept = docs.resolve("figures.json");
        List<Result> results = ResultFile.merged(ResultFile.read(kept), newer, names);
        ResultFile.write(kept, results);
        Path page = docs.resolve("performance.md");
        Files.writeString(page, withFigures(Files.readString(page), results));
        Files.writeString(docs.resolve("performance.svg"), FigurePlot.of(results));
    }

    private static String withFigures(String page, List<Result> results) {
        int begin = page.indexOf(BEGIN);
        int end = page.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IllegalStateException("docs/performance.md lacks its marks " + BEGIN + " and " + END);
        }
        String figures = "\n![How far each aim is reached: right of the line is better](performance.svg)\n\n"
                + FigureTable.of(results);
        return page.substring(0, begin + BEGIN.length()) + "\n" + figures + "\n\n" + page.substring(end);
    }
}
