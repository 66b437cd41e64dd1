package dev.matview.core.internal.read;

import dev.matview.core.Query;
import dev.matview.core.ReadStatus;
import dev.matview.core.Settings;
import dev.matview.core.access.Acl;
import dev.matview.core.access.Caller;
import dev.matview.core.access.CertificateRules;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.internal.read.PageWriter.Referred;
import dev.matview.core.internal.read.ServedPage.CachedPage;
import dev.matview.core.mango.Budget;
import dev.matview.core.spi.Expansion;
import dev.matview.core.spi.Row;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes rows as the JSON of a page, up to as many bytes as an answer may have. A row that shows all it has, and refers to
 * nothing, is copied as it is. Thread-safe.
 */
public final class PageRenderer {

    private final UserDatabases users;
    private final CertificateRules rules;
    private final Referrals referrals;
    private final Settings settings;

    public PageRenderer(UserDatabases users, CertificateRules rules, Referrals referrals, Settings settings) {
        this.users = users;
        this.rules = rules;
        this.referrals = referrals;
        this.settings = settings;
    }

    /** Of the documents that rows refer to. */
    ReadStatus.Cache referrals() {
        return referrals.use();
    }

    /**
     * A page of the rows, or of the first of them, one at least.
     *
     * @param unlisted the fields to expand that the feed does not
     * @throws dev.matview.core.mango.BudgetSpentException when the budget does not suffice
     */
    public CachedPage render(List<Row> rows, Query query, List<String> unlisted, Budget budget) {
        References references =
                unlisted.isEmpty() ? References.none() : References.of(rows, unlisted, referrals, settings, budget);
        PageWriter page = new PageWriter(query, budget, settings.answerBytes(), expectedBytes(rows));
        boolean sameForAll = unlisted.isEmpty();
        int added = 0;
        while (added < rows.size() && add(page, rows.get(added), added, query.caller(), references)) {
            sameForAll = sameForAll && showsAllTheSame(rows.get(added));
            added++;
        }
        return page.page(sameForAll);
    }

    /** What the rows have as they are, within what an answer may have: most often that is exactly what is written. */
    private int expectedBytes(List<Row> rows) {
        long bytes = 1;
        for (Row row : rows) {
            bytes += row.document().length + 1;
        }
        return (int) Math.min(bytes, settings.answerBytes());
    }

    private boolean add(PageWriter page, Row row, int number, Caller caller, References references) {
        if (references.areLeftOut(number) && !page.isEmpty()) {
            return page.end("the rows refer to too many documents, or of too many bytes");
        }
        Map<String, byte[]> documents = new LinkedHashMap<>();
        for (Expansion expansion : row.expansions()) {
            byte[] document = expansion.document();
            if (document != null && isReadable(expansion, caller)) {
                documents.put(expansion.field(), document);
            }
        }
        for (Expansion reference : references.of(number)) {
            byte[] document = references.document(reference, caller);
            if (document != null) {
                documents.put(reference.field(), document);
            }
        }
        if (documents.isEmpty() && !references.areLeftOut(number)) {
            return page.add(row, Referred.NOTHING);
        }
        Referred fitting = page.fitting(row, documents);
        return page.add(row, new Referred(fitting.documents(), fitting.isComplete() && !references.areLeftOut(number)));
    }

    private static boolean showsAllTheSame(Row row) {
        for (Expansion expansion : row.expansions()) {
            if (expansion.acl() != null && !expansion.acl().isOpen()) {
                return false;
            }
        }
        return true;
    }

    private boolean isReadable(Expansion expansion, Caller caller) {
        String owner = users.database(expansion.did()).orElse(null);
        Acl acl = expansion.acl();
        return owner != null && acl != null && acl.allows(caller, owner, rules);
    }
}
