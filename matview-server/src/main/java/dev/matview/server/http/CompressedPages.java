package dev.matview.server.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.matview.core.Page;
import dev.matview.server.push.PageJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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

    private final Cache<Key, byte[]> compressed = Caffeine.newBuilder()
            .maximumWeight(MAX_BYTES)
            .weigher((Key key, byte[] gzip) -> gzip.length + key.json.length + OVERHEAD)
            .executor(Runnable::run)
            .recordStats()
            .build();

    /** An answer. The feeds give all who see one page the same array: it is compared as an object, at no cost. */
    private static final class Key {
        private final byte[] json;
        private final String bookmark;
        private final Optional<String> warning;
        private final Page.View view;

        Key(Page page) {
            this.json = page.json();
            this.bookmark = page.bookmark();
            this.warning = page.warning();
            this.view = page.view();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key
                    && key.json == json
                    && key.bookmark.equals(bookmark)
                    && key.warning.equals(warning)
                    && key.view.equals(view);
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(json) + view.hashCode();
        }
    }

    /** Whether the answer is worth it, and the client takes it (RFC 9110, section 12.5.3). */
    static boolean isAsked(@Nullable String acceptEncoding, Page page) {
        return acceptEncoding != null
                && page.json().length >= WORTHWHILE_BYTES
                && Arrays.stream(acceptEncoding.toLowerCase(Locale.ROOT).split(","))
                        .map(coding -> coding.replaceAll("\\s", ""))
                        .anyMatch(coding -> coding.equals("gzip")
                                || coding.startsWith("gzip;q=") && !coding.matches("gzip;q=0(\\.0*)?"));
    }

    byte[] of(Page page) {
        Key key = new Key(page);
        byte[] known = compressed.getIfPresent(key);
        if (known == null) {
            known = gzip(PageJson.parts(page));
            compressed.put(key, known);
        }
        return known;
    }

    /** How often an answer was there already. */
    long hits() {
        return compressed.stats().hitCount();
    }

    /** How often it had to be made. */
    long misses() {
        return compressed.stats().missCount();
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
