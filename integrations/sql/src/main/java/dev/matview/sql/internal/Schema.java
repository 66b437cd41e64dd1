package dev.matview.sql.internal;

import dev.matview.core.spi.ViewStoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;

/** Where the tables are, and how they come to be. Immutable. */
public final class Schema {

    /** The schema's name unless another is chosen. */
    public static final String NAME = "matview";

    /** Of the tables. To be raised, with a part of the script that leads there, when what an earlier version made does not do. */
    private static final int LAYOUT = 1;

    private static final String PLACE = "@.";

    private final String name;
    private final String place;

    /** @throws IllegalArgumentException when that is no name of a schema: lower-case letters, digits and {@code _}, up to 40 */
    public Schema(String name) {
        if (!name.matches("[a-z_][a-z0-9_]{0,39}") || name.startsWith("pg_")) {
            throw new IllegalArgumentException("a schema's name has up to 40 of a-z, 0-9 and _, not: " + name);
        }
        this.name = name;
        this.place = '"' + name + "\".";
    }

    String name() {
        return name;
    }

    /** The statement with the schema in place of each {@code @} before a dot. */
    String sql(String statement) {
        return statement.replace(PLACE, place);
    }

    /** Makes the tables, unless they are there; of several who do so at once, one does. The connection is in a transaction. */
    void make(Connection connection) throws SQLException {
        if (isMade(connection)) {
            return;
        }
        try (PreparedStatement lock = connection.prepareStatement("select pg_advisory_xact_lock(hashtext(?))")) {
            lock.setString(1, "matview schema " + name);
            lock.execute();
        }
        if (isMade(connection)) {
            return;
        }
        try (Statement script = connection.createStatement()) {
            script.execute(sql(script().replace("exists @;", "exists \"" + name + "\";")));
        }
    }

    /** @throws ViewStoreException when a later version of matview made the tables */
    private boolean isMade(Connection connection) throws SQLException {
        try (PreparedStatement asked = connection.prepareStatement("select to_regclass(?) is not null")) {
            asked.setString(1, sql("@.store"));
            try (ResultSet there = asked.executeQuery()) {
                if (!there.next() || !there.getBoolean(1)) {
                    return false;
                }
            }
        }
        try (Statement asked = connection.createStatement();
                ResultSet found = asked.executeQuery(sql("select layout from @.store"))) {
            if (!found.next()) {
                return false;
            }
            int layout = found.getInt(1);
            if (layout > LAYOUT) {
                throw new ViewStoreException("the schema " + name + " has layout " + layout
                        + ", which a later version of matview made; this one knows " + LAYOUT
                        + ". Upgrade this server");
            }
            return layout == LAYOUT;
        }
    }

    private static String script() {
        try (InputStream in = Objects.requireNonNull(Schema.class.getResourceAsStream("schema.sql"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
