package dev.matview.core.internal.tree;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A node of elements. */
final class Run<E> extends OrderedTree<E> {

    private static final Run<Object> NONE = new Run<>(new Object[0]);

    /** What the object and its array take beside the elements: 32 bytes. */
    private static final int OVERHEAD = 8;

    private final Object[] elements;

    private Run(Object[] elements) {
        this.elements = elements;
    }

    @SuppressWarnings("unchecked") // It has no element of a wrong type.
    static <E> Run<E> none() {
        return (Run<E>) NONE;
    }

    static <E> Run<E> of(E element) {
        return new Run<>(new Object[] {element});
    }

    @SuppressWarnings("unchecked") // Only elements are put into runs.
    private E element(int index) {
        return (E) elements[index];
    }

    @Override
    void edit(Batch<E> batch, @Nullable E bound, List<OrderedTree<E>> into) {
        Object[] merged = new Object[elements.length + batch.additionsBefore(bound)];
        boolean changed = false;
        int from = 0;
        int to = 0;
        for (E next = batch.next(bound); next != null; next = batch.next(bound)) {
            int place = place(next, batch.order(), from);
            boolean isThere = place < elements.length && batch.order().compare(element(place), next) == 0;
            System.arraycopy(elements, from, merged, to, place - from);
            to += place - from;
            from = isThere ? place + 1 : place;
            E comes = batch.take(next);
            changed |= comes != (isThere ? element(place) : null);
            if (comes != null) {
                merged[to++] = comes;
            }
        }
        if (!changed) {
            into.add(this);
            return;
        }
        System.arraycopy(elements, from, merged, to, elements.length - from);
        split(merged, to + elements.length - from, into);
    }

    /** The number of the first element, from that one on, that is not before the other. */
    private int place(E other, Comparator<? super E> order, int from) {
        int low = from;
        int high = elements.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (order.compare(element(middle), other) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Override
    void join(OrderedTree<E> next, List<OrderedTree<E>> into) {
        Object[] others = ((Run<E>) next).elements;
        Object[] all = Arrays.copyOf(elements, elements.length + others.length);
        System.arraycopy(others, 0, all, elements.length, others.length);
        split(all, all.length, into);
    }

    /** Makes as few runs as can hold them, all of about one length. */
    static <E> void split(Object[] all, int size, List<OrderedTree<E>> into) {
        int runs = (size + MOST - 1) / MOST;
        for (int i = 0; i < runs; i++) {
            int begin = (int) ((long) size * i / runs);
            int end = (int) ((long) size * (i + 1) / runs);
            into.add(new Run<>(Arrays.copyOfRange(all, begin, end, Object[].class)));
        }
    }

    @Override
    int width() {
        return elements.length;
    }

    @Override
    int height() {
        return 0;
    }

    @Override
    E first() {
        return element(0);
    }

    @Override
    int references() {
        return elements.length + OVERHEAD;
    }

    @Override
    public int size() {
        return elements.length;
    }

    @Override
    public E get(int index) {
        return element(Objects.checkIndex(index, elements.length));
    }

    @Override
    public @Nullable E find(Comparable<? super E> key) {
        int place = before(key);
        return place < elements.length && key.compareTo(element(place)) == 0 ? element(place) : null;
    }

    @Override
    public int before(Comparable<? super E> key) {
        return count(key, 0);
    }

    @Override
    public int upTo(Comparable<? super E> key) {
        return count(key, -1);
    }

    /** How many elements the key is after: it compares with them to more than that. */
    private int count(Comparable<? super E> key, int above) {
        int low = 0;
        int high = elements.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (key.compareTo(element(middle)) > above) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Override
    void copy(int from, int to, @Nullable Object[] target, int at) {
        System.arraycopy(elements, from, target, at, to - from);
    }
}
