package dev.matview.server.http.exchange;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipException;
import javax.servlet.http.HttpServletRequest;
import org.eclipse.jetty.http.HttpException;

/**
 * Reads the body of a request as a JSON object, within bounds of size, time and depth. It may be packed with gzip; the
 * bounds are of what comes and of what it unpacks to. What is no JSON to CouchDB is none here: half a surrogate pair, a
 * number beyond all doubles, a byte order mark. Thread-safe.
 */
public final class RequestBody {

    /** How much of a body is read at most, in bytes. */
    public static final int MAX_BYTES = 1 << 20;

    /** How deep its JSON may nest; deeper than any selector may, so that Mango is the one to say so. */
    static final int MAX_DEPTH = 200;

    /** How long a body may take to arrive. */
    public static final Duration MAX_TIME = Duration.ofSeconds(30);

    /**
     * How much is read and thrown away before a body is refused as too large. A client that is still sending would not
     * read the answer.
     */
    private static final int MAX_DISCARDED_BYTES = 8 << 20;

    private static final String NOT_JSON = "invalid UTF-8 JSON";

    /** Two names of one encoding (RFC 9110, section 8.4.1.3). */
    private static final Set<String> GZIP = Set.of("gzip", "x-gzip");

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final InstantSource clock;

    public RequestBody(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * The body of the request; an empty object when it has none.
     *
     * @throws HttpError 400, 408, 413 or 415
     */
    public ObjectNode read(HttpServletRequest request) {
        return json(bytes(request));
    }

    /**
     * The same as it is written, not packed; empty when there is none.
     *
     * @throws HttpError 400, 408, 413 or 415
     */
    byte[] bytes(HttpServletRequest request) {
        List<String> encodings = encodings(request);
        if (isRefusedUnread(request)) {
            throw isReadable(encodings)
                    ? HttpError.tooLarge(MAX_BYTES)
                    : HttpError.unsupportedEncoding(String.join(", ", encodings));
        }
        try {
            return unpacked(receive(request.getInputStream()), encodings);
        } catch (HttpException.RuntimeException e) {
            throw HttpError.bodyNotReceived(e.getCode(), "The request body could not be read.");
        } catch (IOException e) {
            throw HttpError.bodyNotReceived(400, "The request body ended early.");
        }
    }

    /** A client that asks before it sends a body that is not taken is told no, and sends nothing. */
    static boolean isRefusedUnread(HttpServletRequest request) {
        return "100-continue".equalsIgnoreCase(request.getHeader("Expect"))
                && (request.getContentLengthLong() > MAX_BYTES || !isReadable(encodings(request)));
    }

    /** Whether the body may unpack to more than has come. */
    static boolean isPacked(HttpServletRequest request) {
        return !encodings(request).isEmpty();
    }

    /** All that the body was packed with, in order; several headers are one list (RFC 9110, section 5.3). */
    private static List<String> encodings(HttpServletRequest request) {
        if (request.getHeader("Content-Encoding") == null) {
            return List.of();
        }
        return Collections.list(request.getHeaders("Content-Encoding")).stream()
                .flatMap(header -> Arrays.stream(header.split(",")))
                .map(encoding -> encoding.strip().toLowerCase(Locale.ROOT))
                .filter(encoding -> !encoding.isEmpty() && !encoding.equals("identity"))
                .toList();
    }

    /** Packed once at most: what is packed many times over unpacks to anything. */
    private static boolean isReadable(List<String> encodings) {
        return encodings.isEmpty() || (encodings.size() == 1 && GZIP.contains(encodings.get(0)));
    }

    private static byte[] unpacked(byte[] body, List<String> encodings) {
        if (!isReadable(encodings)) {
            throw HttpError.unsupportedEncoding(String.join(", ", encodings));
        }
        if (encodings.isEmpty()) {
            return body;
        }
        try {
            byte[] unpacked = Gunzip.unpack(body, MAX_BYTES);
            if (unpacked.length > MAX_BYTES) {
                throw HttpError.tooLarge(MAX_BYTES);
            }
            return unpacked;
        } catch (ZipException e) {
            throw HttpError.badRequest("bad_request", "Request body is not properly gzipped.");
        }
    }

    private byte[] receive(InputStream in) throws IOException {
        if (in instanceof ReceivedBody whole) {
            byte[] body = whole.bytes();
            if (body.length > MAX_BYTES) {
                throw HttpError.tooLarge(MAX_BYTES);
            }
            return body;
        }
        Instant deadline = clock.instant().plus(MAX_TIME);
        ByteArrayOutputStream body = new ByteArrayOutputStream(1024);
        byte[] chunk = new byte[8 * 1024];
        long received = 0;
        for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
            received += n;
            if (received <= MAX_BYTES) {
                body.write(chunk, 0, n);
            } else if (received > MAX_DISCARDED_BYTES) {
                break;
            }
            if (clock.instant().isAfter(deadline)) {
                throw HttpError.bodyNotReceived(408, "The request body took too long to arrive.");
            }
        }
        if (received > MAX_BYTES) {
            throw HttpError.tooLarge(MAX_BYTES);
        }
        return body.toByteArray();
    }

    /** @throws HttpError 400 */
    static ObjectNode json(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.isBlank() ? MAPPER.createObjectNode() : parse(text);
        } catch (CharacterCodingException e) {
            throw HttpError.badRequest("bad_request", NOT_JSON);
        }
    }

    /**
     * The object that is written in the text.
     *
     * @throws HttpError 400
     */
    public static ObjectNode parse(String text) {
        try {
            JsonNode json = MAPPER.readTree(text);
            if (!isRepresentable(json)) {
                throw HttpError.badRequest("bad_request", NOT_JSON);
            }
            if (json instanceof ObjectNode object) {
                return object;
            }
            throw HttpError.badRequest("bad_request", "Request body must be a JSON object");
        } catch (StreamConstraintsException e) {
            throw HttpError.badRequest(
                    "bad_request", "The JSON nests deeper than " + MAX_DEPTH + " levels, or holds too long a number.");
        } catch (JsonProcessingException e) {
            throw HttpError.badRequest("bad_request", NOT_JSON);
        }
    }

    private static boolean isRepresentable(JsonNode json) {
        if (json.isTextual()) {
            return isWellFormed(json.textValue());
        }
        if (json.isFloatingPointNumber()) {
            return Double.isFinite(json.doubleValue());
        }
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            if (!isWellFormed(field.getKey())) {
                return false;
            }
        }
        for (JsonNode child : json) {
            if (!isRepresentable(child)) {
                return false;
            }
        }
        return true;
    }

    /** Whether every surrogate is half of a pair. */
    private static boolean isWellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (i + 1 == text.length() || !Character.isSurrogatePair(c, text.charAt(++i))) {
                return false;
            }
        }
        return true;
    }
}
