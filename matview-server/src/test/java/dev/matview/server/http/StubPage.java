package dev.matview.server.http;

import dev.matview.core.Page;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/** An empty page of a generation. */
public final class StubPage {

    private StubPage() {}

    public static Page of(String generationTag) {
        return of(generationTag, "[]");
    }

    static Page of(String generationTag, String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return (Page) Proxy.newProxyInstance(
                Page.class.getClassLoader(),
                new Class<?>[] {Page.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "generationTag" -> generationTag;
                    case "tag" -> generationTag + ".query.rows";
                    case "json" -> bytes;
                    case "bookmark" -> "end";
                    case "warning" -> Optional.empty();
                    case "endsEarly" -> false;
                    case "view" -> new Page.View(1, Instant.parse("2026-01-01T00:00:00.123456Z"), 0, 1, 0);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
