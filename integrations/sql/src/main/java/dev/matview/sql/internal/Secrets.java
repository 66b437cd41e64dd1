package dev.matview.sql.internal;

import dev.matview.core.spi.StoreSecret;
import dev.matview.core.spi.ViewStoreException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The secret of all who share the store, in a table of its own, which the first to ask for it fills. Thread-safe. */
final class Secrets {

    private static final String READ = "select lasting, seal, seal_before from @.secret";

    private final Database database;

    Secrets(Database database) {
        this.database = database;
    }

    StoreSecret read() {
        Optional<StoreSecret> found = database.read("cannot read the secret", connection -> find(connection, READ));
        return found.orElseGet(() -> database.write("cannot make the secret", this::make));
    }

    StoreSecret rotate() {
        return database.write("cannot rotate the secret", connection -> {
            make(connection);
            StoreSecret next =
                    find(connection, READ + " for update").orElseThrow().rotated();
            Arguments.of(next.seal(), next.sealBefore().orElseThrow())
                    .update(connection, database.sql("update @.secret set seal = ?, seal_before = ?"));
            return next;
        });
    }

    /** What is there, made if nothing is. */
    private StoreSecret make(Connection connection) throws SQLException {
        StoreSecret mine = StoreSecret.random();
        Arguments.of(mine.lasting(), mine.seal())
                .update(
                        connection,
                        database.sql("insert into @.secret (lasting, seal) values (?, ?) on conflict do nothing"));
        return find(connection, READ).orElseThrow();
    }

    private Optional<StoreSecret> find(Connection connection, String sql) throws SQLException {
        List<StoreSecret> found = new Arguments().query(connection, database.sql(sql), Secrets::secret);
        return found.stream().findFirst();
    }

    private static StoreSecret secret(ResultSet row) throws SQLException {
        try {
            return StoreSecret.of(row.getBytes(1), row.getBytes(2), Optional.ofNullable(row.getBytes(3)));
        } catch (IllegalArgumentException e) {
            throw new ViewStoreException("the secret in the table is none: " + e.getMessage(), e);
        }
    }
}
