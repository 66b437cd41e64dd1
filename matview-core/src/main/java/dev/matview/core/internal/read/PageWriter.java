package dev.matview.core.internal.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.matview.core.Query;
import dev.matview.core.QueryTooLargeException;
import dev.matview.core.internal.json.Json;
import dev.matview.core.internal.read.ServedPage.CachedPage;
import dev.matview.core.internal.read.ServedPage.RowId;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the JSON of one page, row by row, until it is full. The first row is written whatever its size, with as many of
 * the documents that it refers to as fit; one that does not fit after it, not at all. For one thread.
 */
final class PageWriter {

    /** How many bytes of documents that are copied cost a step. */
    private static final int COPIED = 1_024;

    /** Up to how many bytes of referred documents are kept as trees, which take several times as much, for the next row. */
    private static final int PARSED = 4 << 20;

    private final Query query;
    private final Budget budget;
    private final int most;
    private final AnswerBuffer json;
    private final List<RowId> ids = new ArrayList<>();
    private final Map<byte[], ObjectNode> parsed = new IdentityHashMap<>();
    private int parsedBytes;
    private boolean endsEarly;
    private @Nullable String warning;

    /**
     * @param most bytes of the page
     * @param expected bytes, about
     */
    PageWriter(Query query, Budget budget, int most, int expected) {
        this.query = query;
        this.budget = budget;
        this.most = most;
        this.json = new AnswerBuffer(expected, Integer.MAX_VALUE);
    }

    /**
     * The documents that a row shows in place of references.
     *
     * @param documents JSON by field
     * @param isComplete whether that is all there are, not those that fit
     */
    record Referred(Map<String, byte[]> documents, boolean isComplete) {
        static final Referred NOTHING = new Referred(Map.of(), true);
    }

    /** As many of the documents as fit on a page that has this row alone. */
    Referred fitting(Row row, Map<String, byte[]> documents) {
        long bytes = row.document().length;
        Map<String, byte[]> fitting = new LinkedHashMap<>();
        for (Map.Entry<String, byte[]> document : documents.entrySet()) {
            if (bytes + document.getValue().length <= most) {
                bytes += document.getValue().length;
                fitting.put(document.getKey(), document.getValue());
            }
        }
        return new Referred(fitting, fitting.size() == documents.size());
    }

    /**
     * Adds a row; false when it is not on this page, nor are those after it.
     *
     * @throws dev.matview.core.mango.BudgetSpentException when the budget does not suffice
     */
    boolean add(Row row, Referred referred) {
        boolean first = ids.isEmpty();
        if (!first && !referred.isComplete()) {
            return end("the documents that the next row refers to have too many bytes together");
        }
        if (!referred.isComplete()) {
            warning = "Some references are left as they are: the documents have too many bytes, or are too many.";
        }
        int start = json.size();
        // A place for the bracket at the end is always left.
        json.limit(first ? (int) Math.min(Integer.MAX_VALUE - 1, (long) most + row.document().length) : most - 1);
        try {
            json.write(first ? '[' : ',');
            write(row, referred.documents());
        } catch (AnswerBuffer.FullException full) {
            json.cut(start);
            if (first) {
                throw new QueryTooLargeException(
                        "answer_too_large", "The fields of one document have more than " + most + " bytes together.");
            }
            return end("with the next row it would have more than " + most + " bytes");
        } catch (IOException e) {
            throw new UncheckedIOException("a JSON tree can always be written", e);
        }
        ids.add(new RowId(row.database(), row.id()));
        return true;
    }

    /** The page ends here, before rows that were asked for; says so. */
    boolean end(String reason) {
        endsEarly = true;
        warning = "The answer ends early, after " + ids.size() + " documents: " + reason
                + ". Go on with its bookmark, or ask for fewer fields.";
        return false;
    }

    boolean isEmpty() {
        return ids.isEmpty();
    }

    private void write(Row row, Map<String, byte[]> referred) throws IOException {
        if (referred.isEmpty() && query.fields().isAll()) {
            budget.spend(1 + row.document().length / COPIED);
            json.write(row.document(), 0, row.document().length);
            return;
        }
        int start = json.size();
        ObjectNode document = Json.parseObject(row.document(), budget);
        if (query.fields().isAll()) {
            splice(document, referred);
        } else {
            referred.forEach((field, bytes) -> document.set(field, parse(bytes)));
            Json.write(query.fields().apply(document, budget), json);
        }
        budget.spend((json.size() - start) / Budget.TEXT);
    }

    /** Puts what is referred to in the place of the references, byte by byte: it is JSON already. */
    private void splice(ObjectNode document, Map<String, byte[]> referred) throws IOException {
        char before = '{';
        for (Map.Entry<String, JsonNode> member : document.properties()) {
            json.write(before);
            before = ',';
            Json.write(TextNode.valueOf(member.getKey()), json);
            json.write(':');
            byte[] bytes = referred.get(member.getKey());
            if (bytes == null) {
                Json.write(member.getValue(), json);
            } else {
                json.write(bytes, 0, bytes.length);
            }
        }
        json.write('}');
    }

    private ObjectNode parse(byte[] bytes) {
        ObjectNode known = parsed.get(bytes);
        if (known != null) {
            return known;
        }
        ObjectNode document = Json.parseObject(bytes, budget);
        if (parsedBytes + bytes.length <= PARSED) {
            parsedBytes += bytes.length;
            parsed.put(bytes, document);
        }
        return document;
    }

    /** @param sameForAll whether every caller who may read the rows is shown the same of them */
    CachedPage page(boolean sameForAll) {
        return new CachedPage(closed(), List.copyOf(ids), sameForAll, endsEarly, warning);
    }

    private byte[] closed() {
        json.limit(Integer.MAX_VALUE);
        try {
            if (ids.isEmpty()) {
                json.write('[');
            }
            json.write(']');
        } catch (AnswerBuffer.FullException never) {
            throw new IllegalStateException("a place was left", never);
        }
        return json.toByteArray();
    }
}
