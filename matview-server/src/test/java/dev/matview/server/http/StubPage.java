package dev.matview.server.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.Page;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** An empty page of a generation. */
record StubPage(String generationTag) implements Page {

    @Override
    public byte[] json() {
        return "[]".getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public List<ObjectNode> documents() {
        return List.of();
    }

    @Override
    public int size() {
        return 0;
    }

    @Override
    public String bookmark() {
        return "end";
    }

    @Override
    public View view() {
        return new View(1, Instant.parse("2026-01-01T00:00:00.123456Z"), 0, 1, 0);
    }
}
