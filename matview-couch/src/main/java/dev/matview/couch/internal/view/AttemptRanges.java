package dev.matview.couch.internal.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * Numbers of attempts that came to nothing, in ascending ranges. What they wrote, or still write, is no part of the view.
 * Immutable.
 */
record AttemptRanges(List<Range> ranges) {

    static final AttemptRanges NONE = new AttemptRanges(List.of());

    /** Both included. */
    record Range(long from, long to) {}

    /** With those from {@code from} to {@code to}, which are higher than all so far; none when that is an empty range. */
    AttemptRanges plus(long from, long to) {
        if (from > to) {
            return this;
        }
        List<Range> more = new ArrayList<>(ranges);
        more.add(new Range(from, to));
        return new AttemptRanges(List.copyOf(more));
    }

    boolean contains(long attempt) {
        for (int i = ranges.size() - 1; i >= 0; i--) {
            Range range = ranges.get(i);
            if (attempt >= range.from()) {
                return attempt <= range.to();
            }
        }
        return false;
    }

    int size() {
        return ranges.size();
    }

    ArrayNode json() {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        ranges.forEach(range -> json.addArray().add(range.from()).add(range.to()));
        return json;
    }

    static AttemptRanges of(JsonNode json) {
        List<Range> ranges = new ArrayList<>();
        json.forEach(range ->
                ranges.add(new Range(range.path(0).asLong(), range.path(1).asLong())));
        return new AttemptRanges(List.copyOf(ranges));
    }
}
