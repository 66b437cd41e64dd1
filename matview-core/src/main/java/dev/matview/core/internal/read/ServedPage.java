package dev.matview.core.internal.read;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Page;
import dev.matview.core.event.Subscription;
import dev.matview.core.internal.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The one kind of page there is, with what the moment of asking adds to it. Immutable. */
public final class ServedPage implements Page {

    private final Origin origin;
    private final KeptPage page;
    private final String generations;
    private final String bookmark;
    private final @Nullable String warning;
    private final View view;

    /**
     * The part of an answer that stays the same as long as its generation does.
     *
     * @param ids identify the documents, in their order: {@code _id} alone does not, and may not even be shown
     * @param sameForAll whether every caller who may read the rows is shown the same of them
     * @param endsEarly whether rows that were to be on the page are not
     * @param warning what the reader should know of that, if there is something
     */
    public record CachedPage(
            byte[] json,
            List<RowId> ids,
            boolean sameForAll,
            boolean endsEarly,
            @Nullable String warning) {}

    /** The identity of a row. */
    record RowId(String database, String id) {}

    /** What the answer was read from, and by which query. */
    public interface Origin {

        /** The collection that was queried. */
        String collection();

        /** @param generations {@link #generationTag} of an answer */
        AnswerTag tag(KeptPage page, String generations);

        List<String> keys(KeptPage page);

        /** What the query was answered when that generation was served; nothing when it cannot be known. */
        Optional<KeptPage> earlier(String generations);

        /** Keeps the generation of that tag until the result is closed. */
        Subscription hold(String generations);
    }

    public ServedPage(
            Origin origin, KeptPage page, String generations, String bookmark, @Nullable String warning, View view) {
        this.origin = origin;
        this.page = page;
        this.generations = generations;
        this.bookmark = bookmark;
        this.warning = warning;
        this.view = view;
    }

    @Override
    public byte[] json() {
        return page.json();
    }

    @Override
    public int size() {
        return page.ids().size();
    }

    @Override
    public List<ObjectNode> documents() {
        List<ObjectNode> documents = new ArrayList<>(size());
        Json.parseArray(json()).forEach(document -> documents.add((ObjectNode) document));
        return documents;
    }

    @Override
    public <T> List<T> documents(Class<T> type) {
        return RowTypes.read(this, origin.collection(), page.elements(), type, Json.readerFor(type));
    }

    @Override
    public <T> List<T> documents(Class<T> type, ObjectMapper mapper) {
        return RowTypes.read(this, origin.collection(), page.elements(), type, mapper.readerFor(type));
    }

    @Override
    public String bookmark() {
        return bookmark;
    }

    @Override
    public Optional<String> warning() {
        return Optional.ofNullable(Warnings.all(page.warning(), warning));
    }

    @Override
    public boolean endsEarly() {
        return page.endsEarly();
    }

    @Override
    public View view() {
        return view;
    }

    @Override
    public String generationTag() {
        return generations;
    }

    @Override
    public List<String> keys() {
        return origin.keys(page);
    }

    @Override
    public String tag() {
        return origin.tag(page, generations).toString();
    }

    @Override
    public Delta since(Page before) {
        ServedPage earlier = (ServedPage) before;
        return since(earlier.keys(), earlier.page);
    }

    @Override
    public Optional<Delta> since(String tag) {
        AnswerTag own = origin.tag(page, generations);
        Optional<AnswerTag> held =
                AnswerTag.parse(tag).filter(one -> one.query().equals(own.query()));
        if (held.isEmpty()) {
            return Optional.empty();
        }
        AnswerTag named = held.get();
        if (named.rows().equals(own.rows())) {
            return Optional.of(new Delta(List.of(), List.of()));
        }
        // What is read again may differ from what was given: rules and referred documents change without a generation.
        return origin.earlier(named.generations())
                .filter(earlier ->
                        origin.tag(earlier, named.generations()).rows().equals(named.rows()))
                .map(earlier -> since(origin.keys(earlier), earlier));
    }

    private Delta since(List<String> keys, KeptPage earlier) {
        return Difference.between(keys, earlier.elements(), keys(), page.elements());
    }

    /** Whether both show the same rows, and the same of them. */
    public boolean shows(ServedPage other) {
        return page.shows(other.page);
    }

    /** Keeps the generation that was read until the result is closed. */
    public Subscription hold() {
        return origin.hold(generations);
    }
}
