package dev.matview.core.internal.read;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.matview.core.ReadStatus;
import dev.matview.core.Settings;
import dev.matview.core.access.Acl;
import dev.matview.core.access.Caller;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.event.Repeats;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.work.CacheUse;
import dev.matview.core.internal.work.Failures;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.AggregationException;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.Expansion;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Documents of other users, read when somebody asks for them: one request for each database, and none for what was read
 * a moment ago. What one asker holds of them is bounded by bytes. Thread-safe.
 */
public final class Referrals {

    /** What a request to a database costs beside its documents. */
    private static final int REQUEST_STEPS = 100;

    private final Aggregator aggregator;
    private final UserDatabases users;
    private final CertificateRules rules;
    private final InstantSource clock;
    /** What is asked for and not had. */
    private final Repeats unread;

    private final Repeats late;

    private final Settings settings;
    private final Cache<Key, Optional<Referred>> recent;

    /** A document by its database and id. */
    public record Key(String database, String id) {}

    private record Referred(byte[] document, Acl acl) {}

    public Referrals(
            Aggregator aggregator,
            UserDatabases users,
            CertificateRules rules,
            InstantSource clock,
            Settings settings) {
        this.aggregator = aggregator;
        this.users = users;
        this.rules = rules;
        this.clock = clock;
        this.unread = new Repeats(Referrals.class, clock);
        this.late = new Repeats(Referrals.class, clock);
        this.settings = settings;
        Ticker ticker = () -> TimeUnit.MILLISECONDS.toNanos(clock.millis());
        this.recent = Caffeine.newBuilder()
                .expireAfterWrite(settings.referralTime())
                .maximumWeight(settings.cacheBytes())
                .weigher((Key key, Optional<Referred> referred) ->
                        200 + referred.map(r -> r.document().length).orElse(0))
                .ticker(ticker)
                .executor(Runnable::run)
                .recordStats()
                .build();
    }

    /** Of what was read lately. */
    public ReadStatus.Cache use() {
        return CacheUse.of("referrals", recent);
    }

    /** The document that is referred to, if the caller may read it. */
    public Optional<ObjectNode> document(Expansion reference, Caller caller, Budget budget) {
        byte[] document = load(List.of(reference), budget).document(reference, caller);
        return Optional.ofNullable(document).map(json -> Json.parseObject(json, budget));
    }

    /**
     * The documents that are referred to. What cannot be read in time is not there, as what does not exist.
     *
     * @param references the first ones are read first, and kept when not all can be
     */
    Held load(Collection<Expansion> references, Budget budget) {
        Held held = new Held();
        Map<String, Set<String>> wanted = new LinkedHashMap<>();
        for (Expansion reference : references) {
            key(reference).ifPresent(key -> {
                Optional<Referred> known = recent.getIfPresent(key);
                if (known == null) {
                    wanted.computeIfAbsent(key.database(), database -> new LinkedHashSet<>())
                            .add(key.id());
                } else {
                    known.ifPresent(referred -> held.take(key, referred));
                }
            });
        }
        if (!wanted.isEmpty()) {
            fetch(wanted, held, budget);
        }
        return held;
    }

    private Optional<Key> key(Expansion reference) {
        return users.database(reference.did()).map(database -> new Key(database, reference.ref()));
    }

    private void fetch(Map<String, Set<String>> wanted, Held held, Budget budget) {
        Instant deadline = clock.instant().plus(settings.queryTime());
        boolean full = false;
        for (Map.Entry<String, Set<String>> database : wanted.entrySet()) {
            if (full) {
                held.leaveOut(database.getKey(), database.getValue());
                continue;
            }
            if (clock.instant().isAfter(deadline)) {
                late.happened(
                        "References into {} databases are left as they are: reading took too long", wanted.size());
                return;
            }
            try {
                full = !fetch(database.getKey(), database.getValue(), held, budget);
            } catch (AggregationException e) {
                unread.happened("References into {} are left as they are: {}", database.getKey(), Failures.reason(e));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Says whether there is room for more. */
    private boolean fetch(String database, Set<String> ids, Held held, Budget budget) throws InterruptedException {
        budget.spend(REQUEST_STEPS);
        Set<String> missing = new HashSet<>(ids);
        boolean room = budget.await(() -> {
            boolean[] more = {true};
            aggregator.fetch(database, ids, document -> {
                budget.begin();
                try {
                    more[0] = take(database, document, missing, held, budget);
                } finally {
                    budget.end();
                }
                return more[0];
            });
            return more[0];
        });
        if (room) {
            missing.forEach(id -> recent.put(new Key(database, id), Optional.empty()));
        } else {
            held.leaveOut(database, missing);
        }
        return room;
    }

    private boolean take(String database, ObjectNode document, Set<String> missing, Held held, Budget budget) {
        Key key = new Key(database, document.path("_id").asText());
        if (!missing.contains(key.id())) {
            return true;
        }
        byte[] json = Json.bytes(document);
        budget.spend(1 + json.length / Budget.TEXT);
        Referred referred = new Referred(json, Acl.of(document));
        recent.put(key, Optional.of(referred));
        boolean taken = held.take(key, referred);
        if (taken) {
            missing.remove(key.id());
        }
        return taken;
    }

    /** What one asker holds. For one thread. */
    final class Held {
        private final Map<Key, Referred> documents = new HashMap<>();
        private final Set<Key> leftOut = new HashSet<>();
        private long bytes;

        private boolean take(Key key, Referred referred) {
            if (documents.containsKey(key)) {
                return true;
            }
            if (bytes + referred.document().length > settings.answerBytes()) {
                leftOut.add(key);
                return false;
            }
            documents.put(key, referred);
            bytes += referred.document().length;
            return true;
        }

        private void leaveOut(String database, Set<String> ids) {
            ids.forEach(id -> leftOut.add(new Key(database, id)));
        }

        /** The document as JSON, where it is there and the caller may read it. Not to be written to. */
        byte @Nullable [] document(Expansion reference, Caller caller) {
            return key(reference).map(key -> document(key, caller)).orElse(null);
        }

        private byte @Nullable [] document(Key key, Caller caller) {
            Referred referred = documents.get(key);
            return referred != null && referred.acl().allows(caller, key.database(), rules)
                    ? referred.document()
                    : null;
        }

        /** Whether the document was not read, or let go, because there would have been too much of them. */
        boolean isLeftOut(Expansion reference) {
            return key(reference).filter(leftOut::contains).isPresent();
        }
    }
}
