package dev.matview.sql.internal;

import dev.matview.core.spi.PagedViewStage;
import dev.matview.core.spi.PagedViewStore.Indexing;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.sql.internal.BuildReader.Check;
import dev.matview.sql.internal.ViewHeads.Locked;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is aside for one view, as whoever opened it last has it: a build that no generation names yet. Its row in {@code stages}
 * says whose it is; a commit of anybody's takes that away. Thread-safe.
 */
final class SqlStage implements PagedViewStage {

    /** Commits what is aside with the rest. */
    @FunctionalInterface
    interface Commits {
        boolean commit(ViewDelta rest, Indexing indexing, SqlStage stage);
    }

    private static final String IS_OWNED = "select 1 from @.stages where view = ? and owner = ?";

    private final Database database;
    private final Commits commits;
    private final String view;
    private final int number;
    private final UUID owner;
    private final BuildReader reader;
    private final Check owned;

    private volatile @Nullable ViewHead head;

    private SqlStage(
            Database database,
            Commits commits,
            String view,
            int number,
            UUID owner,
            BuildReader reader,
            @Nullable ViewHead head) {
        this.database = database;
        this.commits = commits;
        this.view = view;
        this.number = number;
        this.owner = owner;
        this.reader = reader;
        this.head = head;
        this.owned = new Check(IS_OWNED, Arguments.of(number, owner));
    }

    /** What is there of a stage. */
    private record Found(
            long build,
            long base,
            @Nullable UUID baseStamp,
            String fingerprint,
            int format,
            @Nullable String head) {

        boolean isOfUse(long on, @Nullable UUID stamp, String wanted) {
            return head != null
                    && base == on
                    && (stamp == null ? baseStamp == null : stamp.equals(baseStamp))
                    && fingerprint.equals(wanted)
                    && format == ViewHead.FORMAT;
        }
    }

    /** Takes over what is of use; empty when another generation is current, or a later version has something aside. */
    static Optional<SqlStage> open(
            Database database, ViewHeads heads, Commits commits, String view, long base, String fingerprint) {
        return database.write("cannot put aside for view " + view, connection -> {
            Locked locked = heads.lock(connection, view);
            ViewHeads.requireKnown(view, locked, ViewHead.FORMAT);
            Found found = find(connection, database, locked);
            if (!heads.isBase(view, base, locked) || (found != null && found.format() > ViewHead.FORMAT)) {
                return Optional.empty();
            }
            UUID owner = UUID.randomUUID();
            String quoted = Texts.quoted(fingerprint);
            ViewHead head = null;
            long build;
            if (found != null && found.isOfUse(base, locked.stamp(), quoted) && found.head() != null) {
                head = Texts.head(base + 1, found.format(), found.head());
                build = found.build();
                Arguments.of(owner, locked.view())
                        .update(
                                connection,
                                database.sql(
                                        "update @.stages set owner = ?, touched_at = clock_timestamp() where view = ?"));
            } else {
                build = heads.newBuild(connection, locked);
                begin(connection, database, locked, build, owner, quoted);
            }
            BuildReader reader = new BuildReader(database, view, build, base + 1);
            return Optional.of(new SqlStage(database, commits, view, locked.view(), owner, reader, head));
        });
    }

    private static @Nullable Found find(Connection connection, Database database, Locked locked) throws SQLException {
        return Arguments.of(locked.view())
                .query(
                        connection,
                        database.sql("select build, base, base_stamp, fingerprint, format, head from @.stages"
                                + " where view = ? for update"),
                        row -> new Found(
                                row.getLong(1),
                                row.getLong(2),
                                row.getObject(3, UUID.class),
                                row.getString(4),
                                row.getInt(5),
                                row.getString(6)))
                .stream()
                .findFirst()
                .orElse(null);
    }

    private static void begin(
            Connection connection, Database database, Locked locked, long build, UUID owner, String fingerprint)
            throws SQLException {
        String sql = "delete from @.stages where view = ?;"
                + "insert into @.stages (view, build, owner, base, base_stamp, fingerprint) values (?, ?, ?, ?, ?, ?)";
        Arguments.of(locked.view())
                .and(locked.view(), build, owner, locked.generation(), locked.stamp(), fingerprint)
                .update(connection, database.sql(sql));
    }

    /** What is aside, while its row is locked. */
    record Aside(long build, long rows) {}

    /** Null when somebody else has the stage, or it is over. */
    @Nullable
    Aside lock(Connection connection) throws SQLException {
        return Arguments.of(number, owner)
                .query(
                        connection,
                        database.sql("select build, rows from @.stages where view = ? and owner = ? for update"),
                        row -> new Aside(row.getLong(1), row.getLong(2)))
                .stream()
                .findFirst()
                .orElse(null);
    }

    @Override
    public Optional<ViewHead> head() {
        return Optional.ofNullable(head);
    }

    @Override
    public boolean add(ViewDelta delta, Indexing indexing) {
        boolean added = database.write("cannot put aside for view " + view, connection -> {
            Aside aside = lock(connection);
            if (aside == null) {
                return false;
            }
            long more = new BuildWriter(
                            connection, database, aside.build(), delta.head().generation(), true)
                    .write(delta, indexing);
            String sql =
                    "update @.stages set head = ?, format = ?, rows = ?, touched_at = clock_timestamp() where view = ?";
            Arguments.of(Texts.head(delta.head()), delta.head().format(), aside.rows() + more, number)
                    .update(connection, database.sql(sql));
            return true;
        });
        if (added) {
            head = delta.head();
        }
        return added;
    }

    @Override
    public boolean commit(ViewDelta delta, Indexing indexing) {
        return commits.commit(delta, indexing, this);
    }

    @Override
    public ViewDelta read() {
        ViewHead aside = head;
        if (aside == null) {
            throw new IllegalStateException("nothing is aside for " + view);
        }
        return database.snapshot("cannot read what is aside for view " + view, connection -> {
            if (owned.arguments()
                    .query(connection, database.sql(IS_OWNED), row -> true)
                    .isEmpty()) {
                throw reader.past();
            }
            WholeReader whole = new WholeReader(connection, database, reader.build());
            return new ViewDelta(view, 0, true, aside, whole.slices(), Set.of());
        });
    }

    @Override
    public long rows() {
        return reader.ask(
                        "select rows from @.stages where view = ? and owner = ?",
                        Arguments.of(number, owner),
                        row -> row.getLong(1),
                        owned)
                .get(0);
    }

    @Override
    public List<Row> page(@Nullable Row after, int limit) {
        return reader.page(after, 0, limit, owned);
    }

    @Override
    public List<SliceState> slices(long since, @Nullable String after, int limit) {
        return reader.slices(0, after, limit, owned);
    }

    @Override
    public List<Row> slice(String of) {
        return reader.slice(of, owned);
    }

    @Override
    public List<Row> find(Collection<RowId> rows) {
        return reader.find(rows, owned);
    }
}
