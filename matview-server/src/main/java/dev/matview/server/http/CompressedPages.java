package dev.matview.server.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.matview.core.Page;
import dev.matview.server.http.exchange.Encodings;
import dev.matview.server.push.PageJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Answers compressed with gzip, kept while their page is: all who are shown one page share its compressed form too.
 * Bounded by weight; thread-safe.
 */
final class CompressedPages {

    /** Below this a client is not helped. */
    private static final int WORTHWHILE_BYTES = 1024;

    private static final long MAX_BYTES = 32L << 20;
    private static final int OVERHEAD = 300;

    private final Cache<AnswerKey, byte[]> compressed = Caffeine.newBuilder()
            .maximumWeight(MAX_BYTES)
            .weigher((AnswerKey key, byte[] gzip) -> gzip.length + key.json().length + OVERHEAD)
            .executor(Runnable::run)
            .recordStats()
            .build();

    /** Whether the answer is worth it, and the client takes it (RFC 9110, section 12.5.3). */
    static boolean isAsked(@Nullable String acceptEncoding, Page page) {
        return page.json().length >= WORTHWHILE_BYTES && Encodings.takesGzip(acceptEncoding);
    }

    /** Null when it is not known, and would have to be compressed. Each look is counted. */
    byte @Nullable [] known(Page page) {
        return compressed.getIfPresent(new AnswerKey(page));
    }

    /** The same, compressed if it must be: for whoever was told that it is not {@link #known}. */
    byte[] of(Page page) {
        AnswerKey key = new AnswerKey(page);
        // Looked for and counted before: another may have compressed it since. A look by the map is not counted.
        byte[] known = compressed.asMap().get(key);
        if (known == null) {
            known = gzip(PageJson.parts(page));
            compressed.put(key, known);
        }
        return known;
    }

    Cache<?, ?> cache() {
        return compressed;
    }

    private static byte[] gzip(List<byte[]> parts) {
        int length = parts.stream().mapToInt(part -> part.length).sum();
        ByteArrayOutputStream out = new ByteArrayOutputStream(length / 4);
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            for (byte[] part : parts) {
                gzip.write(part);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory can always be written", e);
        }
        return out.toByteArray();
    }
}
