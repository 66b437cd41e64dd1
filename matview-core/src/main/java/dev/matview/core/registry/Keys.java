package dev.matview.core.registry;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

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
            new Key(QUERY, SELECTOR),
            new Key(QUERY, FIELDS),
            new Key(QUERY, SORT),
            new Key(QUERY, LIMIT),
            new Key(REFRESH, MODE),
            new Key(REFRESH, MIN_INTERVAL));

    private static final int LONGEST = 40;

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
        Key nearest = null;
        int least = Math.max(1, Math.min(name.length(), LONGEST) / 3) + 1;
        for (Key key : KNOWN) {
            int distance = name.length() > LONGEST ? least : distance(name, key.name());
            boolean nearer = distance < least
                    || (distance == least && nearest != null && key.parent().equals(parent));
            if (nearer) {
                nearest = key;
                least = distance;
            }
        }
        return nearest != null
                ? "is no known key; did you mean " + nearest.path() + "?"
                : "is no known key; known are " + namesIn(parent);
    }

    private static String namesIn(String parent) {
        return KNOWN.stream()
                .filter(key -> key.parent().equals(parent))
                .map(Key::name)
                .collect(Collectors.joining(", "));
    }

    /** Levenshtein's: how many letters to put in, take out or change. The case of a letter does not count. */
    private static int distance(String a, String b) {
        String from = a.toLowerCase(Locale.ROOT);
        String to = b.toLowerCase(Locale.ROOT);
        int[] above = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] row = new int[to.length() + 1];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int change = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(above[j - 1] + change, 1 + Math.min(above[j], row[j - 1]));
            }
            above = row;
        }
        return above[to.length()];
    }
}
