package dev.matview.server.push;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Page;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** The JSON of an answer: {@code {"docs": […], "bookmark": …, "view": {…}}}, or what changed in place of the documents. */
public final class PageJson {

    private static final byte[] DOCS = "{\"docs\":".getBytes(StandardCharsets.UTF_8);
    private static final JsonMapper MAPPER = new JsonMapper();

    private PageJson() {}

    /**
     * The whole answer, in UTF-8 and with a line feed at its end, in parts that follow one another. The documents are as
     * the page has them, in the array that all who are shown it share: do not write to it.
     */
    public static List<byte[]> parts(Page page) {
        return List.of(DOCS, page.json(), rest(page));
    }

    /** The whole answer in one. */
    public static byte[] whole(Page page) {
        List<byte[]> parts = parts(page);
        byte[] whole = new byte[parts.stream().mapToInt(part -> part.length).sum()];
        int length = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, whole, length, part.length);
            length += part.length;
        }
        return whole;
    }

    /** What leads from one answer to the next: {@code {"delta": {"added": […], …}, "bookmark": …, "view": {…}}}. */
    static byte[] delta(Page.Delta delta, Page page) {
        ObjectNode json = MAPPER.createObjectNode();
        ObjectNode changes = json.putObject("delta");
        delta.added().forEach(array(changes, "added")::add);
        delta.changed().forEach(array(changes, "changed")::add);
        delta.removed().forEach(array(changes, "removed")::add);
        describe(page, json);
        return bytes(json);
    }

    private static ArrayNode array(ObjectNode json, String name) {
        return json.putArray(name);
    }

    /** What follows the documents: the bookmark, and the state of the view. */
    private static byte[] rest(Page page) {
        byte[] json = bytes(describe(page, MAPPER.createObjectNode()));
        json[0] = ',';
        return json;
    }

    private static ObjectNode describe(Page page, ObjectNode json) {
        Page.View view = page.view();
        json.put("bookmark", page.bookmark());
        json.putObject("view")
                .put("generation", view.generation())
                .put(
                        "refreshedAt",
                        view.refreshedAt().truncatedTo(ChronoUnit.MILLIS).toString())
                .put("rows", view.rows())
                .put("databases", view.databases())
                .put("behind", view.behind());
        return json;
    }

    private static byte[] bytes(ObjectNode json) {
        try {
            return (MAPPER.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree can always be written", e);
        }
    }
}
