package dev.matview.examples.benchmarks.figures;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Results as a table of a page, with what they were measured on and what there is to say. */
final class FigureTable {

    private FigureTable() {}

    static String of(List<Result> results) {
        List<String> lines = new ArrayList<>();
        lines.add("| | what | ours | the other | ratio | aim |");
        lines.add("| --- | --- | --- | --- | --- | --- |");
        Map<String, Integer> remarks = new LinkedHashMap<>();
        for (Result result : results) {
            for (Figure figure : result.figures()) {
                lines.add(row(result.benchmark(), figure, remarks));
            }
        }
        lines.add("");
        remarks.forEach((remark, number) -> lines.add(number + ". " + remark));
        lines.add("");
        lines.addAll(circumstances(results));
        return String.join("\n", lines);
    }

    private static String row(String benchmark, Figure figure, Map<String, Integer> remarks) {
        String note = "";
        if (figure.why() != null) {
            note = " <sup>" + remarks.computeIfAbsent(figure.why(), why -> remarks.size() + 1) + "</sup>";
        }
        String theirs = figure.peer();
        if (figure.theirs() != null) {
            theirs += ": " + Numbers.text(figure.theirs());
        }
        return "| %s | %s%s | %s %s | %s | %s | %s%s |"
                .formatted(
                        "`" + benchmark + "`",
                        figure.what(),
                        note,
                        Numbers.text(figure.ours()),
                        figure.unit(),
                        theirs,
                        figure.ratioText(),
                        figure.aim().text(figure.unit()),
                        figure.isMet() ? "" : " **missed**");
    }

    private static List<String> circumstances(List<Result> results) {
        List<String> lines = new ArrayList<>();
        Map<String, List<String>> measured = results.stream()
                .collect(Collectors.groupingBy(
                        result -> result.date() + ": " + result.machine().text(),
                        LinkedHashMap::new,
                        Collectors.mapping(result -> "`" + result.benchmark() + "`", Collectors.toList())));
        measured.forEach((when, names) ->
                lines.add("- " + when + (measured.size() == 1 ? "" : ": " + String.join(", ", names))));
        Set<String> versions = new LinkedHashSet<>();
        results.forEach(result -> result.versions().forEach((name, version) -> versions.add(name + " " + version)));
        lines.add("- " + String.join(", ", versions));
        lines.add("- seconds: "
                + results.stream()
                        .map(result -> "`" + result.benchmark() + "` " + result.seconds())
                        .collect(Collectors.joining(", ")));
        for (Result result : results) {
            result.leftOut().forEach(line -> lines.add("- not measured: " + line));
        }
        return lines;
    }
}
