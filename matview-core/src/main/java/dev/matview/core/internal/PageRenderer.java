package dev.matview.core.internal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Caller;
import dev.matview.core.CertificateRules;
import dev.matview.core.DidResolver;
import dev.matview.core.Expansion;
import dev.matview.core.Query;
import dev.matview.core.Row;
import dev.matview.core.internal.Answer.CachedPage;
import dev.matview.core.internal.Answer.RowId;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes rows as the JSON of a page. A row that shows all it has, and refers to nothing, is copied as it is. */
final class PageRenderer {

    private final DidResolver dids;
    private final CertificateRules rules;
    private final Referrals referrals;

    PageRenderer(DidResolver dids, CertificateRules rules, Referrals referrals) {
        this.dids = dids;
        this.rules = rules;
        this.referrals = referrals;
    }

    /** @param unlisted the fields to expand that the feed does not */
    CachedPage render(List<Row> rows, Query query, List<String> unlisted) {
        Map<Row, ObjectNode> referring = unlisted.isEmpty() ? Map.of() : referring(rows, query.caller(), unlisted);
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        List<RowId> ids = new ArrayList<>(rows.size());
        boolean sameForAll = unlisted.isEmpty();
        json.write('[');
        for (Row row : rows) {
            if (json.size() > 1) {
                json.write(',');
            }
            byte[] document = document(row, query, referring);
            json.write(document, 0, document.length);
            ids.add(new RowId(row.database(), row.id()));
            sameForAll = sameForAll && showsAllTheSame(row);
        }
        json.write(']');
        return new CachedPage(json.toByteArray(), List.copyOf(ids), sameForAll);
    }

    private static boolean showsAllTheSame(Row row) {
        for (Expansion expansion : row.expansions()) {
            if (expansion.acl() != null && !expansion.acl().isOpen()) {
                return false;
            }
        }
        return true;
    }

    private byte[] document(Row row, Query query, Map<Row, ObjectNode> referring) {
        ObjectNode tree = referring.get(row);
        if (tree == null && row.expansions().isEmpty() && query.fields().isAll()) {
            return row.document();
        }
        if (tree == null) {
            tree = Json.parseObject(row.document());
        }
        for (Expansion expansion : row.expansions()) {
            if (expansion.document() != null && isReadable(expansion, query.caller())) {
                tree.set(expansion.field(), Json.parseObject(expansion.document()));
            }
        }
        return Json.bytes(query.fields().apply(tree));
    }

    private boolean isReadable(Expansion expansion, Caller caller) {
        String owner = dids.database(expansion.did()).orElse(null);
        return owner != null && expansion.acl().allows(caller, owner, rules);
    }

    /** The documents of rows with references in those fields, with what the caller may read in their places. */
    private Map<Row, ObjectNode> referring(List<Row> rows, Caller caller, List<String> fields) {
        Map<Row, ObjectNode> trees = new HashMap<>();
        Map<Row, List<Expansion>> references = new HashMap<>();
        Set<Expansion> all = new HashSet<>();
        for (Row row : rows) {
            ObjectNode tree = Json.parseObject(row.document());
            List<Expansion> found = fields.stream()
                    .flatMap(field -> Expansion.of(tree, field).stream())
                    .toList();
            if (!found.isEmpty()) {
                trees.put(row, tree);
                references.put(row, found);
                all.addAll(found);
            }
        }
        Map<Expansion, ObjectNode> documents = referrals.documents(all, caller);
        references.forEach((row, found) -> found.forEach(reference -> {
            ObjectNode document = documents.get(reference);
            if (document != null) {
                trees.get(row).set(reference.field(), document);
            }
        }));
        return trees;
    }
}
