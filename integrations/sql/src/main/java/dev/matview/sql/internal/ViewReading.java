package dev.matview.sql.internal;

import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads views whole, or what changed in them since a generation. Thread-safe. */
final class ViewReading {

    private final Database database;
    private final KnownStamps known;

    ViewReading(Database database, KnownStamps known) {
        this.database = database;
        this.known = known;
    }

    Optional<ViewDelta> read(String view, long since) {
        UUID held = since > 0 ? known.of(view, since) : null;
        Optional<Read> read = database.snapshot("cannot read view " + view, connection -> {
            Optional<StoredHead> current = StoredHead.current(connection, database, view);
            return current.isPresent()
                    ? Optional.of(
                            read(connection, view, since, held, current.get().requireKnown(view)))
                    : Optional.empty();
        });
        read.ifPresent(
                it -> known.told(view, it.current().number(), it.current().stamp()));
        return read.map(Read::delta);
    }

    private record Read(StoredHead current, ViewDelta delta) {}

    private Read read(Connection connection, String view, long since, @Nullable UUID held, StoredHead current)
            throws SQLException {
        if (since == current.number() && (held == null || held.equals(current.stamp()))) {
            return new Read(current, new ViewDelta(view, since, false, current.head(), List.of(), Set.of()));
        }
        WholeReader reader = new WholeReader(connection, database, current.build());
        if (held != null && since < current.number() && isKept(connection, current, since, held)) {
            Set<String> dropped = new HashSet<>();
            List<SliceDelta> changes = reader.changes(since, dropped);
            return new Read(current, new ViewDelta(view, since, false, current.head(), changes, dropped));
        }
        return new Read(current, new ViewDelta(view, 0, true, current.head(), reader.slices(), Set.of()));
    }

    private boolean isKept(Connection connection, StoredHead current, long since, UUID held) throws SQLException {
        String sql = "select 1 from @.generations where view = ? and number = ? and stamp = ? and build = ?";
        return !Arguments.of(current.view(), since, held, current.build())
                .query(connection, database.sql(sql), row -> true)
                .isEmpty();
    }
}
