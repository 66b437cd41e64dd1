package dev.matview.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.server.http.Promtool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which alerts fire at moments of a server, of which each is taken to last half an hour: what it says at {@code /metrics}
 * stays as it was, but for times that pass. Prometheus' own tool decides, by the rules that come with the documentation.
 */
final class AlertsOfMoments {

    private static final Path RULES =
            Path.of("../docs/prometheus/alerts.yml").toAbsolutePath().normalize();
    private static final int MINUTES = 30;
    private static final Pattern SAMPLE = Pattern.compile("(?m)^(\\w+)(\\{[^\n]*})? (\\S+)$");
    private static final Pattern METRIC = Pattern.compile("\\b(?:matview|jvm)_\\w+");

    private final Set<String> asked;
    private final List<Moment> moments = new ArrayList<>();

    private record Moment(Map<String, String> values, Set<String> alerts) {}

    AlertsOfMoments() throws IOException {
        asked = METRIC.matcher(Files.readString(RULES))
                .results()
                .map(found -> found.group())
                .collect(Collectors.toSet());
    }

    /**
     * A moment.
     *
     * @param growing the numbers that rise by a second each second for as long as it lasts
     * @param alerts the names of all that are to fire at its end
     */
    void add(String metrics, Set<String> growing, String... alerts) {
        Map<String, String> values = new LinkedHashMap<>();
        Matcher sample = SAMPLE.matcher(metrics);
        while (sample.find()) {
            if (asked.contains(sample.group(1))) {
                String series = sample.group(1) + (sample.group(2) == null ? "" : sample.group(2));
                String value = Double.toString(Double.parseDouble(sample.group(3)));
                values.put(series, value + "+" + (growing.contains(sample.group(1)) ? 60 : 0) + "x" + (MINUTES - 1));
            }
        }
        moments.add(new Moment(values, new TreeSet<>(Set.of(alerts))));
    }

    /** Has each moment follow the one before. */
    void check(Path directory) throws IOException, InterruptedException {
        Path tests = Files.writeString(directory.resolve("moments.yml"), tests());

        Promtool.Verdict verdict = Promtool.run(directory, tests, "test", "rules", tests.toString());

        assertThat(verdict.exit()).as(verdict.printed()).isZero();
    }

    private String tests() {
        Set<String> all = moments.stream()
                .flatMap(moment -> moment.values().keySet().stream())
                .collect(Collectors.toSet());
        StringBuilder text = new StringBuilder("rule_files:\n  - ")
                .append(RULES)
                .append("\nevaluation_interval: 1m\ntests:\n  - interval: 1m\n    input_series:\n");
        for (String series : new TreeSet<>(all)) {
            text.append("      - series: '").append(series).append("'\n        values: '");
            moments.forEach(moment -> text.append(moment.values().getOrDefault(series, "_x" + MINUTES))
                    .append(' '));
            text.append("'\n");
        }
        text.append("    promql_expr_test:\n");
        for (int i = 0; i < moments.size(); i++) {
            text.append("      - expr: 'count by (alertname) (ALERTS{alertstate=\"firing\"})'\n        eval_time: ")
                    .append(MINUTES * (i + 1) - 1)
                    .append("m\n        exp_samples:\n");
            if (moments.get(i).alerts().isEmpty()) {
                text.append("          []\n");
            }
            for (String alert : moments.get(i).alerts()) {
                text.append("          - labels: '{alertname=\"").append(alert).append("\"}'\n            value: 1\n");
            }
        }
        return text.toString();
    }
}
