package dev.matview.couch.internal.source;

import dev.matview.core.access.DatabasePattern;
import dev.matview.core.feed.FeedDefinition;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which names feeds may cover, as far as a range of names can say it: a pattern selects among the names that begin with
 * its prefix. CouchDB's own databases, which begin with an underscore, are in no scope. Immutable.
 *
 * @param prefixes none of which begins with another
 * @param names of patterns that name one database
 */
public record Scope(Set<String> prefixes, Set<String> names) {

    public static final Scope NOTHING = new Scope(Set.of(), Set.of());
    public static final Scope EVERYTHING = new Scope(Set.of(""), Set.of());

    public static Scope of(Collection<FeedDefinition> feeds) {
        Set<String> prefixes = new TreeSet<>();
        Set<String> names = new TreeSet<>();
        for (FeedDefinition feed : feeds) {
            for (DatabasePattern pattern : feed.databases()) {
                (pattern.isExact() ? names : prefixes).add(pattern.prefix());
            }
        }
        return new Scope(withoutNested(prefixes), Set.copyOf(names));
    }

    /** In their order, a prefix comes right before what begins with it. */
    private static Set<String> withoutNested(Set<String> sorted) {
        Set<String> kept = new TreeSet<>();
        String last = null;
        for (String prefix : sorted) {
            if (last == null || !prefix.startsWith(last)) {
                kept.add(prefix);
                last = prefix;
            }
        }
        return Set.copyOf(kept);
    }

    boolean covers(String name) {
        return !name.startsWith("_")
                && (names.contains(name) || prefixes.stream().anyMatch(name::startsWith));
    }

    boolean contains(Scope other) {
        return names.containsAll(other.names)
                && other.prefixes.stream().allMatch(prefix -> prefixes.stream().anyMatch(prefix::startsWith));
    }

    public Scope union(Scope other) {
        Set<String> allPrefixes = new TreeSet<>(prefixes);
        allPrefixes.addAll(other.prefixes);
        Set<String> allNames = new TreeSet<>(names);
        allNames.addAll(other.names);
        return new Scope(withoutNested(allPrefixes), Set.copyOf(allNames));
    }
}
