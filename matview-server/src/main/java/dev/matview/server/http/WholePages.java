package dev.matview.server.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.matview.core.Page;
import dev.matview.server.push.PageJson;
import java.util.List;

/**
 * Answers as they are sent, kept while their page is: what is in one piece goes out in one write, to all who are shown it.
 * Only for pages that are shown to several: others would push those out. A large one is sent in parts, of which the page's
 * own array is one: to copy it would cost more than another write. Bounded by weight; thread-safe.
 */
final class WholePages {

    private static final int LARGE_BYTES = 64 * 1024;
    private static final long MAX_BYTES = 16L << 20;
    private static final int OVERHEAD = 300;

    private final Cache<AnswerKey, List<byte[]>> answers = Caffeine.newBuilder()
            .maximumWeight(MAX_BYTES)
            .weigher((AnswerKey key, List<byte[]> whole) -> 2 * key.json().length + OVERHEAD)
            .executor(Runnable::run)
            .recordStats()
            .build();

    Cache<?, ?> cache() {
        return answers;
    }

    List<byte[]> of(Page page) {
        if (page.json().length > LARGE_BYTES) {
            return PageJson.parts(page);
        }
        AnswerKey key = new AnswerKey(page);
        List<byte[]> known = answers.getIfPresent(key);
        if (known == null) {
            known = List.of(PageJson.whole(page));
            answers.put(key, known);
        }
        return known;
    }
}
