package dev.matview.core.internal.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A node of nodes, which all have one height. */
final class Branch<E> extends OrderedTree<E> {

    /** What the object and its arrays take beside their content: 80 bytes. */
    private static final int OVERHEAD = 20;

    private final OrderedTree<E>[] children;
    /** The first element of each child: a search touches none that it does not go into. */
    private final Object[] firsts;
    /** How many elements each child and those before it have. */
    private final int[] ends;

    private final int height;

    private Branch(OrderedTree<E>[] children) {
        this.children = children;
        this.firsts = new Object[children.length];
        this.ends = new int[children.length];
        this.height = children[0].height() + 1;
        int size = 0;
        for (int i = 0; i < children.length; i++) {
            size = Math.addExact(size, children[i].size());
            firsts[i] = children[i].first();
            ends[i] = size;
        }
    }

    /** The nodes above these, which are of one height and may be small. */
    static <E> List<OrderedTree<E>> parents(List<OrderedTree<E>> nodes) {
        List<OrderedTree<E>> parents = new ArrayList<>();
        split(balanced(nodes), parents);
        return parents;
    }

    /** The nodes, of which those that are too small are joined with one beside them; the only one may stay small. */
    private static <E> List<OrderedTree<E>> balanced(List<OrderedTree<E>> nodes) {
        List<OrderedTree<E>> balanced = new ArrayList<>(nodes.size());
        for (OrderedTree<E> node : nodes) {
            OrderedTree<E> last = balanced.isEmpty() ? null : balanced.get(balanced.size() - 1);
            if (last != null && (last.isSmall() || node.isSmall())) {
                balanced.remove(balanced.size() - 1);
                last.join(node, balanced);
            } else {
                balanced.add(node);
            }
        }
        return balanced;
    }

    /** Makes as few branches as can hold the nodes, all of about one width. */
    @SuppressWarnings("unchecked") // Java makes no arrays of generic types.
    private static <E> void split(List<OrderedTree<E>> nodes, List<OrderedTree<E>> into) {
        int size = nodes.size();
        int branches = (size + MOST - 1) / MOST;
        for (int i = 0; i < branches; i++) {
            int begin = (int) ((long) size * i / branches);
            int end = (int) ((long) size * (i + 1) / branches);
            into.add(new Branch<>((OrderedTree<E>[]) nodes.subList(begin, end).toArray(new OrderedTree<?>[0])));
        }
    }

    OrderedTree<E> child(int index) {
        return children[index];
    }

    @SuppressWarnings("unchecked") // They are elements of the children.
    private E first(int index) {
        return (E) firsts[index];
    }

    @Override
    void edit(Batch<E> batch, @Nullable E bound, List<OrderedTree<E>> into) {
        List<OrderedTree<E>> next = new ArrayList<>(children.length + 1);
        List<OrderedTree<E>> all = Arrays.asList(children);
        boolean changed = false;
        int from = 0;
        for (E element = batch.next(bound); element != null; element = batch.next(bound)) {
            int child = childOf(element, batch, from);
            next.addAll(all.subList(from, child));
            from = child + 1;
            int place = next.size();
            children[child].edit(batch, from < children.length ? first(from) : bound, next);
            changed = changed || next.size() != from || next.get(place) != children[child];
        }
        if (!changed) {
            into.add(this);
            return;
        }
        next.addAll(all.subList(from, children.length));
        split(balanced(next), into);
    }

    /** The number of the child that the element falls into, from that one on. */
    private int childOf(E element, Batch<E> batch, int from) {
        int low = from + 1;
        int high = children.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (batch.order().compare(first(middle), element) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    @Override
    void join(OrderedTree<E> next, List<OrderedTree<E>> into) {
        List<OrderedTree<E>> all = new ArrayList<>(Arrays.asList(children));
        all.addAll(Arrays.asList(((Branch<E>) next).children));
        // One that was the only child was let be, however small.
        split(balanced(all), into);
    }

    @Override
    int width() {
        return children.length;
    }

    @Override
    int height() {
        return height;
    }

    @Override
    E first() {
        return first(0);
    }

    @Override
    int references() {
        return 3 * children.length + OVERHEAD;
    }

    @Override
    public int size() {
        return ends[ends.length - 1];
    }

    /** How many elements are in the children before that one. */
    private int begin(int child) {
        return child == 0 ? 0 : ends[child - 1];
    }

    /** The number of the child with the element of that number. */
    private int childAt(int index) {
        int found = Arrays.binarySearch(ends, index);
        return found < 0 ? -found - 1 : found + 1;
    }

    @Override
    public E get(int index) {
        int child = childAt(Objects.checkIndex(index, size()));
        return children[child].get(index - begin(child));
    }

    @Override
    public @Nullable E find(Comparable<? super E> key) {
        return children[childOf(key)].find(key);
    }

    @Override
    public int before(Comparable<? super E> key) {
        int child = childOf(key);
        return begin(child) + children[child].before(key);
    }

    @Override
    public int upTo(Comparable<? super E> key) {
        int child = childOf(key);
        return begin(child) + children[child].upTo(key);
    }

    /** The number of the child that would have the key: the last that begins no later, or the first. */
    private int childOf(Comparable<? super E> key) {
        int low = 1;
        int high = children.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (key.compareTo(first(middle)) >= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    @Override
    void copy(int from, int to, @Nullable Object[] target, int at) {
        int done = from;
        for (int child = childAt(from); done < to; child++) {
            int end = Math.min(to, ends[child]);
            children[child].copy(done - begin(child), end - begin(child), target, at + done - from);
            done = end;
        }
    }
}
