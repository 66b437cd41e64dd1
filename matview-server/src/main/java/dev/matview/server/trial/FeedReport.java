package dev.matview.server.trial;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Explanation;
import dev.matview.core.FeedStatus;
import dev.matview.core.Page;
import dev.matview.core.Query;
import dev.matview.core.error.MatviewException;
import dev.matview.core.mango.Selector;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.Row;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Tells people what became of one feed. */
public final class FeedReport {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Of rows, documents, databases and indexes, so many are told one by one. */
    private static final int MOST = 5;

    private static final int MAX_LINE = 240;

    /** A view of fewer rows is searched in no time. */
    private static final int FEW_ROWS = 1_000;

    /** A longer text is hardly what somebody filters by. */
    private static final int MAX_VALUE = 64;

    private final Trial trial;
    private final FeedStatus feed;
    private final List<JsonNode> queries;
    private final PrintWriter out;

    /** @param queries what is asked of the feed, as {@link Trial#query} takes it */
    public FeedReport(Trial trial, FeedStatus feed, List<JsonNode> queries, PrintWriter out) {
        this.trial = trial;
        this.feed = feed;
        this.queries = List.copyOf(queries);
        this.out = out;
    }

    /** @return whether all that the feed covers could be read */
    public boolean print() {
        String collection = feed.feed().collection();
        Page.View view = feed.view();
        if (view == null) {
            line(collection + ": could not be built: " + feed.lastFailure());
            return false;
        }
        line(collection + ": " + counted(view.rows(), "row") + " of " + counted(view.databases(), "database") + ", "
                + size(feed.bytes()) + " of memory, " + seconds(trial.took(feed)));
        trial.probes(feed).ifPresent(this::printRows);
        printLeftOut(feed.leftOut());
        printBehind(view.behind(), feed.behind());
        trial.probes(feed).ifPresent(probes -> printMissing(probes, view.behind() > 0));
        printIndexes();
        if (queries.isEmpty()) {
            suggest(view.rows());
        } else {
            queries.forEach(this::explain);
        }
        return view.behind() == 0;
    }

    private void printRows(FeedProbes probes) {
        for (Row row : probes.first()) {
            detail(new String(row.document(), StandardCharsets.UTF_8));
        }
    }

    private void printLeftOut(LeftOut leftOut) {
        if (leftOut.isEmpty()) {
            return;
        }
        detail("left out: " + counted(leftOut.documents(), "document"));
        leftOut.examples().stream()
                .limit(MOST)
                .forEach(one -> detail("  " + one.database() + "/" + one.id() + ": "
                        + one.reason().words()));
        more(leftOut.documents());
    }

    private void printBehind(int count, List<FeedStatus.Behind> behind) {
        if (count == 0) {
            return;
        }
        detail("cannot be read: " + counted(count, "database"));
        behind.stream().limit(MOST).forEach(one -> detail("  " + one.database() + ": " + one.reason()));
        more(count);
    }

    private void more(int count) {
        if (count > MOST) {
            detail("  and " + (count - MOST) + " more");
        }
    }

    private void printMissing(FeedProbes probes, boolean isBehind) {
        String of = isBehind || probes.isPartial() ? "of the databases that were read, " : "";
        List<String> missing = probes.missing();
        if (!probes.isMatched()) {
            detail(of + "no document matches the selector");
        }
        if (!missing.isEmpty()) {
            detail(of + "no document has: " + String.join(", ", missing));
        }
    }

    private void printIndexes() {
        for (FeedStatus.Index index : feed.indexes()) {
            detail("index " + index.fields() + ": " + counted(index.rows(), "row") + ", " + size(index.bytes()));
        }
    }

    private void explain(JsonNode json) {
        String found;
        try {
            Explanation explanation = trial.explain(feed, Trial.query(json));
            found = looked(explanation)
                    + explanation
                            .helpful()
                            .map(index -> "; the index " + index + " would help")
                            .orElse(explanation.source() == Explanation.Source.SEARCH ? "; no index would help" : "");
        } catch (MatviewException | IllegalArgumentException e) {
            found = String.valueOf(e.getMessage());
        }
        detail("query " + json + ": " + found);
    }

    private static String looked(Explanation explanation) {
        String by = switch (explanation.source()) {
            case VIEW -> "found in the view's order";
            case INDEX -> "found by an index";
            case SEARCH -> "found by a search";
        };
        return by + ", which looked at " + counted(explanation.looked(), "row");
    }

    /** Which indexes would help, if somebody filters by one of the fields that rows show. */
    private void suggest(int rows) {
        if (rows < FEW_ROWS) {
            return;
        }
        Set<String> helpful = new TreeSet<>();
        for (Map.Entry<String, JsonNode> field : scalars().entrySet()) {
            ObjectNode selector = JsonNodeFactory.instance.objectNode();
            selector.putObject(field.getKey()).set("$eq", field.getValue());
            Query query = Query.builder().selector(Selector.compile(selector)).build();
            try {
                trial.explain(feed, query).helpful().map(SortOrder::toString).ifPresent(helpful::add);
            } catch (MatviewException e) {
                // A query that costs too much without an index is one that an index would help.
                helpful.add("[\"" + field.getKey() + "\"]");
            }
        }
        if (!helpful.isEmpty()) {
            detail("who filters by a field has up to " + counted(rows, "row") + " searched; indexes that would help: "
                    + String.join(", ", helpful));
        }
    }

    /** The fields of the first rows that have a value which can be filtered by. */
    private Map<String, JsonNode> scalars() {
        Map<String, JsonNode> scalars = new TreeMap<>();
        for (Row row : trial.probes(feed).map(FeedProbes::first).orElse(List.of())) {
            try {
                collect(JSON.readTree(row.document()), "", scalars);
            } catch (IOException e) {
                throw new UncheckedIOException("a row is JSON", e);
            }
        }
        return scalars;
    }

    private static void collect(JsonNode node, String path, Map<String, JsonNode> scalars) {
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            String field = path + entry.getKey().replace(".", "\\.");
            JsonNode value = entry.getValue();
            if (value.isObject()) {
                collect(value, field + ".", scalars);
            } else if (!entry.getKey().startsWith("_") && (value.isNumber() || value.isBoolean() || isShort(value))) {
                scalars.putIfAbsent(field, value);
            }
        }
    }

    private static boolean isShort(JsonNode value) {
        return value.isTextual() && value.textValue().length() <= MAX_VALUE;
    }

    private void detail(String text) {
        line("  " + text);
    }

    /** What documents and names hold is cut, and does nothing to a terminal. */
    private void line(String text) {
        String plain = text.replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]", " ");
        out.println(plain.length() > MAX_LINE ? plain.substring(0, MAX_LINE) + "…" : plain);
    }

    private static String counted(int count, String what) {
        return String.format(Locale.ROOT, "%,d %s%s", count, what, count == 1 ? "" : "s");
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }

    private static String size(long bytes) {
        List<String> units = new ArrayList<>(List.of("KB", "MB", "GB", "TB"));
        double size = bytes / 1024.0;
        while (size >= 1024 && units.size() > 1) {
            size /= 1024;
            units.remove(0);
        }
        return String.format(Locale.ROOT, "%.1f %s", size, units.get(0));
    }
}
