package dev.matview.server.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.matview.couch.harness.Needs;
import dev.matview.couch.harness.Tool;
import dev.matview.server.http.MeteredServer;
import dev.matview.server.http.Promtool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The alerts and the dashboard ask for numbers and labels that a server has, and the alerts fire and end. */
class WatchingFilesTest {

    private static final Path ALERTS = Pages.ROOT.resolve("docs/prometheus/alerts.yml");
    private static final Path DASHBOARD = Pages.ROOT.resolve("docs/grafana/matview.json");

    private static final Pattern EXPRESSION = Pattern.compile("(?m)^ +expr: '(.*)'$");
    private static final Pattern METRIC =
            Pattern.compile("\\b((?:matview|jvm|process|system)_[a-z0-9_]+)(?:\\{([^}]*)})?");
    private static final Pattern MATCHED = Pattern.compile("([a-z_]+)(?:=|!=)~?\"");
    private static final Pattern GROUPED = Pattern.compile("\\b(?:by|on) \\(([^)]*)\\)");

    /** What Prometheus adds to all that it scrapes. */
    private static final Set<String> ADDED = Set.of("job", "instance");

    private static Map<String, Set<String>> series;

    @BeforeAll
    static void scrape() throws Exception {
        try (MeteredServer server = new MeteredServer()) {
            series = server.series();
        }
    }

    @AfterAll
    static void forget() {
        series = Map.of();
    }

    private static List<String> wrong(String expression) {
        List<String> wrong = new ArrayList<>();
        Set<String> labels = new HashSet<>(ADDED);
        Matcher metric = METRIC.matcher(expression);
        boolean any = false;
        while (metric.find()) {
            any = true;
            Set<String> has = series.getOrDefault(metric.group(1), Set.of());
            labels.addAll(has);
            if (!series.containsKey(metric.group(1))) {
                wrong.add(expression + ": there is no " + metric.group(1));
            }
            Matcher matched = MATCHED.matcher(metric.group(2) == null ? "" : metric.group(2));
            while (matched.find()) {
                if (!has.contains(matched.group(1))) {
                    wrong.add(expression + ": " + metric.group(1) + " has no label " + matched.group(1));
                }
            }
        }
        if (!any) {
            wrong.add(expression + ": asks for nothing that is known");
        }
        Matcher grouped = GROUPED.matcher(expression);
        while (grouped.find()) {
            for (String label : grouped.group(1).split(", *")) {
                if (!labels.contains(label)) {
                    wrong.add(expression + ": there is no label " + label);
                }
            }
        }
        return wrong;
    }

    @Test
    void whatIsNotThereIsFound() {
        assertThat(wrong("matview_nothing")).hasSize(1);
        assertThat(wrong("matview_feed_rows{database=\"a\"}")).hasSize(1);
        assertThat(wrong("sum by (user) (matview_feed_rows)")).hasSize(1);
        assertThat(wrong("sum by (collection, job) (matview_feed_rows{collection=\"a\"})"))
                .isEmpty();
    }

    @Test
    void alertsAskForWhatThereIs() throws IOException {
        List<String> expressions = EXPRESSION
                .matcher(Files.readString(ALERTS))
                .results()
                .map(found -> found.group(1))
                .toList();

        assertThat(expressions).hasSizeGreaterThan(6);
        assertThat(expressions)
                .allSatisfy(expression -> assertThat(wrong(expression)).isEmpty());
    }

    @Test
    void everyPanelAsksForWhatThereIs() throws IOException {
        List<String> expressions = new ArrayList<>();
        for (JsonNode panel : new ObjectMapper().readTree(DASHBOARD.toFile()).path("panels")) {
            panel.path("targets")
                    .forEach(target -> expressions.add(target.path("expr").asText()));
        }

        assertThat(expressions).hasSizeGreaterThan(20);
        assertThat(expressions)
                .allSatisfy(expression -> assertThat(wrong(expression)).isEmpty());
    }

    @Test
    @Needs(Tool.PROMTOOL)
    void eachAlertFiresAndIsOver() throws Exception {
        Path tests = ALERTS.resolveSibling("alerts-test.yml");
        Matcher alert = Pattern.compile("alert: (\\w+)").matcher(Files.readString(ALERTS));
        String tested = Files.readString(tests);
        while (alert.find()) {
            assertThat(tested).contains("- name: " + alert.group(1) + "\n");
        }

        Promtool.Verdict verdict = Promtool.run(
                ALERTS.getParent(), tests, "test", "rules", tests.getFileName().toString());

        assertThat(verdict.exit()).as(verdict.printed()).isZero();
    }
}
