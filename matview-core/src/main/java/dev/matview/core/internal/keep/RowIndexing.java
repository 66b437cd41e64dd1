package dev.matview.core.internal.keep;

import com.fasterxml.jackson.databind.JsonNode;
import dev.matview.core.access.Access;
import dev.matview.core.access.Acl;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.internal.json.Json;
import dev.matview.core.mango.Budget;
import dev.matview.core.mango.SortOrder;
import dev.matview.core.mango.SortOrder.ValuesKey;
import dev.matview.core.spi.Expansion;
import dev.matview.core.spi.PagedViewStore.IndexKey;
import dev.matview.core.spi.PagedViewStore.Indexing;
import dev.matview.core.spi.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the rows of a feed are found in a store, beside their order: by the fields that the feed lists, by who may read them, and by
 * what they refer to. A feed's fingerprint over such a store says all that this depends on: {@link FeedDefinition#indexedInStore}.
 * Immutable and thread-safe.
 */
public final class RowIndexing implements Indexing {

    private final FeedDefinition feed;
    private final UserDatabases users;
    private final boolean showsIds;

    RowIndexing(FeedDefinition feed, UserDatabases users) {
        this.feed = feed;
        this.users = users;
        this.showsIds = feed.fields().keeps(List.of("_id"));
    }

    /** The index over a feed's list of fields of which rows of equal values are in the feed's order. */
    static String inFeedOrder(int number) {
        return "f" + number;
    }

    /** The one of which they are in the order of an explicit sort; the same where rows show no ids. */
    static String byIds(int number, boolean showsIds) {
        return showsIds ? "s" + number : inFeedOrder(number);
    }

    @Override
    public List<IndexKey> keys(Row row) {
        List<IndexKey> keys = new ArrayList<>();
        addFields(row, keys);
        Acl acl = row.acl();
        if (feed.access() == Access.ACL && acl != null) {
            Readers.of(acl, row.database()).forEach(key -> keys.add(new IndexKey(Readers.INDEX, key)));
        }
        addReferences(row, keys);
        return keys;
    }

    private void addFields(Row row, List<IndexKey> keys) {
        List<SortOrder> orders = feed.indexes();
        JsonNode document = orders.isEmpty() ? null : Json.parseObject(row.document(), Budget.unlimited());
        for (int i = 0; i < orders.size(); i++) {
            byte[] values = values(orders.get(i), Objects.requireNonNull(document));
            if (values != null) {
                keys.add(new IndexKey(inFeedOrder(i), values));
                byte[] withId = showsIds ? orders.get(i).key(document) : null;
                if (withId != null) {
                    keys.add(new IndexKey(byIds(i, true), withId));
                }
            }
        }
    }

    /** The key of the values of a row's document; null when it lacks one. */
    static byte @Nullable [] values(SortOrder order, JsonNode document) {
        ValuesKey key = order.valuesKey(document, Budget.unlimited());
        if (key == null) {
            return null;
        }
        byte[] values = Arrays.copyOf(key.head(), key.head().length + key.tail().length);
        System.arraycopy(key.tail(), 0, values, key.head().length, key.tail().length);
        return values;
    }

    private void addReferences(Row row, List<IndexKey> keys) {
        Set<IndexKey> references = new HashSet<>();
        for (Expansion reference : row.expansions()) {
            users.database(reference.did())
                    .map(database -> new IndexKey(
                            Referred.index(feed, database),
                            KeyText.of().add(database).add(reference.ref()).bytes()))
                    .ifPresent(references::add);
        }
        keys.addAll(references);
    }
}
