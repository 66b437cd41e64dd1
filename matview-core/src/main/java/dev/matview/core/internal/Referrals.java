package dev.matview.core.internal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.matview.core.Acl;
import dev.matview.core.AggregationException;
import dev.matview.core.Aggregator;
import dev.matview.core.Caller;
import dev.matview.core.CertificateRules;
import dev.matview.core.DidResolver;
import dev.matview.core.Expansion;
import dev.matview.core.Settings;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Documents of other users, read when somebody asks for them: one request for each database, and none for what was read
 * a moment ago. Thread-safe.
 */
final class Referrals {

    private static final Logger log = LoggerFactory.getLogger(Referrals.class);

    private final Aggregator aggregator;
    private final DidResolver dids;
    private final CertificateRules rules;
    private final InstantSource clock;
    private final Settings settings;
    private final Cache<Key, Optional<Referred>> recent;

    /** A document by its database and id. */
    record Key(String database, String id) {}

    private record Referred(byte[] document, Acl acl) {}

    Referrals(Aggregator aggregator, DidResolver dids, CertificateRules rules, InstantSource clock, Settings settings) {
        this.aggregator = aggregator;
        this.dids = dids;
        this.rules = rules;
        this.clock = clock;
        this.settings = settings;
        Ticker ticker = () -> TimeUnit.MILLISECONDS.toNanos(clock.millis());
        this.recent = Caffeine.newBuilder()
                .expireAfterWrite(settings.referralTime())
                .maximumWeight(settings.cacheBytes())
                .weigher((Key key, Optional<Referred> referred) ->
                        200 + referred.map(r -> r.document().length).orElse(0))
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    /** The document that is referred to, if the caller may read it. */
    Optional<ObjectNode> document(Expansion reference, Caller caller) {
        Optional<Key> key = key(reference);
        key.ifPresent(wanted -> load(Set.of(wanted)));
        return key.flatMap(wanted -> readable(wanted, caller));
    }

    /**
     * The documents that are referred to and that the caller may read. What cannot be read in time is left out, as what
     * is not there.
     */
    Map<Expansion, ObjectNode> documents(Collection<Expansion> references, Caller caller) {
        Map<Expansion, Key> keys = new HashMap<>();
        references.forEach(reference -> key(reference).ifPresent(key -> keys.put(reference, key)));
        load(new HashSet<>(keys.values()));
        Map<Expansion, ObjectNode> documents = new HashMap<>();
        keys.forEach(
                (reference, key) -> readable(key, caller).ifPresent(document -> documents.put(reference, document)));
        return documents;
    }

    private Optional<Key> key(Expansion reference) {
        return dids.database(reference.did()).map(database -> new Key(database, reference.ref()));
    }

    private Optional<ObjectNode> readable(Key key, Caller caller) {
        Optional<Referred> referred = recent.getIfPresent(key);
        if (referred == null || referred.isEmpty()) {
            return Optional.empty();
        }
        return referred.filter(r -> r.acl().allows(caller, key.database(), rules))
                .map(r -> Json.parseObject(r.document()));
    }

    private void load(Set<Key> keys) {
        Map<String, Set<String>> wanted = new HashMap<>();
        for (Key key : keys) {
            if (recent.getIfPresent(key) == null) {
                wanted.computeIfAbsent(key.database(), database -> new HashSet<>())
                        .add(key.id());
            }
        }
        Instant deadline = clock.instant().plus(settings.queryTime());
        for (Map.Entry<String, Set<String>> database : wanted.entrySet()) {
            if (clock.instant().isAfter(deadline)) {
                log.warn("References into {} databases are left as they are: reading took too long", wanted.size());
                return;
            }
            if (!load(database.getKey(), database.getValue())) {
                return;
            }
        }
    }

    /** Says whether to go on with other databases. */
    private boolean load(String database, Set<String> ids) {
        try {
            Map<String, ObjectNode> found = aggregator.fetch(database, ids);
            for (String id : ids) {
                recent.put(
                        new Key(database, id),
                        Optional.ofNullable(found.get(id))
                                .map(document -> new Referred(Json.bytes(document), Acl.of(document))));
            }
            return true;
        } catch (AggregationException e) {
            log.warn("References into {} are left as they are: {}", database, Visit.reason(e));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
