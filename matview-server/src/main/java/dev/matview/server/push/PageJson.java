package dev.matview.server.push;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Explanation;
import dev.matview.core.Page;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of an answer, in UTF-8 and with a line feed at its end:
 *
 * <pre>
 * {"docs": […],                "bookmark": …, "view": {…}}                 a whole answer
 * {"docs": […], "keys": […],   "bookmark": …, "etag": …, "view": {…}}      one that differences can be applied to
 * {"delta": {"removed": […], "put": […]}, "bookmark": …, "etag": …, "view": {…}}    a difference
 * </pre>
 *
 * with a {@code warning} after the bookmark where there is one, and an {@code explain} before it for who asked.
 */
public final class PageJson {

    private static final JsonMapper MAPPER = new JsonMapper();

    private PageJson() {}

    /** The whole answer. The documents are copied as they are. */
    public static byte[] whole(Page page) {
        return whole(page, null);
    }

    /** @param note what else the reader should know; null for nothing */
    public static byte[] whole(Page page, @Nullable String note) {
        return end(new Text().add("{\"docs\":").add(page.json()), page, note, null)
                .bytes();
    }

    /**
     * The whole answer, and what it took.
     *
     * @param note what else the reader should know; null for nothing
     */
    public static byte[] explained(Explanation explained, @Nullable String note) {
        Page page = explained.page();
        ObjectNode explain =
                MAPPER.createObjectNode().put("by", explained.source().name().toLowerCase(Locale.ROOT));
        explained.index().ifPresent(index -> explain.set("index", index.json()));
        explain.put("looked", explained.looked())
                .put("tested", explained.tested())
                .put("kept", explained.isKept());
        ArrayNode helpful = explain.putArray("wouldHelp");
        explained.helpful().ifPresent(index -> helpful.add(index.json()));
        Text text = new Text()
                .add("{\"docs\":")
                .add(page.json())
                .add(",\"explain\":")
                .add(written(explain));
        return end(text, page, note, null).bytes();
    }

    private static String written(ObjectNode json) {
        try {
            return MAPPER.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree can always be written", e);
        }
    }

    /** The same in parts, one of them the page's own array: for whoever writes them one after another. */
    public static List<byte[]> parts(Page page) {
        return end(new Text().add("{\"docs\":").add(page.json()), page, null, null)
                .parts();
    }

    /** The whole answer, for a client that will be sent differences to it. */
    static byte[] wholeWithKeys(Page page, String etag) {
        Text text = new Text();
        text.add("{\"docs\":").add(page.json()).add(",\"keys\":").addNames(page.keys());
        return end(text, page, null, etag).bytes();
    }

    /** What leads to the answer from the one before. */
    static byte[] delta(Page.Delta delta, Page page, String etag) {
        Text text = new Text();
        text.add("{\"delta\":{\"removed\":").addNames(delta.removed()).add(",\"put\":[");
        String separator = "";
        for (Page.Put put : delta.put()) {
            text.add(separator).add("{\"key\":\"" + put.key() + "\",\"at\":" + put.at());
            byte[] document = put.json();
            if (document != null) {
                text.add(",\"doc\":").add(document);
            }
            text.add("}");
            separator = ",";
        }
        return end(text.add("]}"), page, null, etag).bytes();
    }

    private static Text end(Text text, Page page, @Nullable String note, @Nullable String etag) {
        ObjectNode rest = MAPPER.createObjectNode();
        rest.put("bookmark", page.bookmark());
        String warning =
                Stream.concat(Stream.ofNullable(note), page.warning().stream()).collect(Collectors.joining(" "));
        if (!warning.isEmpty()) {
            rest.put("warning", warning);
        }
        if (etag != null) {
            rest.put("etag", etag);
        }
        Page.View view = page.view();
        ObjectNode state = rest.putObject("view")
                .put("generation", view.generation())
                .put(
                        "refreshedAt",
                        view.refreshedAt().truncatedTo(ChronoUnit.MILLIS).toString());
        if (view.rows() >= 0) {
            state.put("rows", view.rows());
        } else if (view.generation() > 0) {
            // Of a feed: they are too many to be counted. Of an own database it is left away.
            state.putNull("rows");
        }
        state.put("databases", view.databases()).put("behind", view.behind());
        return text.add(",").add(written(rest).substring(1)).add("\n");
    }

    /** JSON that is put together of parts that are ready. */
    private static final class Text {

        private final List<byte[]> parts = new ArrayList<>();

        Text add(String part) {
            return add(part.getBytes(StandardCharsets.UTF_8));
        }

        Text add(byte[] part) {
            parts.add(part);
            return this;
        }

        /** Keys of rows need no escaping. */
        Text addNames(List<String> names) {
            return add(names.isEmpty() ? "[]" : "[\"" + String.join("\",\"", names) + "\"]");
        }

        List<byte[]> parts() {
            return parts;
        }

        byte[] bytes() {
            byte[] json = new byte[parts.stream().mapToInt(part -> part.length).sum()];
            int at = 0;
            for (byte[] part : parts) {
                System.arraycopy(part, 0, json, at, part.length);
                at += part.length;
            }
            return json;
        }
    }
}
