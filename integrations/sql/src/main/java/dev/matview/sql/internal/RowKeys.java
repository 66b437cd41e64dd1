package dev.matview.sql.internal;

import java.util.ArrayList;
import java.util.List;

/** What rows are found by, as the arrays of a statement. Not thread-safe. */
final class RowKeys {

    private final List<byte[]> databases;
    private final List<Long> slices;
    private final List<Long> hashes;
    private final List<byte[]> ids;

    RowKeys(int size) {
        databases = new ArrayList<>(size);
        slices = new ArrayList<>(size);
        hashes = new ArrayList<>(size);
        ids = new ArrayList<>(size);
    }

    void add(String database, String id) {
        databases.add(CodeUnits.encode(database));
        add(id);
    }

    void add(long slice, String id) {
        slices.add(slice);
        add(id);
    }

    private void add(String id) {
        hashes.add(CodeUnits.hash(id));
        ids.add(CodeUnits.encode(id));
    }

    int size() {
        return ids.size();
    }

    byte[][] databases() {
        return databases.toArray(new byte[0][]);
    }

    Long[] slices() {
        return slices.toArray(new Long[0]);
    }

    Long[] hashes() {
        return hashes.toArray(new Long[0]);
    }

    byte[][] ids() {
        return ids.toArray(new byte[0][]);
    }
}
