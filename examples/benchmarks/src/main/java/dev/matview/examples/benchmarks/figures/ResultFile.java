package dev.matview.examples.benchmarks.figures;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Results as JSON. */
final class ResultFile {

    private static final ObjectMapper JSON = new ObjectMapper();

    private ResultFile() {}

    static List<Result> read(Path file) throws IOException {
        return Files.exists(file) ? JSON.readValue(file.toFile(), new TypeReference<>() {}) : List.of();
    }

    static void write(Path file, List<Result> results) throws IOException {
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        printer.indentArraysWith(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE);
        Files.writeString(file, JSON.writer(printer).writeValueAsString(results) + "\n");
    }

    /** Those that are new in place of those of the same benchmark, in the order of the names; others than these are forgotten. */
    static List<Result> merged(List<Result> before, List<Result> newer, List<String> names) {
        List<Result> merged = new ArrayList<>(newer);
        before.stream()
                .filter(old -> newer.stream().noneMatch(one -> one.benchmark().equals(old.benchmark())))
                .forEach(merged::add);
        merged.removeIf(result -> !names.contains(result.benchmark()));
        merged.sort(Comparator.comparingInt(result -> names.indexOf(result.benchmark())));
        return merged;
    }
}
