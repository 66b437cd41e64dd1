package dev.matview.server.push;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.matview.core.QueryException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A client of a subscription: it applies what it is sent, as fast or as slowly as a test wants. */
final class Subscriber implements Outlet {

    static final ObjectMapper MAPPER = new ObjectMapper();

    /** All that was sent, in its order. */
    final List<String> messages = new ArrayList<>();

    final List<String> keys = new ArrayList<>();
    final List<JsonNode> docs = new ArrayList<>();
    String etag = "";
    String bookmark = "";
    int deltas;
    private boolean reads = true;
    private @Nullable Runnable unread;

    @Override
    public void send(ByteBuffer message, Runnable sent) {
        byte[] bytes = new byte[message.remaining()];
        message.get(bytes);
        messages.add(new String(bytes, java.nio.charset.StandardCharsets.UTF_8).strip());
        apply(parse(bytes));
        if (reads) {
            sent.run();
        } else {
            unread = sent;
        }
    }

    @Override
    public void refuse(QueryException reason) {
        throw new AssertionError("refused", reason);
    }

    private static JsonNode parse(byte[] message) {
        try {
            return MAPPER.readTree(message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What comes next is only taken when it reads again. */
    void stopReading() {
        reads = false;
    }

    void read() {
        reads = true;
        Runnable sent = unread;
        unread = null;
        if (sent != null) {
            sent.run();
        }
    }

    private void apply(JsonNode message) {
        etag = message.path("etag").asText();
        bookmark = message.path("bookmark").asText();
        if (message.has("docs")) {
            keys.clear();
            message.path("keys").forEach(key -> keys.add(key.textValue()));
            docs.clear();
            message.path("docs").forEach(docs::add);
            return;
        }
        deltas++;
        Map<String, JsonNode> before = new HashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            before.put(keys.get(i), docs.get(i));
        }
        Set<String> leaving = new HashSet<>();
        message.at("/delta/removed").forEach(key -> leaving.add(key.textValue()));
        message.at("/delta/put").forEach(row -> leaving.add(row.path("key").textValue()));
        for (int i = keys.size() - 1; i >= 0; i--) {
            if (leaving.contains(keys.get(i))) {
                keys.remove(i);
                docs.remove(i);
            }
        }
        for (JsonNode row : message.at("/delta/put")) {
            String key = row.path("key").textValue();
            keys.add(row.path("at").intValue(), key);
            docs.add(row.path("at").intValue(), row.has("doc") ? row.path("doc") : before.get(key));
        }
    }

    /** What it holds, as JSON: {@code {"docs": […], "keys": […]}}. */
    String held() {
        ArrayNode names = MAPPER.createArrayNode();
        keys.forEach(names::add);
        return MAPPER.createObjectNode()
                .<com.fasterxml.jackson.databind.node.ObjectNode>set(
                        "docs", MAPPER.createArrayNode().addAll(docs))
                .set("keys", names)
                .toString();
    }
}
