package dev.matview.server.trial;

import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What is found out about one feed while its databases are read. Thread-safe. */
final class FeedProbes {

    private final Probe matching;
    private final Map<String, Probe> ofSelector = new LinkedHashMap<>();
    private final Map<NamedFields.Use, Probe> ofRows = new LinkedHashMap<>();
    private final int wanted;
    private final TreeSet<Row> first = new TreeSet<>();

    /** @param wanted how many rows are shown */
    FeedProbes(FeedDefinition feed, int wanted) {
        this.wanted = wanted;
        this.matching = Probe.ofMatching(feed);
        NamedFields.ofSelector(feed).forEach(field -> ofSelector.put(field, Probe.ofField(feed, field)));
        NamedFields.ofRows(feed).forEach(use -> ofRows.put(use, Probe.ofMatchingField(feed, use.field())));
    }

    List<Probe> all() {
        List<Probe> all = new ArrayList<>(List.of(matching));
        all.addAll(ofSelector.values());
        all.addAll(ofRows.values());
        return all;
    }

    /** Takes rows of the feed, of which the first ones are kept. */
    synchronized void take(List<Row> rows) {
        for (Row row : rows) {
            first.add(row);
            if (first.size() > wanted) {
                first.pollLast();
            }
        }
    }

    /** The first rows in the feed's order, as they are before other users' documents are put into them. */
    synchronized List<Row> first() {
        return new ArrayList<>(first);
    }

    /** Whether some databases could not be asked: what no document has may be in those. */
    boolean isPartial() {
        return all().stream().anyMatch(Probe::hasFailed);
    }

    /** Whether a document matches, be it that it makes no row for want of a field to sort by. */
    boolean isMatched() {
        return matching.isFound();
    }

    /** The fields that no document has, each with where it is named: of rows only where documents match. */
    List<String> missing() {
        List<String> missing = new ArrayList<>();
        ofSelector.forEach((field, probe) -> {
            if (!probe.isFound()) {
                missing.add(new NamedFields.Use("selector", field).toString());
            }
        });
        ofRows.forEach((use, probe) -> {
            if (isMatched() && !probe.isFound()) {
                missing.add(use.toString());
            }
        });
        return missing;
    }
}
