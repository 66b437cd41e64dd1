package dev.matview.server.http.exchange;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.servlet.http.HttpServletResponse;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** What answers are made of. Nearly every one is JSON, and each says how long it is. */
public final class Responses {

    public static final String JSON = "application/json";

    private static final JsonMapper MAPPER = new JsonMapper();

    private Responses() {}

    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** The error's body: {@code {"error": …, "reason": …}} and a line feed. */
    public static byte[] body(String error, String reason) {
        return bytes(object().put("error", error).put("reason", reason));
    }

    /** The JSON and a line feed, as CouchDB ends its answers. */
    public static byte[] bytes(ObjectNode json) {
        return (text(json) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    static String text(ObjectNode json) {
        try {
            return MAPPER.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree can always be written", e);
        }
    }

    /** Takes back what is not sent yet, but for what {@code Cors} has said: a page can read why it gets no answer. */
    static void reset(HttpServletResponse response) {
        Map<String, String> cors = new LinkedHashMap<>();
        for (String name : response.getHeaderNames()) {
            if (name.startsWith("Access-Control-")) {
                cors.put(name, response.getHeader(name));
            }
        }
        response.reset();
        cors.forEach(response::setHeader);
        if (!cors.isEmpty()) {
            response.setHeader("Vary", "Origin");
        }
    }

    /** Sends what is refused before there is a route. */
    public static void send(Response response, Callback callback, HttpError error) {
        byte[] body = body(error.error(), error.reason());
        HttpFields.Mutable headers = response.getHeaders();
        error.headers().forEach(headers::put);
        headers.put("Content-Type", JSON);
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("Cache-Control", "no-store");
        headers.put("Content-Length", body.length);
        response.setStatus(error.status());
        RequestMeters.refuse(response.getRequest(), error);
        response.write(true, ByteBuffer.wrap(body), callback);
    }

    /** Says in the headers what is sent, unless more has been said. */
    static void describe(HttpServletResponse response, int status, String contentType, int length) {
        response.setStatus(status);
        response.setContentType(contentType);
        response.setContentLength(length);
        response.setHeader("X-Content-Type-Options", "nosniff");
        if (response.getHeader("Cache-Control") == null) {
            response.setHeader("Cache-Control", "no-store");
        }
    }

    /** Sends at once what little there is to say. */
    public static void send(HttpServletResponse response, HttpError error) throws IOException {
        error.headers().forEach(response::setHeader);
        byte[] body = body(error.error(), error.reason());
        describe(response, error.status(), JSON, body.length);
        response.getOutputStream().write(body);
    }

    /** A client that still sends a body nobody reads has to be told that its next request needs another connection. */
    static void closeIfUnread(Request request, HttpServletResponse response) {
        if (!request.consumeAvailable()) {
            response.setHeader("Connection", "close");
        }
    }
}
