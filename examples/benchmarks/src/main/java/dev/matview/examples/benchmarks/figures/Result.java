package dev.matview.examples.benchmarks.figures;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Map;

/**
 * What one run of a benchmark gave.
 *
 * @param date the day, as {@code 2026-11-28}
 * @param seconds how long the run took
 * @param versions of the peers
 * @param leftOut what could not be measured, with what it needs
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Result(
        String benchmark,
        String date,
        long seconds,
        Machine machine,
        Map<String, String> versions,
        List<String> leftOut,
        List<Figure> figures) {}
