package dev.matview.core.internal.view;

import dev.matview.core.internal.tree.OrderedTree;
import dev.matview.core.spi.Row;
import java.util.List;
import java.util.function.Function;

/**
 * Entries of a tree that belong together: they follow each other there, each has a row, and they are in the order of their
 * rows. Finding them costs two searches of the tree. Immutable.
 */
final class RowRun<E> {

    private static final RowRun<Row> NONE = all(OrderedTree.empty());

    private final OrderedTree<E> tree;
    private final Comparable<? super E> group;
    private final Function<? super E, Row> row;
    private final int from;
    private final int to;

    /** @param group where they stand to an entry: 0 for those that belong together */
    RowRun(OrderedTree<E> tree, Comparable<? super E> group, Function<? super E, Row> row) {
        this.tree = tree;
        this.group = group;
        this.row = row;
        this.from = place(-1);
        this.to = place(1);
    }

    static RowRun<Row> none() {
        return NONE;
    }

    /** All of a tree. */
    static RowRun<Row> all(OrderedTree<Row> tree) {
        return new RowRun<>(tree, entry -> 0, entry -> entry);
    }

    /** The place in the tree before all of them, or after. */
    private int place(int side) {
        Comparable<E> key = entry -> {
            int order = group.compareTo(entry);
            return order != 0 ? order : side;
        };
        return tree.before(key);
    }

    private Comparable<E> key(Row other) {
        return entry -> {
            int order = group.compareTo(entry);
            return order != 0 ? order : other.compareTo(row.apply(entry));
        };
    }

    int size() {
        return to - from;
    }

    Row get(int index) {
        return row.apply(tree.get(from + index));
    }

    /** The rows from a number up to another. */
    List<Row> list(int begin, int end) {
        return tree.list(from + begin, from + end).stream().<Row>map(row).toList();
    }

    /** How many are before the row. */
    int before(Row other) {
        return size() == 0 ? 0 : tree.before(key(other)) - from;
    }

    /** How many are not after the row. */
    int upTo(Row other) {
        return size() == 0 ? 0 : tree.upTo(key(other)) - from;
    }

    boolean contains(Row other) {
        return size() > 0 && tree.find(key(other)) != null;
    }
}
