package dev.matview.core.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.mango.MangoException;
import dev.matview.core.mango.Projection;
import dev.matview.core.mango.SortOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Reads the indexes of a feed's JSON object, and tells each mistake with its key. */
final class IndexParser {

    private static final String EXAMPLE = "such as [[\"author\"], [\"tag\", {\"likes\": \"desc\"}]]";

    private final BiConsumer<String, String> problems;
    private final Projection shown;
    private final List<SortOrder> indexes = new ArrayList<>();

    private IndexParser(Projection shown, BiConsumer<String, String> problems) {
        this.shown = shown;
        this.problems = problems;
    }

    /**
     * The indexes that are right.
     *
     * @param problems is given the key and what is wrong
     */
    static List<SortOrder> parse(JsonNode feed, BiConsumer<String, String> problems) {
        JsonNode value = feed.path(Keys.INDEXES);
        if (value.isMissingNode()) {
            return List.of();
        }
        if (!value.isArray() || value.size() > FeedDefinition.MAX_INDEXES) {
            String given = value.isArray() ? value.size() + " of them" : Text.show(value);
            problems.accept(
                    Keys.INDEXES,
                    "must be an array of at most " + FeedDefinition.MAX_INDEXES + " lists of fields, " + EXAMPLE
                            + ", not " + given);
            return List.of();
        }
        IndexParser parser = new IndexParser(shown(feed), problems);
        value.forEach(parser::index);
        return parser.indexes;
    }

    /** What rows show; all where {@code fields} are wrong, which others tell. */
    private static Projection shown(JsonNode feed) {
        try {
            return Projection.compile(feed.path(Keys.QUERY).path(Keys.FIELDS));
        } catch (MangoException e) {
            return Projection.all();
        }
    }

    private void index(JsonNode fields) {
        if (!fields.isArray() || fields.isEmpty()) {
            problem(Text.show(fields) + " is no index; write a list of at least one field, " + EXAMPLE);
            return;
        }
        Optional<String> conflict = Conflicts.inList(fields);
        if (conflict.isPresent()) {
            problem(Text.name(conflict.get())
                    + " is not supported: a view has the winning revision of each document alone");
            return;
        }
        try {
            add(SortOrder.compile(fields));
        } catch (MangoException e) {
            problem(Text.reason(e.reason()) + " (" + e.error() + ")");
        }
    }

    private void add(SortOrder index) {
        Optional<String> hidden = FeedDefinition.notShown(index, shown);
        if (hidden.isPresent()) {
            problem(Text.name(hidden.get()) + " is not among the fields that rows show; list it in "
                    + Keys.path(Keys.QUERY, Keys.FIELDS) + ", or leave it out");
        } else if (indexes.stream().anyMatch(other -> other.columns().equals(index.columns()))) {
            problem("lists " + Text.name(index.toString()) + " twice");
        } else {
            indexes.add(index);
        }
    }

    private void problem(String message) {
        problems.accept(Keys.INDEXES, message);
    }
}
