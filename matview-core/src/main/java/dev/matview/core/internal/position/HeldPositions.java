package dev.matview.core.internal.position;

import dev.matview.core.internal.tree.OrderedTree;
import dev.matview.core.spi.Position;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The positions of slices, by database: made when they are asked for, since a view may hold a million. Not to be changed. */
public final class HeldPositions<S> extends AbstractMap<String, Position> {

    private final OrderedTree<S> slices;
    private final Function<? super S, String> database;
    private final Function<? super S, Position> position;

    /** @param slices by the names of their databases */
    public HeldPositions(
            OrderedTree<S> slices, Function<? super S, String> database, Function<? super S, Position> position) {
        this.slices = slices;
        this.database = database;
        this.position = position;
    }

    private @Nullable S find(Object wanted) {
        return wanted instanceof String name ? slices.find(slice -> name.compareTo(database.apply(slice))) : null;
    }

    @Override
    public int size() {
        return slices.size();
    }

    @Override
    public boolean containsKey(Object wanted) {
        return find(wanted) != null;
    }

    @Override
    public @Nullable Position get(Object wanted) {
        S held = find(wanted);
        return held == null ? null : position.apply(held);
    }

    @Override
    public Set<Map.Entry<String, Position>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                return slices.size();
            }

            @Override
            public Iterator<Map.Entry<String, Position>> iterator() {
                return mapped(slice -> Map.entry(database.apply(slice), position.apply(slice)));
            }
        };
    }

    /** Without what their positions take. */
    @Override
    public Set<String> keySet() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                return slices.size();
            }

            @Override
            public boolean contains(Object wanted) {
                return find(wanted) != null;
            }

            @Override
            public Iterator<String> iterator() {
                return mapped(database::apply);
            }
        };
    }

    private <T> Iterator<T> mapped(Function<S, T> mapping) {
        Iterator<S> all = slices.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return all.hasNext();
            }

            @Override
            public T next() {
                return mapping.apply(all.next());
            }
        };
    }
}
