package dev.matview.couch.internal.view;

import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewHead;
import dev.matview.core.spi.ViewStoreException;
import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.client.CouchFailure;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One view in CouchDB, as this process knows it: where it is, and the index of the generation that was last read or
 * committed here. Its methods are called by who holds its lock.
 */
public final class CouchView {

    private static final Logger log = LoggerFactory.getLogger(CouchView.class);

    /** How often a view is read before it is said to be damaged. Each time, somebody may have come in between. */
    private static final int ATTEMPTS = 8;

    /** How long what is aside is kept when nobody puts more there. */
    static final Duration MAX_STAGE_AGE = Duration.ofDays(1);

    final String name;
    public final ReentrantLock lock = new ReentrantLock();
    final ViewPointers pointers;
    final ViewCleanup cleanup;
    private final CouchClient cluster;
    private final ViewNames names;
    private @Nullable ViewIndex index;
    /** Of the index. */
    private ViewPointer known = ViewPointer.NOTHING;

    public CouchView(
            String name, CouchClient cluster, ViewNames names, ViewPointers pointers, ViewCleanup.Policy policy) {
        this.name = name;
        this.cluster = cluster;
        this.names = names;
        this.pointers = pointers;
        this.cleanup = new ViewCleanup(this, policy);
    }

    ViewDatabase database(String database) {
        return new ViewDatabase(cluster, database);
    }

    ViewDatabase databaseOf(long attempt) {
        return database(names.database(name, attempt));
    }

    /** What is known of the generation in that database; null when that is not where the view was last seen. */
    @Nullable
    ViewIndex indexOf(String database) {
        return known.database().equals(database) ? index : null;
    }

    boolean isAborted(long attempt) {
        return known.aborted().contains(attempt);
    }

    int abortedRanges() {
        return known.aborted().size();
    }

    /** Takes the index for that of the generation. */
    void know(ViewPointer pointer, @Nullable ViewIndex ofIt) {
        known = pointer;
        index = ofIt;
    }

    /** The delta from the generation, or a whole one; nothing when there is no generation. */
    public Optional<ViewDelta> read(long since) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            ViewPointer current = pointers.read(name);
            ViewHead head = current.head();
            if (head == null) {
                know(current, null);
                return Optional.empty();
            }
            try {
                Optional<ViewDelta> delta = read(since, current, head);
                if (delta.isPresent()) {
                    return delta;
                }
            } catch (CouchFailure e) {
                boolean moved = !pointers.read(name).database().equals(current.database());
                if (!moved && !e.isNotFound()) {
                    throw e;
                }
                if (!moved && isLost(current)) {
                    return Optional.empty();
                }
            }
            know(current, null);
            retry(attempt, current);
        }
    }

    private void retry(int attempt, ViewPointer current) throws InterruptedException {
        if (attempt == ATTEMPTS) {
            throw new ViewStoreException("view " + name + ": the database " + current.database()
                    + " does not hold generation " + current.generation() + " as its pointer in " + names.meta()
                    + " describes it; if somebody changed it, delete that database, and the view is built anew");
        }
        cluster.sleep(cluster.backoff(attempt));
    }

    /** Whether somebody deleted the database; then the view is built anew. */
    private boolean isLost(ViewPointer current) throws InterruptedException {
        if (database(current.database()).exists()) {
            return false;
        }
        log.warn("{}: the view's database {} is gone; the view has to be built anew", name, current.database());
        know(current, null);
        return true;
    }

    private Optional<ViewDelta> read(long since, ViewPointer current, ViewHead head)
            throws IOException, InterruptedException {
        boolean held = index != null && since > 0 && known.generation() == since;
        if (since == current.generation() && !(held && known.lineage() != current.lineage())) {
            return Optional.of(new ViewDelta(name, since, false, head, List.of(), Set.of()));
        }
        if (index != null && held && isAfter(current)) {
            ViewContents contents = ViewContents.since(index);
            return follow(index, current, contents) ? Optional.of(contents.delta(name, since, head)) : none();
        }
        ViewContents contents = ViewContents.whole();
        return load(current, contents) ? Optional.of(contents.delta(name, 0, known.requireHead())) : none();
    }

    private static Optional<ViewDelta> none() {
        return Optional.empty();
    }

    /** Whether the pointer is the known one, or one that more attempts in the same database led to. */
    private boolean isAfter(ViewPointer current) {
        return known.database().equals(current.database()) && known.attempt() <= current.attempt();
    }

    /** Brings the index from its generation to the current one; says whether it arrived there. */
    private boolean follow(ViewIndex at, ViewPointer current, ViewReader.Content content)
            throws IOException, InterruptedException {
        ViewIndex.Change change = at.change();
        new ViewReader(database(current.database()), change, content).replay(known.attempt(), current);
        if (!change.totals().equals(current.totals())) {
            return false;
        }
        change.apply();
        know(current, at);
        return true;
    }

    /** Reads the whole view, of which there may be a later generation by then; says whether the result is one. */
    private boolean load(ViewPointer current, ViewReader.Content content) throws IOException, InterruptedException {
        ViewIndex fresh = new ViewIndex();
        ViewIndex.Change change = fresh.change();
        ViewReader reader = new ViewReader(database(current.database()), change, content);
        reader.replay(0, current);
        // Meanwhile the cleanup may have taken what later commits superseded: their rows stand in for it.
        ViewPointer now = pointers.read(name);
        if (!now.database().equals(current.database())) {
            return false;
        }
        if (now.attempt() > current.attempt()) {
            reader.replay(current.attempt(), now);
        }
        if (!change.totals().equals(now.totals())) {
            return false;
        }
        change.apply();
        know(now, fresh);
        cleanup.supersede(now.database(), change.touched());
        cleanup.supersede(now.database(), reader.orphans());
        cleanup.sweep();
        return true;
    }

    /** The index of the current generation, for a commit on top of it. */
    ViewIndex index(ViewPointer current) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            boolean there;
            if (index != null && isAfter(current)) {
                there = known.attempt() == current.attempt() || follow(index, current, ViewReader.Content.IGNORED);
            } else {
                there = load(current, ViewReader.Content.IGNORED);
            }
            if (there && index != null) {
                return index;
            }
            know(current, null);
            retry(attempt, current);
        }
    }

    /** Whether a delta from that generation starts where the view is. */
    boolean isBase(long base, ViewPointer current) throws InterruptedException {
        if (base == 0) {
            return current.head() == null || !database(current.database()).exists();
        }
        boolean otherLineage = index != null && known.generation() == base && known.lineage() != current.lineage();
        return current.generation() == base && !otherLineage;
    }

    /** Opens what is put aside of a view that is built; empty when another generation is current. */
    public Optional<ViewStaging> stage(long base, String fingerprint) throws InterruptedException {
        return ViewStaging.open(this, base, fingerprint);
    }

    /** Forgets what was put aside and cannot be committed any more, or that nobody has gone on with for long. */
    private boolean sweepStage() throws InterruptedException {
        Optional<StageDocument> stage = StageDocument.read(pointers, name);
        if (stage.isEmpty() || stage.get().pointer().isNewer()) {
            return false;
        }
        boolean over = stage.get().from() != pointers.read(name).attempt();
        Instant old = cluster.scheduler().instant().minus(MAX_STAGE_AGE);
        if (over || stage.get().touchedAt().isBefore(old)) {
            ViewStaging.forget(this, stage.get());
            return true;
        }
        return false;
    }

    /** Does the same for all other views: perhaps nobody has a feed any more that opens them. */
    void sweepOtherStages() throws InterruptedException {
        for (String staged : pointers.staged()) {
            if (!staged.equals(name) && !pointers.readAny(staged).isNewer()) {
                CouchView other = new CouchView(staged, cluster, names, pointers, cleanup.policy());
                if (other.sweepStage()) {
                    other.sweepDatabases();
                }
            }
        }
    }

    /** Deletes the databases of builds that came to nothing or are superseded. */
    void sweepDatabases() throws InterruptedException {
        sweepStage();
        // Read first: what a later pointer may name has a number above this one's.
        ViewPointer current = pointers.read(name);
        for (String database : DatabaseNames.beginningWith(cluster, names.begin(name))) {
            OptionalLong attempt = names.attemptOf(name, database);
            boolean over = attempt.isPresent() && attempt.getAsLong() <= current.attempt();
            if (over && !database.equals(current.database())) {
                database(database).delete();
            }
        }
    }

    /** Forgets all generations. */
    public void drop() throws InterruptedException {
        while (true) {
            ViewPointer current = pointers.read(name);
            boolean untouched = current.rev() == null
                    && DatabaseNames.beginningWith(cluster, names.begin(name)).isEmpty();
            if (untouched) {
                return;
            }
            // A pointer to nothing, rather than none: commits under way then fail, whatever they start from.
            ViewPointer nothing = current.dropped(pointers.nextAttempt(name, current.attempt()));
            if (pointers.replace(name, nothing).isPresent()) {
                know(nothing, null);
                sweepDatabases();
                return;
            }
        }
    }

    /** The pointer, when no rebuild is under way any more, or has been for too long. */
    ViewPointer awaitPointer() throws InterruptedException {
        ViewPointer current = pointers.read(name);
        for (int i = 0; i < ViewCommit.MAX_HOLD.toMillis() / 100 && current.heldUntil() != null; i++) {
            if (!current.heldUntil().isAfter(cluster.scheduler().instant())) {
                break;
            }
            cluster.sleep(Duration.ofMillis(100));
            current = pointers.read(name);
        }
        return current;
    }

    CouchClient cluster() {
        return cluster;
    }
}
