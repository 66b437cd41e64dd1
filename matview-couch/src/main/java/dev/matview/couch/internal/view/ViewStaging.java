package dev.matview.couch.internal.view;

import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewHead;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is put aside for a view that is built, as whoever opened it last has it. The view's lock is held.
 *
 * <ol>
 *   <li>The first portion goes into a new database, as a {@link ViewCommit} of the whole view does. Each portion is an
 *       attempt of its own, with a number of its own, so that one that was cut short is known as aborted.
 *   <li>The {@link StageDocument} is written over the one before: all of the portion is aside, or nothing of it.
 *   <li>The commit writes the rest, and the view's pointer over the one that was there when the stage was begun. That fails
 *       when anybody has committed meanwhile: so what is aside has no generation of its own to disturb.
 * </ol>
 *
 * Two processes that write into one such database do not mix: of numbers higher than the document's, or than the pointer's,
 * nobody reads anything. The database is deleted by the sweep alone, which looks at the pointer first: whoever forgets a
 * stage sees to it that the pointer it was begun at is gone.
 */
public final class ViewStaging {

    private final CouchView view;
    private final ViewPointers pointers;
    private final String owner = UUID.randomUUID().toString();
    /** The attempt of the generation that the build takes the place of. */
    private final long from;

    /** Null before the first portion. */
    private @Nullable StageDocument known;
    /** Of what is aside; null when that was not read. */
    private @Nullable ViewIndex index;
    /** Documents in which something is superseded. */
    private final Set<ViewDocumentId> superseded = new HashSet<>();

    private ViewStaging(CouchView view, long from, @Nullable StageDocument known) {
        this.view = view;
        this.pointers = view.pointers;
        this.from = from;
        this.known = known;
    }

    /** Takes over what is of use; empty when another generation is current, or another process was faster. */
    static Optional<ViewStaging> open(CouchView view, long base, String fingerprint) throws InterruptedException {
        ViewPointer current = view.awaitPointer();
        if (!view.isBase(base, current)) {
            return Optional.empty();
        }
        Optional<StageDocument> left = StageDocument.read(view.pointers, view.name);
        if (left.isEmpty()) {
            return Optional.of(new ViewStaging(view, current.attempt(), null));
        }
        StageDocument found = left.get();
        if (found.pointer().isNewer()) {
            return Optional.empty();
        }
        boolean ofUse = found.isOfUse(current, fingerprint)
                && view.database(found.pointer().database()).exists();
        if (!ofUse) {
            long at = forget(view, found).attempt();
            return Optional.of(new ViewStaging(view, at, null));
        }
        ViewStaging mine = new ViewStaging(view, current.attempt(), found);
        return mine.write(found.pointer()) ? Optional.of(mine) : Optional.empty();
    }

    /**
     * Nobody goes on with it, nor commits it: its database can be deleted then, which is left to the sweep.
     *
     * @return the pointer as it is after it
     */
    static ViewPointer forget(CouchView view, StageDocument stage) throws InterruptedException {
        ViewPointer current = view.awaitPointer();
        while (current.attempt() < stage.made()) {
            long number = view.pointers.nextAttempt(view.name, stage.made());
            ViewHead head = current.head();
            // The same generation in the same place; but whatever was begun before is too late.
            ViewPointer next = head == null ? current.dropped(number) : current.changed(head, number, current.totals());
            view.pointers.replace(view.name, next);
            current = view.awaitPointer();
        }
        stage.delete(view.pointers, view.name);
        view.cleanup.sweep();
        return current;
    }

    private boolean write(ViewPointer next) throws InterruptedException {
        Instant now = view.cluster().scheduler().instant().truncatedTo(ChronoUnit.MILLIS);
        Optional<StageDocument> written = new StageDocument(next, owner, from, now).write(pointers, view.name);
        written.ifPresent(document -> known = document);
        return written.isPresent();
    }

    /** What is aside would be, as a generation. */
    public Optional<ViewHead> head() {
        return Optional.ofNullable(known).map(document -> document.pointer().requireHead());
    }

    /** All that is aside. */
    public ViewDelta read() throws IOException, InterruptedException {
        if (known == null) {
            throw new IllegalStateException("nothing is aside for " + view.name);
        }
        ViewContents contents = ViewContents.whole();
        load(known.pointer(), contents);
        return contents.delta(view.name, 0, known.pointer().requireHead());
    }

    private ViewIndex load(ViewPointer pointer, ViewReader.Content content) throws IOException, InterruptedException {
        ViewIndex fresh = new ViewIndex();
        ViewIndex.Change change = fresh.change();
        new ViewReader(view.database(pointer.database()), change, content).replay(0, pointer);
        if (!change.totals().equals(pointer.totals())) {
            throw new IllegalStateException("the database " + pointer.database() + " does not hold what is aside as "
                    + ViewNames.stage(view.name) + " describes it; if somebody changed it, delete that database");
        }
        change.apply();
        superseded.addAll(change.touched());
        index = fresh;
        return fresh;
    }

    private ViewIndex index() throws IOException, InterruptedException {
        if (index != null) {
            return index;
        }
        return known == null ? new ViewIndex() : load(known.pointer(), ViewReader.Content.IGNORED);
    }

    /** Puts more aside; says whether it is this process's to do. */
    public boolean add(ViewDelta delta) throws IOException, InterruptedException {
        ViewPointer current = pointers.read(view.name);
        if (!isOpen(current)) {
            return false;
        }
        long number = nextAttempt(current);
        ViewDatabase target = target(number);
        if (target == null) {
            return false;
        }
        ViewIndex next = index();
        ViewIndex.Change change = next.change();
        new SliceEncoder(target, change, number, delta.head().generation()).write(delta);
        StageDocument before = known;
        boolean written = write(
                before == null
                        ? ViewPointer.NOTHING.moved(delta.head(), number, target.name(), change.totals(), true)
                        : before.pointer().changed(delta.head(), number, change.totals()));
        if (!written) {
            if (before == null) {
                target.delete();
            }
            return false;
        }
        change.apply();
        superseded.addAll(change.touched());
        index = next;
        return true;
    }

    private long nextAttempt(ViewPointer current) throws InterruptedException {
        return pointers.nextAttempt(view.name, Math.max(current.attempt(), attempt()));
    }

    private long attempt() {
        return known == null ? 0 : known.pointer().attempt();
    }

    private @Nullable ViewDatabase target(long number) throws InterruptedException {
        if (known != null) {
            return view.database(known.pointer().database());
        }
        ViewDatabase target = view.databaseOf(number);
        return target.create() ? target : null;
    }

    /** Whether the pointer is the one it was begun at, and nobody has opened it since. */
    boolean isOpen(ViewPointer current) throws InterruptedException {
        if (current.attempt() != from) {
            return false;
        }
        Optional<StageDocument> now = StageDocument.read(pointers, view.name);
        return known == null
                ? now.isEmpty()
                : now.isPresent() && now.get().owner().equals(owner);
    }

    /**
     * Writes what is missing of a generation that takes the place of the current one.
     *
     * @return nothing when it is of no use, or nothing is aside
     */
    ViewCommit.@Nullable Written write(ViewDelta delta, ViewPointer current, boolean anew)
            throws IOException, InterruptedException {
        if (known == null || !isOpen(current)) {
            return null;
        }
        long number = nextAttempt(current);
        ViewPointer staged = known.pointer();
        ViewDatabase target = view.database(staged.database());
        ViewIndex next = index();
        ViewIndex.Change change = next.change();
        new SliceEncoder(target, change, number, delta.head().generation()).write(delta);
        superseded.addAll(change.touched());
        ViewPointer pointer =
                current.built(delta.head(), number, staged.changed(delta.head(), number, change.totals()), anew);
        return new ViewCommit.Written(number, pointer, next, change, target);
    }

    /** It is the view's generation now, and no stage any more. */
    void committed(ViewPointer now) throws InterruptedException {
        view.cleanup.supersede(now.database(), superseded);
        now.aborted().ranges().forEach(range -> view.cleanup.abort(now.database(), range.from(), range.to()));
        StageDocument over = known;
        if (over != null) {
            over.delete(pointers, view.name);
        }
    }
}
