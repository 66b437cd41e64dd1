package dev.matview.core.internal.view;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.access.Access;
import dev.matview.core.access.Acl;
import dev.matview.core.access.Caller;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.view.LiveView.Served;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import dev.matview.core.spi.ViewDelta;
import dev.matview.core.spi.ViewDelta.SliceDelta;
import dev.matview.core.spi.ViewHead;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** Views of an ACL feed, and a reference for who may read which of their rows. */
abstract class AclFixture {

    static final String A = "did:a";
    static final List<String> DATABASES = List.of("userdb-a", "userdb-b", "userdb-c");
    static final List<String> IDS = List.of("1", "2", "3");
    static final Caller ALICE = new Caller(A, "userdb-a");
    static final List<Caller> CALLERS = Stream.of(A, "did:b", "did:x", null)
            .flatMap(did -> Stream.of("userdb-a", "userdb-b", "userdb-x", null).map(own -> new Caller(did, own)))
            .toList();

    /** The one rule there is names those who have the DID of an adult. */
    static final CertificateRules ADULTS = new CertificateRules() {
        @Override
        public boolean allows(JsonNode rule, Caller caller) {
            return A.equals(caller.did());
        }

        @Override
        public boolean denies(JsonNode rule, Caller caller) {
            return allows(rule, caller);
        }
    };

    /**
     * A document.
     *
     * @param allow null for a row that was made without an ACL
     */
    record Shared(int key, @Nullable Set<String> allow, Set<String> deny) {

        @Nullable
        Acl acl() {
            if (allow == null) {
                return null;
            }
            Map<String, Collection<?>> read = Map.of("allow", entries(allow), "deny", entries(deny));
            return Acl.ofRead(Json.MAPPER.valueToTree(read));
        }

        static List<Object> entries(Set<String> names) {
            return names.stream()
                    .<Object>map(name -> name.equals("adult") ? Map.of("is", name) : name)
                    .toList();
        }

        boolean mayRead(String owner, Caller caller) {
            if (allow == null || names(deny, caller)) {
                return false;
            }
            return owner.equals(caller.database()) || names(allow, caller);
        }

        static boolean names(Set<String> entries, Caller caller) {
            return entries.contains("*")
                    || entries.contains(String.valueOf(caller.did()))
                    || (entries.contains("adult") && A.equals(caller.did()));
        }
    }

    /** Documents that are put by their databases and ids; null deletes one. */
    record Step(Map<String, @Nullable Shared> changes) {}

    @Provide
    Arbitrary<List<Step>> history() {
        Arbitrary<Set<String>> entries =
                Arbitraries.of("*", A, "did:b", "did:c", "adult").set().ofMaxSize(3);
        Arbitrary<Shared> document = Combinators.combine(
                        Arbitraries.integers().between(0, 3),
                        entries.injectNull(0.1),
                        Arbitraries.oneOf(Arbitraries.just(Set.<String>of()), entries))
                .as(Shared::new);
        Arbitrary<String> key = Combinators.combine(Arbitraries.of(DATABASES), Arbitraries.of(IDS))
                .as((database, id) -> database + "/" + id);
        return Arbitraries.maps(key, document.injectNull(0.15))
                .ofMinSize(1)
                .ofMaxSize(6)
                .map(Step::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(6);
    }

    /** A generation that was served, and all its documents. */
    record State(Served served, Map<String, Shared> documents) {

        List<Row> rows() {
            List<Row> rows = new ArrayList<>();
            documents.forEach((key, shared) -> rows.add(row(key, shared)));
            rows.sort(null);
            return rows;
        }

        List<Row> visible(Caller caller) {
            return rows().stream()
                    .limit(served.feed().limit().orElse(Integer.MAX_VALUE))
                    .filter(row ->
                            documents.get(row.database() + "/" + row.id()).mayRead(row.database(), caller))
                    .toList();
        }
    }

    static Row row(String key, Shared shared) {
        String[] parts = key.split("/");
        return new Row(
                parts[0],
                parts[1],
                new byte[] {(byte) (shared.key() >> 8), (byte) shared.key()},
                Json.bytes(Json.object().put("k", shared.key())),
                shared.acl());
    }

    static FeedDefinition feed(@Nullable Integer limit) {
        FeedDefinition.Builder feed = FeedDefinition.builder("shared").access(Access.ACL);
        return (limit == null ? feed : feed.limit(limit)).build();
    }

    static ViewHead head(long generation) {
        return new ViewHead(generation, "f", Instant.ofEpochSecond(generation), 3, 0);
    }

    static State next(FeedDefinition feed, @Nullable State before, Map<String, @Nullable Shared> changes) {
        Map<String, Shared> documents = before == null ? new TreeMap<>() : new TreeMap<>(before.documents());
        Map<String, List<Row>> put = new TreeMap<>();
        Map<String, Set<String>> removed = new TreeMap<>();
        changes.forEach((key, shared) -> {
            String database = key.split("/")[0];
            put.computeIfAbsent(database, name -> new ArrayList<>());
            removed.computeIfAbsent(database, name -> new HashSet<>());
            if (shared == null) {
                if (documents.remove(key) != null) {
                    removed.get(database).add(key.split("/")[1]);
                }
            } else {
                documents.put(key, shared);
                put.get(database).add(row(key, shared));
            }
        });
        long base = before == null ? 0 : before.served().generation().head().generation();
        Position position = new Position("" + base, "0", "i");
        List<SliceDelta> slices = put.keySet().stream()
                .map(database -> new SliceDelta(database, position, put.get(database), removed.get(database)))
                .toList();
        ViewDelta delta = new ViewDelta("v", base, base == 0, head(base + 1), slices, Set.of());
        Snapshot snapshot = before == null
                ? Snapshot.of(delta)
                : ((Snapshot) before.served().generation()).apply(delta);
        Served served = ServedGenerations.of(feed, snapshot, before == null ? null : before.served());
        return new State(served, documents);
    }

    static List<State> states(FeedDefinition feed, List<Step> steps) {
        List<State> states = new ArrayList<>();
        State last = null;
        for (Step step : steps) {
            last = next(feed, last, step.changes());
            states.add(last);
        }
        return states;
    }

    static OrderedRows visible(State state, Caller caller) {
        return visible(state.served(), caller, Budget.unlimited());
    }

    static OrderedRows visible(Served served, Caller caller, Budget budget) {
        AclIndex index = served.indexes().acl();
        return index.visible(caller, index.ruledFor(caller, ADULTS, budget));
    }
}
