package dev.matview.core.internal.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class OrderedTreeTest {

    /** Two of one number are equal in order, and are not the same. */
    private record Element(int number, int stamp) {}

    private static final Comparator<Element> ORDER = Comparator.comparingInt(Element::number);

    /** A tree, and what it is to have. */
    private record State(OrderedTree<Element> tree, TreeMap<Integer, Element> expected) {

        List<Element> inOrder() {
            return List.copyOf(expected.values());
        }
    }

    private static Element[] elements(Iterable<Element> elements) {
        List<Element> list = new ArrayList<>();
        elements.forEach(list::add);
        return list.toArray(Element[]::new);
    }

    private static State numbered(int size) {
        TreeMap<Integer, Element> expected = new TreeMap<>();
        IntStream.range(0, size).forEach(number -> expected.put(2 * number, new Element(2 * number, 0)));
        return new State(OrderedTree.of(elements(expected.values()), ORDER), expected);
    }

    /** The ten-line reference: a sorted map made anew. */
    private static State edit(State before, Set<Integer> removals, TreeMap<Integer, Element> additions) {
        TreeMap<Integer, Element> expected = new TreeMap<>(before.expected());
        expected.keySet().removeAll(removals);
        expected.putAll(additions);
        List<Element> leaving =
                removals.stream().map(number -> new Element(number, -1)).toList();
        OrderedTree<Element> tree = before.tree().edit(elements(leaving), elements(additions.values()), ORDER);
        return new State(tree, expected);
    }

    /** Anything from one element to all: a few anywhere, a range, everything, nothing but removals or additions. */
    private static State randomEdit(State before, Random random, int space) {
        int most = Math.max(1, (int) Math.pow(space, random.nextDouble()));
        int from = random.nextInt(space);
        boolean isRange = random.nextBoolean();
        Set<Integer> removals = new TreeSet<>();
        TreeMap<Integer, Element> additions = new TreeMap<>();
        int kind = random.nextInt(5);
        for (int i = 0; i < most; i++) {
            int number = isRange ? from + i : random.nextInt(space);
            if (kind == 0 || (kind < 3 && random.nextBoolean())) {
                removals.add(number);
            } else {
                additions.put(number, new Element(number, random.nextInt(1_000_000)));
            }
        }
        if (random.nextInt(8) == 0) {
            // All of them, or all but a few here and there.
            int kept = random.nextInt(2_000);
            before.expected().keySet().stream()
                    .filter(number -> kept == 0 || random.nextInt(2_000) > kept / 1_000)
                    .forEach(removals::add);
        }
        return edit(before, removals, additions);
    }

    private static List<State> history(long seed, int edits, int space) {
        Random random = new Random(seed);
        List<State> states = new ArrayList<>(List.of(numbered(random.nextInt(space / 2))));
        for (int i = 0; i < edits; i++) {
            states.add(randomEdit(states.get(states.size() - 1), random, space));
        }
        return states;
    }

    @Property(tries = 40, shrinking = ShrinkingMode.BOUNDED)
    void everyTreeReadsAsASortedListAlsoWhenLaterOnesFollow(
            @ForAll long seed, @ForAll @IntRange(min = 2, max = 20_000) int space) {
        for (State state : history(seed, 12, space)) {
            List<Element> expected = state.inOrder();
            OrderedTree<Element> tree = state.tree();
            assertThat(tree.size()).isEqualTo(expected.size());
            assertThat(tree.isEmpty()).isEqualTo(expected.isEmpty());
            assertSame(tree, expected);
            Random random = new Random(seed);
            for (int i = 0; i < 20; i++) {
                int number = random.nextInt(space + 2) - 1;
                int before = state.expected().headMap(number).size();
                Element there = state.expected().get(number);
                Comparable<Element> key = element -> Integer.compare(number, element.number());
                assertThat(tree.find(key)).isSameAs(there);
                assertThat(tree.before(key)).isEqualTo(before);
                assertThat(tree.upTo(key)).isEqualTo(there == null ? before : before + 1);
                if (there != null) {
                    assertThat(tree.get(before)).isSameAs(there);
                }
                int from = random.nextInt(expected.size() + 1);
                int to = from + random.nextInt(expected.size() - from + 1);
                assertThat(tree.list(from, to)).isEqualTo(expected.subList(from, to));
            }
        }
    }

    private static void assertSame(Iterable<Element> actual, List<Element> expected) {
        int place = 0;
        for (Element element : actual) {
            assertThat(element).isSameAs(expected.get(place++));
        }
        assertThat(place).isEqualTo(expected.size());
    }

    @Property(tries = 40, shrinking = ShrinkingMode.BOUNDED)
    void noNodeIsTooSmallOrTooLargeOrAtAnotherHeight(
            @ForAll long seed, @ForAll @IntRange(min = 2, max = 20_000) int space) {
        history(seed, 12, space).forEach(state -> assertNodes(state.tree(), true));
    }

    private static void assertNodes(OrderedTree<Element> node, boolean isRoot) {
        assertThat(node.width()).isLessThanOrEqualTo(OrderedTree.MOST);
        if (!isRoot) {
            assertThat(node.width()).isGreaterThanOrEqualTo(OrderedTree.LEAST);
        }
        if (node instanceof Branch<Element> branch) {
            assertThat(branch.width()).isGreaterThanOrEqualTo(2);
            for (int i = 0; i < branch.width(); i++) {
                assertThat(branch.child(i).height()).isEqualTo(branch.height() - 1);
                assertNodes(branch.child(i), false);
            }
        }
    }

    @Property(tries = 40, shrinking = ShrinkingMode.BOUNDED)
    void whatTwoTreesDoNotShareIsToldAndWhatTheNodesTakeIsCountedExactly(
            @ForAll long seed, @ForAll @IntRange(min = 2, max = 20_000) int space) {
        List<State> states = history(seed, 8, space);
        for (State one : states) {
            for (State other : states) {
                Map<Integer, Element> mine = new HashMap<>();
                Map<Integer, Element> theirs = new HashMap<>();
                List<Integer> told = new ArrayList<>();
                long references = one.tree().differences(other.tree(), ORDER, (here, there) -> {
                    told.add(here == null ? there.number() : here.number());
                    put(here, mine);
                    put(there, theirs);
                });
                assertThat(told).isSorted().doesNotHaveDuplicates();
                assertThat(mine).isEqualTo(others(one.expected(), other.expected()));
                assertThat(theirs).isEqualTo(others(other.expected(), one.expected()));
                assertThat(references).isEqualTo(references(one.tree(), nodes(other.tree())));
            }
        }
    }

    private static void put(Element element, Map<Integer, Element> into) {
        if (element != null) {
            into.put(element.number(), element);
        }
    }

    private static Map<Integer, Element> others(Map<Integer, Element> all, Map<Integer, Element> without) {
        Map<Integer, Element> others = new HashMap<>(all);
        others.values().removeIf(element -> without.get(element.number()) == element);
        return others;
    }

    private static Set<OrderedTree<Element>> nodes(OrderedTree<Element> root) {
        Set<OrderedTree<Element>> nodes = Collections.newSetFromMap(new IdentityHashMap<>());
        collect(root, nodes);
        return nodes;
    }

    private static void collect(OrderedTree<Element> node, Set<OrderedTree<Element>> into) {
        into.add(node);
        if (node instanceof Branch<Element> branch) {
            IntStream.range(0, branch.width()).forEach(i -> collect(branch.child(i), into));
        }
    }

    private static long references(OrderedTree<Element> root, Set<OrderedTree<Element>> without) {
        return nodes(root).stream()
                .filter(node -> !without.contains(node) && node.width() > 0)
                .mapToLong(OrderedTree::references)
                .sum();
    }

    @Test
    void oneChangeMakesOneNodeOfEachHeightAnewAndIsToldByLookingAtAsMany() {
        State before = numbered(300_000);
        Set<OrderedTree<Element>> shared = nodes(before.tree());
        for (int number : List.of(0, 2, 299_998, 300_000, 599_998)) {
            Element changed = new Element(number, 1);
            State after = edit(before, Set.of(), new TreeMap<>(Map.of(number, changed)));

            List<Element> told = new ArrayList<>();
            long references = after.tree().differences(before.tree(), ORDER, (mine, theirs) -> told.add(mine));

            assertThat(told).containsExactly(changed);
            assertThat(before.tree().height()).isEqualTo(3);
            assertThat(nodes(after.tree()).stream().filter(node -> !shared.contains(node)))
                    .hasSize(4);
            assertThat(references).isLessThan(3 * 64 * 4);
        }
    }

    /** A node that an edit before it has moved to another place, or under another parent, is found again. */
    @Test
    void whatMovedAndStayedTheSameIsShared() {
        State before = numbered(300_000);
        TreeMap<Integer, Element> additions = new TreeMap<>();
        for (int number = 1; number < 10_000; number += 2) {
            additions.put(number, new Element(number, 1));
        }
        State after = edit(before, Set.of(), additions);
        Set<Integer> removals = new TreeSet<>(after.expected().headMap(5_000).keySet());
        State last = edit(after, removals, new TreeMap<>());

        for (State state : List.of(after, last)) {
            int[] told = {0};
            long references = state.tree().differences(before.tree(), ORDER, (mine, theirs) -> told[0]++);
            assertThat(told[0]).isLessThan(6_000);
            assertThat(references).isLessThan(13_000).isLessThan(before.tree().allReferences() / 20);
        }
    }

    @Test
    void anEditThatChangesNothingGivesTheSameTree() {
        State before = numbered(10_000);
        Element known = before.expected().get(5_000);

        assertThat(before.tree().edit(new Element[0], new Element[0], ORDER)).isSameAs(before.tree());
        assertThat(before.tree().edit(new Element[] {new Element(5_001, 0)}, new Element[] {known}, ORDER))
                .isSameAs(before.tree());
    }

    @Test
    void oneAfterAnotherIsAsGoodAsAllAtOnce() {
        State grown = numbered(0);
        for (int i = 0; i < 3_000; i++) {
            int number = i * 7_919 % 3_000;
            grown = edit(grown, Set.of(), new TreeMap<>(Map.of(number, new Element(number, i))));
            assertNodes(grown.tree(), true);
        }
        assertSame(grown.tree(), grown.inOrder());
        for (int i = 0; i < 3_000; i++) {
            grown = edit(grown, Set.of(i * 6_833 % 3_000), new TreeMap<>());
            assertNodes(grown.tree(), true);
        }
        assertThat(grown.tree().isEmpty()).isTrue();
    }

    /** Each of many branches is left with one run, which has no other beside it to be joined with. */
    @Test
    void whatAFewSurviveOfManyNodesIsJoinedWithWhatIsLeftOfOthers() {
        State before = numbered(300_000);
        Set<Integer> removals = new TreeSet<>(before.expected().keySet());
        removals.removeIf(number -> number % 2_000 == 0);

        State after = edit(before, removals, new TreeMap<>());

        assertNodes(after.tree(), true);
        assertSame(after.tree(), after.inOrder());
    }

    @Test
    void elementsOutOfOrderAreRefused() {
        Element[] falling = {new Element(2, 0), new Element(1, 0)};
        Element[] equal = {new Element(1, 0), new Element(1, 0)};
        OrderedTree<Element> tree = numbered(10).tree();

        assertThatThrownBy(() -> OrderedTree.of(falling, ORDER)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> OrderedTree.of(equal, ORDER)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tree.edit(falling, new Element[0], ORDER))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tree.edit(new Element[0], equal, ORDER)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTreeOfOneElementIsOneObject() {
        State one = numbered(1);
        Element other = new Element(0, 7);

        OrderedTree<Element> shrunk =
                numbered(5).tree().edit(elements(numbered(5).inOrder().subList(1, 5)), elements(List.of(other)), ORDER);

        assertThat(one.tree().allReferences()).isEqualTo(4);
        assertThat(shrunk.allReferences()).isEqualTo(4);
        assertThat(shrunk).containsExactly(other);
        assertThat(one.tree().edit(elements(List.of(new Element(2, 0))), elements(one.inOrder()), ORDER))
                .as("nothing changes")
                .isSameAs(one.tree());
    }
}
