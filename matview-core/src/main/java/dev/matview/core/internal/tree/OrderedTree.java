package dev.matview.core.internal.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Elements in an order, no two of which are equal in it: a persistent B+ tree that knows how many elements are in each
 * part. Immutable and thread-safe. {@link #edit} makes another tree, which shares with this one all nodes that are the
 * same; both are read as long as somebody has them.
 *
 * <ul>
 *   <li>A tree is its root. It is a {@link Run} of elements, or a {@link Branch} of nodes of one height; so a tree of a few
 *       elements is hardly more than their array. That of one, of which there are many, is a {@link Single}.
 *   <li>A node has at most {@value #MOST} elements or children. All but the root have at least {@value #LEAST}: less than
 *       half, so that a node that was split is not merged again by the next removal. Arrays are never larger than what is
 *       in them.
 *   <li>An edit is one walk for any number of elements. It hands a sorted batch to the nodes that it falls into; each gives
 *       back the nodes that take its place, none or one or several, and its parent joins those that are too small and makes
 *       new parents where they are too many.
 *   <li>Two trees are told apart by walking both at a time, passing over every node that they share.
 * </ul>
 *
 * The order is not kept: whoever has a tree edits and compares it by the same one each time. What is looked for is a
 * {@link Comparable} that says where it stands to an element, and need not be an element.
 */
public abstract sealed class OrderedTree<E> implements Iterable<E> permits Run, Branch, Single {

    static final int MOST = 64;
    static final int LEAST = 16;

    OrderedTree() {}

    /** A tree without elements. */
    public static <E> OrderedTree<E> empty() {
        return Run.none();
    }

    /**
     * The tree of these elements.
     *
     * @throws IllegalArgumentException when they are not in order, or two are equal
     */
    public static <E> OrderedTree<E> of(E[] elements, Comparator<? super E> order) {
        Batch.requireOrder(elements, order, -1);
        List<OrderedTree<E>> runs = new ArrayList<>();
        Run.split(elements, elements.length, runs);
        return root(runs);
    }

    /**
     * The tree without the ones and with the others. Costs the logarithm of the size for each node that is touched.
     *
     * @param removals in their order; those that are not there do not matter
     * @param additions in their order, no two equal; each takes the place of an element equal to it, also of a removed one
     * @throws IllegalArgumentException when they are not in order
     */
    public final OrderedTree<E> edit(E[] removals, E[] additions, Comparator<? super E> order) {
        if (removals.length == 0 && additions.length == 0) {
            return this;
        }
        if (isEmpty()) {
            // The first of all is the largest: each element is compared with the next, and with nothing else.
            Batch.requireOrder(removals, order, 0);
            return of(additions, order);
        }
        List<OrderedTree<E>> nodes = new ArrayList<>();
        edit(new Batch<>(removals, additions, order), null, nodes);
        return root(nodes);
    }

    private static <E> OrderedTree<E> root(List<OrderedTree<E>> nodes) {
        List<OrderedTree<E>> level = nodes;
        while (level.size() > 1) {
            level = Branch.parents(level);
        }
        if (level.isEmpty()) {
            return empty();
        }
        OrderedTree<E> root = level.get(0);
        while (root instanceof Branch<E> branch && branch.width() == 1) {
            root = branch.child(0);
        }
        return root instanceof Run<E> run && run.width() == 1 ? new Single<>(run.first()) : root;
    }

    /**
     * Takes the part of the batch that falls into this node.
     *
     * @param bound where the next node begins; null for the last one
     * @param into is given the nodes of the same height that take this one's place, this one itself when nothing changes;
     *     the only one may be small
     */
    abstract void edit(Batch<E> batch, @Nullable E bound, List<OrderedTree<E>> into);

    /** Makes one node, or two, of this one and the next, which has the same height. */
    abstract void join(OrderedTree<E> next, List<OrderedTree<E>> into);

    /** How many elements or children the node has. */
    abstract int width();

    /** How many branches are above the runs. */
    abstract int height();

    /** The first element; there is one in every node that is not an empty root. */
    abstract E first();

    /** What the node itself takes in memory, in references. */
    abstract int references();

    final boolean isSmall() {
        return width() < LEAST;
    }

    /** How many elements there are. */
    public abstract int size();

    /** Whether there are none. */
    public final boolean isEmpty() {
        return size() == 0;
    }

    /** The element of that number; the first is 0. */
    public abstract E get(int index);

    /** The element that the key is equal to; null when there is none. */
    public abstract @Nullable E find(Comparable<? super E> key);

    /** How many elements are before the key. */
    public abstract int before(Comparable<? super E> key);

    /** How many elements are not after the key: those before it, and one that it is equal to. */
    public abstract int upTo(Comparable<? super E> key);

    /** Copies the elements of these numbers. */
    abstract void copy(int from, int to, @Nullable Object[] target, int at);

    /** The elements from a number up to another, copied; the list is not to be changed. */
    @SuppressWarnings("unchecked") // Elements are all that a tree ever copies.
    public final List<E> list(int from, int to) {
        Object[] elements = new Object[to - from];
        copy(from, to, elements, 0);
        return (List<E>) Collections.unmodifiableList(Arrays.asList(elements));
    }

    /** From the first to the last. */
    @Override
    public final Iterator<E> iterator() {
        return new Cursor<>(this);
    }

    /**
     * Tells what this tree and the other do not share, in order: elements that one of them does not have, and elements that
     * are equal in order and not the same object. Costs what differs.
     *
     * @param each is given this tree's element and the other's; null where there is none
     * @return how much memory this tree's nodes take that the other does not share, in references
     */
    public final long differences(
            OrderedTree<E> other, Comparator<? super E> order, BiConsumer<@Nullable E, @Nullable E> each) {
        Cursor<E> mine = new Cursor<>(this);
        Cursor.compare(mine, new Cursor<>(other), order, each);
        return mine.references();
    }

    /** How much memory the tree's nodes take, without the elements, in references. */
    public final long allReferences() {
        return differences(empty(), (one, another) -> 0, (mine, none) -> {});
    }
}
