package dev.matview.couch.internal.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.spi.LeftOut;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Replays what attempts wrote, in their order, into the change of an index, and tells somebody what the documents say.
 * The result is a generation only if its totals are those of the generation's pointer. Not thread-safe.
 */
final class ViewReader {

    private final ViewDatabase source;
    private final ViewIndex.Change change;
    private final Content content;
    private final Set<ViewDocumentId> orphans = new HashSet<>();
    /** The names of databases, each as one object: a view has very many rows. */
    private final Map<String, String> names = new HashMap<>();

    /** What the documents say, earlier attempts first; what an attempt takes away comes before what it puts. */
    interface Content {
        /** Keeps nothing. */
        Content IGNORED = new Content() {
            @Override
            public void dropped(String database) {}

            @Override
            public void removed(String database, String id) {}

            @Override
            public void position(String database, Position position, LeftOut leftOut) {}

            @Override
            public void row(Row row) {}
        };

        void dropped(String database);

        void removed(String database, String id);

        void position(String database, Position position, LeftOut leftOut);

        void row(Row row);
    }

    ViewReader(ViewDatabase source, ViewIndex.Change change, Content content) {
        this.source = source;
        this.change = change;
        this.content = content;
    }

    /** Documents of aborted attempts that were seen. */
    Set<ViewDocumentId> orphans() {
        return orphans;
    }

    /** Replays the attempts after {@code after}, up to the pointer's. */
    void replay(long after, ViewPointer pointer) throws IOException, InterruptedException {
        source.scan(after + 1, pointer.attempt(), document -> {
            ViewDocumentId id = idOf(document);
            if (pointer.aborted().contains(id.attempt())) {
                orphans.add(id);
            } else if (id.kind() == ViewDocumentId.Kind.GONE) {
                takeGone(id.database(), document);
            } else {
                takeSlice(id, document);
            }
        });
    }

    /** @throws IOException when the document is not one of a view */
    static ViewDocumentId idOf(ObjectNode document) throws IOException {
        String database = document.path("database").textValue();
        String id = document.path("_id").asText();
        if (database == null) {
            throw new IOException(id + " does not say which database it is about");
        }
        try {
            return ViewDocumentId.parse(id, database);
        } catch (IllegalArgumentException e) {
            throw new IOException(id + " is no document of a view", e);
        }
    }

    private void takeGone(String database, JsonNode document) {
        if (document.path("dropped").asBoolean()) {
            change.drop(database);
            content.dropped(database);
        }
        for (JsonNode removed : document.path("removed")) {
            change.remove(database, removed.asText());
            content.removed(database, removed.asText());
        }
    }

    private void takeSlice(ViewDocumentId id, JsonNode document) throws IOException, InterruptedException {
        String database = names.computeIfAbsent(id.database(), name -> name);
        if (document.has("position")) {
            JsonNode position = document.path("position");
            change.position(database, id.place());
            content.position(
                    database,
                    new Position(
                            position.path("updateSeq").asText(),
                            position.path("purgeSeq").asText(),
                            position.path("instance").asText()),
                    leftOut(database, document.path("leftOut")));
        }
        for (JsonNode row : document.path("rows")) {
            change.put(database, row.path("id").asText(), id.place());
            if (content != Content.IGNORED) {
                content.row(RowCodec.decode(database, whole(document, row)));
            }
        }
    }

    private static LeftOut leftOut(String database, JsonNode json) {
        if (json.isMissingNode()) {
            return LeftOut.NOTHING;
        }
        List<LeftOut.Example> examples = new ArrayList<>();
        for (JsonNode example : json.path("examples")) {
            examples.add(new LeftOut.Example(
                    database,
                    example.path("id").asText(),
                    LeftOut.Reason.of(example.path("reason").asText())));
        }
        return new LeftOut(json.path("documents").asInt(), examples);
    }

    private JsonNode whole(JsonNode document, JsonNode row) throws InterruptedException {
        return row.has("attachment")
                ? source.attachment(
                        document.path("_id").asText(), row.path("attachment").asText())
                : row;
    }
}
