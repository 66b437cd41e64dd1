package dev.matview.core.registry;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The keys of a feed's JSON, and which of them was probably meant by one that is not among them. */
final class Keys {

    static final String COLLECTION = "collectionName";
    static final String VIEW = "materializedViewName";
    static final String INTERVAL = "aggregationInterval";
    static final String QUERY = "query";
    static final String DATABASES = "databases";
    static final String REFRESH = "refresh";
    static final String ACCESS = "access";
    static final String EXPAND = "expand";
    static final String INDEXES = "indexes";

    static final String SELECTOR = "selector";
    static final String FIELDS = "fields";
    static final String SORT = "sort";
    static final String LIMIT = "limit";

    static final String MODE = "mode";
    static final String MIN_INTERVAL = "minInterval";

    /** The key of the feed itself, the start of every path. */
    static final String FEED = "";

    private static final List<Key> KNOWN = List.of(
            new Key(FEED, COLLECTION),
            new Key(FEED, VIEW),
            new Key(FEED, INTERVAL),
            new Key(FEED, QUERY),
            new Key(FEED, DATABASES),
            new Key(FEED, REFRESH),
            new Key(FEED, ACCESS),
            new Key(FEED, EXPAND),
            new Key(FEED, INDEXES),
            new Key(QUERY, SELECTOR),
            new Key(QUERY, FIELDS),
            new Key(QUERY, SORT),
            new Key(QUERY, LIMIT),
            new Key(REFRESH, MODE),
            new Key(REFRESH, MIN_INTERVAL));

    private Keys() {}

    private record Key(String parent, String name) {
        String path() {
            return Keys.path(parent, name);
        }
    }

    /** The key of an object within a feed as problems name it, such as {@code query.sort}. */
    static String path(String parent, String name) {
        return parent.isEmpty() ? name : parent + "." + name;
    }

    static boolean isKnown(String parent, String name) {
        return KNOWN.contains(new Key(parent, name));
    }

    /** What to say of an unknown key: the nearest known one, wherever it belongs, or all that may stand there. */
    static String adviceOn(String parent, String name) {
        // Those that may stand there come first: of equally near ones they are the likelier.
        List<Key> known = Stream.concat(
                        KNOWN.stream().filter(key -> key.parent().equals(parent)), KNOWN.stream())
                .toList();
        return Spelling.nearest(name, known.stream().map(Key::name).toList())
                .map(nearest -> "is no known key; did you mean " + path(nearest, known) + "?")
                .orElseGet(() -> "is no known key; known are " + namesIn(parent));
    }

    private static String path(String name, List<Key> known) {
        return known.stream()
                .filter(key -> key.name().equals(name))
                .findFirst()
                .orElseThrow()
                .path();
    }

    private static String namesIn(String parent) {
        return KNOWN.stream()
                .filter(key -> key.parent().equals(parent))
                .map(Key::name)
                .collect(Collectors.joining(", "));
    }
}
