package dev.matview.server.http;

import dev.matview.core.Page;
import dev.matview.core.Query;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Names an answer: the generation, the query and the caller. The tags are weak, since the state of the view that goes
 * with the documents ({@code refreshedAt}, {@code behind}) moves while the generation stays.
 */
final class EntityTag {

    private EntityTag() {}

    /** For an answer that stays the same while its generation does. */
    static String of(Page page, Query query) {
        return of(page.generationTag(), query);
    }

    /** For an answer that is made anew each time. */
    static String ofContent(Page page, Query query) {
        return of(Base64.getEncoder().encodeToString(sha256().digest(page.json())), query);
    }

    private static String of(String content, Query query) {
        MessageDigest digest = sha256();
        add(digest, content);
        add(digest, query.shape());
        add(digest, query.limit().toString());
        add(digest, Integer.toString(query.skip()));
        add(digest, query.bookmark());
        add(digest, query.caller().did());
        add(digest, query.caller().database());
        query.expand().forEach(field -> add(digest, field));
        byte[] hash = Arrays.copyOf(digest.digest(), 18);
        return "W/\"" + Base64.getUrlEncoder().withoutPadding().encodeToString(hash) + '"';
    }

    /** Each part goes in with its length, so that no two lists of parts read the same. */
    private static void add(MessageDigest digest, @Nullable String part) {
        if (part == null) {
            digest.update((byte) '-');
            return;
        }
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
    }

    /** Whether an {@code If-None-Match} header names the tag (RFC 9110, section 13.1.2: weak comparison). */
    static boolean matches(@Nullable String ifNoneMatch, String tag) {
        if (ifNoneMatch == null) {
            return false;
        }
        String opaque = withoutWeakness(tag);
        return Arrays.stream(ifNoneMatch.split(","))
                .map(String::strip)
                .anyMatch(candidate ->
                        candidate.equals("*") || withoutWeakness(candidate).equals(opaque));
    }

    private static String withoutWeakness(String tag) {
        return tag.startsWith("W/") ? tag.substring(2) : tag;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JVM has SHA-256", e);
        }
    }
}
