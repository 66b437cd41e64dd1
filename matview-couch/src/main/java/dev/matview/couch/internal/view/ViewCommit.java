package dev.matview.couch.internal.view;

import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewFormatException;
import dev.matview.couch.internal.client.CouchFailure;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a view from one generation to the next. The view's lock is held.
 *
 * <ol>
 *   <li>The attempt takes a number that no other has.
 *   <li>It writes what changes into documents of its own, whose ids begin with the number; what replaces the whole view
 *       goes into a database of its own. Nobody reads any of that yet.
 *   <li>It writes the view's pointer over the one it started from. That makes all it wrote the current generation, or
 *       fails because another attempt was faster.
 * </ol>
 *
 * What attempts wrote that failed, or whose process died, is left to {@link ViewCleanup}. None of them can win later: the
 * pointer they started from is gone, which is why the winner may call all numbers between the last winner's and its own
 * aborted.
 */
public final class ViewCommit {

    /** How long a rebuild may keep commits waiting. */
    static final Duration MAX_HOLD = Duration.ofSeconds(60);

    private static final Logger log = LoggerFactory.getLogger(ViewCommit.class);

    private final CouchView view;
    private final ViewPointers pointers;

    public ViewCommit(CouchView view) {
        this.view = view;
        this.pointers = view.pointers;
    }

    /** What an attempt wrote: the generation it is, if the pointer says so. */
    record Written(long number, ViewPointer next, ViewIndex index, ViewIndex.Change change, ViewDatabase target) {}

    private enum Outcome {
        WON,
        LOST,
        /** Not lost: the same generation is in another place by now. */
        MOVED
    }

    /** The pointer that a commit of the delta starts from. */
    private ViewPointer start(ViewDelta delta) throws InterruptedException {
        ViewPointer current = view.awaitPointer();
        if (current.head() != null && current.head().format() > delta.head().format()) {
            throw new ViewFormatException(
                    view.name, current.head().format(), delta.head().format());
        }
        return current;
    }

    /** Makes what is aside and the delta the current generation; says whether they are, or were. */
    public boolean commit(ViewStaging stage, ViewDelta delta) throws IOException, InterruptedException {
        ViewPointer current = start(delta);
        if (!view.isBase(delta.base(), current)) {
            return false;
        }
        Written written = stage.write(delta, current, delta.base() == 0);
        if (written == null) {
            return false;
        }
        if (replace(current, written) != Outcome.WON) {
            // Not deleted here: whoever has opened the stage since may have committed it.
            view.cleanup.sweep();
            return false;
        }
        stage.committed(written.next());
        return true;
    }

    /** @return whether the delta is the current generation, or was */
    public boolean commit(ViewDelta delta) throws IOException, InterruptedException {
        while (true) {
            ViewPointer current = start(delta);
            if (!view.isBase(delta.base(), current)) {
                return false;
            }
            Outcome outcome = attempt(delta, current);
            if (outcome != Outcome.MOVED) {
                return outcome == Outcome.WON;
            }
        }
    }

    private Outcome attempt(ViewDelta delta, ViewPointer current) throws IOException, InterruptedException {
        boolean anew = delta.base() == 0;
        long number = pointers.nextAttempt(view.name, current.attempt());
        Written written;
        try {
            written = delta.whole() || anew
                    ? writeWhole(delta, current, number, anew)
                    : writeChange(delta, current, number);
        } catch (CouchFailure e) {
            if (e.isNotFound() && !pointers.read(view.name).database().equals(current.database())) {
                return Outcome.MOVED;
            }
            throw e;
        }
        if (written == null) {
            return Outcome.MOVED;
        }
        Outcome outcome = replace(current, written);
        if (outcome != Outcome.WON) {
            abandon(written, current);
        }
        return outcome;
    }

    /** @return nothing when the database of that number is somebody else's */
    private @Nullable Written writeWhole(ViewDelta delta, ViewPointer current, long number, boolean anew)
            throws InterruptedException {
        ViewDatabase target = view.databaseOf(number);
        if (!target.create()) {
            return null;
        }
        ViewIndex index = new ViewIndex();
        ViewIndex.Change change = index.change();
        new SliceEncoder(target, change, number, delta.head().generation()).write(delta);
        return new Written(
                number,
                current.moved(delta.head(), number, target.name(), change.totals(), anew),
                index,
                change,
                target);
    }

    private Written writeChange(ViewDelta delta, ViewPointer current, long number)
            throws IOException, InterruptedException {
        ViewIndex index = view.index(current);
        ViewIndex.Change change = index.change();
        ViewDatabase target = view.database(current.database());
        new SliceEncoder(target, change, number, delta.head().generation()).write(delta);
        return new Written(number, current.changed(delta.head(), number, change.totals()), index, change, target);
    }

    private Outcome replace(ViewPointer current, Written written) throws InterruptedException {
        long number = written.number();
        ViewPointer next = written.next();
        while (true) {
            ViewPointer now = tryToReplace(next, number);
            if (now.recent().contains(number)) {
                // Others may have committed since, if the answer was lost.
                won(current, written, now.attempt() == number ? now : next);
                return Outcome.WON;
            }
            String rev = now.rev();
            if (now.attempt() != current.attempt() || rev == null) {
                boolean moved = now.generation() == current.generation()
                        && now.lineage() == current.lineage()
                        && now.head() != null;
                return moved ? Outcome.MOVED : Outcome.LOST;
            }
            if (rev.equals(next.rev())) {
                throw new IllegalStateException(
                        "CouchDB neither takes a new pointer nor says that it has another than " + rev);
            }
            next = next.at(rev);
        }
    }

    /** The pointer as it is after the attempt. */
    private ViewPointer tryToReplace(ViewPointer next, long number) throws InterruptedException {
        try {
            Optional<ViewPointer> replaced = pointers.replace(view.name, next);
            return replaced.isPresent() ? replaced.get() : view.awaitPointer();
        } catch (CouchFailure e) {
            ViewPointer now = pointers.read(view.name);
            if (now.recent().contains(number)) {
                return now;
            }
            throw e;
        }
    }

    private void won(ViewPointer before, Written written, ViewPointer now) {
        written.change().apply();
        view.know(now, written.index());
        if (now.database().equals(before.database())) {
            view.cleanup.supersede(now.database(), written.change().touched());
            view.cleanup.abort(now.database(), before.attempt() + 1, now.attempt() - 1);
        } else {
            view.cleanup.sweep();
        }
    }

    /** Nobody reads what the attempt wrote, and nobody will. */
    private void abandon(Written written, ViewPointer current) throws InterruptedException {
        long number = written.number();
        if (written.target().name().equals(current.database())) {
            view.cleanup.abort(current.database(), number, number);
            return;
        }
        try {
            written.target().delete();
        } catch (CouchFailure e) {
            log.info(
                    "{}: {} is left to the cleanup: {}",
                    view.name,
                    written.target().name(),
                    e.getMessage());
            view.cleanup.sweep();
        }
    }

    /**
     * Writes the current generation into a new database, without what is dead. Readers are not kept from reading, commits
     * of other processes are asked to wait; one that does not keeps this from taking effect, and no more.
     */
    void rebuild() throws IOException, InterruptedException {
        ViewPointer current = view.awaitPointer();
        if (current.head() == null) {
            return;
        }
        Instant until = view.cluster().scheduler().instant().plus(MAX_HOLD);
        Optional<ViewPointer> held = pointers.replace(view.name, current.held(until));
        if (held.isEmpty()) {
            return;
        }
        boolean done = false;
        try {
            done = rebuild(current, held.get());
        } finally {
            if (!done) {
                release(held.get());
            }
            view.cleanup.sweep();
        }
    }

    private boolean rebuild(ViewPointer current, ViewPointer held) throws IOException, InterruptedException {
        view.know(current, null);
        Optional<ViewDelta> whole = view.read(0);
        if (whole.isEmpty() || !whole.get().head().equals(current.head())) {
            return false;
        }
        long number = pointers.nextAttempt(view.name, current.attempt());
        Written written = writeWhole(whole.get(), held, number, false);
        if (written == null) {
            return false;
        }
        written.change().apply();
        if (!replaceOnce(written)) {
            abandon(written, current);
            return false;
        }
        log.info("{}: rebuilt as {}", view.name, written.target().name());
        return true;
    }

    private void release(ViewPointer held) throws InterruptedException {
        try {
            pointers.replace(view.name, held.held(null));
        } catch (CouchFailure e) {
            log.info("{}: commits wait until {}: {}", view.name, held.heldUntil(), e.getMessage());
        }
    }

    private boolean replaceOnce(Written written) throws InterruptedException {
        Optional<ViewPointer> replaced = pointers.replace(view.name, written.next());
        ViewPointer now = replaced.isPresent() ? replaced.get() : pointers.read(view.name);
        if (now.attempt() != written.number()) {
            return false;
        }
        view.know(now, written.index());
        return true;
    }
}
