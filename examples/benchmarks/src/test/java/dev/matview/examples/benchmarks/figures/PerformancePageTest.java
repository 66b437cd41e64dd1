package dev.matview.examples.benchmarks.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PerformancePageTest {

    private static final List<String> NAMES = List.of("first", "second");

    @TempDir
    private Path docs;

    private Path page;

    @BeforeEach
    void writeAPage() throws Exception {
        page = docs.resolve("performance.md");
        Files.writeString(
                page,
                "before\n\n<!-- figures: written by examples/benchmarks -->\n\nold\n\n<!-- end of the figures -->\n\nafter\n");
    }

    private static Result result(String name, double ours, String why) {
        Figure figure = Figure.of(
                "what " + name + " measures", "s", Spread.of(ours), "the peer", Spread.of(1), Aim.ratioAtMost(2));
        return new Result(
                name,
                "2026-11-28",
                3,
                new Machine(2, 8, "a processor", "an OS", "a JDK"),
                Map.of("Peer", "1.2"),
                List.of("a part needs something"),
                List.of(why == null ? figure : figure.because(why)));
    }

    @Test
    void whatStandsAroundTheFiguresStays() throws Exception {
        new PerformancePage(docs).replace(List.of(result("first", 1, null)), NAMES);

        assertThat(page)
                .content()
                .startsWith("before\n")
                .endsWith("after\n")
                .doesNotContain("old")
                .contains("| `first` | what first measures | 1 s | the peer: 1 | 1 | ≤ 2 x |")
                .contains("2026-11-28: 2 cores, 8 GB, a processor; an OS; a JDK")
                .contains("Peer 1.2")
                .contains("not measured: a part needs something");
    }

    @Test
    void aRunOfOneLeavesTheRowsOfOthers() throws Exception {
        new PerformancePage(docs).replace(List.of(result("second", 1, null)), NAMES);
        new PerformancePage(docs).replace(List.of(result("first", 1, null)), NAMES);
        new PerformancePage(docs).replace(List.of(result("second", 1.5, null)), NAMES);

        assertThat(page)
                .content()
                .contains("what first measures | 1 s")
                .contains("what second measures | 1.5 s")
                .doesNotContain("what second measures | 1 s");
        assertThat(Files.readString(page).indexOf("`first`"))
                .isLessThan(Files.readString(page).indexOf("`second`"));
    }

    @Test
    void aRowThatMissesItsAimSaysSoAndWhy() throws Exception {
        new PerformancePage(docs).replace(List.of(result("first", 3, "the disk is slow")), NAMES);

        assertThat(page)
                .content()
                .contains("what first measures <sup>1</sup> | 3 s | the peer: 1 | 3 | ≤ 2 x **missed** |")
                .contains("\n1. the disk is slow\n");
    }

    @Test
    void thePlotNamesEachRowAndCanBeReadInEveryLight() throws Exception {
        new PerformancePage(docs).replace(List.of(result("first", 3, null), result("second", 1, null)), NAMES);

        assertThat(docs.resolve("performance.svg"))
                .content()
                .contains("what first measures", "what second measures", "prefers-color-scheme:dark", "currentColor")
                .doesNotContain("rgb(1,2,3)");
    }

    @Test
    void aPageWithoutMarksIsLeftAsItIs() throws Exception {
        Files.writeString(page, "nothing\n");

        assertThatThrownBy(() -> new PerformancePage(docs).replace(List.of(result("first", 1, null)), NAMES))
                .isInstanceOf(IllegalStateException.class);
        assertThat(page).content().isEqualTo("nothing\n");
    }
}
