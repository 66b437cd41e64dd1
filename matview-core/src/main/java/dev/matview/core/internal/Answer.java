package dev.matview.core.internal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Page;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A page with what the moment of asking adds to it. */
record Answer(CachedPage page, String generationTag, String bookmark, View view) implements Page {

    /**
     * The part of an answer that stays the same as long as its generation does.
     *
     * @param ids identify the documents, in their order: {@code _id} alone does not, and may not even be shown
     * @param sameForAll whether every caller who may read the rows is shown the same of them
     * @param endsEarly whether rows that were to be on the page are not
     * @param warning what the reader should know of that, if there is something
     */
    record CachedPage(
            byte[] json,
            List<RowId> ids,
            boolean sameForAll,
            boolean endsEarly,
            @Nullable String warning) {}

    /** The identity of a row. */
    record RowId(String database, String id) {}

    @Override
    public byte[] json() {
        return page.json();
    }

    @Override
    public int size() {
        return page.ids().size();
    }

    @Override
    public Optional<String> warning() {
        return Optional.ofNullable(page.warning());
    }

    @Override
    public boolean endsEarly() {
        return page.endsEarly();
    }

    @Override
    public List<ObjectNode> documents() {
        List<ObjectNode> documents = new ArrayList<>(size());
        Json.parseArray(json()).forEach(document -> documents.add((ObjectNode) document));
        return documents;
    }

    @Override
    public Delta since(Page before) {
        if (!(before instanceof Answer earlier)) {
            throw new IllegalArgumentException("the page is not from a GlobalFeeds");
        }
        Map<RowId, ObjectNode> old = new HashMap<>();
        List<ObjectNode> oldDocuments = earlier.documents();
        for (int i = 0; i < oldDocuments.size(); i++) {
            old.put(earlier.page.ids().get(i), oldDocuments.get(i));
        }
        List<ObjectNode> added = new ArrayList<>();
        List<ObjectNode> changed = new ArrayList<>();
        List<ObjectNode> documents = documents();
        for (int i = 0; i < documents.size(); i++) {
            ObjectNode was = old.remove(page.ids().get(i));
            if (was == null) {
                added.add(documents.get(i));
            } else if (!was.equals(documents.get(i))) {
                changed.add(documents.get(i));
            }
        }
        return new Delta(added, changed, List.copyOf(old.values()));
    }
}
