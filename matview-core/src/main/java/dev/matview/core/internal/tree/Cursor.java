package dev.matview.core.internal.tree;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a tree from the first element to the last. It stands before a node, which it goes into or passes over, or
 * within a run. For one thread.
 */
final class Cursor<E> implements Iterator<E> {

    /** A branch that it is within, and the number of the child it is at. */
    private static final class Place<E> {
        private final Branch<E> branch;
        private int child;

        Place(Branch<E> branch) {
            this.branch = branch;
        }
    }

    private final Deque<Place<E>> above = new ArrayDeque<>();
    private @Nullable OrderedTree<E> node;
    /** The number of the next element, within a run; 0 before the node. */
    private int next;

    private long references;

    Cursor(OrderedTree<E> root) {
        node = root.isEmpty() ? null : root;
    }

    /**
     * Walks through two trees at a time, passing over the nodes they share.
     *
     * <p>Always the one goes on that is behind; where both stand before equal elements, the one before the higher node goes
     * into it. So a node is gone into only when the other tree cannot have it: the other has passed the place where the node
     * begins, or stands there before a node that is lower, or another one. It may have been moved by edits before it; it is
     * found all the same.
     */
    static <E> void compare(
            Cursor<E> mine, Cursor<E> theirs, Comparator<? super E> order, BiConsumer<@Nullable E, @Nullable E> each) {
        while (mine.node != null && theirs.node != null) {
            if (mine.node == theirs.node && mine.next == 0 && theirs.next == 0) {
                mine.pass();
                theirs.pass();
                continue;
            }
            int place = mine.element() == theirs.element() ? 0 : order.compare(mine.element(), theirs.element());
            int higher = mine.node.height() - theirs.node.height();
            if (place == 0 && mine.node.height() == 0 && higher == 0) {
                E one = mine.next();
                E other = theirs.next();
                if (one != other) {
                    each.accept(one, other);
                }
                continue;
            }
            if (place < 0 || (place == 0 && higher >= 0)) {
                mine.step(element -> each.accept(element, null));
            }
            if (place > 0 || (place == 0 && higher <= 0)) {
                theirs.step(element -> each.accept(null, element));
            }
        }
        mine.forEachRemaining(element -> each.accept(element, null));
        theirs.forEachRemaining(element -> each.accept(null, element));
    }

    /** What the nodes take that it has gone into. */
    long references() {
        return references;
    }

    /** The next element. */
    private E element() {
        return next == 0 ? current().first() : current().get(next);
    }

    private OrderedTree<E> current() {
        if (node == null) {
            throw new NoSuchElementException();
        }
        return node;
    }

    /** Goes into a branch, or takes the next element of a run. */
    private void step(Consumer<? super E> passed) {
        if (node instanceof Branch<E> branch) {
            enter(branch);
        } else {
            passed.accept(next());
        }
    }

    private void enter(Branch<E> branch) {
        references += branch.references();
        above.push(new Place<>(branch));
        node = branch.child(0);
    }

    /** Goes on behind the node. */
    private void pass() {
        next = 0;
        node = null;
        while (node == null && !above.isEmpty()) {
            Place<E> place = above.element();
            if (++place.child < place.branch.width()) {
                node = place.branch.child(place.child);
            } else {
                above.remove();
            }
        }
    }

    @Override
    public boolean hasNext() {
        return node != null;
    }

    @Override
    public E next() {
        while (node instanceof Branch<E> branch) {
            enter(branch);
        }
        OrderedTree<E> run = current();
        if (next == 0) {
            references += run.references();
        }
        E element = run.get(next++);
        if (next == run.width()) {
            pass();
        }
        return element;
    }
}
