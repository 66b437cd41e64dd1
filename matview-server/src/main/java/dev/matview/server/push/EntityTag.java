package dev.matview.server.push;

import dev.matview.core.Page;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Names an answer to clients: in HTTP's {@code ETag}, and in the messages of subscriptions. The tags are weak, since the
 * state of the view that goes with the documents ({@code refreshedAt}, {@code behind}) moves while the answer stays.
 */
public final class EntityTag {

    private EntityTag() {}

    public static String of(Page page) {
        return "W/\"" + page.tag() + '"';
    }

    /** Whether an {@code If-None-Match} header names the tag (RFC 9110, section 13.1.2: weak comparison). */
    public static boolean matches(@Nullable String ifNoneMatch, String tag) {
        if (ifNoneMatch == null) {
            return false;
        }
        String opaque = withoutWeakness(tag);
        return Arrays.stream(ifNoneMatch.split(","))
                .map(String::strip)
                .anyMatch(candidate ->
                        candidate.equals("*") || withoutWeakness(candidate).equals(opaque));
    }

    /** The page's own tag, of a text that a client gave back. */
    static String pageTag(String entityTag) {
        String opaque = withoutWeakness(entityTag.strip());
        boolean quoted = opaque.length() > 1 && opaque.startsWith("\"") && opaque.endsWith("\"");
        return quoted ? opaque.substring(1, opaque.length() - 1) : opaque;
    }

    private static String withoutWeakness(String tag) {
        return tag.startsWith("W/") ? tag.substring(2) : tag;
    }
}
