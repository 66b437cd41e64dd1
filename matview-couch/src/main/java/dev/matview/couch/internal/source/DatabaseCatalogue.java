package dev.matview.couch.internal.source;

import dev.matview.core.access.DatabasePattern;
import dev.matview.core.spi.Position;
import dev.matview.couch.internal.client.CouchClient;
import dev.matview.couch.internal.client.CouchFailure;
import dev.matview.couch.internal.client.Nodes;
import dev.matview.couch.internal.client.ReaderThreads;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Knows where the databases of one cluster stand. A survey shows every change that was complete when it was asked for:
 *
 * <ol>
 *   <li>A <i>sweep</i> lists the names and reads every position. It is done first, whenever what is known may be wrong,
 *       and always while there are few databases.
 *   <li>Otherwise the survey <i>follows</i> {@code _db_updates} from the place it had before the last one, and reads the
 *       positions of the databases that are named, once the feed has {@linkplain SettledUpdates settled}.
 *   <li>Because that feed is a hint and no more, it also reads the positions of some that are not named: a {@linkplain
 *       GradualSweep gradual sweep} reaches all of them every so often.
 *   <li>After a restart, slices say where the databases stood that they hold, and a {@linkplain Resumption checkpoint} from
 *       where on changes are named: the first survey follows too, and the gradual sweep looks at all others.
 *   <li>What is known, and the place, change together and only once all has been read: a survey that fails loses nothing.
 * </ol>
 *
 * <p>Thread-safe; surveys follow one another.
 */
public final class DatabaseCatalogue {

    /** How a catalogue is kept. @param few up to so many databases a sweep is cheaper than waiting for late entries */
    public record Policy(Duration sweepInterval, int few) {}

    private final CouchClient cluster;
    private final DatabaseListing listing;
    private final PositionReader positions;
    private final SettledUpdates updates;
    private final ReplicaPositions replicas;
    private final Policy policy;
    private final ReentrantLock lock = new ReentrantLock();

    private Scope scope = Scope.NOTHING;
    private Map<String, Standing> known = Map.of();
    private Map<String, CouchFailure> failed = Map.of();
    /** The patterns whose databases are known by what slices hold; null once all databases of the scope were listed. */
    private @Nullable Set<DatabasePattern> resumed;

    /** Assumed to be where slices hold them: not looked at since this process was started. */
    private final Set<String> assumed = new HashSet<>();

    private UpdatesFeed.@Nullable Place place;
    /** What the last survey was complete for; null where that is all that was written before it. */
    private @Nullable Instant asOf;

    private GradualSweep gradual;
    private volatile boolean replicated;
    private final Map<String, Renaming> renamings = new ConcurrentHashMap<>();

    private record Renaming(Position from, Position to) {}

    public DatabaseCatalogue(CouchClient cluster, ReaderThreads workers, Policy policy) {
        this.cluster = cluster;
        this.listing = new DatabaseListing(cluster);
        this.positions = new PositionReader(cluster, workers);
        this.updates = new SettledUpdates(cluster);
        this.replicas = new ReplicaPositions(cluster, workers);
        this.policy = policy;
        this.gradual = new GradualSweep(policy.sweepInterval(), Instant.EPOCH);
    }

    /**
     * Where the databases of the scope stand, and perhaps others.
     *
     * @param patterns that the scope is of: after a restart not all databases of the scope need be known
     * @param held positions that a database of the name may have had before
     * @param resumption what is known before the first survey; asked for that one only
     * @param isNoticed whether it is enough to know of changes that CouchDB has told of
     * @throws CouchFailure when that cannot be told
     */
    Survey survey(
            Scope wanted,
            Set<DatabasePattern> patterns,
            Function<String, Set<Position>> held,
            Supplier<Optional<Resumption>> resumption,
            boolean isNoticed)
            throws InterruptedException {
        if (wanted.prefixes().isEmpty()) {
            // A few databases by name, such as a caller's own: nothing to keep track of.
            return read(listing.names(wanted), held);
        }
        lock.lockInterruptibly();
        try {
            if (scope.equals(Scope.NOTHING)) {
                resume(wanted, resumption.get());
            }
            rename();
            UpdatesFeed.Place from = place;
            boolean knows = scope.contains(wanted) && (resumed == null || resumed.containsAll(patterns));
            asOf = null;
            if (from == null || !knows || !isWorthFollowing() || !follow(from, held, isNoticed)) {
                sweep(scope.union(wanted), held);
            }
            return new Survey(known, failed, place, asOf);
        } finally {
            lock.unlock();
        }
    }

    /** Takes the databases to be where slices hold them, but for those that have changed since. */
    private void resume(Scope wanted, Optional<Resumption> resumption) throws InterruptedException {
        if (resumption.isEmpty() || resumption.get().held().size() <= policy.few()) {
            return;
        }
        Resumption from = resumption.get();
        Map<String, Standing> standings = new HashMap<>();
        from.held().forEach((name, position) -> standings.put(name, Standing.held(position)));
        Optional<Boolean> several = Nodes.areSeveral(cluster);
        if (several.isEmpty()) {
            return;
        }
        replicated = several.get();
        updates.resume(from.asOf());
        scope = wanted;
        resumed = from.patterns();
        known = Map.copyOf(standings);
        assumed.addAll(standings.keySet());
        place = from.place();
        gradual = new GradualSweep(policy.sweepInterval(), cluster.scheduler().instant());
    }

    /** Those not looked at yet that somebody holds elsewhere than was taken for granted. */
    private List<String> doubtful(Function<String, Set<Position>> held) {
        return assumed.stream()
                .filter(name -> {
                    Standing standing = known.get(name);
                    return standing != null
                            && held.apply(name).stream().anyMatch(position -> !position.equals(standing.position()));
                })
                .toList();
    }

    /** Replicas make all positions look different now and then, and each is worth a question. */
    private boolean isWorthFollowing() {
        return replicated || known.size() > policy.few();
    }

    private Survey read(Collection<String> names, Function<String, Set<Position>> held) throws InterruptedException {
        Survey survey = positions.read(names);
        return replicated ? replicas.keep(survey, held) : survey;
    }

    /** What was known, and is held. */
    private Function<String, Set<Position>> earlier(Function<String, Set<Position>> held) {
        Map<String, Standing> before = known;
        return name -> {
            Set<Position> earlier = new LinkedHashSet<>(held.apply(name));
            Standing standing = before.get(name);
            if (standing != null) {
                earlier.add(standing.position());
            }
            return earlier;
        };
    }

    private void sweep(Scope wanted, Function<String, Set<Position>> held) throws InterruptedException {
        place = null;
        Instant began = cluster.scheduler().instant();
        Optional<Boolean> several = Nodes.areSeveral(cluster);
        // What holds for several holds for one too, and costs more.
        replicated = several.orElse(true);
        boolean worthFollowing = known.isEmpty() || isWorthFollowing();
        // Before the names: what changes from here on is in the feed.
        Optional<UpdatesFeed.Place> from = worthFollowing ? updates.now() : Optional.empty();
        Survey survey = read(listing.names(wanted), earlier(held));
        scope = wanted;
        known = Map.copyOf(survey.standings());
        failed = Map.copyOf(survey.failed());
        // Until that is known, it is asked each time.
        place = several.isEmpty() ? null : from.orElse(null);
        resumed = null;
        assumed.clear();
        gradual = new GradualSweep(policy.sweepInterval(), began);
    }

    /** @return false when the feed cannot tell what changed */
    private boolean follow(UpdatesFeed.Place from, Function<String, Set<Position>> held, boolean isNoticed)
            throws InterruptedException {
        Optional<SettledUpdates.Told> found = updates.since(from, isNoticed);
        if (found.isEmpty()) {
            return false;
        }
        Set<String> changed = new TreeSet<>(found.get().names());
        changed.removeIf(name -> !scope.covers(name));
        changed.addAll(failed.keySet());
        Instant now = cluster.scheduler().instant();
        List<String> turn = gradual.turn(now, known.size(), this::names);
        changed.addAll(turn);
        changed.addAll(doubtful(held));
        if (!changed.isEmpty()) {
            Survey survey = read(changed, earlier(held));
            Map<String, Standing> updated = new TreeMap<>(known);
            updated.keySet().removeAll(changed);
            updated.putAll(survey.standings());
            known = Map.copyOf(updated);
            failed = Map.copyOf(survey.failed());
            assumed.removeAll(changed);
        }
        if (!turn.isEmpty()) {
            gradual.looked(now, turn);
        }
        place = new UpdatesFeed.Place(found.get().until(), from.history());
        asOf = found.get().asOf();
        return true;
    }

    /** Whether the same state of a database may have several positions, one for each choice of replicas. */
    boolean isReplicated() {
        return replicated;
    }

    /**
     * The database, which has several positions for one state, is known by another than was surveyed from now on: it is
     * that of its slices.
     */
    void rename(String database, Position surveyed, Position to) {
        renamings.put(database, new Renaming(surveyed, to));
    }

    /** From here on, what was surveyed is known by the positions that slices have. */
    private void rename() {
        if (renamings.isEmpty()) {
            return;
        }
        Map<String, Standing> renamed = new HashMap<>(known);
        for (String database : Set.copyOf(renamings.keySet())) {
            Renaming renaming = renamings.remove(database);
            if (renaming != null) {
                renamed.computeIfPresent(
                        database,
                        (name, standing) ->
                                standing.position().equals(renaming.from()) ? standing.at(renaming.to()) : standing);
            }
        }
        known = Map.copyOf(renamed);
    }

    /** What there is now, and what was there. */
    private Set<String> names() throws InterruptedException {
        Set<String> names = listing.names(scope);
        names.addAll(known.keySet());
        return names;
    }

    /** The names known to be there, though the cluster may not answer at the moment. */
    Set<String> lastKnown() {
        lock.lock();
        try {
            Set<String> names = new TreeSet<>(known.keySet());
            names.addAll(failed.keySet());
            return names;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the databases of the scope were listed before, or are known by their names. */
    boolean knows(Scope wanted) {
        lock.lock();
        try {
            return wanted.prefixes().isEmpty() || scope.contains(wanted);
        } finally {
            lock.unlock();
        }
    }

    /** Whether the database is there at all, now. */
    boolean exists(String name) throws InterruptedException {
        return positions.exists(name);
    }
}
