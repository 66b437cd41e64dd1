package dev.matview.sql.internal;

import dev.matview.core.spi.PagedViewStore.Indexing;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.sql.internal.ViewHeads.Locked;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Commits, each of which is one transaction that begins with the lock of the view's head and ends by moving it. Thread-safe. */
final class ViewCommits {

    private final Database database;
    private final ViewHeads heads;
    private final KnownStamps known;

    ViewCommits(Database database, ViewHeads heads, KnownStamps known) {
        this.database = database;
        this.heads = heads;
        this.known = known;
    }

    /**
     * @param stage what the delta changes; null when it stands for itself
     * @return false when another generation is current, or the stage is of no use
     */
    boolean commit(ViewDelta delta, Indexing indexing, @Nullable SqlStage stage) {
        if (delta.head().generation() != delta.base() + 1) {
            throw new IllegalArgumentException("view " + delta.view() + ": a commit leads from generation "
                    + delta.base() + " to the next, not to " + delta.head().generation());
        }
        Optional<UUID> stamp = database.write("cannot commit to view " + delta.view(), connection -> {
            Locked locked = heads.lock(connection, delta.view());
            ViewHeads.requireKnown(delta.view(), locked, delta.head().format());
            if (!heads.isBase(delta.view(), delta.base(), locked)) {
                return Optional.empty();
            }
            return stage == null
                    ? Optional.of(write(connection, locked, delta, indexing))
                    : write(connection, locked, delta, indexing, stage);
        });
        stamp.ifPresent(it -> known.told(delta.view(), delta.head().generation(), it));
        return stamp.isPresent();
    }

    private UUID write(Connection connection, Locked locked, ViewDelta delta, Indexing indexing) throws SQLException {
        boolean anew = delta.whole() || locked.generation() == 0;
        long build = anew ? heads.newBuild(connection, locked) : locked.build();
        long before = anew ? 0 : heads.rows(connection, locked);
        long generation = delta.head().generation();
        long more = new BuildWriter(connection, database, build, generation, false).write(delta, indexing);
        return heads.move(connection, locked, delta, build, before + more);
    }

    private Optional<UUID> write(
            Connection connection, Locked locked, ViewDelta delta, Indexing indexing, SqlStage stage)
            throws SQLException {
        SqlStage.Aside aside = stage.lock(connection);
        if (aside == null) {
            return Optional.empty();
        }
        long generation = delta.head().generation();
        long more = new BuildWriter(connection, database, aside.build(), generation, true).write(delta, indexing);
        return Optional.of(heads.move(connection, locked, delta, aside.build(), aside.rows() + more));
    }

    /** Forgets the view with all that is kept of it and what is aside for it; what it had is taken away in the background. */
    void drop(String view) {
        database.write("cannot drop view " + view, connection -> {
            Locked locked = heads.lock(connection, view);
            ViewHeads.requireKnown(view, locked, ViewHead.FORMAT);
            String sql = "delete from @.generations where view = ?; delete from @.stages where view = ?;"
                    + "update @.views set generation = 0, stamp = null, build = null, format = 0 where view = ?";
            Arguments.of(locked.view(), locked.view(), locked.view()).update(connection, database.sql(sql));
            return true;
        });
        known.forget(view);
    }
}
