package dev.matview.core.internal.view;

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
final class HeldPositions extends AbstractMap<String, Position> {

    private final OrderedTree<HeldSlice> slices;

    HeldPositions(OrderedTree<HeldSlice> slices) {
        this.slices = slices;
    }

    private @Nullable HeldSlice find(Object database) {
        return database instanceof String name ? slices.find(slice -> name.compareTo(slice.database())) : null;
    }

    @Override
    public int size() {
        return slices.size();
    }

    @Override
    public boolean containsKey(Object database) {
        return find(database) != null;
    }

    @Override
    public @Nullable Position get(Object database) {
        HeldSlice held = find(database);
        return held == null ? null : held.reflected();
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
                return mapped(slice -> Map.entry(slice.database(), slice.reflected()));
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
            public boolean contains(Object database) {
                return find(database) != null;
            }

            @Override
            public Iterator<String> iterator() {
                return mapped(HeldSlice::database);
            }
        };
    }

    private <T> Iterator<T> mapped(Function<HeldSlice, T> mapping) {
        Iterator<HeldSlice> all = slices.iterator();
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
