package dev.matview.core.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry.Contents;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads feed definitions from JSON. Whatever the JSON is, reading does not throw: the answer has the feeds that are right,
 * and every mistake in the others (of more than {@value Problems#MAX_LISTED} mistakes, the first and how many there are).
 * Of feeds that share a collection or a view name, the first keeps it. Immutable and thread-safe.
 *
 * <p>A feed is an object with the keys {@code collectionName}, {@code materializedViewName}, {@code aggregationInterval}
 * ({@code 30s}, {@code 5m}, {@code 1h}, {@code 1d} or {@code PT5M}) and {@code query} (an object with {@code selector}
 * and perhaps {@code fields}, {@code sort} and {@code limit}), and perhaps
 *
 * <ul>
 *   <li>{@code databases}: a name pattern or an array of them; those of all users unless given;
 *   <li>{@code refresh}: {@code "interval"} (unless given), {@code "continuous"}, or
 *       <code>{"mode": "continuous", "minInterval": "2s"}</code>;
 *   <li>{@code access}: {@code "public"} (unless given) or {@code "acl"};
 *   <li>{@code expand}: an array of the fields whose references are resolved;
 *   <li>{@code indexes}: an array of lists of fields, such as {@code [["author"], ["tag", {"likes": "desc"}]]}.
 * </ul>
 *
 * <p>Problems name a feed by its collection, or by its place ({@code #2}, counted from 1) where it has no name that can
 * be used. They show short values of scalar keys, and nothing of a selector but what CouchDB's own message says.
 */
public final class FeedDefinitionReader {

    private final String source;
    private final boolean documents;

    private FeedDefinitionReader(String source, boolean documents) {
        this.source = Objects.requireNonNull(source, "source");
        this.documents = documents;
    }

    /** @param source what problems call the place that the JSON comes from, such as the name of a file */
    public static FeedDefinitionReader of(String source) {
        return new FeedDefinitionReader(source, false);
    }

    /**
     * A reader of CouchDB documents that are feeds: keys that begin with an underscore are CouchDB's and of no meaning,
     * and a feed without a usable name is named by its {@code _id}.
     *
     * @param source what problems call the place that the JSON comes from, such as the name of a database
     */
    public static FeedDefinitionReader ofDocuments(String source) {
        return new FeedDefinitionReader(source, true);
    }

    /** Reads the text of a registry: an array of feeds. */
    public Contents readAll(byte[] json) {
        JsonText text = JsonText.parse(json);
        JsonNode root = text.root();
        if (root == null || !root.isArray()) {
            return notFeeds(text, "must be an array of feeds");
        }
        return read(root, text.mistakes());
    }

    /** Reads the text of one feed. */
    public Contents readOne(byte[] json) {
        JsonText text = JsonText.parse(json);
        JsonNode root = text.root();
        if (root == null || !root.isObject()) {
            return notFeeds(text, "must be an object");
        }
        List<JsonText.Mistake> mistakes = text.mistakes().stream()
                .map(mistake -> new JsonText.Mistake(0, mistake.key(), mistake.message()))
                .toList();
        return read(List.of(root), mistakes);
    }

    /** Reads feeds that are parsed already. A tree cannot show that a key was given twice. */
    public Contents read(Iterable<? extends JsonNode> feeds) {
        return read(feeds, List.of());
    }

    private Contents notFeeds(JsonText text, String rule) {
        Problems problems = new Problems(source);
        if (text.root() == null) {
            text.mistakes().forEach(mistake -> problems.add(null, null, mistake.message()));
        } else {
            problems.add(null, null, rule + ", not " + Text.show(text.root()));
        }
        return new Contents(List.of(), problems.list());
    }

    private Contents read(Iterable<? extends JsonNode> feeds, List<JsonText.Mistake> mistakes) {
        Problems problems = new Problems(source);
        Names names = new Names(problems);
        Map<Integer, List<JsonText.Mistake>> mistakesIn =
                mistakes.stream().collect(Collectors.groupingBy(JsonText.Mistake::element));
        List<FeedDefinition> inForce = new ArrayList<>();
        int index = 0;
        for (JsonNode json : feeds) {
            int before = problems.count();
            String place = place(json, index);
            String feed = FeedParser.name(json, Keys.COLLECTION).orElse(place);
            for (JsonText.Mistake mistake : mistakesIn.getOrDefault(index, List.of())) {
                problems.add(feed, mistake.key().isEmpty() ? null : mistake.key(), mistake.message());
            }
            Optional<FeedDefinition> definition = parse(json, feed, problems);
            names.take(json, feed, place);
            if (problems.count() == before) {
                definition.ifPresent(inForce::add);
            }
            index++;
        }
        return new Contents(inForce, problems.list());
    }

    private Optional<FeedDefinition> parse(JsonNode json, String feed, Problems problems) {
        if (json instanceof ObjectNode object) {
            return new FeedParser(object, documents, feed, problems).parse();
        }
        problems.add(feed, null, "must be an object, not " + Text.show(json));
        return Optional.empty();
    }

    private String place(JsonNode json, int index) {
        JsonNode id = json.path("_id");
        return documents && id.isTextual() ? Text.name(id.textValue()) : "#" + (index + 1);
    }

    /** Whose each collection and each view is. */
    private static final class Names {
        private final Problems problems;
        private final Map<String, String> collections = new HashMap<>();
        private final Map<String, String> views = new HashMap<>();

        Names(Problems problems) {
            this.problems = problems;
        }

        void take(JsonNode json, String feed, String place) {
            String owner = feed.equals(place) ? place : Text.name(feed) + " (" + place + ")";
            take(json, Keys.COLLECTION, feed, owner, collections);
            take(json, Keys.VIEW, feed, owner, views);
        }

        private void take(JsonNode json, String key, String feed, String owner, Map<String, String> owners) {
            String name = FeedParser.name(json, key).orElse(null);
            @Nullable String other = name == null ? null : owners.putIfAbsent(name, owner);
            if (other != null) {
                problems.add(
                        feed, key, Text.show(json.path(key)) + " is the name of two feeds: " + other + " and " + owner);
            }
        }
    }
}
