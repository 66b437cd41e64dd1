package dev.matview.core.internal.tree;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A tree of one element, of which there may be a great many: it has no array. Never a part of another. */
final class Single<E> extends OrderedTree<E> {

    /** The object: 16 bytes. */
    private static final int REFERENCES = 4;

    private final E element;

    Single(E element) {
        this.element = element;
    }

    @Override
    void edit(Batch<E> batch, @Nullable E bound, List<OrderedTree<E>> into) {
        List<OrderedTree<E>> runs = new ArrayList<>();
        Run.of(element).edit(batch, bound, runs);
        boolean isSame =
                runs.size() == 1 && runs.get(0).width() == 1 && runs.get(0).first() == element;
        into.addAll(isSame ? List.of(this) : runs);
    }

    @Override
    void join(OrderedTree<E> next, List<OrderedTree<E>> into) {
        Run.of(element).join(next, into);
    }

    @Override
    int width() {
        return 1;
    }

    @Override
    int height() {
        return 0;
    }

    @Override
    E first() {
        return element;
    }

    @Override
    int references() {
        return REFERENCES;
    }

    @Override
    public int size() {
        return 1;
    }

    @Override
    public E get(int index) {
        Objects.checkIndex(index, 1);
        return element;
    }

    @Override
    public @Nullable E find(Comparable<? super E> key) {
        return key.compareTo(element) == 0 ? element : null;
    }

    @Override
    public int before(Comparable<? super E> key) {
        return key.compareTo(element) > 0 ? 1 : 0;
    }

    @Override
    public int upTo(Comparable<? super E> key) {
        return key.compareTo(element) >= 0 ? 1 : 0;
    }

    @Override
    void copy(int from, int to, @Nullable Object[] target, int at) {
        if (from < to) {
            target[at] = element;
        }
    }
}
