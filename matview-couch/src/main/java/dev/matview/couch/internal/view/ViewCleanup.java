package dev.matview.couch.internal.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.couch.internal.client.CouchFailure;
import dev.matview.couch.internal.client.CouchJson;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is dead in the databases of one view, and takes it away some time after it died, so that readers in the middle of
 * the view are not disturbed.
 *
 * <ul>
 *   <li>A document without a row or position that still counts is deleted. One in which some do is written again without
 *       the others; it can only ever lose what is dead, so that it does not matter which revision a reader sees.
 *   <li>What aborted attempts wrote is deleted.
 *   <li>Notes of what is gone stay: whatever comes to light of earlier attempts, they keep it dead. They leave with the
 *       database, when the view is rebuilt into a new one because too much of the old one is dead.
 *   <li>Databases that no pointer names, and no attempt under way can make one name, are deleted.
 * </ul>
 *
 * Correctness does not depend on the time: a reader that was disturbed sees it from the totals, and reads again.
 * Thread-safe.
 */
public final class ViewCleanup {

    /** More than this, and the rest is left to the next rebuild. */
    private static final int MAX_PENDING = 100_000;

    private final CouchView view;
    private final Policy policy;
    private Work fresh = new Work();
    private Work aged = new Work();
    private @Nullable Runnable wake;

    /**
     * @param grace how long the dead stay
     * @param ratio how many dead documents there may be for each living row or slice
     * @param slack how many dead documents there may be anyway
     * @param ranges how many ranges of aborted attempts the pointer may list
     */
    public record Policy(Duration grace, int ratio, int slack, int ranges) {}

    private static final class Work {
        private String database = "";
        private final Set<ViewDocumentId> documents = new HashSet<>();
        private final List<AttemptRanges.Range> aborted = new ArrayList<>();
        private boolean sweep;

        boolean isEmpty() {
            return documents.isEmpty() && aborted.isEmpty() && !sweep;
        }

        /** What was to be done in the database that the view has left is not worth doing: it is deleted as a whole. */
        void in(String current) {
            if (!database.equals(current)) {
                documents.clear();
                aborted.clear();
                database = current;
            }
        }
    }

    ViewCleanup(CouchView view, Policy policy) {
        this.view = view;
        this.policy = policy;
    }

    Policy policy() {
        return policy;
    }

    Duration grace() {
        return policy.grace();
    }

    /** Says whom to call when there is something to do, and nobody was called since the last {@link #run}. */
    synchronized void onWork(Runnable call) {
        wake = call;
    }

    /** In these documents something is dead. */
    synchronized void supersede(String database, Collection<ViewDocumentId> documents) {
        fresh.in(database);
        Iterator<ViewDocumentId> more = documents.iterator();
        while (more.hasNext() && fresh.documents.size() < MAX_PENDING) {
            fresh.documents.add(more.next());
        }
        wakeUp();
    }

    /** These attempts came to nothing. */
    synchronized void abort(String database, long from, long to) {
        if (from <= to) {
            fresh.in(database);
            fresh.aborted.add(new AttemptRanges.Range(from, to));
            wakeUp();
        }
    }

    /** There may be databases that are over. */
    synchronized void sweep() {
        fresh.sweep = true;
        wakeUp();
    }

    private void wakeUp() {
        if (wake != null && !(fresh.isEmpty() && aged.isEmpty())) {
            wake.run();
        }
    }

    /** Does what is due, a grace period after it was told; says whether there is more to do. */
    boolean run() throws IOException, InterruptedException {
        Work due = take();
        boolean done = false;
        try {
            work(due);
            done = true;
        } finally {
            if (!done) {
                again(due);
            }
        }
        synchronized (this) {
            return !(fresh.isEmpty() && aged.isEmpty());
        }
    }

    private synchronized Work take() {
        Work due = aged;
        aged = fresh;
        fresh = new Work();
        return due;
    }

    private synchronized void again(Work due) {
        if (fresh.documents.isEmpty() && fresh.aborted.isEmpty()) {
            fresh.in(due.database);
        }
        if (fresh.database.equals(due.database) && fresh.documents.size() + due.documents.size() <= MAX_PENDING) {
            fresh.documents.addAll(due.documents);
            fresh.aborted.addAll(due.aborted);
        }
        fresh.sweep |= due.sweep;
    }

    private void work(Work due) throws IOException, InterruptedException {
        if (view.pointers.readAny(view.name).isNewer()) {
            // A later version has the view now: what it makes of the rest is its own business.
            return;
        }
        if (due.sweep) {
            view.sweepDatabases();
            view.sweepOtherStages();
        }
        if (due.documents.isEmpty() && due.aborted.isEmpty()) {
            return;
        }
        ViewDatabase database = view.database(due.database);
        try {
            for (AttemptRanges.Range range : due.aborted) {
                deleteAll(database, range);
            }
            List<ViewDocumentId> all = List.copyOf(due.documents);
            for (int from = 0; from < all.size(); from += ViewDatabase.PORTION) {
                trim(database, all.subList(from, Math.min(all.size(), from + ViewDatabase.PORTION)));
            }
            rebuildIfDue(database);
        } catch (CouchFailure e) {
            // The whole database is gone: so is what was dead in it.
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }

    private static void deleteAll(ViewDatabase database, AttemptRanges.Range range)
            throws IOException, InterruptedException {
        List<ObjectNode> found = new ArrayList<>();
        database.scan(range.from(), range.to(), document -> {
            found.add(deletion(document));
            if (found.size() == ViewDatabase.PORTION) {
                database.update(found);
                found.clear();
            }
        });
        database.update(found);
    }

    private static ObjectNode deletion(ObjectNode document) {
        ObjectNode deletion = CouchJson.object();
        deletion.set("_id", document.path("_id"));
        deletion.set("_rev", document.path("_rev"));
        return deletion.put("_deleted", true);
    }

    private void trim(ViewDatabase database, List<ViewDocumentId> ids) throws IOException, InterruptedException {
        List<ObjectNode> changed = new ArrayList<>();
        List<ObjectNode> documents = database.get(ids);
        view.lock.lockInterruptibly();
        try {
            ViewIndex index = view.indexOf(database.name());
            if (index == null) {
                return;
            }
            for (ObjectNode document : documents) {
                ObjectNode trimmed = trim(index, document);
                if (trimmed != null) {
                    changed.add(trimmed);
                }
            }
        } finally {
            view.lock.unlock();
        }
        database.update(changed);
    }

    /** The document without what is dead in it; null when nothing is. */
    private @Nullable ObjectNode trim(ViewIndex index, ObjectNode document) throws IOException {
        ViewDocumentId id = ViewReader.idOf(document);
        if (view.isAborted(id.attempt())) {
            return deletion(document);
        }
        if (id.kind() == ViewDocumentId.Kind.GONE) {
            return null;
        }
        ArrayNode living = JsonNodeFactory.instance.arrayNode();
        for (JsonNode row : document.path("rows")) {
            if (index.isAt(id.database(), row.path("id").asText(), id.place())) {
                living.add(row);
            }
        }
        boolean positioned = document.has("position") && index.isPositionAt(id.database(), id.place());
        if (living.isEmpty() && !positioned) {
            return deletion(document);
        }
        if (living.size() == document.path("rows").size() && positioned == document.has("position")) {
            return null;
        }
        document.set("rows", living);
        if (!positioned) {
            document.remove(List.of("position", "leftOut"));
        }
        if (living.isEmpty()) {
            document.remove("_attachments");
        }
        return document;
    }

    private void rebuildIfDue(ViewDatabase database) throws IOException, InterruptedException {
        JsonNode info = database.info();
        view.lock.lockInterruptibly();
        try {
            ViewIndex index = view.indexOf(database.name());
            if (index == null) {
                return;
            }
            long living = index.totals().rows() + index.totals().slices();
            long dead = info.path("doc_del_count").asLong()
                    + Math.max(0, info.path("doc_count").asLong() - living);
            boolean outgrown = dead > policy.ratio() * living + policy.slack();
            if (outgrown || view.abortedRanges() > policy.ranges()) {
                new ViewCommit(view).rebuild();
            }
        } finally {
            view.lock.unlock();
        }
    }
}
