package dev.matview.sql.internal;

import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.ViewFormatException;
import dev.matview.core.spi.ViewHead;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;

/**
 * One generation of a view, as the tables name it.
 *
 * @param view its number in the tables
 * @param stamp which of those that had this number
 */
record StoredHead(int view, ViewHead head, UUID stamp, long build, long rows, LeftOut leftOut) {

    private static final String COLUMNS =
            "select g.view, g.number, g.format, g.head, g.stamp, g.build, g.rows, g.left_out, v.name"
                    + " from @.views v join @.generations g on g.view = v.view ";

    private static final String CURRENT = COLUMNS + "and g.number = v.generation where v.name = ?";
    private static final String NUMBERED = COLUMNS + "where v.name = ? and g.number = ?";
    static final String ALL = COLUMNS + "and g.number = v.generation order by v.name";

    static Optional<StoredHead> current(Connection connection, Database database, String view) throws SQLException {
        return Arguments.of((Object) CodeUnits.encode(view))
                .query(connection, database.sql(CURRENT), StoredHead::read)
                .stream()
                .findFirst();
    }

    static Optional<StoredHead> numbered(Connection connection, Database database, String view, long number)
            throws SQLException {
        return Arguments.of(CodeUnits.encode(view), number)
                .query(connection, database.sql(NUMBERED), StoredHead::read)
                .stream()
                .findFirst();
    }

    static StoredHead read(ResultSet row) throws SQLException {
        return new StoredHead(
                row.getInt(1),
                Texts.head(row.getLong(2), row.getInt(3), row.getString(4)),
                row.getObject(5, UUID.class),
                row.getLong(6),
                row.getLong(7),
                Texts.leftOut(row.getString(8)));
    }

    long number() {
        return head.generation();
    }

    /** @throws ViewFormatException when a later version of matview wrote it */
    StoredHead requireKnown(String name) {
        if (head.format() > ViewHead.FORMAT) {
            throw new ViewFormatException(name, head.format(), ViewHead.FORMAT);
        }
        return this;
    }
}
