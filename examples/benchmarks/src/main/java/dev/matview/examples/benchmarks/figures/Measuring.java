package dev.matview.examples.benchmarks.figures;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs benchmarks one after the other, prints their rows, and keeps what came of them. */
public final class Measuring {

    private final List<Benchmark> all;
    private final Path results;

    /** @param results a directory for what each gives */
    public Measuring(List<Benchmark> all, Path results) {
        this.all = List.copyOf(all);
        this.results = results;
    }

    public List<String> names() {
        return all.stream().map(Benchmark::name).toList();
    }

    /** Of those that are named, or of {@code all}, in the order of the list. */
    public List<Benchmark> named(List<String> names) {
        for (String name : names) {
            if (!name.equals("all") && !names().contains(name)) {
                throw new IllegalArgumentException("no benchmark is called " + name + "; there are " + names());
            }
        }
        return all.stream()
                .filter(one -> names.contains("all") || names.contains(one.name()))
                .toList();
    }

    /**
     * Each in a JVM of its own.
     *
     * @param page whose rows are replaced after each; null to print alone
     * @return whether each that can be run here gave its rows
     */
    public boolean run(List<Benchmark> benchmarks, boolean small, @Nullable PerformancePage page)
            throws IOException, InterruptedException {
        List<String> trouble = new ArrayList<>();
        for (Benchmark benchmark : benchmarks) {
            System.out.println(benchmark.name());
            if (benchmark.missing().isPresent()) {
                trouble.add("matview: NOT RUN: " + benchmark.name() + " needs "
                        + benchmark.missing().get());
                System.out.println(trouble.get(trouble.size() - 1));
                continue;
            }
            try {
                Result result = OwnProcess.run(benchmark, small, results);
                result.figures().forEach(figure -> System.out.println(figure.line()));
                result.leftOut().forEach(line -> trouble.add("matview: NOT RUN: " + line));
                if (page != null) {
                    page.replace(List.of(result), names());
                }
            } catch (IOException e) {
                trouble.add("matview: FAILED: " + e.getMessage());
                System.out.println(trouble.get(trouble.size() - 1));
            }
        }
        trouble.forEach(System.out::println);
        return trouble.stream().noneMatch(line -> line.contains("FAILED"));
    }
}
