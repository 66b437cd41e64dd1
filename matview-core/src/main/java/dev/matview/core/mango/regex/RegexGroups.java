package dev.matview.core.mango.regex;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The capturing groups of a pattern that is being read: their numbers, their names, and which are open. */
final class RegexGroups {
    private static final int LONGEST_NAME = 32;

    /** All names, once the pattern has been read; null while it is read for the first time. */
    private final @Nullable Map<String, List<Integer>> known;

    private final int total;

    private final Map<String, List<Integer>> names = new HashMap<>();
    private final Map<Integer, String> nameOf = new HashMap<>();
    private final Deque<Open> open = new ArrayDeque<>();
    private int count;
    private int greatest;
    private int greatestReference;

    RegexGroups() {
        this(null, 0);
    }

    private RegexGroups(@Nullable Map<String, List<Integer>> known, int total) {
        this.known = known;
        this.total = total;
    }

    /** A group that is being read, and whether it refers to itself. */
    static final class Open {
        final int number;
        private boolean refersToItself;

        private Open(int number) {
            this.number = number;
        }

        boolean refersToItself() {
            return refersToItself;
        }
    }

    /** Returns the groups to read the same pattern again with. */
    RegexGroups known() {
        return new RegexGroups(names, greatest);
    }

    /** Returns how many groups were opened so far. */
    int count() {
        return count;
    }

    /** Numbers the next group as the one after this. */
    void continueFrom(int number) {
        count = number;
    }

    Open open() {
        count++;
        greatest = Math.max(greatest, count);
        Open group = new Open(count);
        open.push(group);
        return group;
    }

    void close() {
        open.pop();
    }

    /** Names the group that is opened next. */
    void define(String name, boolean duplicatesAllowed, RegexPattern pattern) {
        int number = count + 1;
        List<Integer> numbers = names.computeIfAbsent(name, key -> new ArrayList<>());
        if (numbers.contains(number)) {
            return;
        }
        if (!numbers.isEmpty() && !duplicatesAllowed) {
            throw pattern.bad("two groups have the same name");
        }
        String other = nameOf.putIfAbsent(number, name);
        if (other != null && !other.equals(name)) {
            throw pattern.bad("two groups of one number have different names");
        }
        numbers.add(number);
    }

    /** Reads the name of a group that is referred to, and what closes it. */
    String name(RegexPattern pattern, int close) {
        String name = nameOrNothing(pattern, close);
        if (name.isEmpty()) {
            throw pattern.bad("a group's name is missing");
        }
        return name;
    }

    /** Reads the name of a group that is defined, which PCRE lets be empty, and what closes it. */
    String nameOrNothing(RegexPattern pattern, int close) {
        if (RegexPattern.isDigit(pattern.peek())) {
            throw pattern.bad("a group's name must not begin with a digit");
        }
        String name = pattern.word();
        if (name.length() > LONGEST_NAME || pattern.next() != close) {
            throw pattern.bad("a group's name is too long or has no end");
        }
        return name;
    }

    /** Returns the numbers of the groups of a name; any while the pattern is read for the first time. */
    int[] named(String name, RegexPattern pattern) {
        if (known == null) {
            return numbers(names.getOrDefault(name, List.of()));
        }
        List<Integer> numbers = known.get(name);
        if (numbers == null) {
            throw pattern.bad("there is no group of that name");
        }
        return numbers(numbers);
    }

    boolean isKnown(String name) {
        return Objects.requireNonNullElse(known, names).containsKey(name);
    }

    /** Notes a reference by number, which may be to a group further on. */
    void refer(int number) {
        greatestReference = Math.max(greatestReference, number);
    }

    /** Checks, at the end, that there are all groups that were referred to. */
    void checkReferences(RegexPattern pattern) {
        if (greatestReference > greatest) {
            throw pattern.bad("there is no group of that number");
        }
    }

    /** PCRE makes a group atomic that refers to itself. */
    void markSelfReferences(int[] numbers) {
        for (int number : numbers) {
            for (Open group : open) {
                if (group.number == number) {
                    group.refersToItself = true;
                    break;
                }
            }
        }
    }

    private static int[] numbers(List<Integer> numbers) {
        return numbers.stream().mapToInt(Integer::intValue).toArray();
    }
}
